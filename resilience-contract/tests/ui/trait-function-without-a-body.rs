use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, FailureModes)]
pub enum ChargeError {
    InvalidAmount,
    GatewayTimeout,
}

pub trait Payments {
    #[resilience_contract("payments.charge")]
    fn charge(&self, amount: u32) -> Result<u32, ChargeError>;
}

fn main() {}
