use resilience_contract::resilience_contract;

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32) -> Option<u32> {
    Some(amount)
}

fn main() {}
