//! sqlx on PostgreSQL; the codes are the same, the way to them is another.

use std::time::Duration;

use resilience_contract::{FailureModes, OkFailure, Rows};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection, Error, Executor, PgConnection, Row};

use crate::{SLEEP, Server, server};

fn mode<T>(outcome: Result<T, Error>) -> &'static str {
    match outcome {
        Ok(_) => panic!("it succeeded"),
        Err(error) => error.failure_mode().unwrap(),
    }
}

fn options(server: &Server) -> PgConnectOptions {
    PgConnectOptions::new()
        .host(&server.host)
        .port(server.port.parse().unwrap())
        .username(&server.user)
        .password(&server.password)
        .database("postgres")
}

/// One connection, with a table of its own.
async fn pool(server: &Server) -> PgPool {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(60))
        .connect_with(options(server))
        .await
        .unwrap();
    let table = "CREATE TEMPORARY TABLE orders (id INT PRIMARY KEY, name TEXT NOT NULL)";
    pool.execute(table).await.unwrap();
    pool.execute("INSERT INTO orders VALUES (1, 'a')")
        .await
        .unwrap();
    pool
}

#[tokio::test]
async fn what_a_statement_breaks_is_told_by_its_code() {
    let pool = pool(&server!()).await;
    for (statement, expected) in [
        ("INSERT INTO orders VALUES (1, 'b')", "unique_violation"),
        ("INSERT INTO orders VALUES (2, NULL)", "integrity_violation"),
        ("SELECT * FROM nothing", "bug"),
        ("SELECT 1 / 0", "other"),
    ] {
        assert_eq!(mode(pool.execute(statement).await), expected, "{statement}");
    }
    pool.execute("SET statement_timeout = '200ms'")
        .await
        .unwrap();
    assert_eq!(mode(pool.execute(SLEEP).await), "timeout");
}

#[tokio::test]
async fn no_row_is_not_found_as_an_error_and_inside_of_ok() {
    let pool = pool(&server!()).await;
    let none = "SELECT * FROM orders WHERE id = 9";
    assert_eq!(mode(pool.fetch_one(none).await), "not_found");
    assert_eq!(
        Rows(pool.fetch_optional(none).await.unwrap()).failure_mode(),
        Some("not_found")
    );
    for (update, expected) in [
        (
            "UPDATE orders SET name = 'z' WHERE id = 9",
            Some("not_found"),
        ),
        ("UPDATE orders SET name = 'z' WHERE id = 1", None),
    ] {
        let done = pool.execute(update).await;
        assert_eq!(
            done.map(|done| Rows(done.rows_affected()))
                .unwrap()
                .failure_mode(),
            expected
        );
    }
}

#[tokio::test]
async fn a_column_of_another_type_cannot_be_decoded() {
    let pool = pool(&server!()).await;
    let row = pool.fetch_one("SELECT name FROM orders").await.unwrap();
    assert_eq!(mode(row.try_get::<i64, _>("name")), "decode");
}

#[tokio::test]
async fn a_wrong_password_is_no_permission_and_a_wrong_port_no_connection() {
    let server = server!();
    let connect = |options| async move { PgConnection::connect_with(&options).await };
    assert_eq!(
        mode(connect(options(&server).password("wrong")).await),
        "permission"
    );
    assert_eq!(mode(connect(options(&server).port(1)).await), "connection");
    // A pool tries again until its own time is up, and then knows no more than that.
    let pool = PgPoolOptions::new().acquire_timeout(Duration::from_millis(100));
    assert_eq!(
        mode(pool.connect_with(options(&server).port(1)).await),
        "pool_exhausted"
    );
}

#[tokio::test]
async fn a_session_that_the_server_ends_has_failed_over() {
    let server = server!();
    let (one, other) = (pool(&server).await, pool(&server).await);
    let pid: i32 = one
        .fetch_one("SELECT pg_backend_pid()")
        .await
        .unwrap()
        .get(0);
    let kill = format!("SELECT pg_terminate_backend({pid})");
    let (ended, killed) = tokio::join!(one.execute(SLEEP), async {
        let sleeping = "SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'";
        let asleep = || sqlx::query(sleeping).bind(pid).execute(&other);
        while asleep().await.unwrap().rows_affected() == 0 {}
        other.execute(sqlx::AssertSqlSafe(kill)).await
    });
    killed.unwrap();
    assert_eq!(mode(ended), "failover");
}
