use resilience_contract::resilience_contract;

#[resilience_contract("payments.charge")]
pub async fn charge(_: u32) {
    
}

fn main() {}
