use resilience_contract::{RetryPolicy, retry_policy};

const POLICY: RetryPolicy = retry_policy!("shipping", standard);

fn main() {
    println!("{POLICY:?}");
}
