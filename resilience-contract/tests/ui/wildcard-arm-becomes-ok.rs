use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, FailureModes)]
pub enum ChargeError {
    InvalidAmount,
    GatewayTimeout,
}

fn gateway(amount: u32) -> Result<u32, ChargeError> {
    Ok(amount)
}

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32) -> Result<u32, ChargeError> {
    match gateway(amount) {
        Ok(amount) => Ok(amount),
        _ => Ok(0),
    }
}

fn main() {}
