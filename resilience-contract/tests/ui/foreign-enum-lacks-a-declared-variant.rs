use resilience_contract::resilience_contract;

#[resilience_contract("payments.misspelt", match)]
pub fn charge(amount: u32) -> Result<u32, std::cmp::Ordering> {
    Ok(amount)
}

fn main() {}
