use resilience_contract::{FailureModes, degrade, resilience_contract};

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
    const REASON: &str = "the receipt is a courtesy";
    let _ = degrade!(REASON, gateway(amount));
    Ok(amount)
}

fn main() {}
