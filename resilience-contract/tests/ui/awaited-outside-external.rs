use resilience_contract::{FailureModes, external, resilience_contract};

#[derive(Debug, FailureModes)]
pub enum ChargeError {
    InvalidAmount,
    GatewayTimeout,
}

async fn gateway(amount: u32) -> Result<u32, ChargeError> {
    Ok(amount)
}

#[resilience_contract("payments.charge")]
pub async fn charge(amount: u32) -> Result<u32, ChargeError> {
    external!(gateway, gateway(amount)).await
}

fn main() {}
