use resilience_contract::FailureModes;

#[derive(Debug, FailureModes)]
pub enum GatewayError {
    #[failure("server_error")]
    Down,
}

fn main() {}
