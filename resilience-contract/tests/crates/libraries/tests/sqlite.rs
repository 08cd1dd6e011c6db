//! Real failures of sqlx, from a SQLite database.

use std::time::Duration;

use resilience_contract::FailureModes;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{Executor, Row};

const SCHEMA: &str = "
    PRAGMA foreign_keys = ON;
    CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE IF NOT EXISTS lines (order_id INTEGER NOT NULL REFERENCES orders (id));
";

async fn pool(folder: &tempfile::TempDir) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("orders.db"))
        .create_if_missing(true)
        .busy_timeout(Duration::from_millis(1));
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_millis(50))
        .connect_with(options)
        .await
        .unwrap();
    pool.execute(SCHEMA).await.unwrap();
    pool
}

fn mode<T>(outcome: Result<T, sqlx::Error>) -> Option<&'static str> {
    outcome.err().unwrap().failure_mode()
}

#[tokio::test]
async fn failures_of_a_database_are_told_by_their_codes() {
    let folder = tempfile::tempdir().unwrap();
    let pool = pool(&folder).await;
    let insert = "INSERT INTO orders VALUES (1, 'a')";
    pool.execute(insert).await.unwrap();
    assert_eq!(mode(pool.execute(insert).await), Some("unique_violation"));
    let same_name = "INSERT INTO orders VALUES (2, 'a')";
    assert_eq!(
        mode(pool.execute(same_name).await),
        Some("unique_violation")
    );
    let no_name = "INSERT INTO orders VALUES (2, NULL)";
    assert_eq!(
        mode(pool.execute(no_name).await),
        Some("integrity_violation")
    );
    let no_order = "INSERT INTO lines VALUES (7)";
    assert_eq!(
        mode(pool.execute(no_order).await),
        Some("integrity_violation")
    );
    assert_eq!(
        mode(pool.execute("SELECT * FROM nothing").await),
        Some("bug")
    );
    let none = "SELECT * FROM orders WHERE id = 9";
    assert_eq!(mode(pool.fetch_one(none).await), Some("not_found"));
    let row = pool.fetch_one("SELECT name FROM orders").await.unwrap();
    assert_eq!(mode(row.try_get::<i64, _>("name")), Some("decode"));
    assert_eq!(mode(row.try_get::<i64, _>("age")), Some("decode"));
}

#[tokio::test]
async fn a_lock_is_a_write_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (pool(&folder).await, pool(&folder).await);
    let mut holder = one.acquire().await.unwrap();
    holder.execute("BEGIN IMMEDIATE").await.unwrap();
    let write = other.execute("INSERT INTO orders VALUES (1, 'a')").await;
    assert_eq!(mode(write), Some("write_conflict"));
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_exhausted() {
    let folder = tempfile::tempdir().unwrap();
    let pool = pool(&folder).await;
    let _holder = pool.acquire().await.unwrap();
    assert_eq!(mode(pool.acquire().await), Some("pool_exhausted"));
}

#[tokio::test]
async fn a_database_that_is_not_there_is_no_connection() {
    let options = SqliteConnectOptions::new().filename("/nowhere/at/all.db");
    assert_eq!(
        mode(SqlitePool::connect_with(options).await),
        Some("connection")
    );
}
