use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, FailureModes)]
pub enum ChargeError<T> {
    InvalidAmount(T),
    GatewayTimeout,
}

#[resilience_contract("payments.charge")]
pub fn charge<T>(amount: T) -> Result<T, ChargeError<T>> {
    Ok(amount)
}

fn main() {}
