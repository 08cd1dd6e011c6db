use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, FailureModes)]
pub enum ChargeError {
    InvalidAmount,
    GatewayTimeout,
}

pub trait Payments {
    type Error;
    fn charge(&self, amount: u32) -> Result<u32, Self::Error>;
}

pub struct Acme;

impl Payments for Acme {
    type Error = ChargeError;

    #[resilience_contract("payments.charge")]
    fn charge(&self, amount: u32) -> Result<u32, Self::Error> {
        Ok(amount)
    }
}

fn main() {}
