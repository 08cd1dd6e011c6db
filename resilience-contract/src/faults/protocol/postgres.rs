//! PostgreSQL's protocol, version 3: a type, a length, and that many bytes.
//!
//! Two things have no type: what a client says before it is started up, and the one byte
//! that answers a request for encryption.
//! Source: PostgreSQL 17, "Frontend/Backend Protocol", "Message Formats".

use std::borrow::Cow;

use super::{Dialogue, Step};
use crate::faults::Direction;

const CANCEL_REQUEST: u32 = 80_877_102;
const SSL_REQUEST: u32 = 80_877_103;
const GSS_ENCRYPTION_REQUEST: u32 = 80_877_104;

const TERMINATE: &str = "Terminate";

/// The server's own limit.
const LONGEST: u32 = 1 << 30;

#[derive(Debug)]
pub(in crate::faults) struct Scanner {
    direction: Direction,
    /// The client has said who it is; what it says has a type from then on.
    started: bool,
    header: Vec<u8>,
    remaining: u32,
}

impl Scanner {
    pub(super) fn new(direction: Direction) -> Self {
        Self {
            direction,
            started: direction == Direction::Downstream,
            header: Vec::new(),
            remaining: 0,
        }
    }

    pub(super) fn step(&mut self, bytes: &[u8], dialogue: &mut Dialogue) -> Step {
        if self.remaining > 0 {
            let here = usize::try_from(self.remaining).map_or(bytes.len(), |n| n.min(bytes.len()));
            self.remaining -= u32::try_from(here).unwrap_or(self.remaining);
            return Step {
                len: here,
                starts: None,
                ends: self.remaining == 0,
            };
        }
        let first = self.header.is_empty();
        if first && self.direction == Direction::Downstream && dialogue.encryption_asked > 0 {
            dialogue.encryption_asked -= 1;
            // An error instead of an answer is a message like any other.
            if bytes[0] != b'E' {
                dialogue.lost = matches!(bytes[0], b'S' | b'G');
                return Step {
                    len: 1,
                    starts: Some("answer to the request for encryption".into()),
                    ends: true,
                };
            }
        }
        let size = if self.started { 5 } else { 8 };
        let here = (size - self.header.len()).min(bytes.len());
        self.header.extend_from_slice(&bytes[..here]);
        let starts = first.then(|| self.name(bytes));
        if self.header.len() < size {
            return Step {
                len: here,
                starts,
                ends: false,
            };
        }
        let known = self.read_header(dialogue);
        self.header.clear();
        if !known {
            dialogue.lost = true;
        }
        Step {
            len: here,
            starts,
            ends: known && self.remaining == 0,
        }
    }

    /// Whether it is what a client says when it goes.
    pub(super) fn is_farewell(&self, name: &str) -> bool {
        self.direction == Direction::Upstream && name == TERMINATE
    }

    /// Takes what a whole header says. `false` if it makes no sense.
    fn read_header(&mut self, dialogue: &mut Dialogue) -> bool {
        let number = |at: usize| {
            let bytes = self.header.get(at..at + 4)?;
            Some(u32::from_be_bytes(bytes.try_into().ok()?))
        };
        // The length counts itself, and not the type before it.
        let (length, counted) = if self.started {
            (number(1), 4)
        } else {
            (number(0), 8)
        };
        let code = number(4);
        let Some(remaining) = length
            .filter(|length| *length <= LONGEST)
            .and_then(|length| length.checked_sub(counted))
        else {
            return false;
        };
        self.remaining = remaining;
        if !self.started {
            match code {
                Some(SSL_REQUEST | GSS_ENCRYPTION_REQUEST) => dialogue.encryption_asked += 1,
                Some(CANCEL_REQUEST) => {}
                Some(version) if version >> 16 == 3 => self.started = true,
                _ => return false,
            }
        }
        true
    }

    fn name(&self, bytes: &[u8]) -> Cow<'static, str> {
        if !self.started {
            let code = bytes.get(4..8).and_then(|code| code.try_into().ok());
            let name = match code.map(u32::from_be_bytes) {
                Some(SSL_REQUEST) => "SSLRequest",
                Some(GSS_ENCRYPTION_REQUEST) => "GSSENCRequest",
                Some(CANCEL_REQUEST) => "CancelRequest",
                _ => "StartupMessage",
            };
            return name.into();
        }
        let name = match self.direction {
            Direction::Upstream => frontend(bytes[0]),
            Direction::Downstream => backend(bytes[0]),
        };
        name.map_or_else(
            || format!("message of type {:?}", char::from(bytes[0])).into(),
            Cow::Borrowed,
        )
    }
}

fn frontend(kind: u8) -> Option<&'static str> {
    Some(match kind {
        b'B' => "Bind",
        b'C' => "Close",
        b'd' => "CopyData",
        b'c' => "CopyDone",
        b'f' => "CopyFail",
        b'D' => "Describe",
        b'E' => "Execute",
        b'H' => "Flush",
        b'F' => "FunctionCall",
        b'P' => "Parse",
        b'p' => "PasswordMessage",
        b'Q' => "Query",
        b'S' => "Sync",
        b'X' => TERMINATE,
        _ => return None,
    })
}

fn backend(kind: u8) -> Option<&'static str> {
    Some(match kind {
        b'R' => "Authentication",
        b'K' => "BackendKeyData",
        b'2' => "BindComplete",
        b'3' => "CloseComplete",
        b'C' => "CommandComplete",
        b'd' => "CopyData",
        b'c' => "CopyDone",
        b'G' => "CopyInResponse",
        b'H' => "CopyOutResponse",
        b'W' => "CopyBothResponse",
        b'D' => "DataRow",
        b'I' => "EmptyQueryResponse",
        b'E' => "ErrorResponse",
        b'V' => "FunctionCallResponse",
        b'v' => "NegotiateProtocolVersion",
        b'n' => "NoData",
        b'N' => "NoticeResponse",
        b'A' => "NotificationResponse",
        b't' => "ParameterDescription",
        b'S' => "ParameterStatus",
        b'1' => "ParseComplete",
        b's' => "PortalSuspended",
        b'Z' => "ReadyForQuery",
        b'T' => "RowDescription",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_messages, messages};
    use super::super::{Dialogue, Scanner};
    use crate::faults::{Direction, Protocol};

    const SSL: &[u8] = b"\0\0\0\x08\x04\xd2\x16\x2f";
    const STARTUP: &[u8] = b"\0\0\0\x11\0\x03\0\0user\0me\0\0";
    const QUERY: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
    const SYNC: &[u8] = b"S\0\0\0\x04";
    const AUTHENTICATED: &[u8] = b"R\0\0\0\x08\0\0\0\0";
    const COMPLETE: &[u8] = b"C\0\0\0\x0bCOMMIT\0";
    const READY: &[u8] = b"Z\0\0\0\x05I";

    fn names(direction: Direction, asked: u32, stream: &[u8]) -> Vec<String> {
        let mut dialogue = Dialogue {
            encryption_asked: asked,
            ..Dialogue::default()
        };
        let mut scanner = Scanner::new(Protocol::Postgres, direction);
        let found = messages(&mut scanner, &mut dialogue, stream, stream.len());
        found.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_clients_messages_begin_without_a_type() {
        let stream = [SSL, STARTUP, QUERY, SYNC];

        assert_messages(Protocol::Postgres, Direction::Upstream, |_| {}, &stream);
        assert_eq!(
            names(Direction::Upstream, 0, &stream.concat()),
            ["SSLRequest", "StartupMessage", "Query", "Sync"]
        );
    }

    #[test]
    fn a_servers_messages_all_have_a_type() {
        let stream = [AUTHENTICATED, READY, COMPLETE, READY];

        assert_messages(Protocol::Postgres, Direction::Downstream, |_| {}, &stream);
        assert_eq!(
            names(Direction::Downstream, 0, &stream.concat()),
            [
                "Authentication",
                "ReadyForQuery",
                "CommandComplete",
                "ReadyForQuery"
            ]
        );
    }

    #[test]
    fn the_answer_to_a_request_for_encryption_is_one_byte() {
        let asked = |dialogue: &mut Dialogue| dialogue.encryption_asked = 1;
        assert_messages(
            Protocol::Postgres,
            Direction::Downstream,
            asked,
            &[b"N", AUTHENTICATED, READY],
        );
    }

    #[test]
    fn a_request_is_remembered_for_the_answer() {
        let mut dialogue = Dialogue::default();
        let mut scanner = Scanner::new(Protocol::Postgres, Direction::Upstream);

        messages(&mut scanner, &mut dialogue, SSL, SSL.len());

        assert_eq!(dialogue.encryption_asked, 1);
    }

    #[test]
    fn behind_encryption_no_message_is_seen() {
        assert_eq!(
            names(Direction::Downstream, 1, b"S\x16\x03\x03\0\x10ZZZZZZZZZZZZ"),
            ["answer to the request for encryption"]
        );
    }

    #[test]
    fn an_impossible_length_ends_the_following() {
        let nonsense = b"Q\0\0\0\x01Q\0\0\0\x04";

        assert_eq!(names(Direction::Downstream, 0, nonsense).len(), 1);
        assert_eq!(
            names(Direction::Upstream, 0, b"GET / HTTP/1.1\r\n").len(),
            1
        );
    }
}
