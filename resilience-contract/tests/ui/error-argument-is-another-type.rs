use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, FailureModes)]
pub enum ChargeError {
    InvalidAmount,
    GatewayTimeout,
}

mod other {
    #[derive(Debug)]
    pub enum StoreError {}
}

#[resilience_contract("payments.charge", error = ChargeError)]
pub fn charge(amount: u32) -> Result<u32, other::StoreError> {
    Ok(amount)
}

fn main() {}
