use resilience_contract::resilience_contract;

#[resilience_contract("payments.parse", match)]
pub fn charge(amount: u32) -> Result<u32, std::num::IntErrorKind> {
    Ok(amount)
}

fn main() {}
