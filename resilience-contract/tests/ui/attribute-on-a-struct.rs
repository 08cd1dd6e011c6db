use resilience_contract::resilience_contract;

#[resilience_contract("payments.charge")]
pub struct Payments;

fn main() {}
