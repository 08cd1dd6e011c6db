use resilience_contract::FailureModes;

#[derive(Debug, FailureModes)]
pub enum GatewayError {
    #[failure(mode = server_error)]
    Down,
}

fn main() {}
