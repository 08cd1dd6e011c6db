use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, FailureModes)]
pub enum ChargeError {
    Closed,
}

#[resilience_contract("caller.charge")]
pub fn charge(amount: u32) -> Result<u32, ChargeError> {
    Ok(amount)
}

fn main() {}
