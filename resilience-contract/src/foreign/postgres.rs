//! `tokio_postgres::Error`.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error;

use super::sqlstate::sqlstate;

// Nobody but the library can make one.
super::failure_modes!(Error, "Error", DATABASE, mode, |_| None);

fn mode(error: &Error) -> &'static str {
    if let Some(error) = error.as_db_error() {
        return sqlstate(error.code().code(), error.message());
    }
    if error.is_closed() {
        return "connection";
    }
    if let Some(error) = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>())
    {
        return match error.kind() {
            io::ErrorKind::TimedOut => "timeout",
            _ => "connection",
        };
    }
    // The library keeps its kinds to itself; what it prints is all that is left.
    let text = error.to_string();
    let begins = [
        ("query returned an unexpected number of rows", "not_found"),
        ("timeout waiting for server", "timeout"),
        ("error connecting to server", "connection"),
        ("error performing TLS handshake", "connection"),
        ("authentication error", "permission"),
        ("error deserializing column", "decode"),
        ("error retrieving column", "decode"),
        ("invalid column", "decode"),
        ("unexpected message from server", "decode"),
        ("error parsing response from server", "decode"),
        ("error serializing parameter", "bug"),
        ("expected", "bug"),
        ("invalid configuration", "bug"),
        ("invalid connection string", "bug"),
    ];
    let known = begins
        .iter()
        .find(|(beginning, _)| text.starts_with(beginning));
    known.map_or("other", |(_, mode)| mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_string_that_makes_no_sense_is_a_bug() {
        let error = "host='".parse::<tokio_postgres::Config>().unwrap_err();
        assert_eq!(mode(&error), "bug");
    }
}
