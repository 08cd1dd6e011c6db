//! `redis::RedisError`.

use redis::{ErrorKind, RedisError};

super::failure_modes!(RedisError, "RedisError", CACHE, mode, sample);

fn mode(error: &RedisError) -> &'static str {
    // Before the connection: a time-out is an error of input and output as well.
    if error.is_timeout() {
        return "timeout";
    }
    if error.is_connection_refusal() || error.is_connection_dropped() || error.is_io_error() {
        return "connection";
    }
    // By the server's own word: most of its errors are one and the same kind to the library.
    match error.code() {
        Some("OOM") => return "out_of_memory",
        Some("MISCONF" | "NOREPLICAS") => return "persistence_blocked",
        Some("NOAUTH" | "WRONGPASS" | "NOPERM") => return "auth",
        Some("WRONGTYPE" | "CROSSSLOT") => return "wrong_type",
        Some("NOSCRIPT" | "BUSY") => return "script",
        Some("EXECABORT" | "BUSYKEY") => return "write_conflict",
        Some("LOADING" | "TRYAGAIN" | "CLUSTERDOWN" | "MASTERDOWN" | "READONLY") => {
            return "loading_or_failover";
        }
        _ => {}
    }
    match error.kind() {
        ErrorKind::Parse => "decode",
        ErrorKind::AuthenticationFailed => "auth",
        ErrorKind::UnexpectedReturnType => "wrong_type",
        ErrorKind::MasterNameNotFoundBySentinel
        | ErrorKind::NoValidReplicasFoundBySentinel
        | ErrorKind::ClusterConnectionNotFound => "connection",
        _ => "other",
    }
}

fn sample(mode: &str) -> Option<RedisError> {
    use std::io;
    let said = |code: &str| Some(redis::make_extension_error(code.to_owned(), None));
    match mode {
        "connection" => Some(io::Error::from(io::ErrorKind::ConnectionRefused).into()),
        "timeout" => Some(io::Error::from(io::ErrorKind::TimedOut).into()),
        "write_conflict" => said("BUSYKEY"),
        "loading_or_failover" => said("LOADING"),
        "out_of_memory" => said("OOM"),
        "persistence_blocked" => said("MISCONF"),
        "auth" => said("NOAUTH"),
        "wrong_type" => said("WRONGTYPE"),
        "script" => said("NOSCRIPT"),
        "decode" => Some((ErrorKind::Parse, "made by cargo verify-contracts").into()),
        "other" => Some((ErrorKind::Client, "made by cargo verify-contracts").into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FailureModes;

    /// What the library makes of an answer of the server.
    fn answered(line: &str) -> &'static str {
        let value = redis::parse_redis_value(line.as_bytes()).unwrap();
        mode(&value.extract_error().unwrap_err())
    }

    #[test]
    fn what_the_server_says_is_told_by_its_first_word() {
        for (line, mode) in [
            ("-OOM command not allowed\r\n", "out_of_memory"),
            ("-MISCONF errors writing to disk\r\n", "persistence_blocked"),
            ("-NOREPLICAS not enough\r\n", "persistence_blocked"),
            ("-WRONGTYPE against a key\r\n", "wrong_type"),
            ("-NOAUTH required\r\n", "auth"),
            ("-WRONGPASS invalid\r\n", "auth"),
            ("-NOPERM no permissions\r\n", "auth"),
            ("-BUSY running a script\r\n", "script"),
            ("-NOSCRIPT no matching script\r\n", "script"),
            ("-LOADING the dataset\r\n", "loading_or_failover"),
            ("-READONLY a replica\r\n", "loading_or_failover"),
            ("-EXECABORT discarded\r\n", "write_conflict"),
            ("-ERR unknown command\r\n", "other"),
        ] {
            assert_eq!(answered(line), mode, "{line}");
        }
    }

    #[test]
    fn a_sample_is_what_it_was_made_for() {
        for (index, variant) in RedisError::VARIANTS.iter().enumerate() {
            match RedisError::sample(index) {
                Some(sample) => assert_eq!(sample.variant(), index, "{sample}"),
                // These arrive as an `Ok`.
                None => assert!(
                    ["NotFound", "Stale"].contains(&variant.name),
                    "{}",
                    variant.name
                ),
            }
        }
    }
}
