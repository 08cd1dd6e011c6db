//! tokio-postgres.

use resilience_contract::{FailureModes, OkFailure, Rows};
use tokio_postgres::{Client, Config, Error, NoTls};

use crate::{SLEEP, Server, server};

/// The mode of an outcome that has to be a failure.
fn mode<T>(outcome: Result<T, Error>) -> &'static str {
    match outcome {
        Ok(_) => panic!("it succeeded"),
        Err(error) => error.failure_mode().unwrap(),
    }
}

fn config(server: &Server) -> Config {
    let mut config = Config::new();
    config.host(&server.host).port(server.port.parse().unwrap());
    config
        .user(&server.user)
        .password(&server.password)
        .dbname("postgres");
    config
}

async fn connect(config: &Config) -> Result<Client, Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// A connection that sees tables of its own only.
async fn client(server: &Server) -> Client {
    let client = connect(&config(server)).await.unwrap();
    let tables = "
        CREATE TEMPORARY TABLE orders (id INT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TEMPORARY TABLE lines (order_id INT NOT NULL REFERENCES orders (id) DEFERRABLE);
        INSERT INTO orders VALUES (1, 'a');
    ";
    client.batch_execute(tables).await.unwrap();
    client
}

/// The number by which the server knows a session.
async fn pid(client: &Client) -> i32 {
    let row = client.query_one("SELECT pg_backend_pid()", &[]).await;
    row.unwrap().get(0)
}

/// Waits until a session sleeps.
async fn asleep(watcher: &Client, pid: i32) {
    let sleeping = "SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'";
    while watcher.execute(sleeping, &[&pid]).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_a_statement_breaks_is_told_by_its_code() {
    let client = client(&server!()).await;
    for (statement, expected) in [
        ("INSERT INTO orders VALUES (1, 'b')", "unique_violation"),
        ("INSERT INTO orders VALUES (2, 'a')", "unique_violation"),
        ("INSERT INTO orders VALUES (2, NULL)", "integrity_violation"),
        ("INSERT INTO lines VALUES (7)", "integrity_violation"),
        ("SELECT * FROM nothing", "bug"),
        ("SELEC 1", "bug"),
        ("SELECT 1 / 0", "other"),
    ] {
        assert_eq!(
            mode(client.batch_execute(statement).await),
            expected,
            "{statement}"
        );
    }
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_a_timeout_and_one_that_is_called_off_is_not() {
    let server = server!();
    let (client, watcher) = (client(&server).await, client(&server).await);
    let pid = pid(&client).await;
    // In one transaction, with which the limit is rolled back.
    let late = format!("SET LOCAL statement_timeout = '200ms'; {SLEEP}");
    assert_eq!(mode(client.batch_execute(&late).await), "timeout");
    let (canceled, sent) = tokio::join!(client.batch_execute(SLEEP), async {
        asleep(&watcher, pid).await;
        client.cancel_token().cancel_query(NoTls).await
    });
    sent.unwrap();
    assert_eq!(mode(canceled), "query_canceled");
}

#[tokio::test]
async fn locks_deadlocks_and_serialization_failures_are_write_conflicts() {
    let server = server!();
    let (one, other) = (client(&server).await, client(&server).await);
    one.batch_execute("DROP TABLE IF EXISTS public.stock; CREATE TABLE public.stock AS SELECT id, 0 AS n FROM generate_series(1, 2) id")
        .await
        .unwrap();
    // A lock that is not to be waited for.
    one.batch_execute("BEGIN; UPDATE public.stock SET n = 1 WHERE id = 1")
        .await
        .unwrap();
    let busy = "SELECT * FROM public.stock WHERE id = 1 FOR UPDATE NOWAIT";
    assert_eq!(mode(other.batch_execute(busy).await), "write_conflict");
    // Each waits for the other.
    other
        .batch_execute("BEGIN; UPDATE public.stock SET n = 2 WHERE id = 2")
        .await
        .unwrap();
    let (left, right) = tokio::join!(
        one.batch_execute("UPDATE public.stock SET n = 1 WHERE id = 2"),
        other.batch_execute("UPDATE public.stock SET n = 2 WHERE id = 1"),
    );
    assert_ne!(left.is_err(), right.is_err());
    assert_eq!(mode(left.and(right)), "write_conflict");
    for client in [&one, &other] {
        client
            .batch_execute(
                "ROLLBACK; BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT * FROM public.stock",
            )
            .await
            .unwrap();
    }
    one.batch_execute("UPDATE public.stock SET n = 3; COMMIT")
        .await
        .unwrap();
    assert_eq!(
        mode(other.batch_execute("UPDATE public.stock SET n = 4").await),
        "write_conflict"
    );
}

#[tokio::test]
async fn no_row_is_not_found_as_an_error_and_inside_of_ok() {
    let client = client(&server!()).await;
    assert_eq!(
        mode(
            client
                .query_one("SELECT * FROM orders WHERE id = 9", &[])
                .await
        ),
        "not_found"
    );
    let none = client
        .query_opt("SELECT * FROM orders WHERE id = 9", &[])
        .await
        .unwrap();
    assert_eq!(Rows(none).failure_mode(), Some("not_found"));
    for (id, expected) in [(9, Some("not_found")), (1, None)] {
        let changed = client
            .execute("UPDATE orders SET name = 'z' WHERE id = $1", &[&id])
            .await;
        assert_eq!(changed.map(Rows).unwrap().failure_mode(), expected);
    }
}

#[tokio::test]
async fn a_column_of_another_type_cannot_be_decoded() {
    let client = client(&server!()).await;
    let row = client
        .query_one("SELECT name FROM orders", &[])
        .await
        .unwrap();
    assert_eq!(mode(row.try_get::<_, i64>("name")), "decode");
    assert_eq!(mode(row.try_get::<_, String>("age")), "decode");
}

#[tokio::test]
async fn who_may_not_is_told_at_the_door_and_inside() {
    let server = server!();
    let mut wrong = config(&server);
    wrong.password("wrong");
    assert_eq!(mode(connect(&wrong).await), "permission");
    let client = client(&server).await;
    client
        .batch_execute("DROP ROLE IF EXISTS guest; CREATE ROLE guest; SET ROLE guest")
        .await
        .unwrap();
    assert_eq!(
        mode(client.batch_execute("SELECT * FROM pg_authid").await),
        "permission"
    );
}

#[tokio::test]
async fn a_server_that_ends_the_session_has_failed_over_and_then_there_is_no_connection() {
    let server = server!();
    let (one, other) = (client(&server).await, client(&server).await);
    let pid = pid(&one).await;
    let (ended, killed) = tokio::join!(one.batch_execute(SLEEP), async {
        asleep(&other, pid).await;
        other
            .execute("SELECT pg_terminate_backend($1)", &[&pid])
            .await
    });
    killed.unwrap();
    assert_eq!(mode(ended), "failover");
    assert_eq!(mode(one.batch_execute("SELECT 1").await), "connection");
    // What a standby says that was the primary a moment ago.
    let read_only = "SET default_transaction_read_only = on";
    other.batch_execute(read_only).await.unwrap();
    assert_eq!(
        mode(
            other
                .batch_execute("CREATE TABLE public.kept (id INT)")
                .await
        ),
        "failover"
    );
}
