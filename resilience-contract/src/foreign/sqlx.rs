//! `sqlx::Error`, whatever the database.

use std::io;

use sqlx::Error;

use super::sqlstate::{sqlite, sqlstate};

super::failure_modes!(Error, "Error", DATABASE, mode, sample);

fn mode(error: &Error) -> &'static str {
    match error {
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => "timeout",
        Error::Io(_) | Error::Tls(_) => "connection",
        // Also what a pool says that has tried to connect until its time was up.
        Error::PoolTimedOut => "pool_exhausted",
        Error::RowNotFound => "not_found",
        Error::Database(error) => {
            // By the code: to sqlx, a lock and a deadlock are of the kind `Other`.
            let code = error.code().unwrap_or_default();
            match code.parse() {
                // SQLite's are numbers of up to four digits, those of the standard have five letters.
                Ok(number) if code.len() < 5 => sqlite(number),
                _ => sqlstate(&code, error.message()),
            }
        }
        Error::Protocol(_)
        | Error::TypeNotFound { .. }
        | Error::ColumnIndexOutOfBounds { .. }
        | Error::ColumnNotFound(_)
        | Error::ColumnDecode { .. }
        | Error::Decode(_) => "decode",
        Error::Configuration(_)
        | Error::InvalidArgument(_)
        | Error::Encode(_)
        | Error::PoolClosed
        | Error::WorkerCrashed
        | Error::InvalidSavePointStatement
        | Error::BeginFailed => "bug",
        _ => "other",
    }
}

fn sample(mode: &str) -> Option<Error> {
    Some(match mode {
        "connection" => Error::Io(io::ErrorKind::ConnectionRefused.into()),
        "timeout" => Error::Io(io::ErrorKind::TimedOut.into()),
        "not_found" => Error::RowNotFound,
        "pool_exhausted" => Error::PoolTimedOut,
        "decode" => Error::Protocol("made by cargo verify-contracts".into()),
        "bug" => Error::WorkerCrashed,
        "other" => Error::AnyDriverError("made by cargo verify-contracts".into()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FailureModes;

    #[test]
    fn a_sample_is_what_it_was_made_for() {
        let samples: Vec<Error> = (0..Error::VARIANTS.len())
            .filter_map(Error::sample)
            .collect();
        assert_eq!(samples.len(), 7);
        assert_eq!(Error::PoolTimedOut.failure_mode(), Some("pool_exhausted"));
    }
}
