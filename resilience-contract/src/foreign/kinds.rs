//! The modes of the catalog's kinds, as the variants of a foreign error.
//!
//! Copied, because the catalog is no part of a normal build; a test holds the two
//! against each other.

use crate::Variant;

/// A kind of interface.
pub(super) struct Kind {
    /// The modes, `other` last.
    pub(super) modes: &'static [&'static str],
    /// The modes as a contract's `returns` names them.
    pub(super) variants: &'static [Variant],
}

impl Kind {
    /// The place of a mode; that of `other` for a mode that is not there.
    pub(super) fn index(&self, mode: &str) -> usize {
        let place = self.modes.iter().position(|known| *known == mode);
        place.unwrap_or(self.modes.len() - 1)
    }
}

macro_rules! kinds {
    ($($(#[$attribute:meta])* $kind:ident: $($variant:ident $mode:literal),+;)+) => {
        $(
            $(#[$attribute])*
            pub(super) static $kind: Kind = Kind {
                modes: &[$($mode),+],
                variants: &[$(Variant { name: stringify!($variant), file: file!(), line: line!() }),+],
            };
        )+
    };
}

kinds! {
    FILESYSTEM: NotFound "not_found", Permission "permission", NoSpace "no_space", Io "io",
        AlreadyExists "already_exists", Interrupted "interrupted", PartialWrite "partial_write",
        SyncFailed "sync_failed", ReadOnly "read_only", FdExhausted "fd_exhausted",
        CrossDevice "cross_device", Corrupt "corrupt", Other "other";
    #[cfg(feature = "reqwest")]
    HTTP: Timeout "timeout", Unauthorized "unauthorized", NotFound "not_found", ServerError "server_error",
        Connect "connect", RateLimited "rate_limited", Forbidden "forbidden", BadRequest "bad_request",
        Conflict "conflict", BadBody "bad_body", BodyInterrupted "body_interrupted",
        UnexpectedStatus "unexpected_status", Other "other";
    #[cfg(any(feature = "sqlx", feature = "tokio-postgres"))]
    DATABASE: Connection "connection", Timeout "timeout", WriteConflict "write_conflict",
        NotFound "not_found", PoolExhausted "pool_exhausted", UniqueViolation "unique_violation",
        IntegrityViolation "integrity_violation", ConnectionLostCommit "connection_lost_commit",
        QueryCanceled "query_canceled", Failover "failover", Permission "permission",
        Resource "resource", Decode "decode", Bug "bug", Other "other";
    #[cfg(feature = "redis")]
    CACHE: Connection "connection", Timeout "timeout", WriteConflict "write_conflict",
        NotFound "not_found", LoadingOrFailover "loading_or_failover", OutOfMemory "out_of_memory",
        PersistenceBlocked "persistence_blocked", Auth "auth", WrongType "wrong_type",
        Script "script", Stale "stale", Decode "decode", Other "other";
    #[cfg(feature = "tonic")]
    GRPC: Timeout "timeout", Unavailable "unavailable", Unauthenticated "unauthenticated",
        NotFound "not_found", Internal "internal", InvalidArgument "invalid_argument",
        PermissionDenied "permission_denied", ResourceExhausted "resource_exhausted",
        Aborted "aborted", FailedPrecondition "failed_precondition", AlreadyExists "already_exists",
        Cancelled "cancelled", DataLoss "data_loss", Unknown "unknown",
        Unimplemented "unimplemented", StreamBroken "stream_broken", Other "other";
    #[cfg(feature = "lapin")]
    QUEUE: Connection "connection", PublishFailed "publish_failed", Serialization "serialization",
        AckTimeout "ack_timeout", QueueFull "queue_full", Nack "nack", Unroutable "unroutable",
        TooLarge "too_large", Auth "auth", FencedOrFatal "fenced_or_fatal",
        TxnAbortable "txn_abortable", Other "other";
    // One error for both sides.
    #[cfg(feature = "rdkafka")]
    KAFKA: Connection "connection", PublishFailed "publish_failed", Serialization "serialization",
        AckTimeout "ack_timeout", QueueFull "queue_full", Nack "nack", Unroutable "unroutable",
        TooLarge "too_large", Auth "auth", FencedOrFatal "fenced_or_fatal",
        TxnAbortable "txn_abortable", Deserialization "deserialization",
        HandlerFailed "handler_failed", Poison "poison", AckFailed "ack_failed",
        Duplicate "duplicate", RebalanceLost "rebalance_lost",
        OffsetOutOfRange "offset_out_of_range", VisibilityExpired "visibility_expired",
        Other "other";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_the_catalogs(names: &[&str], kind: &Kind) {
        let mut modes: Vec<&str> = Vec::new();
        for name in names {
            for mode in contract_spec::catalog::kind(name).unwrap().modes {
                if !modes.contains(&mode.name) {
                    modes.push(mode.name);
                }
            }
        }
        modes.push("other");
        assert_eq!(kind.modes, modes, "{names:?}");
        for (variant, mode) in kind.variants.iter().zip(kind.modes) {
            assert_eq!(contract_spec::snake_case(variant.name), *mode);
        }
    }

    #[test]
    fn every_mode_is_one_of_the_catalog_in_its_order() {
        is_the_catalogs(&["filesystem"], &FILESYSTEM);
        #[cfg(feature = "reqwest")]
        is_the_catalogs(&["http"], &HTTP);
        #[cfg(any(feature = "sqlx", feature = "tokio-postgres"))]
        is_the_catalogs(&["database"], &DATABASE);
        #[cfg(feature = "redis")]
        is_the_catalogs(&["cache"], &CACHE);
        #[cfg(feature = "tonic")]
        is_the_catalogs(&["grpc"], &GRPC);
        #[cfg(feature = "lapin")]
        is_the_catalogs(&["queue"], &QUEUE);
        #[cfg(feature = "rdkafka")]
        is_the_catalogs(&["queue", "queue_consumer"], &KAFKA);
    }
}
