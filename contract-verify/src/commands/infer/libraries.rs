//! By which paths a library is known, what kind of interface it stands for, and which of its
//! calls reach out.
//!
//! Most of what code does with a library stays at home: builders are filled, commands put
//! together, rows taken apart. A call of it counts where it is awaited, or where a method of
//! its chain is one that acts.

/// A library, or a part of one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Library {
    /// The beginning of its paths.
    pub(super) path: &'static str,
    /// A kind of the catalog.
    pub(super) kind: &'static str,
    /// What an interface is called that is known by nothing else.
    pub(super) name: &'static str,
    /// The methods that reach out without being awaited; none where all of them do.
    acts: &'static [&'static str],
}

macro_rules! libraries {
    ($($kind:literal $name:literal $acts:expr => $($path:literal),+;)+) => {
        &[$($(Library { path: $path, kind: $kind, name: $name, acts: $acts }),+),+]
    };
}

const REQUESTS: &[&str] = &[
    "send",
    "execute",
    "call",
    "send_json",
    "send_form",
    "send_string",
    "send_bytes",
    "send_async",
];

const QUERIES: &[&str] = &[
    "execute",
    "execute_batch",
    "batch_execute",
    "query",
    "query_one",
    "query_opt",
    "query_raw",
    "query_row",
    "query_map",
    "query_and_then",
    "query_drop",
    "query_first",
    "query_iter",
    "fetch",
    "fetch_one",
    "fetch_all",
    "fetch_optional",
    "fetch_many",
    "load",
    "get_result",
    "get_results",
    "first",
    "prepare",
    "prepare_cached",
    "exec",
    "exec_drop",
    "exec_first",
    "exec_batch",
    "commit",
    "rollback",
    "transaction",
    "establish",
    "open",
    "connect",
    "simple_query",
    "insert_one",
    "insert_many",
    "find_one",
    "update_one",
    "delete_one",
];

const COMMANDS: &[&str] = &[
    "query",
    "exec",
    "get_connection",
    "get",
    "get_ex",
    "get_del",
    "set",
    "set_ex",
    "set_nx",
    "set_options",
    "mget",
    "mset",
    "del",
    "incr",
    "decr",
    "exists",
    "expire",
    "ttl",
    "hget",
    "hset",
    "hdel",
    "hgetall",
    "lpush",
    "rpush",
    "lpop",
    "rpop",
    "blpop",
    "brpop",
    "sadd",
    "srem",
    "smembers",
    "zadd",
    "zrem",
    "publish",
    "subscribe",
    "xadd",
];

const MESSAGES: &[&str] = &[
    "send",
    "try_send",
    "send_async",
    "publish",
    "try_publish",
    "poll",
    "commit",
    "subscribe",
    "try_subscribe",
    "flush",
];

const RUNS: &[&str] = &[
    "spawn",
    "output",
    "status",
    "exec",
    "wait",
    "wait_with_output",
    "try_wait",
    "kill",
    "run",
    "read",
    "start",
    "reader",
];

/// The longer path first, where one is the beginning of another.
const LIBRARIES: &[Library] = libraries! {
    "http" "api" REQUESTS => "reqwest", "ureq", "hyper", "hyper_util", "isahc", "surf", "awc", "attohttpc",
        "reqwest_middleware", "octocrab";
    "grpc" "service" &["connect"] => "tonic";
    "database" "database" QUERIES => "sqlx", "tokio_postgres", "postgres", "diesel", "diesel_async", "sea_orm",
        "rusqlite", "mysql_async", "mysql", "mongodb", "deadpool_postgres", "bb8_postgres", "scylla", "tiberius", "libsql",
        "clickhouse";
    "cache" "cache" COMMANDS => "redis", "fred", "deadpool_redis", "bb8_redis",
        "memcache";
    "queue" "queue" MESSAGES => "lapin", "rdkafka", "async_nats", "pulsar", "aws_sdk_sqs", "rumqttc", "kafka";
    "filesystem" "files" &["open"] => "std::fs::OpenOptions", "tokio::fs::OpenOptions", "async_std::fs::OpenOptions",
        "fs_err::OpenOptions";
    "filesystem" "files" &["tempfile", "tempfile_in", "tempdir", "tempdir_in", "make", "make_in"] =>
        "tempfile::Builder";
    "filesystem" "files" &[] => "std::fs", "tokio::fs", "async_std::fs", "fs_err", "smol::fs", "tempfile";
    "object_store" "objects" &[] => "aws_sdk_s3", "object_store", "s3", "opendal", "google_cloud_storage";
    "auth" "identity" &["decode", "encode", "request", "request_async"] => "oauth2", "openidconnect", "jsonwebtoken";
    "dns_tls" "names" &["lookup", "lookup_ip", "resolve", "reverse_lookup"] => "hickory_resolver", "trust_dns_resolver";
    "subprocess" "program" RUNS => "std::process::Command", "tokio::process::Command", "async_process::Command",
        "std::process::Child", "tokio::process::Child", "duct";
};

/// Parts of libraries that call nothing: values, errors, settings, the side that is called.
const VALUES: &[&str] = &[
    "server",
    "Server",
    "Error",
    "ErrorKind",
    "Url",
    "StatusCode",
    "Method",
    "header",
    "HeaderMap",
    "HeaderName",
    "HeaderValue",
    "Status",
    "Request",
    "Response",
    "Code",
    "MetadataMap",
    "Row",
    "PgRow",
    "MySqlRow",
    "SqliteRow",
    "AnyRow",
    "Permissions",
    "Metadata",
    "FileType",
    "RedisError",
    "Uri",
    "Version",
    "Body",
    "Bytes",
    "Streaming",
    "Path",
    "ObjectMeta",
];

/// Methods that only make, hand on or ask for what is at hand.
const AT_HOME: &[&str] = &[
    "new",
    "default",
    "builder",
    "build",
    "clone",
    "as_ref",
    "as_mut",
    "path",
    "as_path",
    "to_path_buf",
    "into_path",
    "into_inner",
    "display",
    "file_name",
    "is_file",
    "is_dir",
    "is_symlink",
    "to_owned",
    "iter",
    "as_str",
];

/// Methods of pools, clients and connections that give another handle of the same library.
const HANDS_ON: &[&str] = &[
    "acquire",
    "begin",
    "connect",
    "connection",
    "get_conn",
    "get_connection",
    "get_multiplexed_async_connection",
    "get_multiplexed_tokio_connection",
    "get_async_connection",
    "transaction",
    "create_channel",
    "channel",
    "clone",
    "build",
    "spawn",
    "open",
    "create",
    "get_or_init",
];

impl Library {
    /// Whether a call goes outside, by what is asked of the library, in order.
    pub(super) fn reaches_out(&self, asked: &[String], awaited: bool) -> bool {
        let mut asked = asked.iter().map(String::as_str);
        if self.acts.is_empty() || awaited {
            // A handle that is only named is not asked anything.
            return asked.any(|word| self.acts.contains(&word) || !AT_HOME.contains(&word));
        }
        asked.any(|word| self.acts.contains(&word))
    }
}

/// Whether a method asks something of whoever has it, and is not about the value at hand.
pub(super) fn asks(method: &str) -> bool {
    !AT_HOME.contains(&method) && !UNPACKS.contains(&method)
}

/// Whether what a chain of calls ends in is a handle of the library that it began with: a
/// connection of a pool, and not what the connection has answered.
pub(super) fn is_handle(root: &[String], methods: &[String]) -> bool {
    match methods
        .iter()
        .rev()
        .find(|word| !UNPACKS.contains(&word.as_str()))
    {
        Some(last) => HANDS_ON.contains(&last.as_str()),
        // `Client::new()`, and not `reqwest::get(…)`.
        None => root
            .iter()
            .rev()
            .nth(1)
            .is_some_and(|owner| owner.starts_with(|letter: char| letter.is_uppercase())),
    }
}

/// Methods that take a value out of a `Result` or an `Option`.
const UNPACKS: &[&str] = &[
    "unwrap",
    "expect",
    "unwrap_or_else",
    "unwrap_or_default",
    "map_err",
    "context",
    "with_context",
    "wrap_err",
    "wrap_err_with",
    "ok_or",
    "ok_or_else",
    "into_diagnostic",
    "change_context",
];

/// The library that a path leads into.
pub(super) fn of_path(path: &[String]) -> Option<&'static Library> {
    if path.iter().any(|part| VALUES.contains(&part.as_str())) {
        return None;
    }
    let begins = |library: &&Library| {
        let parts: Vec<&str> = library.path.split("::").collect();
        path.len() >= parts.len() && parts.iter().zip(path).all(|(known, part)| known == part)
    };
    LIBRARIES.iter().find(begins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract_spec::catalog;

    fn kind(path: &str) -> Option<&'static str> {
        let path: Vec<String> = path.split("::").map(str::to_owned).collect();
        of_path(&path).map(|library| library.kind)
    }

    #[test]
    fn every_library_is_of_a_kind_of_the_catalog() {
        for library in LIBRARIES {
            let kind = catalog::kind(library.kind).unwrap();
            assert!(
                kind.is_interface() && kind.mandatory().next().is_some(),
                "{}",
                library.path
            );
        }
    }

    #[test]
    fn paths_are_known_by_their_beginnings_and_values_call_nothing() {
        assert_eq!(kind("reqwest::Client"), Some("http"));
        assert_eq!(kind("std::fs::File::open"), Some("filesystem"));
        assert_eq!(kind("std::process::Command::new"), Some("subprocess"));
        assert_eq!(kind("std::process::exit"), None);
        assert_eq!(kind("std::io::stdin"), None);
        assert_eq!(kind("reqwest::Error"), None);
        assert_eq!(kind("tonic::Status::internal"), None);
        assert_eq!(kind("std"), None);
        assert_eq!(kind("sqlx::postgres::PgRow"), None);
        assert_eq!(kind("tonic::server::Grpc"), None);
    }

    fn reaches_out(path: &str, asked: &[&str], awaited: bool) -> bool {
        let path: Vec<String> = path.split("::").map(str::to_owned).collect();
        let asked: Vec<String> = asked.iter().map(|word| (*word).to_owned()).collect();
        of_path(&path).unwrap().reaches_out(&asked, awaited)
    }

    #[test]
    fn what_is_put_together_stays_at_home_until_it_acts() {
        assert!(!reaches_out(
            "reqwest::Client",
            &["builder", "timeout", "build"],
            false
        ));
        assert!(reaches_out(
            "reqwest::blocking::Client",
            &["get", "send"],
            false
        ));
        assert!(reaches_out("reqwest::Client", &["get", "send"], true));
        assert!(!reaches_out(
            "std::process::Command",
            &["new", "arg", "env"],
            false
        ));
        assert!(reaches_out(
            "std::process::Command",
            &["new", "arg", "output"],
            false
        ));
        assert!(!reaches_out(
            "std::fs::OpenOptions",
            &["new", "write"],
            false
        ));
        assert!(reaches_out(
            "std::fs::OpenOptions",
            &["new", "write", "open"],
            false
        ));
        assert!(reaches_out("std::fs", &["write"], false));
        assert!(!reaches_out("tempfile::TempDir", &["path"], false));
        assert!(!reaches_out("sqlx::PgPool", &["clone"], true));
    }

    #[test]
    fn a_connection_is_a_handle_and_an_answer_is_none() {
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert!(is_handle(&words("pool"), &words("acquire map_err")));
        assert!(!is_handle(&words("pool"), &words("fetch_one")));
        assert!(is_handle(&words("reqwest Client new"), &[]));
        assert!(!is_handle(&words("reqwest get"), &words("unwrap")));
    }
}
