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
    let mut total = 0;
    for _ in 0..3 {
        match gateway(amount) {
            Ok(amount) => total += amount,
            Err(_) => continue,
        }
    }
    Ok(total)
}

fn main() {}
