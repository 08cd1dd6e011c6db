//! A server that tells what reaches it, and a client's usual moves.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use resilience_contract::faults::{FaultProxy, Protocol};

/// Longer than any test takes.
pub(crate) const NEVER: Duration = Duration::from_secs(3600);

/// A limit on waiting for what must come; only a broken proxy reaches it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a server sees.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Bytes(Vec<u8>),
    Closed,
    Reset,
}

/// A server that answers what it gets, and tells what that was.
pub(crate) struct Server {
    pub(crate) addr: SocketAddr,
    seen: Receiver<Seen>,
}

impl Server {
    /// A server that sends everything back.
    pub(crate) fn echo() -> Self {
        Self::answering(<[u8]>::to_vec)
    }

    /// A server that answers whatever it reads at once.
    pub(crate) fn answering(answer: fn(&[u8]) -> Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (tell, seen) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, tell) = (stream.unwrap(), tell.clone());
                std::thread::spawn(move || serve(stream, &tell, answer));
            }
        });
        Self { addr, seen }
    }

    /// What it sees next.
    pub(crate) fn next(&self) -> Seen {
        self.seen.recv_timeout(PATIENCE).unwrap()
    }

    /// Asserts that it saw nothing else so far.
    pub(crate) fn assert_saw_nothing(&self) {
        let seen = self.seen.try_recv();
        assert!(seen.is_err(), "{seen:?}");
    }

    pub(crate) fn proxy(&self) -> FaultProxy {
        FaultProxy::to(self.addr).start().unwrap()
    }

    pub(crate) fn proxy_speaking(&self, protocol: Protocol) -> FaultProxy {
        FaultProxy::to(self.addr)
            .speaking(protocol)
            .start()
            .unwrap()
    }
}

fn serve(mut stream: TcpStream, tell: &Sender<Seen>, answer: fn(&[u8]) -> Vec<u8>) {
    let mut buffer = [0; 4096];
    loop {
        let seen = match stream.read(&mut buffer) {
            Ok(0) => Seen::Closed,
            Ok(count) => Seen::Bytes(buffer[..count].to_vec()),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                Seen::Reset
            }
        };
        let more = matches!(seen, Seen::Bytes(_));
        let reply = match &seen {
            Seen::Bytes(bytes) => answer(bytes),
            _ => Vec::new(),
        };
        // A test that has ended hears nothing more, and a client that has gone neither.
        if tell.send(seen).is_err() || stream.write_all(&reply).is_err() || !more {
            return;
        }
    }
}

pub(crate) fn connect(proxy: &FaultProxy) -> TcpStream {
    let client = TcpStream::connect(proxy.addr()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client
}

/// Sends a question, and reads an answer of the same length.
pub(crate) fn ask(mut client: &TcpStream, question: &[u8]) -> Vec<u8> {
    client.write_all(question).unwrap();
    receive(client, question.len())
}

pub(crate) fn receive(mut client: &TcpStream, length: usize) -> Vec<u8> {
    let mut answer = vec![0; length];
    client.read_exact(&mut answer).unwrap();
    answer
}

/// Reads until the connection ends, and gives what came and how it ended.
pub(crate) fn receive_all(mut client: &TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match client.read(&mut buffer) {
            Ok(0) => return (all, None),
            Ok(count) => all.extend_from_slice(&buffer[..count]),
            Err(error) => return (all, Some(error.kind())),
        }
    }
}

pub(crate) fn assert_nothing_to_read(client: &TcpStream) {
    client.set_nonblocking(true).unwrap();
    let seen = client.peek(&mut [0]).map_err(|error| error.kind());
    client.set_nonblocking(false).unwrap();
    assert_eq!(seen, Err(ErrorKind::WouldBlock));
}

/// Waits for something that will come.
pub(crate) fn until(mut done: impl FnMut() -> bool) {
    let since = Instant::now();
    while !done() {
        assert!(since.elapsed() < PATIENCE, "it never came");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// What was injected, without times.
pub(crate) fn injected(proxy: &FaultProxy) -> Vec<String> {
    let injected = proxy.injected().into_iter();
    injected
        .map(|fault| {
            let text = fault.to_string();
            let (_, what) = text.split_once(" s: ").unwrap();
            what.to_owned()
        })
        .collect()
}
