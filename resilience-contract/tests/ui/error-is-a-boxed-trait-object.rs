use resilience_contract::resilience_contract;

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    Ok(amount)
}

fn main() {}
