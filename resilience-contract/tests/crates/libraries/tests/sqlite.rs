//! Real failures of sqlx, from a SQLite database, and calls that it loses.

use std::time::Duration;

use resilience_contract::FailureModes;
use resilience_contract::faults::{self, Calls, CutReport, Told};
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{Executor, Row, Transaction};
use tokio::runtime::Builder;

const SCHEMA: &str = "
    PRAGMA foreign_keys = ON;
    CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE IF NOT EXISTS lines (order_id INTEGER NOT NULL REFERENCES orders (id));
";

async fn pool(folder: &tempfile::TempDir) -> SqlitePool {
    pool_within(Duration::from_secs(60), folder).await.unwrap()
}

/// One that waits no longer than this for a connection.
async fn pool_within(
    time: Duration,
    folder: &tempfile::TempDir,
) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("orders.db"))
        .create_if_missing(true)
        .busy_timeout(Duration::from_millis(1));
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(time)
        .connect_with(options)
        .await?;
    pool.execute(SCHEMA).await?;
    Ok(pool)
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
    let mut time = Duration::from_millis(100);
    // Connecting has to fit into it too, and does not at once on a busy machine.
    let (pool, _holder) = loop {
        if let Ok(pool) = pool_within(time, &folder).await
            && let Ok(holder) = pool.acquire().await
        {
            break (pool, holder);
        }
        assert!(time < Duration::from_secs(60));
        time *= 4;
    };
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

/// A transfer by a guard, which every call of is lost in turn: what it says if the COMMIT
/// fails is given.
fn lost(on_commit: Told) -> CutReport {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    // One waits for what the other has not yet given up.
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("accounts.db"))
        .create_if_missing(true)
        .busy_timeout(Duration::from_secs(60));
    let pool = || SqlitePoolOptions::new().connect_with(options.clone());
    let (pool, watcher) =
        runtime.block_on(async { (pool().await.unwrap(), pool().await.unwrap()) });
    let past = |sql: &'static str| {
        runtime.block_on(watcher.execute(sql)).unwrap();
    };
    let ask = |sql: &'static str| -> i64 {
        let row = runtime.block_on(watcher.fetch_one(sql)).unwrap();
        row.get(0)
    };
    past("CREATE TABLE accounts (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)");
    let calls = Calls::<sqlx::Error>::new();
    let transfer = async || {
        let mut transaction = calls.connect_async(async || pool.begin().await).await?;
        for change in [
            "UPDATE accounts SET amount = amount - 10 WHERE id = 1",
            "UPDATE accounts SET amount = amount + 10 WHERE id = 2",
        ] {
            let run = async |transaction: &mut Transaction<'static, Sqlite>| {
                transaction.execute(change).await
            };
            transaction.call_async("UPDATE", run).await?;
        }
        Ok::<_, sqlx::Error>(transaction)
    };
    let act = || {
        runtime.block_on(async {
            let Ok(transaction) = transfer().await else {
                return Told::Aborted;
            };
            let commit =
                async |transaction: Transaction<'static, Sqlite>| transaction.commit().await;
            match transaction.last_async("COMMIT", commit).await {
                Ok(()) => Told::Committed,
                Err(error) => {
                    assert_eq!(error.failure_mode(), Some("connection"), "{error:?}");
                    on_commit
                }
            }
        })
    };
    faults::Transaction::new(act, || {
        u64::try_from(ask("SELECT amount - 100 FROM accounts WHERE id = 2") / 10).unwrap()
    })
    .before(|| past("DELETE FROM accounts; INSERT INTO accounts VALUES (1, 100), (2, 100)"))
    .invariant("money is conserved", || {
        ask("SELECT sum(amount) FROM accounts") == 200
    })
    .cut_everywhere(&calls)
    .unwrap()
}

#[test]
fn a_guard_that_is_lost_is_rolled_back_and_its_commit_is_unknown() {
    let report = lost(Told::Unknown);
    assert!(report.is_clean(), "{report}");
    let names = report.runs.iter().filter(|run| run.message > 0);
    let names: Vec<&str> = names.map(|run| run.name.as_str()).collect();
    assert_eq!(names, ["connect", "UPDATE", "UPDATE", "COMMIT"].repeat(4));
}

#[test]
fn a_commit_whose_reply_is_lost_is_no_failure() {
    let report = lost(Told::Aborted);
    let expected = "16 runs with a lost message\n\
         reply 4 (COMMIT) lost: it said that it was aborted, and it took effect\n\
         reply 4 (COMMIT) lost and all later ones: it said that it was aborted, and it took effect\n";
    assert_eq!(report.to_string(), expected);
}
