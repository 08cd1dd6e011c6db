//! Real failures of tokio-postgres, from a server that speaks just enough of the
//! protocol to refuse.

use resilience_contract::FailureModes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_postgres::{Error, NoTls};

/// Accepts one connection and refuses it with a code, or just closes it.
async fn refused(code: Option<&'static str>) -> Error {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut startup = [0; 1024];
        assert!(stream.read(&mut startup).await.unwrap() > 0);
        if let Some(code) = code {
            let fields = format!("SFATAL\0VFATAL\0C{code}\0Mrefused by statement timeout\0\0");
            let length = u32::try_from(fields.len() + 4).unwrap();
            let mut message = vec![b'E'];
            message.extend(length.to_be_bytes());
            message.extend(fields.as_bytes());
            stream.write_all(&message).await.unwrap();
        }
    });
    let config = format!("host=127.0.0.1 port={port} user=u dbname=d");
    let error = tokio_postgres::connect(&config, NoTls).await.err().unwrap();
    server.await.unwrap();
    error
}

#[tokio::test]
async fn what_the_server_says_is_told_by_its_code() {
    for (code, mode) in [
        ("40001", "write_conflict"),
        ("23505", "unique_violation"),
        ("57014", "timeout"),
        ("57P01", "failover"),
        ("53300", "connection"),
        ("28P01", "permission"),
        ("XX000", "other"),
    ] {
        let error = refused(Some(code)).await;
        assert_eq!(error.failure_mode(), Some(mode), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_or_is_not_there_is_no_connection() {
    let error = refused(None).await;
    assert_eq!(error.failure_mode(), Some("connection"), "{error:?}");
    let config = "host=127.0.0.1 port=1 user=u dbname=d";
    let error = tokio_postgres::connect(config, NoTls).await.err().unwrap();
    assert_eq!(error.failure_mode(), Some("connection"), "{error:?}");
}

#[test]
fn a_configuration_that_makes_no_sense_is_a_bug() {
    let error = "port=many".parse::<tokio_postgres::Config>().unwrap_err();
    assert_eq!(error.failure_mode(), Some("bug"), "{error:?}");
}
