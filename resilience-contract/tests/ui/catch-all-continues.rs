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
    for _ in 0..3 {
        match gateway(amount) {
            Ok(amount) => return Ok(amount),
            Err(_) => continue,
        }
    }
    Err(ChargeError::GatewayTimeout)
}

fn main() {}
