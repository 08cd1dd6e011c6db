//! A transaction whose connection is cut at each of its messages.

use resilience_contract::FailureModes;
use resilience_contract::faults::{Cut, FaultProxy, Protocol};
use tokio_postgres::{Client, Config, Error, NoTls};

use crate::{Server, server};

async fn connect(server: &Server, port: u16) -> Result<Client, Error> {
    let mut config = Config::new();
    config.host(&server.host).port(port);
    config
        .user(&server.user)
        .password(&server.password)
        .dbname("postgres");
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Adds one to the number, in a transaction.
async fn add(server: &Server, port: u16, table: &str) -> Result<(), Error> {
    let client = connect(server, port).await?;
    client.batch_execute("BEGIN").await?;
    client
        .batch_execute(&format!("UPDATE {table} SET number = number + 1"))
        .await?;
    client.batch_execute("COMMIT").await
}

/// Whether the transaction took effect, at each cut that the client was told of.
async fn effects(server: &Server, table: &str, cut_at: fn(u64) -> Cut) -> Vec<bool> {
    let port = server.port.parse().unwrap();
    let proxy = FaultProxy::to((server.host.as_str(), port))
        .speaking(Protocol::Postgres)
        .start()
        .unwrap();
    let watcher = connect(server, port).await.unwrap();
    watcher
        .batch_execute(&format!(
            "DROP TABLE IF EXISTS {table}; CREATE TABLE {table} (number INT); INSERT INTO {table} VALUES (0)"
        ))
        .await
        .unwrap();
    let mut effects = Vec::new();
    let mut before = 0;
    for message in 1.. {
        let cut = proxy.cut(cut_at(message)).unwrap();
        let outcome = add(server, proxy.addr().port(), table).await;
        // `FOR UPDATE` waits for whatever the server still does of the transaction.
        let number: i32 = watcher
            .query_one(&format!("SELECT number FROM {table} FOR UPDATE"), &[])
            .await
            .unwrap()
            .get(0);
        cut.remove();
        let Err(error) = outcome else { break };
        assert_eq!(error.failure_mode(), Some("connection"), "{error:?}");
        effects.push(number > before);
        before = number;
    }
    watcher
        .batch_execute(&format!("DROP TABLE {table}"))
        .await
        .unwrap();
    assert_eq!(proxy.injected().len(), effects.len());
    effects
}

#[tokio::test]
async fn a_request_that_is_lost_had_no_effect() {
    let effects = effects(&server!(), "lost_requests", Cut::request).await;

    // StartupMessage, two of SASL, BEGIN, UPDATE, COMMIT.
    assert_eq!(effects, [false; 6]);
}

#[tokio::test]
async fn a_reply_that_is_lost_may_be_that_of_a_commit() {
    let effects = effects(&server!(), "lost_replies", Cut::reply).await;

    // CommandComplete and ReadyForQuery of the COMMIT.
    let (before, commit) = effects.split_at(effects.len() - 2);
    assert!(before.iter().all(|took_effect| !took_effect), "{effects:?}");
    assert_eq!(
        commit, [true; 2],
        "it failed, said the client, and it had not"
    );
}
