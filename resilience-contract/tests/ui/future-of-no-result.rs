use resilience_contract::resilience_contract;

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32) -> impl Future<Output = u32> {
    async move { amount }
}

fn main() {}
