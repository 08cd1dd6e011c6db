use resilience_contract::FailureModes;

#[derive(Debug, FailureModes)]
pub enum GatewayError {
    #[failure(mode = "ServerError")]
    Down,
}

fn main() {}
