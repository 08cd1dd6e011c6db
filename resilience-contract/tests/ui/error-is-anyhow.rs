use resilience_contract::resilience_contract;

mod anyhow {
    pub struct Error;
}

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32) -> Result<u32, anyhow::Error> {
    Ok(amount)
}

fn main() {}
