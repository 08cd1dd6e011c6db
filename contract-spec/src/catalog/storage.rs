//! What keeps data: databases, caches, file systems, object stores.

use super::{Kind, facts};

pub(super) const DATABASE: Kind = facts! {
    "database", "A relational database.",
    must connection: None, Yes, Err,
        "No connection to the database, so no statement was sent.",
        "`sqlx::Error::Io` or `Tls` before the first statement; SQLSTATE 08001, 08004, 57P03, 53300.";
    must timeout: Maybe, Idempotent, Err,
        "The statement did not end in time and may have been carried out.",
        "`tokio::time::error::Elapsed` around the query, or SQLSTATE 57014 from `statement_timeout`; sqlx has no limit of its own for queries.";
    must write_conflict: None, Transaction, Err,
        "A concurrent transaction holds the lock or has changed the row.",
        "SQLSTATE 40001, 40P01, 55P03, SQLite codes 5 and 6; `sqlx::Error` tells them apart by `code()` only.";
    must not_found: None, No, Ok,
        "No row matches.",
        "`fetch_optional` gives `Ok(None)` and an `UPDATE` `rows_affected() == 0`; only `fetch_one` fails, with `RowNotFound`.";
    may pool_exhausted: None, Yes, Err,
        "All connections of the pool are in use.",
        "`sqlx::Error::PoolTimedOut` (after 30 s by default), deadpool's `PoolError::Timeout`, bb8's `RunError::TimedOut`.";
    may unique_violation: None, No, Err,
        "A row with this key is there already.",
        "`is_unique_violation()`, SQLSTATE 23505, SQLite codes 2067 and 1555.";
    may integrity_violation: None, No, Err,
        "The row breaks a constraint other than uniqueness.",
        "SQLSTATE 23502, 23503, 23514, 23P01; sqlx's `ErrorKind::NotNull`, `ForeignKey`, `Check`, `Exclusion`.";
    may connection_lost_commit: Maybe, No, Err,
        "The connection broke while the commit was under way.",
        "An I/O error or SQLSTATE 08006, 08007, 40003 from `commit()`: look the row up by its key before anything is tried again.";
    may query_canceled: None, No, Err,
        "Somebody cancelled the statement.",
        "SQLSTATE 57014 without a time-out of one's own.";
    may failover: Maybe, Idempotent, Err,
        "The server shuts down, or has become a read-only replica.",
        "SQLSTATE 57P01, 57P02, 25006.";
    may permission: None, No, Err,
        "The role may not do this.",
        "SQLSTATE 28P01, 28000, 42501.";
    may resource: None, No, Err,
        "The server has run out of disk or memory.",
        "SQLSTATE 53100, 53200.";
    may decode: Applied, No, Err,
        "The row arrived but does not fit the Rust type.",
        "`sqlx::Error::ColumnDecode`, `Decode`, `ColumnNotFound`, `TypeNotFound`.";
    may bug: None, No, Err,
        "The statement itself is wrong.",
        "SQLSTATE 42601, 42P01, 42703; `sqlx::Error::WorkerCrashed`, `PoolClosed`.";
};

pub(super) const CACHE: Kind = facts! {
    "cache", "A cache or key-value store.",
    must connection: Maybe, Refresh, Err,
        "The connection was refused, or broke with a command under way.",
        "redis' `is_connection_refusal()` (nothing applied) and `is_connection_dropped()` (nobody knows).";
    must timeout: Maybe, Idempotent, Err,
        "No answer came in time; the command may have been carried out.",
        "redis' `is_timeout()`; its suggestion to retry at once does not ask whether the command may run twice.";
    must write_conflict: None, Transaction, Ok,
        "A watched key has changed, or the key is set already.",
        "`EXEC` or `SET NX` answers nil, which is an `Ok(None)`; redis' `ExecAbort`.";
    must not_found: None, No, Ok,
        "Nothing is stored under the key.",
        "`GET` gives `Ok(None)` for an `Option`; for any other type redis' `UnexpectedReturnType`.";
    may loading_or_failover: None, Yes, Err,
        "The server is loading its data or changing its master.",
        "redis' `BusyLoading`, `TryAgain`, `ClusterDown`, `MasterDown`, `ReadOnly`.";
    may out_of_memory: None, No, Err,
        "The server has no room for another value.",
        "A redis error with `code() == Some(\"OOM\")`.";
    may persistence_blocked: None, Hint, Err,
        "The server takes no writes because it cannot persist or replicate them.",
        "A redis error with code `MISCONF` or `NOREPLICAS`.";
    may auth: None, No, Err,
        "The server does not accept the credential.",
        "redis' `AuthenticationFailed` and `NoPerm`, codes `NOAUTH` and `WRONGPASS`.";
    may wrong_type: None, No, Err,
        "The key holds another type of value.",
        "A redis error with code `WRONGTYPE`, `UnexpectedReturnType`, `CrossSlot`.";
    may script: Maybe, No, Err,
        "A server-side script is unknown or blocks the server.",
        "redis' `NoScript` (load it, then call again), code `BUSY`.";
    may stale: Applied, No, Ok,
        "The value is older than the function may use.",
        "Nothing signals it: the value's own time stamp must be compared.";
    may decode: Applied, No, Err,
        "The value arrived but does not fit the Rust type.",
        "redis' parse error, or serde's.";
};

pub(super) const FILESYSTEM: Kind = facts! {
    "filesystem", "Files and directories.",
    must not_found: None, No, Err,
        "The file or its directory does not exist.",
        "`std::io::ErrorKind::NotFound`.";
    must permission: None, No, Err,
        "The process may not do this.",
        "`std::io::ErrorKind::PermissionDenied`.";
    must no_space: Partial, No, Err,
        "The disk or the quota is full, and a part may have been written.",
        "`std::io::ErrorKind::StorageFull`, `QuotaExceeded`, `FileTooLarge`: remove what was written.";
    must io: Maybe, No, Err,
        "The device failed.",
        "EIO has no stable kind: `raw_os_error()`; a lost network file is `StaleNetworkFileHandle`.";
    may already_exists: None, No, Err,
        "Something with this name is there already.",
        "`std::io::ErrorKind::AlreadyExists`.";
    may interrupted: None, Yes, Err,
        "A signal cut the call short.",
        "`std::io::ErrorKind::Interrupted`; `read_exact` and `write_all` go on by themselves.";
    may partial_write: Partial, No, Ok,
        "Fewer bytes were written than given.",
        "`write()` gives `Ok(n)` with a small `n`; a `BufWriter` dropped without `flush()` loses the error.";
    may sync_failed: Maybe, No, Err,
        "The data did not reach the disk, and a second try may falsely succeed.",
        "An `Err` of `sync_all()` or `sync_data()`.";
    may read_only: None, No, Err,
        "The file system takes no writes.",
        "`std::io::ErrorKind::ReadOnlyFilesystem`.";
    may fd_exhausted: None, Yes, Err,
        "Too many files are open.",
        "EMFILE and ENFILE have no stable kind: `raw_os_error()`.";
    may cross_device: None, No, Err,
        "A file cannot be renamed onto another device.",
        "`std::io::ErrorKind::CrossesDevices`: copy, sync, then rename.";
    may corrupt: Applied, No, Err,
        "The file was read but its contents are damaged.",
        "`std::io::ErrorKind::InvalidData` or `UnexpectedEof`, or a checksum that differs.";
};

pub(super) const OBJECT_STORE: Kind = facts! {
    "object_store", "A store of objects in buckets, such as S3.",
    must timeout: Maybe, Idempotent, Err,
        "No answer came in time; the object may have been written.",
        "The AWS SDK's `SdkError::TimeoutError` and `DispatchFailure`.";
    must access_denied: None, No, Err,
        "The credential is unknown, wrong or not allowed to do this.",
        "`code()` is `AccessDenied`, `InvalidAccessKeyId` or `SignatureDoesNotMatch`; `object_store::Error::PermissionDenied`, `Unauthenticated`.";
    must not_found: None, No, Err,
        "No object has this key.",
        "`GetObjectError::NoSuchKey`, `HeadObjectError::NotFound`, `object_store::Error::NotFound`.";
    must server_error: Maybe, Idempotent, Err,
        "The store failed on its side and may have written the object first.",
        "`code()` is `InternalError`, or the status is 500, 502, 503, 504.";
    may throttled: None, Hint, Err,
        "The store asks for fewer requests.",
        "`code()` is `SlowDown`, `RequestLimitExceeded` or begins with `Throttling`.";
    may precondition_failed: None, No, Err,
        "The object is not in the state that the request demands.",
        "412 by `code()`, as there is no variant for it; `object_store::Error::Precondition`, `AlreadyExists`.";
    may conflict: None, Transaction, Err,
        "A concurrent request works on the same object.",
        "`code()` is `ConditionalRequestConflict` or `OperationAborted`.";
    may partial_upload: Partial, No, Err,
        "Some parts of an upload arrived and stay there until they are removed.",
        "An `Err` of a part of a multipart upload: call `abort_multipart_upload`.";
    may checksum: None, Idempotent, Err,
        "The bytes were damaged on the way.",
        "`code()` is `BadDigest` or `InvalidDigest`, or the client's own checksum differs.";
    may error_in_200: Maybe, Idempotent, Ok,
        "The status says success and the body says failure.",
        "`CopyObject` and `CompleteMultipartUpload` can answer 200 with an error inside.";
    may no_such_bucket: None, No, Err,
        "The bucket does not exist.",
        "`code()` is `NoSuchBucket`.";
    may archived: None, No, Err,
        "The object must be restored before it can be read.",
        "`GetObjectError::InvalidObjectState`.";
    may too_large: None, No, Err,
        "The object is larger than the store takes in this way.",
        "`code()` is `EntityTooLarge` or `TooManyParts`.";
    may clock_skew: None, Refresh, Err,
        "The own clock differs too much from the store's.",
        "`code()` is `RequestTimeTooSkewed`.";
};
