use resilience_contract::resilience_contract;

#[resilience_contract("payments.charge")]
pub fn charge<E: From<u8>>(amount: u32) -> Result<u32, E> {
    Ok(amount)
}

fn main() {}
