use resilience_contract::{FailureModes, external};

#[derive(Debug, FailureModes)]
pub enum ChargeError {
    InvalidAmount,
    GatewayTimeout,
}

async fn gateway(amount: u32) -> Result<u32, ChargeError> {
    Ok(amount)
}

pub async fn charge(amount: u32) -> Result<u32, ChargeError> {
    let charging = external!(gateway, gateway(amount));
    charging.await
}

fn main() {}
