use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, FailureModes)]
pub enum PaymentError {
    InvalidAmount,
    GatewayTimeout,
}

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32) -> Result<u32, PaymentError> {
    Ok(amount)
}

fn main() {}
