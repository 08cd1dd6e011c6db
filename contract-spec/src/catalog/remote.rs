//! What is reached over the network by request and answer: HTTP, gRPC, names and
//! certificates, identity providers.

use super::{Kind, facts};

pub(super) const HTTP: Kind = facts! {
    "http", "An HTTP API that the function calls as a client.",
    must timeout: Maybe, Idempotent, Err,
        "No complete answer came in time; the request may have been carried out all the same.",
        "`reqwest::Error::is_timeout()`, asked before `is_decode()`, because a stalled body sets both; `tokio::time::error::Elapsed` around the call is another type. reqwest has no limit of its own.";
    must unauthorized: None, Refresh, Ok,
        "The API does not accept the credential (401).",
        "`Response::status()` is 401 inside an `Ok`; an `Err` with `is_status()` only after `error_for_status()`.";
    must not_found: None, No, Ok,
        "The API knows nothing under that address (404, 410).",
        "`Response::status()` is 404 or 410 inside an `Ok`; often a value (`None`) rather than an error.";
    must server_error: Maybe, Idempotent, Ok,
        "The API failed on its side (500, 502, 503, 504) and may have done the work first.",
        "`Response::status().is_server_error()` inside an `Ok`; 501 and 505 do not pass by themselves.";
    may connect: None, Yes, Err,
        "No connection came about, so nothing was sent.",
        "`reqwest::Error::is_connect()`; it is also true of names that do not resolve.";
    may rate_limited: None, Hint, Ok,
        "The API asks for fewer requests (429, or 503 with Retry-After).",
        "`Response::status()` is 429 inside an `Ok`; the `Retry-After` header says how long to wait.";
    may forbidden: None, No, Ok,
        "The credential is known but not allowed to do this (403).",
        "`Response::status()` is 403 inside an `Ok`.";
    may bad_request: None, No, Ok,
        "The API refuses the request as it was written (400, 413, 415, 422).",
        "`Response::status()` is one of 400, 413, 415, 422 inside an `Ok`.";
    may conflict: None, No, Ok,
        "The resource has changed meanwhile (409, 412): read it again, then decide.",
        "`Response::status()` is 409 or 412 inside an `Ok`.";
    may bad_body: Applied, No, Err,
        "The answer arrived whole but cannot be understood; the request was carried out.",
        "`reqwest::Error::is_decode()` with a `serde_json::Error` as its source.";
    may body_interrupted: Maybe, Idempotent, Err,
        "The connection broke off in the middle of the answer.",
        "`reqwest::Error::is_decode()` with an unexpected end of file in the chain of sources; the flags alone look like malformed JSON.";
    may unexpected_status: Maybe, No, Ok,
        "The API answered with a status that the function has no plan for.",
        "Any other `Response::status()`; a loop of redirects is an `Err` with `is_redirect()`.";
};

pub(super) const GRPC: Kind = facts! {
    "grpc", "A gRPC service that the function calls as a client.",
    must timeout: Maybe, Idempotent, Err,
        "The deadline passed; the call may have been carried out.",
        "`tonic::Code::DeadlineExceeded` from the server; the client's own limit shows as `Code::Cancelled` with the message \"Timeout expired\".";
    must unavailable: Maybe, Idempotent, Err,
        "The service cannot be reached or is going down.",
        "`tonic::Code::Unavailable`, which connection errors become too; surely without effect only if the connection was refused.";
    must unauthenticated: None, Refresh, Err,
        "The service does not accept the credential.",
        "`tonic::Code::Unauthenticated`.";
    must not_found: None, No, Err,
        "The service knows nothing under that name.",
        "`tonic::Code::NotFound`.";
    must internal: Maybe, No, Err,
        "The service broke one of its own assumptions.",
        "`tonic::Code::Internal`.";
    may invalid_argument: None, No, Err,
        "The service refuses the request as it was written.",
        "`tonic::Code::InvalidArgument` or `OutOfRange`.";
    may permission_denied: None, No, Err,
        "The credential is known but not allowed to do this.",
        "`tonic::Code::PermissionDenied`.";
    may resource_exhausted: None, Hint, Err,
        "A quota is used up, for seconds or for hours.",
        "`tonic::Code::ResourceExhausted`.";
    may aborted: None, Transaction, Err,
        "A concurrent change got in the way of the transaction.",
        "`tonic::Code::Aborted`: the transaction is started anew, not the call.";
    may failed_precondition: None, No, Err,
        "The system is not in the state that the call needs.",
        "`tonic::Code::FailedPrecondition`.";
    may already_exists: None, No, Err,
        "What should be created is there already, perhaps by an earlier attempt.",
        "`tonic::Code::AlreadyExists`; after an attempt with unknown outcome it can mean success.";
    may cancelled: Maybe, No, Err,
        "The call was given up while it ran.",
        "`tonic::Code::Cancelled` without the message of the client's own limit.";
    may data_loss: Maybe, No, Err,
        "Data was lost or damaged beyond repair.",
        "`tonic::Code::DataLoss`.";
    may unknown: Maybe, No, Err,
        "The service failed without saying how.",
        "`tonic::Code::Unknown`.";
    may unimplemented: None, No, Err,
        "The service does not offer this call.",
        "`tonic::Code::Unimplemented`.";
    may stream_broken: Partial, No, Err,
        "The stream ended with an error after a part of it had arrived.",
        "A `tonic::Status` from `Streaming::message()` after at least one item.";
};

pub(super) const DNS_TLS: Kind = facts! {
    "dns_tls", "The resolution of names and the trust in certificates, where the function sees them.",
    must dns_not_found: None, No, Err,
        "The name does not exist.",
        "hickory's `NoRecordsFound` (NXDOMAIN).";
    must dns_failure: None, Yes, Err,
        "The resolver gave no answer.",
        "hickory's time-outs and SERVFAIL; `reqwest::Error::is_dns()` cannot tell this from a name that does not exist.";
    must tls_untrusted: None, No, Err,
        "The certificate comes from nobody that is trusted, or was revoked.",
        "rustls' `CertificateError::UnknownIssuer`, `BadSignature`, `Revoked`; never a reason to switch verification off.";
    may tls_expired: None, No, Err,
        "The certificate is not valid at this time, or the own clock is wrong.",
        "rustls' `CertificateError::Expired` and `NotValidYet`.";
    may tls_name_mismatch: None, No, Err,
        "The certificate belongs to another name.",
        "rustls' `CertificateError::NotValidForName`.";
    may tls_handshake: None, Yes, Err,
        "Both sides could not agree on a connection.",
        "rustls' `Error::AlertReceived`, `PeerIncompatible`, `NoApplicationProtocol`; the last two do not pass by themselves.";
};

pub(super) const AUTH: Kind = facts! {
    "auth", "A token service, or the check of a token.",
    must idp_unavailable: None, Yes, Err,
        "The identity provider cannot be reached; nobody may be let in for that reason.",
        "oauth2's `RequestTokenError::Request`.";
    must credential_rejected: None, No, Err,
        "The identity provider refuses the client's credential.",
        "oauth2's `ServerResponse` with `InvalidClient`, `UnauthorizedClient` or `InvalidGrant`.";
    must token_expired: None, Refresh, Err,
        "The token was good once and is no longer.",
        "jsonwebtoken's `ErrorKind::ExpiredSignature`.";
    must token_invalid: None, No, Err,
        "The token is not one that may be believed.",
        "jsonwebtoken's `InvalidSignature`, `InvalidToken`, `InvalidIssuer`, `InvalidAudience`, `InvalidAlgorithm`.";
    may revoked: None, No, Err,
        "The token was withdrawn.",
        "Introspection answers `active = false`.";
    may insufficient_scope: None, No, Err,
        "The token does not allow this operation.",
        "A 403 with `insufficient_scope`, or oauth2's `InvalidScope`.";
    may key_unknown: None, Refresh, Err,
        "The token is signed with a key that is not in the key set at hand.",
        "The `kid` is missing from the JWKS: fetch the set once more, at a limited rate.";
    may clock_skew: None, No, Err,
        "The token is not valid yet by the own clock.",
        "jsonwebtoken's `ErrorKind::ImmatureSignature`.";
    may refresh_race: None, Refresh, Err,
        "Somebody else has used the refresh token first.",
        "oauth2's `InvalidGrant` although the token was good: only one task may refresh at a time.";
};
