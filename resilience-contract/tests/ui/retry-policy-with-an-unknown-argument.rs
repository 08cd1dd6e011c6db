use resilience_contract::{RetryPolicy, retry_policy};

const POLICY: RetryPolicy = retry_policy!("retries", standard, path = "contracts/retries.toml");

fn main() {
    println!("{POLICY:?}");
}
