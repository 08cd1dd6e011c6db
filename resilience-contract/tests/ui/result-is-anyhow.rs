use resilience_contract::resilience_contract;

mod anyhow {
    pub struct Error;
    pub type Result<T> = std::result::Result<T, Error>;
}

#[resilience_contract("payments.charge")]
pub fn charge(amount: u32) -> anyhow::Result<u32> {
    Ok(amount)
}

fn main() {}
