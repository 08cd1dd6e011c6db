use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, FailureModes)]
pub enum StoreError {
    Missing,
    Locked,
    Full,
}

#[resilience_contract("payments.find")]
pub fn find(amount: u32) -> Result<u32, StoreError> {
    Ok(amount)
}

fn main() {}
