//! How a test makes an interface fail in a mode: what its stand-in does.
//!
//! A table beside the catalog, for the modes that a stand-in can be told to fail in; for
//! the others, what the catalog says has happened is what a test has to bring about.

use super::row::callee;
use super::{Subject, code};
use crate::catalog::{DOMAIN, INPUT, OTHER};
use crate::model::Mode;

const FAULTS: &[(&str, &str, &str)] = &[
    (
        "http",
        "timeout",
        "accept the request and never answer; pause the clock",
    ),
    ("http", "unauthorized", "answer 401"),
    ("http", "not_found", "answer 404"),
    ("http", "server_error", "answer 503"),
    (
        "http",
        "connect",
        "refuse the connection: an address where nobody listens",
    ),
    ("http", "rate_limited", "answer 429 with `Retry-After: 1`"),
    ("http", "forbidden", "answer 403"),
    ("http", "bad_request", "answer 400"),
    ("http", "conflict", "answer 409"),
    ("http", "bad_body", "answer 200 with a body that is no JSON"),
    (
        "http",
        "body_interrupted",
        "announce 100 bytes, send 10, close",
    ),
    ("http", "unexpected_status", "answer 418"),
    (
        "http",
        OTHER,
        "answer with a status that no row names, such as 418",
    ),
    (
        "grpc",
        "timeout",
        "never answer, and separately answer with the code DEADLINE_EXCEEDED",
    ),
    ("grpc", "unavailable", "answer with the code UNAVAILABLE"),
    (
        "grpc",
        "unauthenticated",
        "answer with the code UNAUTHENTICATED",
    ),
    ("grpc", "not_found", "answer with the code NOT_FOUND"),
    ("grpc", "internal", "answer with the code INTERNAL"),
    (
        "grpc",
        "invalid_argument",
        "answer with the code INVALID_ARGUMENT",
    ),
    (
        "grpc",
        "permission_denied",
        "answer with the code PERMISSION_DENIED",
    ),
    (
        "grpc",
        "resource_exhausted",
        "answer with the code RESOURCE_EXHAUSTED",
    ),
    ("grpc", "aborted", "answer with the code ABORTED"),
    (
        "grpc",
        "already_exists",
        "answer with the code ALREADY_EXISTS",
    ),
    ("grpc", OTHER, "answer with the code UNKNOWN"),
    (
        "database",
        "connection",
        "refuse or cut the connection before the first statement",
    ),
    (
        "database",
        "timeout",
        "hold the rows' lock in another transaction, or never answer",
    ),
    (
        "database",
        "write_conflict",
        "fail the statement with SQLSTATE 40001 (SQLite: 5, by a second writer)",
    ),
    ("database", "not_found", "leave the table empty"),
    (
        "database",
        "pool_exhausted",
        "hold every connection of the pool",
    ),
    ("database", "unique_violation", "insert the row before"),
    (
        "database",
        "integrity_violation",
        "refer to a row that is not there",
    ),
    (
        "database",
        "connection_lost_commit",
        "cut the connection after COMMIT was sent and before its answer",
    ),
    (
        "database",
        "query_canceled",
        "fail the statement with SQLSTATE 57014",
    ),
    (
        "database",
        "permission",
        "fail the statement with SQLSTATE 42501",
    ),
    ("database", OTHER, "fail as it does when the table is gone"),
    ("cache", "connection", "refuse the connection"),
    ("cache", "timeout", "accept the command and never answer"),
    (
        "cache",
        "write_conflict",
        "change the watched key from another connection",
    ),
    ("cache", "not_found", "leave the key unset"),
    ("cache", "out_of_memory", "answer `-OOM`"),
    ("cache", "wrong_type", "store a list under the key"),
    ("cache", "decode", "store text that is no value of the type"),
    ("cache", OTHER, "answer `-ERR unknown`"),
    ("queue", "connection", "cut the connection"),
    ("queue", "publish_failed", "refuse the message"),
    (
        "queue",
        "serialization",
        "hand over a message that cannot be written",
    ),
    (
        "queue",
        "ack_timeout",
        "take the message and never acknowledge",
    ),
    ("queue", "nack", "acknowledge negatively"),
    ("queue", "unroutable", "publish where no queue is bound"),
    ("queue_consumer", "connection", "cut the connection"),
    (
        "queue_consumer",
        "deserialization",
        "deliver a message that cannot be read",
    ),
    (
        "queue_consumer",
        "handler_failed",
        "make the work on the message fail",
    ),
    (
        "queue_consumer",
        "poison",
        "deliver a message that fails every time",
    ),
    (
        "queue_consumer",
        "duplicate",
        "deliver the same message twice",
    ),
    ("filesystem", "not_found", "name a file that is not there"),
    (
        "filesystem",
        "permission",
        "take the permission away (not as root)",
    ),
    (
        "filesystem",
        "no_space",
        "write to a full device, such as `/dev/full`",
    ),
    ("filesystem", "io", "read from a reader that fails with EIO"),
    ("filesystem", "already_exists", "create the file before"),
    ("filesystem", "corrupt", "write bytes that are no such file"),
    (
        "object_store",
        "timeout",
        "accept the request and never answer",
    ),
    ("object_store", "access_denied", "answer 403 AccessDenied"),
    ("object_store", "not_found", "answer 404 NoSuchKey"),
    ("object_store", "server_error", "answer 500 InternalError"),
    ("object_store", "throttled", "answer 503 SlowDown"),
    (
        "object_store",
        "error_in_200",
        "answer 200 with an error document as its body",
    ),
    ("auth", "idp_unavailable", "refuse the connection"),
    ("auth", "credential_rejected", "answer `invalid_client`"),
    ("auth", "token_expired", "hand out a token that has expired"),
    (
        "auth",
        "token_invalid",
        "hand out a token signed with another key",
    ),
    (
        "subprocess",
        "spawn_failed",
        "name a program that is not there",
    ),
    (
        "subprocess",
        "nonzero_exit",
        "run a script that exits with 3",
    ),
    ("subprocess", "timeout", "run a script that sleeps"),
];

/// What the stand-in of an interface does in a test.
pub(super) fn fault(subject: &Subject<'_>, mode: &Mode) -> String {
    let interface = code(&mode.interface);
    let kind = subject
        .contract
        .interface(&mode.interface)
        .map(|i| i.kind.value.as_str());
    let known = FAULTS
        .iter()
        .find(|(of, name, _)| Some(*of) == kind && mode.name.value == *name);
    match (mode.interface.as_str(), known) {
        (_, Some((_, _, fault))) => format!("have {interface} {fault}"),
        (INPUT, None) => format!(
            "call with input that is just beyond the limit: {}",
            code(&mode.name.replace('_', " "))
        ),
        (DOMAIN, None) => format!(
            "set the state up so that the rule applies: {}",
            code(&mode.name.replace('_', " "))
        ),
        (_, None) => match callee(subject, mode) {
            Some(_) if mode.name.value == OTHER => {
                format!("have {interface} fail in a way that no other row names")
            }
            Some(id) => format!(
                "have {interface} return the variant of {} for {}",
                code(id),
                code(&mode.name)
            ),
            None => format!(
                "make this happen at {interface}: {}",
                super::row::trigger(subject, mode).trim_end_matches('.')
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn every_fault_is_one_of_the_catalog_and_every_mandatory_mode_of_a_client_has_one() {
        for (kind, mode, _) in FAULTS {
            let kind = catalog::kind(kind).unwrap();
            assert!(
                *mode == OTHER || kind.mode(mode).is_some(),
                "{} {mode}",
                kind.name
            );
        }
        for kind in [
            "http",
            "grpc",
            "database",
            "cache",
            "queue",
            "queue_consumer",
            "filesystem",
        ] {
            for mode in catalog::kind(kind).unwrap().mandatory() {
                let there = FAULTS
                    .iter()
                    .any(|(of, name, _)| *of == kind && *name == mode.name);
                assert!(there, "{kind}.{}", mode.name);
            }
        }
    }
}
