//! `lapin::Error`, as the failure of publishing, and what a confirmation says.

use lapin::{Confirmation, Error, ErrorKind};

use crate::OkFailure;

super::failure_modes!(Error, "Error", QUEUE, mode, sample);

fn mode(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::IOError(_)
        | ErrorKind::RuntimeShutdownError(_)
        | ErrorKind::MissingHeartbeatError
        | ErrorKind::InvalidConnectionState(_)
        | ErrorKind::InvalidChannelState(..)
        | ErrorKind::InvalidChannel(_)
        | ErrorKind::ChannelsLimitReached => "connection",
        ErrorKind::SerialisationError(_) => "serialization",
        ErrorKind::AuthProviderError(_) => "auth",
        // By the number that the protocol gives it.
        ErrorKind::ProtocolError(error) => match error.get_id() {
            311 => "too_large",
            312 | 313 => "unroutable",
            403 => "auth",
            404..=406 => "publish_failed",
            320 | 501..=506 | 530 | 540 | 541 => "connection",
            _ => "other",
        },
        _ => "other",
    }
}

fn sample(mode: &str) -> Option<Error> {
    Some(match mode {
        "connection" => ErrorKind::MissingHeartbeatError.into(),
        "auth" => ErrorKind::AuthProviderError("made by cargo verify-contracts".into()).into(),
        "other" => ErrorKind::FutureCompleted.into(),
        _ => return None,
    })
}

impl OkFailure for Confirmation {
    fn failure_mode(&self) -> Option<&'static str> {
        match self {
            Self::Ack(None) => None,
            Self::Ack(Some(_)) => Some("unroutable"),
            // Where confirmations are off, nobody knows whether the message has arrived.
            Self::Nack(_) | Self::NotRequested => Some("nack"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use super::*;
    use crate::FailureModes;

    #[test]
    fn what_breaks_the_connection_is_its_failure() {
        let reset = Arc::new(io::Error::from(io::ErrorKind::ConnectionReset));
        assert_eq!(mode(&ErrorKind::IOError(reset).into()), "connection");
        assert_eq!(mode(&ErrorKind::MissingHeartbeatError.into()), "connection");
        assert_eq!(mode(&ErrorKind::InvalidChannel(3).into()), "connection");
    }

    #[test]
    fn what_the_broker_says_is_told_by_its_number() {
        use lapin::protocol::{AMQPError, AMQPErrorKind, AMQPHardError, AMQPSoftError};
        let said = |kind: AMQPErrorKind| {
            mode(&ErrorKind::ProtocolError(AMQPError::new(kind, "no".into())).into())
        };
        assert_eq!(
            said(AMQPErrorKind::Soft(AMQPSoftError::CONTENTTOOLARGE)),
            "too_large"
        );
        assert_eq!(
            said(AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED)),
            "auth"
        );
        assert_eq!(
            said(AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND)),
            "publish_failed"
        );
        assert_eq!(
            said(AMQPErrorKind::Hard(AMQPHardError::CONNECTIONFORCED)),
            "connection"
        );
    }

    #[test]
    fn a_confirmation_can_be_a_failure() {
        assert_eq!(OkFailure::failure_mode(&Confirmation::Ack(None)), None);
        assert_eq!(
            OkFailure::failure_mode(&Confirmation::Nack(None)),
            Some("nack")
        );
        assert_eq!(
            OkFailure::failure_mode(&Confirmation::NotRequested),
            Some("nack")
        );
    }

    #[test]
    fn a_sample_is_what_it_was_made_for() {
        for index in 0..Error::VARIANTS.len() {
            if let Some(sample) = Error::sample(index) {
                assert_eq!(sample.variant(), index);
            }
        }
    }
}
