use resilience_contract::FailureModes;

#[derive(Debug, FailureModes)]
pub struct ChargeError {
    pub code: u32,
}

fn main() {}
