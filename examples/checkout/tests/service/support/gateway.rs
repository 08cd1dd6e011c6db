//! A gateway on loopback that answers as scripted and remembers what it was asked.

use checkout::model::Receipt;
use reqwest::Url;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// What the gateway does with a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    /// Charges the card.
    Receipt(&'static str),
    /// Answers with this status and an empty object; a redirect leads to this gateway again.
    Status(u16),
    /// Answers 200 with something that is no JSON.
    Garbage,
    /// Promises a body, sends the beginning of it and closes the connection.
    HangUp,
    /// Reads the request and says nothing until the test is over.
    Stall,
    /// Begins its answer and says no more until the test is over.
    StallHalfWay,
}

/// A request that reached the gateway.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) key: String,
    pub(crate) authorization: String,
    pub(crate) body: serde_json::Value,
}

#[derive(Default)]
struct State {
    script: VecDeque<Reply>,
    requests: Vec<Request>,
}

/// A running gateway. It ends with the test's runtime.
pub(crate) struct Gateway {
    pub(crate) url: Url,
    state: Arc<Mutex<State>>,
}

impl Gateway {
    /// A gateway that gives these replies in turn, and then the last of them to whoever still asks.
    pub(crate) async fn replying(script: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = charges_url(&listener.local_addr().unwrap().to_string());
        let state = Arc::new(Mutex::new(State {
            script: script.into_iter().collect(),
            requests: Vec::new(),
        }));
        tokio::spawn(serve(listener, Arc::clone(&state)));
        Self { url, state }
    }

    /// A gateway that is not there: the socket holds the port, so that nobody else gets it, but
    /// does not listen.
    pub(crate) fn refusing() -> (Url, TcpSocket) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        (
            charges_url(&socket.local_addr().unwrap().to_string()),
            socket,
        )
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap().requests.clone()
    }

    /// The idempotency key of every request so far.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.requests()
            .into_iter()
            .map(|request| request.key)
            .collect()
    }
}

fn charges_url(address: &str) -> Url {
    format!("http://{address}/v1/charges").parse().unwrap()
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let state = Arc::clone(&state);
        // A client that gives up half way is none of the gateway's business.
        tokio::spawn(async move { answer(stream, &state).await.ok() });
    }
}

async fn answer(stream: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let request = read(&mut stream).await?;
    match record(state, request) {
        Reply::Receipt(id) => {
            let receipt = Receipt { id: id.to_owned() };
            let body = serde_json::to_string(&receipt).unwrap();
            respond(&mut stream, 201, body.len(), &body).await
        }
        Reply::Status(status) => respond(&mut stream, status, 2, "{}").await,
        Reply::Garbage => respond(&mut stream, 200, 4, "oops").await,
        Reply::HangUp => respond(&mut stream, 200, 100, r#"{"id": "ch"#).await,
        Reply::Stall => std::future::pending().await,
        Reply::StallHalfWay => {
            respond(&mut stream, 200, 100, r#"{"id": "ch"#).await?;
            std::future::pending().await
        }
    }
}

fn record(state: &Mutex<State>, request: Request) -> Reply {
    let mut state = state.lock().unwrap();
    state.requests.push(request);
    match state.script.len() {
        1 => state.script[0],
        _ => state
            .script
            .pop_front()
            .expect("a script has at least one reply"),
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Request> {
    let mut request = Request::default();
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            // The request line comes first, the empty line last.
            if line.starts_with("POST") {
                continue;
            }
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "idempotency-key" => value.clone_into(&mut request.key),
            "authorization" => value.clone_into(&mut request.authorization),
            "content-length" => length = value.parse().expect("a length is a number"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    request.body = serde_json::from_slice(&body)?;
    Ok(request)
}

/// Answers and leaves the connection to be closed, so that every request comes on a new one.
async fn respond(
    stream: &mut BufReader<TcpStream>,
    status: u16,
    length: usize,
    body: &str,
) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status} Scripted\r\n\
         location: /elsewhere\r\n\
         content-type: application/json\r\n\
         content-length: {length}\r\n\
         connection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.flush().await
}
