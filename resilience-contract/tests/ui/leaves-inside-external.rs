use resilience_contract::{FailureModes, external, resilience_contract};

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
    let charged = external!(gateway, gateway(gateway(amount)?)?);
    Ok(charged)
}

fn main() {}
