//! What the libraries do that nobody expects, by library: facts that were tried, or read
//! in the library's own source.

/// One surprise of one library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trap {
    /// `rust` or `typescript`.
    pub language: &'static str,
    /// The library, as packages name it; for what belongs to the language itself, its
    /// module.
    pub library: &'static str,
    /// The kinds of interfaces that it concerns.
    pub kinds: &'static [&'static str],
    /// What there is to know.
    pub text: &'static str,
}

/// Writes traps as data: language, library, kinds, what there is to know.
macro_rules! traps {
    ($($language:ident $library:literal [$($kind:literal),+] $text:literal;)*) => {
        &[$(Trap {
            language: stringify!($language),
            library: $library,
            kinds: &[$($kind),+],
            text: $text,
        }),*]
    };
}

/// All of them.
pub const TRAPS: &[Trap] = traps! {
    rust "reqwest" ["http", "object_store", "auth"]
        "there is no limit of time unless you set one (`ClientBuilder::timeout`, `connect_timeout`).";
    rust "reqwest" ["http", "object_store", "auth"]
        "a stalled body is `is_timeout()` and `is_decode()` both: ask for the time-out first.";
    rust "reqwest" ["http", "auth"]
        "a name that does not resolve is `is_connect()` too.";
    rust "tokio" ["http", "grpc", "database", "cache", "queue", "object_store", "auth"]
        "`tokio::time::timeout` gives `Elapsed`, no error of the library, and drops the call: whatever was sent stays sent.";
    rust "tonic" ["grpc"]
        "the client's own limit (`Endpoint::timeout`, `Request::set_timeout`) shows as `Code::Cancelled` with the message \"Timeout expired\", not as `DeadlineExceeded`.";
    rust "tonic" ["grpc"]
        "a connection that is refused is `Code::Unavailable`.";
    rust "sqlx" ["database"]
        "there is no limit of time for a query; `acquire_timeout` is that of the pool alone.";
    rust "sqlx" ["database"]
        "`DatabaseError::kind()` is `Other` for conflicts and locks: compare `code()` (40001, 40P01, 55P03; SQLite \"5\", \"6\").";
    rust "sqlx" ["database"]
        "an `UPDATE` or `DELETE` that meets no row is `Ok` with `rows_affected() == 0`.";
    rust "tokio-postgres" ["database"]
        "a connection that breaks during `COMMIT` leaves the outcome unknown: look by a key before you try again.";
    rust "redis" ["cache", "queue"]
        "OOM, WRONGTYPE, NOAUTH, BUSY and MISCONF are all `ErrorKind::Extension`: compare `code()`.";
    rust "redis" ["cache", "queue"]
        "a time-out advises `RetryMethod::RetryImmediately`, without knowing whether the command may run twice.";
    rust "lapin" ["queue"]
        "a refused message is `Ok(Confirmation::Nack)`, an unroutable one `Ok(Confirmation::Ack(Some(message)))`, and without `confirm_select` all are `Ok(NotRequested)`.";
    rust "rdkafka" ["queue"]
        "an error that is neither retriable nor abortable is fatal for the producer.";
    rust "std::fs" ["filesystem"]
        "EIO and EMFILE have no stable `ErrorKind`: compare `raw_os_error()`. Closing a file loses its errors: `sync_all()` first.";
    rust "std::process" ["subprocess"]
        "a failed program is `Ok(ExitStatus)`: look at `success()`, and at `signal()` where there is no code.";
    typescript "fetch" ["http", "object_store", "auth"]
        "it does not reject on 4xx and 5xx: look at `response.ok` and `response.status`.";
    typescript "fetch" ["http", "object_store", "auth"]
        "there is no limit of time unless you pass `signal: AbortSignal.timeout(ms)`; the body needs it as well as the headers. The rejection is a `DOMException` named `TimeoutError`.";
    typescript "fetch" ["http", "object_store", "auth"]
        "a refused connection rejects with `TypeError: fetch failed`; the reason is in `error.cause.code`.";
    typescript "axios" ["http", "auth"]
        "it rejects on every status but 2xx, and its `timeout` of 0 means none.";
    typescript "pg" ["database"]
        "compare `error.code` (SQLSTATE) and never the message; an `UPDATE` that meets no row resolves with `rowCount` 0.";
    typescript "ioredis" ["cache"]
        "it queues commands while it is offline and tries them again by itself: set `enableOfflineQueue: false` and `maxRetriesPerRequest: 0`.";
    typescript "language" ["http", "grpc", "database", "cache", "queue", "filesystem", "object_store", "auth"]
        "what is caught is `unknown`: narrow it, never cast it. What comes from outside is validated, never cast: `\"42\"` is no number.";
};

/// The traps of the libraries in use: those of a language and these kinds, and of these
/// libraries where any are named. What belongs to the language itself is always in use.
pub fn of<'a>(
    language: &'a str,
    kinds: &'a [&'a str],
    libraries: &'a [String],
) -> impl Iterator<Item = &'static Trap> + 'a {
    TRAPS.iter().filter(move |trap| {
        let used = libraries.is_empty()
            || language != "rust"
            || trap.library.starts_with("std::")
            || libraries.iter().any(|library| library == trap.library);
        trap.language == language && used && trap.kinds.iter().any(|kind| kinds.contains(kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traps_are_sentences_about_kinds_of_the_catalog() {
        for trap in TRAPS {
            assert!(trap.text.ends_with('.'), "{}", trap.text);
            for kind in trap.kinds {
                assert!(crate::catalog::kind(kind).is_some(), "{kind}");
            }
        }
    }

    #[test]
    fn only_what_is_in_use_is_told() {
        let libraries = |names: &[&str]| -> Vec<String> {
            let names = names.iter().map(|name| (*name).to_owned());
            names.collect()
        };
        let told = |kinds: &[&str], names: &[&str]| -> Vec<&str> {
            of("rust", kinds, &libraries(names))
                .map(|trap| trap.library)
                .collect()
        };
        assert_eq!(told(&["cache"], &["redis", "reqwest"]), ["redis", "redis"]);
        assert_eq!(told(&["filesystem"], &["serde"]), ["std::fs"]);
        assert_eq!(told(&["http"], &["serde"]), [""; 0]);
        assert!(told(&["http"], &[]).contains(&"reqwest"));
        assert_eq!(told(&[], &[]), [""; 0]);
    }
}
