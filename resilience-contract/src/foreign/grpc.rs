//! `tonic::Status`.

use tonic::{Code, Status};

super::failure_modes!(Status, "Status", GRPC, mode, sample);

/// What tonic says when the limit that the client has set itself is over. The code
/// is not the one that a server gives for the same thing.
const CLIENT_TIMEOUT: &str = "Timeout expired";

fn mode(status: &Status) -> &'static str {
    match status.code() {
        Code::Cancelled if status.message() == CLIENT_TIMEOUT => "timeout",
        Code::Cancelled => "cancelled",
        Code::DeadlineExceeded => "timeout",
        Code::Unavailable => "unavailable",
        Code::Unauthenticated => "unauthenticated",
        Code::PermissionDenied => "permission_denied",
        Code::InvalidArgument | Code::OutOfRange => "invalid_argument",
        Code::NotFound => "not_found",
        Code::AlreadyExists => "already_exists",
        Code::FailedPrecondition => "failed_precondition",
        Code::Aborted => "aborted",
        Code::ResourceExhausted => "resource_exhausted",
        Code::Internal => "internal",
        Code::Unknown => "unknown",
        Code::DataLoss => "data_loss",
        Code::Unimplemented => "unimplemented",
        Code::Ok => "other",
    }
}

fn sample(mode: &str) -> Option<Status> {
    (0..17)
        .map(Code::from_i32)
        .map(|code| Status::new(code, "made by cargo verify-contracts"))
        .find(|status| self::mode(status) == mode)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FailureModes;

    #[test]
    fn a_time_out_is_one_whoever_has_set_the_limit() {
        assert_eq!(mode(&Status::deadline_exceeded("late")), "timeout");
        assert_eq!(mode(&Status::cancelled("Timeout expired")), "timeout");
        assert_eq!(mode(&Status::cancelled("the caller has gone")), "cancelled");
    }

    #[test]
    fn every_code_has_a_mode_and_nearly_every_mode_a_sample() {
        let made = (0..Status::VARIANTS.len())
            .filter_map(Status::sample)
            .count();
        // All but a broken stream, which is no code of its own.
        assert_eq!(made, Status::VARIANTS.len() - 1);
        assert_eq!(
            Status::unavailable("down").failure_mode(),
            Some("unavailable")
        );
        assert_eq!(
            Status::out_of_range("far").failure_mode(),
            Some("invalid_argument")
        );
    }
}
