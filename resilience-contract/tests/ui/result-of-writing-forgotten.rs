use std::io::Write as _;

use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, FailureModes)]
pub enum ChargeError {
    InvalidAmount,
    GatewayTimeout,
}

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32) -> Result<u32, ChargeError> {
    let mut out = Vec::new();
    write!(out, "{amount}").ok();
    Ok(amount)
}

fn main() {}
