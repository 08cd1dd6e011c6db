use resilience_contract::resilience_contract;

pub struct Receipt;

#[resilience_contract("payments.charge")]
pub fn charge(_: u32) -> Receipt {
    Receipt
}

fn main() {}
