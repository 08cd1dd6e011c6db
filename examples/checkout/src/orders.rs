//! Listing orders.

use crate::model::Order;
use crate::store::{Store, StoreError};
use resilience_contract::{FailureModes, external, resilience_contract};

/// How listing orders fails, by what the caller can do about it. The causes are in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, FailureModes)]
pub enum ListError {
    /// The database cannot be reached. Ask again later.
    #[error("the order store cannot be reached")]
    Unavailable,
    /// The database is too slow. Ask again, and less often.
    #[error("the order store did not answer in time")]
    Timeout,
    /// Somebody has locked the database. Ask again at once.
    #[error("the order store is busy")]
    Busy,
    /// The database is broken. Have somebody look.
    #[error("the order store failed")]
    Unexpected,
}

impl From<StoreError> for ListError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Connection(_) => Self::Unavailable,
            StoreError::Timeout => Self::Timeout,
            StoreError::WriteConflict(_) => Self::Busy,
            // Reading violates no key; if it claims to, something is very wrong.
            StoreError::UniqueViolation | StoreError::Unexpected(_) => Self::Unexpected,
        }
    }
}

/// Lists the orders with the highest numbers and the receipts of their charges.
///
/// # Errors
///
/// If the orders could not be read. An empty list means that there are none.
#[resilience_contract("orders.list")]
pub async fn list(store: &Store, correlation_id: &str) -> Result<Vec<Order>, ListError> {
    let orders = external!(orders, store.list().await)
        .inspect_err(|error| error.log(correlation_id, None))?;
    Ok(orders)
}
