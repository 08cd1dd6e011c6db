//! What the stories run into: services that answer as they are told.

use std::cell::RefCell;
use std::collections::VecDeque;

use resilience_contract::{FailureModes, OkFailure};

pub mod ledger;

/// A service with its answers, one for each call and no more.
#[derive(Debug)]
pub struct Script<T, E> {
    answers: RefCell<VecDeque<Result<T, E>>>,
}

impl<T, E> Script<T, E> {
    /// One that gives these answers.
    pub fn of(answers: impl IntoIterator<Item = Result<T, E>>) -> Self {
        let answers = RefCell::new(answers.into_iter().collect());
        Self { answers }
    }

    /// The next answer.
    ///
    /// # Panics
    ///
    /// If there is none: it was asked more often than the test allows.
    pub fn ask(&self) -> Result<T, E> {
        let answer = self.answers.borrow_mut().pop_front();
        answer.expect("asked more often than expected")
    }

    /// How many answers nobody has asked for.
    pub fn left(&self) -> usize {
        self.answers.borrow().len()
    }
}

/// How an HTTP API fails.
#[derive(Debug, Clone, Copy, PartialEq, FailureModes)]
pub enum HttpError {
    Timeout,
    Unauthorized,
    NotFound,
    #[failure(mode = "server_error")]
    Status(u16),
    #[failure(mode = "other")]
    Malformed,
}

impl std::fmt::Display for HttpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Timeout => f.write_str("no answer within 2 s"),
            Self::Unauthorized => f.write_str("401 Unauthorized"),
            Self::NotFound => f.write_str("404 Not Found"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::Malformed => f.write_str("the answer is no JSON"),
        }
    }
}

impl std::error::Error for HttpError {}

/// How a database fails.
#[derive(Debug, Clone, Copy, PartialEq, FailureModes)]
pub enum DbError {
    Connection,
    Timeout,
    WriteConflict,
    #[failure(mode = "other")]
    Broken,
}

/// How a token service fails.
#[derive(Debug, Clone, Copy, PartialEq, FailureModes)]
pub enum TokenError {
    IdpUnavailable,
    CredentialRejected,
    #[failure(mode = "other")]
    Malformed,
}

/// What a database answers to COMMIT: `ROLLBACK` where the transaction had failed before, and
/// the driver says `Ok` to both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CommandTag {
    Commit,
    Rollback,
}

impl OkFailure for CommandTag {
    fn failure_mode(&self) -> Option<&'static str> {
        match self {
            Self::Commit => None,
            Self::Rollback => Some("write_conflict"),
        }
    }
}
