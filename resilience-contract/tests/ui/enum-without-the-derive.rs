use resilience_contract::resilience_contract;

#[derive(Debug)]
pub enum ChargeError {
    InvalidAmount,
    GatewayTimeout,
}

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32) -> Result<u32, ChargeError> {
    Ok(amount)
}

fn main() {}
