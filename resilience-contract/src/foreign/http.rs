//! `reqwest::Error`, and the failures that hide in a `reqwest::Response`.

use std::error::Error as _;
use std::io;

use reqwest::{Error, Response, StatusCode};

use crate::OkFailure;

// Nobody but the library can make one.
super::failure_modes!(Error, "Error", HTTP, mode, |_| None);

fn mode(error: &Error) -> &'static str {
    // First: where no connection came about, nothing was sent, not even if that took too long.
    if error.is_connect() {
        return "connect";
    }
    // Before the body: one that stalls is a time-out and looks like one that cannot be decoded.
    if error.is_timeout() {
        return "timeout";
    }
    if let Some(status) = error.status() {
        return status_mode(status).unwrap_or("unexpected_status");
    }
    if error.is_redirect() {
        return "unexpected_status";
    }
    // The library's own flags are the same for an answer that broke off and for one that makes no
    // sense; what caused it is not.
    if broke_off(error) {
        return "body_interrupted";
    }
    if error.is_decode() {
        return "bad_body";
    }
    if error.is_body() {
        return "body_interrupted";
    }
    "other"
}

fn broke_off(error: &Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(error) = cause.downcast_ref::<hyper::Error>()
            && (error.is_incomplete_message() || error.is_body_write_aborted())
        {
            return true;
        }
        if let Some(error) = cause.downcast_ref::<io::Error>()
            && matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::BrokenPipe
            )
        {
            return true;
        }
        source = cause.source();
    }
    false
}

fn status_mode(status: StatusCode) -> Option<&'static str> {
    Some(match status.as_u16() {
        401 => "unauthorized",
        403 => "forbidden",
        404 | 410 => "not_found",
        409 | 412 => "conflict",
        400 | 413 | 415 | 422 => "bad_request",
        429 => "rate_limited",
        500 | 502..=504 => "server_error",
        400.. => "unexpected_status",
        _ => return None,
    })
}

/// A response is `Ok` whatever its status, until somebody asks.
impl OkFailure for Response {
    fn failure_mode(&self) -> Option<&'static str> {
        if self.status() == StatusCode::SERVICE_UNAVAILABLE
            && self.headers().contains_key(reqwest::header::RETRY_AFTER)
        {
            return Some("rate_limited");
        }
        status_mode(self.status())
    }

    fn samples() -> Vec<Self> {
        let statuses = [401, 403, 404, 409, 400, 429, 500, 418].into_iter();
        let statuses = statuses.filter_map(|status| StatusCode::from_u16(status).ok());
        let response = |status| {
            let mut response = hyper::Response::new(String::new());
            *response.status_mut() = status;
            Self::from(response)
        };
        statuses.map(response).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_with_every_status_that_is_a_mode_can_be_made() {
        let modes: Vec<_> = Response::samples()
            .iter()
            .map(|response| response.failure_mode().unwrap())
            .collect();
        assert_eq!(
            modes,
            [
                "unauthorized",
                "forbidden",
                "not_found",
                "conflict",
                "bad_request",
                "rate_limited",
                "server_error",
                "unexpected_status"
            ]
        );
    }

    #[test]
    fn statuses_become_modes() {
        for (status, mode) in [
            (200, None),
            (204, None),
            (304, None),
            (400, Some("bad_request")),
            (401, Some("unauthorized")),
            (404, Some("not_found")),
            (410, Some("not_found")),
            (412, Some("conflict")),
            (418, Some("unexpected_status")),
            (429, Some("rate_limited")),
            (500, Some("server_error")),
            (501, Some("unexpected_status")),
            (503, Some("server_error")),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(status_mode(status), mode, "{status}");
        }
    }
}
