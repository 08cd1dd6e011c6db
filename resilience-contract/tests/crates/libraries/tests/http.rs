//! Real failures of reqwest, from servers that misbehave.

use std::time::Duration;

use resilience_contract::{FailureModes, OkFailure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers one request with these bytes, waits, and closes the connection.
async fn server(answer: &'static [u8], linger: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        stream.write_all(answer).await.unwrap();
        tokio::time::sleep(linger).await;
    });
    format!("http://{address}/")
}

const NOT_LONG: Duration = Duration::ZERO;
const FOR_EVER: Duration = Duration::from_secs(60);

/// Long enough for what answers, on a busy machine too.
const PATIENT: Duration = Duration::from_secs(20);

async fn get_within(time: Duration, url: &str) -> Result<reqwest::Response, reqwest::Error> {
    let client = reqwest::Client::builder().no_proxy().timeout(time);
    client.build().unwrap().get(url).send().await
}

async fn get(url: &str) -> Result<reqwest::Response, reqwest::Error> {
    get_within(PATIENT, url).await
}

async fn json(answer: Result<reqwest::Response, reqwest::Error>) -> reqwest::Error {
    let json = answer.unwrap().json::<serde_json::Value>();
    json.await.unwrap_err()
}

#[tokio::test]
async fn nobody_there_is_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = get(&format!("http://{address}/")).await.unwrap_err();
    assert_eq!(error.failure_mode(), Some("connect"), "{error:?}");
}

#[tokio::test]
async fn no_answer_is_a_timeout() {
    let url = server(b"", FOR_EVER).await;
    let error = get_within(Duration::from_millis(300), &url)
        .await
        .unwrap_err();
    assert_eq!(error.failure_mode(), Some("timeout"), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_stalls_is_a_timeout() {
    let mut time = Duration::from_millis(300);
    let answer = loop {
        let url = server(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{", FOR_EVER).await;
        // Its head has to arrive within that time, however busy the machine is.
        match get_within(time, &url).await {
            Err(late) if late.is_timeout() && time < PATIENT => time *= 4,
            answer => break answer,
        }
    };
    let error = json(answer).await;
    assert_eq!(error.failure_mode(), Some("timeout"), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_interrupted() {
    let url = server(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{", NOT_LONG).await;
    let error = json(get(&url).await).await;
    assert_eq!(error.failure_mode(), Some("body_interrupted"), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_ends_before_the_answer_is_interrupted() {
    let error = get(&server(b"", NOT_LONG).await).await.unwrap_err();
    assert_eq!(error.failure_mode(), Some("body_interrupted"), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_a_bad_body() {
    let url = server(
        b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n{no}",
        NOT_LONG,
    )
    .await;
    let error = json(get(&url).await).await;
    assert_eq!(error.failure_mode(), Some("bad_body"), "{error:?}");
}

#[tokio::test]
async fn a_status_fails_inside_of_ok_and_as_an_error() {
    for (answer, mode) in [
        (
            &b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n"[..],
            "unauthorized",
        ),
        (b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n", "not_found"),
        (
            b"HTTP/1.1 429 No\r\ncontent-length: 0\r\n\r\n",
            "rate_limited",
        ),
        (
            b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n",
            "server_error",
        ),
    ] {
        let response = get(&server(answer, NOT_LONG).await).await.unwrap();
        assert_eq!(response.failure_mode(), Some(mode));
        let error = response.error_for_status().unwrap_err();
        assert_eq!(error.failure_mode(), Some(mode));
    }
}

#[tokio::test]
async fn a_server_that_says_when_to_come_back_is_no_broken_one() {
    let answer = b"HTTP/1.1 503 No\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
    let response = get(&server(answer, NOT_LONG).await).await.unwrap();
    assert_eq!(response.failure_mode(), Some("rate_limited"));
}

#[tokio::test]
async fn success_is_no_failure() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let response = get(&server(answer, NOT_LONG).await).await.unwrap();
    assert_eq!(response.failure_mode(), None);
}
