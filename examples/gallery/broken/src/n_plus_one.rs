//! 501 queries for 500 users. On the developer's machine there were three users.

use std::cell::Cell;

use gallery_world::DbError;
use resilience_contract::{FailureModes, external, resilience_contract};

/// A database with so many users, each of whom has ordered for as many cents as their number.
/// It fails at the query that it is told to fail at.
#[derive(Debug)]
pub struct Db {
    pub users: u32,
    pub fails: Option<(u32, DbError)>,
    pub queries: Cell<u32>,
}

impl Db {
    fn query<T>(&self, answer: T) -> Result<T, DbError> {
        self.queries.set(self.queries.get() + 1);
        match self.fails {
            Some((at, error)) if at == self.queries.get() => Err(error),
            _ => Ok(answer),
        }
    }

    fn users(&self) -> Result<Vec<u32>, DbError> {
        self.query((1..=self.users).collect())
    }

    fn orders_of(&self, users: &[u32]) -> Result<Vec<u32>, DbError> {
        self.query(users.to_vec())
    }
}

#[derive(Debug, PartialEq, FailureModes)]
pub enum ReportError {
    Unavailable,
    Slow,
    Broken,
}

impl From<DbError> for ReportError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Connection => Self::Unavailable,
            DbError::Timeout => Self::Slow,
            DbError::WriteConflict | DbError::Broken => Self::Broken,
        }
    }
}

#[resilience_contract("report.turnover", file = "../contracts/report.toml")]
pub fn turnover(db: &Db) -> Result<Vec<u32>, ReportError> {
    let mut turnover = Vec::new();
    for user in external!(db, db.users())? {
        // One more round trip for each.
        turnover.push(external!(db, db.orders_of(&[user]))?.iter().sum());
    }
    Ok(turnover)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn db(users: u32, fails: Option<(u32, DbError)>) -> Db {
        let queries = Cell::new(0);
        Db {
            users,
            fails,
            queries,
        }
    }

    #[test]
    fn every_user_is_in_the_report() {
        let cents: Vec<u32> = (1..=500).collect();
        assert_eq!(turnover(&db(500, None)), Ok(cents));
    }

    #[test]
    fn a_database_that_fails_at_any_query_fails_the_report() {
        for at in [1, 2] {
            for (error, expected) in [
                (DbError::Connection, ReportError::Unavailable),
                (DbError::Timeout, ReportError::Slow),
                (DbError::Broken, ReportError::Broken),
            ] {
                assert_eq!(turnover(&db(1, Some((at, error)))), Err(expected));
            }
        }
    }
}
