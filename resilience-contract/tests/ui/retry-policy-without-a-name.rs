use resilience_contract::{RetryPolicy, retry_policy};

const POLICY: RetryPolicy = retry_policy!("retries");

fn main() {
    println!("{POLICY:?}");
}
