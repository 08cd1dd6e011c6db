use resilience_contract::resilience_contract;

type Compared<T> = Result<T, std::cmp::Ordering>;

#[resilience_contract("payments.order", match)]
pub fn charge(amount: u32) -> Compared<u32> {
    Ok(amount)
}

fn main() {}
