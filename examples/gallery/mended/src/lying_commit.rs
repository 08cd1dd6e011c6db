//! The answer to COMMIT is looked at: `ROLLBACK` is a failure.

use gallery_world::{CommandTag, DbError, Script};
use resilience_contract::{FailureModes, external, resilience_contract};

/// A database in a transaction.
#[derive(Debug)]
pub struct Db {
    insert: Script<(), DbError>,
    commit: Script<CommandTag, DbError>,
}

#[derive(Debug, PartialEq, FailureModes)]
pub enum TransferError {
    Unavailable,
    /// Look it up by its number before it is sent again.
    Unknown,
    NotBooked,
}

impl From<DbError> for TransferError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Connection | DbError::Broken => Self::Unavailable,
            DbError::Timeout => Self::Unknown,
            DbError::WriteConflict => Self::NotBooked,
        }
    }
}

#[resilience_contract("transfer.book", file = "../contracts/transfer.toml")]
pub fn book(db: &Db) -> Result<(), TransferError> {
    external!(db, db.insert.ask())?;
    match external!(db, db.commit.ask())? {
        CommandTag::Commit => Ok(()),
        CommandTag::Rollback => Err(TransferError::NotBooked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn db(insert: Result<(), DbError>, commit: Result<CommandTag, DbError>) -> Db {
        let (insert, commit) = (Script::of([insert]), Script::of([commit]));
        Db { insert, commit }
    }

    #[test]
    fn a_transfer_is_booked() {
        assert_eq!(book(&db(Ok(()), Ok(CommandTag::Commit))), Ok(()));
    }

    #[test]
    fn a_commit_that_rolls_back_has_booked_nothing() {
        let db = db(Ok(()), Ok(CommandTag::Rollback));
        assert_eq!(book(&db), Err(TransferError::NotBooked));
    }

    #[test]
    fn whatever_fails_is_said() {
        for (error, expected) in [
            (DbError::Connection, TransferError::Unavailable),
            (DbError::Timeout, TransferError::Unknown),
            (DbError::WriteConflict, TransferError::NotBooked),
            (DbError::Broken, TransferError::Unavailable),
        ] {
            assert_eq!(book(&db(Err(error), Ok(CommandTag::Commit))), Err(expected));
        }
        for (error, expected) in [
            (DbError::Connection, TransferError::Unavailable),
            (DbError::Timeout, TransferError::Unknown),
            (DbError::WriteConflict, TransferError::NotBooked),
            (DbError::Broken, TransferError::Unavailable),
        ] {
            assert_eq!(book(&db(Ok(()), Err(error))), Err(expected));
        }
    }
}
