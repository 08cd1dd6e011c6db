use resilience_contract::resilience_contract;

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32) -> impl Iterator<Item = u32> {
    std::iter::once(amount)
}

fn main() {}
