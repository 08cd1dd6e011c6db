use resilience_contract::resilience_contract;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32) -> Result<u32> {
    Ok(amount)
}

fn main() {}
