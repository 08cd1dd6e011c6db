//! The order store: SQLite through a pool of connections.
//!
//! It knows what an order is but not what a charge means: deciding what to do about a failure is
//! for its callers.

use crate::model::{NewOrder, Order, Receipt};
use resilience_contract::FailureModes;
use sqlx::error::DatabaseError;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteRow};
use sqlx::{Executor, Row};
use std::error::Error;
use std::path::Path;
use std::time::Duration;

/// The store's name in logs and in the contracts.
pub const SERVICE: &str = "orders-db";

/// More orders than this are never listed at once.
pub const LONGEST_LIST: i64 = 100;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS orders (
        id INTEGER PRIMARY KEY,
        amount_cents INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS charges (
        order_id INTEGER PRIMARY KEY REFERENCES orders (id),
        receipt TEXT NOT NULL
    );
";

/// The limits of the store. Each fits into the next: for a lock, for a connection, for a whole
/// operation.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// How long a statement waits for another connection's lock.
    pub busy_timeout: Duration,
    /// How long an operation waits for a connection of the pool.
    pub acquire_timeout: Duration,
    /// How long an operation may take altogether.
    pub timeout: Duration,
    /// The size of the pool.
    pub max_connections: u32,
}

impl Default for StoreConfig {
    /// The time limit of the contracts.
    fn default() -> Self {
        Self {
            busy_timeout: Duration::from_millis(300),
            acquire_timeout: Duration::from_millis(500),
            timeout: Duration::from_secs(1),
            max_connections: 4,
        }
    }
}

/// How an operation of the store fails.
#[derive(Debug, thiserror::Error, FailureModes)]
pub enum StoreError {
    /// There is no connection, so nothing was done.
    #[error("no connection to the order store")]
    #[failure(sample = StoreError::Connection(sqlx::Error::PoolClosed))]
    Connection(#[source] sqlx::Error),
    /// It took too long; a commit may have gone through.
    #[error("the order store did not answer in time")]
    Timeout,
    /// Another connection holds the lock; nothing was done.
    #[error("the order store is locked")]
    #[failure(sample = StoreError::WriteConflict(sqlx::Error::Protocol("locked".into())))]
    WriteConflict(#[source] sqlx::Error),
    /// The order is there already.
    #[error("the order is stored already")]
    UniqueViolation,
    /// The database is not what we take it for.
    #[error("the order store failed")]
    #[failure(mode = "other", sample = StoreError::Unexpected(sqlx::Error::WorkerCrashed))]
    Unexpected(#[source] sqlx::Error),
}

impl StoreError {
    /// Logs the failure that ended an operation. An order that comes twice is the caller's affair
    /// and alarms nobody.
    pub(crate) fn log(&self, correlation_id: &str, order: Option<i64>) {
        let error: &(dyn Error + 'static) = self;
        if matches!(self, Self::UniqueViolation) {
            tracing::info!(
                correlation_id,
                service = SERVICE,
                order,
                error,
                "not recorded again"
            );
        } else {
            tracing::error!(
                correlation_id,
                service = SERVICE,
                order,
                error,
                "the order store failed"
            );
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_) | sqlx::Error::PoolClosed => Self::Connection(error),
            // Nothing was asked of the database; but whoever waited does the same after either.
            sqlx::Error::PoolTimedOut => Self::Timeout,
            sqlx::Error::Database(e) if e.is_unique_violation() => Self::UniqueViolation,
            sqlx::Error::Database(e) => match primary_code(e.as_ref()) {
                Some(SQLITE_BUSY | SQLITE_LOCKED) => Self::WriteConflict(error),
                Some(SQLITE_CANTOPEN) => Self::Connection(error),
                _ => Self::Unexpected(error),
            },
            _ => Self::Unexpected(error),
        }
    }
}

const SQLITE_BUSY: u32 = 5;
const SQLITE_LOCKED: u32 = 6;
const SQLITE_CANTOPEN: u32 = 14;

/// SQLite's code without the detail in its upper bits. To sqlx all of these errors are of one kind.
fn primary_code(error: &dyn DatabaseError) -> Option<u32> {
    let extended: u32 = error.code()?.parse().ok()?;
    Some(extended & 0xff)
}

/// Opens the database, and makes it if there is none.
///
/// # Errors
///
/// If the file cannot be opened or the tables cannot be made.
pub async fn connect(path: &Path, config: &StoreConfig) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .busy_timeout(config.busy_timeout);
    let pool = SqlitePoolOptions::new()
        .max_connections(config.max_connections)
        .acquire_timeout(config.acquire_timeout)
        .connect_with(options)
        .await?;
    pool.execute(SCHEMA).await?;
    Ok(pool)
}

/// The orders and their charges.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
    timeout: Duration,
}

impl Store {
    /// A store over a pool, none of whose operations takes longer than `timeout`.
    pub fn new(pool: SqlitePool, timeout: Duration) -> Self {
        Self { pool, timeout }
    }

    /// Records an order and its charge: both or none.
    ///
    /// # Errors
    ///
    /// If either could not be stored. Only after a time-out may both be there all the same.
    pub async fn record(&self, order: &NewOrder, receipt: &Receipt) -> Result<(), StoreError> {
        self.limited(async {
            // Takes the lock for writing at once: nothing is half done when another connection has
            // it. An early return drops the transaction, which rolls it back.
            let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
            sqlx::query("INSERT INTO orders (id, amount_cents) VALUES (?, ?)")
                .bind(order.id)
                .bind(order.amount_cents)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("INSERT INTO charges (order_id, receipt) VALUES (?, ?)")
                .bind(order.id)
                .bind(&receipt.id)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await
        })
        .await
    }

    /// The orders with the highest numbers, highest first.
    ///
    /// # Errors
    ///
    /// If they could not be read, all of them.
    pub async fn list(&self) -> Result<Vec<Order>, StoreError> {
        self.limited(async {
            let rows = sqlx::query(
                "SELECT orders.id, orders.amount_cents, charges.receipt
                 FROM orders JOIN charges ON charges.order_id = orders.id
                 ORDER BY orders.id DESC LIMIT ?",
            )
            .bind(LONGEST_LIST)
            .fetch_all(&self.pool)
            .await?;
            rows.iter().map(order).collect()
        })
        .await
    }

    /// Gives up on an operation that takes too long: sqlx by itself would wait for ever.
    async fn limited<T>(
        &self,
        operation: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        match tokio::time::timeout(self.timeout, operation).await {
            Ok(outcome) => outcome.map_err(StoreError::from),
            Err(_elapsed) => Err(StoreError::Timeout),
        }
    }
}

fn order(row: &SqliteRow) -> Result<Order, sqlx::Error> {
    Ok(Order {
        id: row.try_get("id")?,
        amount_cents: row.try_get("amount_cents")?,
        receipt: row.try_get("receipt")?,
    })
}
