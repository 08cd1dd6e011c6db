use resilience_contract::FailureModes;

#[derive(Debug, FailureModes)]
#[failure(mode = "server_error")]
pub enum GatewayError {
    Down,
}

fn main() {}
