use resilience_contract::resilience_contract;

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32) -> u32 {
    amount
}

fn main() {}
