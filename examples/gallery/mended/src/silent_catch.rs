//! "Unknown" is what the carrier says of a parcel, and not what we say of the carrier.

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

impl From<HttpError> for StatusError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Unauthorized => Self::Misconfigured,
            HttpError::NotFound => Self::NoSuchParcel,
            HttpError::Timeout | HttpError::Status(_) | HttpError::Malformed => Self::Unavailable,
        }
    }
}

#[resilience_contract("status.of_parcel", file = "../contracts/status.toml")]
pub fn of_parcel(carrier: &Script<Status, HttpError>) -> Result<Status, StatusError> {
    Ok(external!(carrier, carrier.ask())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_carrier_says_is_passed_on() {
        for status in [Status::OnItsWay, Status::Delivered, Status::Unknown] {
            assert_eq!(of_parcel(&Script::of([Ok(status.clone())])), Ok(status));
        }
    }

    #[test]
    fn a_carrier_that_does_not_answer_is_unavailable() {
        for error in [
            HttpError::Timeout,
            HttpError::Status(503),
            HttpError::Malformed,
        ] {
            assert_eq!(
                of_parcel(&Script::of([Err(error)])),
                Err(StatusError::Unavailable)
            );
        }
    }

    #[test]
    fn a_refused_credential_is_ours_to_mend() {
        let carrier = Script::of([Err(HttpError::Unauthorized)]);
        assert_eq!(of_parcel(&carrier), Err(StatusError::Misconfigured));
    }

    #[test]
    fn a_parcel_that_is_not_there_is_said_to_be_so() {
        let carrier = Script::of([Err(HttpError::NotFound)]);
        assert_eq!(of_parcel(&carrier), Err(StatusError::NoSuchParcel));
    }
}
