//! By which paths a library is known, and what kind of interface it stands for.

/// A library, or a part of one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Library {
    /// The beginning of its paths.
    pub(super) path: &'static str,
    /// A kind of the catalog.
    pub(super) kind: &'static str,
    /// What an interface is called that is known by nothing else.
    pub(super) name: &'static str,
}

macro_rules! libraries {
    ($($kind:literal $name:literal: $($path:literal),+;)+) => {
        &[$($(Library { path: $path, kind: $kind, name: $name }),+),+]
    };
}

const LIBRARIES: &[Library] = libraries! {
    "http" "api": "reqwest", "ureq", "hyper", "hyper_util", "isahc", "surf", "awc", "attohttpc", "reqwest_middleware";
    "grpc" "service": "tonic";
    "database" "database": "sqlx", "tokio_postgres", "postgres", "diesel", "diesel_async", "sea_orm", "rusqlite",
        "mysql_async", "mysql", "mongodb", "deadpool_postgres", "bb8_postgres", "scylla", "tiberius", "libsql";
    "cache" "cache": "redis", "fred", "deadpool_redis", "bb8_redis", "memcache";
    "queue" "queue": "lapin", "rdkafka", "async_nats", "pulsar", "aws_sdk_sqs", "rumqttc", "kafka";
    "filesystem" "files": "std::fs", "tokio::fs", "async_std::fs", "fs_err", "smol::fs", "tempfile";
    "object_store" "objects": "aws_sdk_s3", "object_store", "s3", "opendal", "google_cloud_storage";
    "auth" "identity": "oauth2", "openidconnect", "jsonwebtoken";
    "dns_tls" "names": "hickory_resolver", "trust_dns_resolver";
    "subprocess" "program": "std::process::Command", "tokio::process::Command", "async_process::Command", "duct";
};

/// Parts of libraries that call nothing: values, errors, settings.
const VALUES: &[&str] = &[
    "Error",
    "ErrorKind",
    "Url",
    "StatusCode",
    "Method",
    "header",
    "HeaderMap",
    "HeaderValue",
    "Status",
    "Request",
    "Response",
    "Code",
    "metadata",
    "Row",
    "Permissions",
    "RedisError",
    "Uri",
    "Version",
    "Body",
    "Bytes",
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
    }
}
