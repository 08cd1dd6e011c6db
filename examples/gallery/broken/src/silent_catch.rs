//! The carrier has been down for a week, and every parcel is "unknown". Nobody was paged.

use gallery_world::{HttpError, Script};
use resilience_contract::{FailureModes, external, resilience_contract};

#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    OnItsWay,
    Delivered,
    Unknown,
}

#[derive(Debug, PartialEq, FailureModes)]
pub enum StatusError {
    Unavailable,
    Misconfigured,
    NoSuchParcel,
}

#[resilience_contract("status.of_parcel", file = "../contracts/status.toml")]
pub fn of_parcel(carrier: &Script<Status, HttpError>) -> Result<Status, StatusError> {
    match external!(carrier, carrier.ask()) {
        Ok(status) => Ok(status),
        Err(_) => Ok(Status::Unknown),
    }
}
