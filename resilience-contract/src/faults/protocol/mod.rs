//! Where the messages of a protocol begin and end in a stream of bytes.
//!
//! The scanners follow a conversation and change nothing in it. What they cannot follow
//! (encryption, an upgrade, nonsense) they take for one endless message, so that a cut
//! there never strikes at a place that is no boundary.

mod http;
mod postgres;
mod resp;

use std::borrow::Cow;
use std::collections::VecDeque;

use super::{Direction, Protocol};

/// The next bytes of a stream, all of them of one message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// How many of the given bytes these are: one at the least.
    pub(super) len: usize,
    /// The message's name, if it begins here. For people.
    pub(super) starts: Option<Cow<'static, str>>,
    /// Whether it ends here.
    pub(super) ends: bool,
}

/// What the two directions of a connection must know of each other.
#[derive(Debug, Default)]
pub(super) struct Dialogue {
    /// Nobody can follow any more: encryption, another protocol, nonsense.
    lost: bool,
    /// PostgreSQL: requests for encryption without an answer yet.
    encryption_asked: u32,
    /// HTTP: what was asked and not yet answered.
    asked: VecDeque<http::Asked>,
}

/// Follows one direction of one connection.
#[derive(Debug)]
pub(super) enum Scanner {
    Postgres(postgres::Scanner),
    Redis(resp::Scanner),
    Http1(http::Scanner),
}

impl Scanner {
    pub(super) fn new(protocol: Protocol, direction: Direction) -> Self {
        match protocol {
            Protocol::Postgres => Self::Postgres(postgres::Scanner::new(direction)),
            Protocol::Redis => Self::Redis(resp::Scanner::new(direction)),
            Protocol::Http1 => Self::Http1(http::Scanner::new(direction)),
        }
    }

    /// Whether this request is a farewell: whoever says it waits for nothing and is heard
    /// of no more, so that only chance decides when it comes, and nothing is lost with it.
    pub(super) fn is_farewell(&self, name: &str) -> bool {
        match self {
            Self::Postgres(scanner) => scanner.is_farewell(name),
            Self::Redis(_) | Self::Http1(_) => false,
        }
    }

    /// The next part of `bytes`, which must not be empty.
    pub(super) fn step(&mut self, bytes: &[u8], dialogue: &mut Dialogue) -> Step {
        if dialogue.lost {
            return Step::through(bytes.len());
        }
        match self {
            Self::Postgres(scanner) => scanner.step(bytes, dialogue),
            Self::Redis(scanner) => scanner.step(bytes, dialogue),
            Self::Http1(scanner) => scanner.step(bytes, dialogue),
        }
    }
}

impl Step {
    /// Bytes in the middle of a message.
    const fn through(len: usize) -> Self {
        Self {
            len,
            starts: None,
            ends: false,
        }
    }
}

/// The first line of `bytes`, shortened, for people.
fn first_line(bytes: &[u8]) -> Cow<'static, str> {
    const ENOUGH: usize = 60;
    let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    let line = &bytes[..end.unwrap_or(bytes.len()).min(ENOUGH)];
    Cow::Owned(String::from_utf8_lossy(line).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The messages of one direction, with their names, however the bytes were cut up.
    pub(super) fn messages(
        scanner: &mut Scanner,
        dialogue: &mut Dialogue,
        stream: &[u8],
        piece: usize,
    ) -> Vec<(String, Vec<u8>)> {
        let mut messages: Vec<(String, Vec<u8>)> = Vec::new();
        let mut open = false;
        for mut bytes in stream.chunks(piece) {
            while !bytes.is_empty() {
                let step = scanner.step(bytes, dialogue);
                assert!((1..=bytes.len()).contains(&step.len), "{step:?}");
                if let Some(name) = step.starts {
                    assert!(!open, "{name} begins within another message");
                    messages.push((name.into_owned(), Vec::new()));
                }
                open = !step.ends;
                if let Some((_, message)) = messages.last_mut() {
                    message.extend_from_slice(&bytes[..step.len]);
                }
                bytes = &bytes[step.len..];
            }
        }
        messages
    }

    /// Asserts that a stream is read as these messages, also byte by byte.
    pub(super) fn assert_messages(
        protocol: Protocol,
        direction: Direction,
        prepare: impl Fn(&mut Dialogue),
        expected: &[&[u8]],
    ) {
        let stream = expected.concat();
        for piece in [1, 2, 3, 7, stream.len()] {
            let mut dialogue = Dialogue::default();
            prepare(&mut dialogue);
            let mut scanner = Scanner::new(protocol, direction);
            let found = messages(&mut scanner, &mut dialogue, &stream, piece);
            let found: Vec<&[u8]> = found.iter().map(|(_, bytes)| &bytes[..]).collect();
            assert_eq!(found, expected, "in pieces of {piece}");
        }
    }
}
