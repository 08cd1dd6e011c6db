use resilience_contract::FailureModes;

#[derive(Debug, FailureModes)]
pub enum GatewayError {
    #[failure(name = "server_error")]
    Down,
}

fn main() {}
