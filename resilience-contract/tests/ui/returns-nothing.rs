use resilience_contract::resilience_contract;

#[resilience_contract("payments.charge")]
pub fn charge(_: u32) {
    
}

fn main() {}
