//! HTTP/1.0 and 1.1: a head, and a body whose end the head tells.
//!
//! Source: RFC 9112, sections 2 (format), 6 (body length) and 7 (chunked).

use super::{Dialogue, Step, first_line};
use crate::faults::Direction;

/// More than any server accepts. Beyond it, the stream is no HTTP.
const LONGEST_HEAD: usize = 256 * 1024;

/// What a reply must know of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::faults) enum Asked {
    /// `HEAD`: the reply has no body, whatever its head says.
    Head,
    /// `CONNECT`: after a success, another protocol follows.
    Connect,
    /// Anything else.
    Other,
}

#[derive(Debug)]
pub(in crate::faults) struct Scanner {
    direction: Direction,
    /// A message has begun and not ended.
    within: bool,
    part: Part,
    /// The running line or head.
    text: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Head,
    Body(u64),
    /// The line with the size of a chunk.
    ChunkSize,
    /// The chunk, its line end included.
    Chunk(u64),
    /// The lines behind the last chunk, until an empty one.
    Trailer,
    /// A body that only the connection's end ends.
    UntilClose,
}

/// What comes after a part.
enum Next {
    Part(Part),
    /// The message is whole.
    End,
    /// Nobody can follow from here.
    Lost,
}

impl Scanner {
    pub(super) fn new(direction: Direction) -> Self {
        Self {
            direction,
            within: false,
            part: Part::Head,
            text: Vec::new(),
        }
    }

    pub(super) fn step(&mut self, bytes: &[u8], dialogue: &mut Dialogue) -> Step {
        let starts = (!self.within).then(|| first_line(bytes));
        self.within = true;
        let (len, next) = match self.part {
            Part::Head => self.pass_head(bytes, dialogue),
            Part::Body(remaining) => pass(bytes, remaining, Part::Body, || Next::End),
            Part::Chunk(remaining) => {
                let size = || Next::Part(Part::ChunkSize);
                pass(bytes, remaining, Part::Chunk, size)
            }
            Part::ChunkSize => self.pass_line(bytes, chunk_size),
            Part::Trailer => self.pass_line(bytes, |line| match line {
                [] => Next::End,
                _ => Next::Part(Part::Trailer),
            }),
            Part::UntilClose => (bytes.len(), None),
        };
        let mut ends = false;
        match next {
            None => {}
            Some(Next::Part(part)) => self.part = part,
            Some(Next::End) => {
                self.part = Part::Head;
                self.within = false;
                ends = true;
            }
            Some(Next::Lost) => dialogue.lost = true,
        }
        Step { len, starts, ends }
    }

    /// Passes bytes up to the end of the head.
    fn pass_head(&mut self, bytes: &[u8], dialogue: &mut Dialogue) -> (usize, Option<Next>) {
        for (index, byte) in bytes.iter().enumerate() {
            self.text.push(*byte);
            if self.text.ends_with(b"\r\n\r\n") || self.text.ends_with(b"\n\n") {
                let head = std::mem::take(&mut self.text);
                let next = read_head(&head, self.direction, dialogue);
                return (index + 1, Some(next.unwrap_or(Next::Lost)));
            }
        }
        let next = (self.text.len() > LONGEST_HEAD).then_some(Next::Lost);
        (bytes.len(), next)
    }

    /// Passes bytes up to the end of a line, which tells what is next.
    fn pass_line(
        &mut self,
        bytes: &[u8],
        read: impl FnOnce(&[u8]) -> Next,
    ) -> (usize, Option<Next>) {
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
            self.text.extend_from_slice(bytes);
            let next = (self.text.len() > LONGEST_HEAD).then_some(Next::Lost);
            return (bytes.len(), next);
        };
        self.text.extend_from_slice(&bytes[..end]);
        let line = std::mem::take(&mut self.text);
        (end + 1, Some(read(line.trim_ascii_end())))
    }
}

/// Passes bytes of a part that has `remaining` of them.
fn pass(
    bytes: &[u8],
    remaining: u64,
    part: fn(u64) -> Part,
    then: impl FnOnce() -> Next,
) -> (usize, Option<Next>) {
    let here = usize::try_from(remaining).map_or(bytes.len(), |n| n.min(bytes.len()));
    let next = match remaining - here as u64 {
        0 => then(),
        remaining => Next::Part(part(remaining)),
    };
    (here, Some(next))
}

fn chunk_size(line: &[u8]) -> Next {
    let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
    let size = std::str::from_utf8(size).ok().map(str::trim);
    match size.and_then(|size| u64::from_str_radix(size, 16).ok()) {
        Some(0) => Next::Part(Part::Trailer),
        // The line end behind the chunk is none of its bytes.
        Some(size) => Next::Part(Part::Chunk(size.saturating_add(2))),
        None => Next::Lost,
    }
}

/// What a head says of what follows it. `None` if it is no head.
fn read_head(head: &[u8], direction: Direction, dialogue: &mut Dialogue) -> Option<Next> {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let first = lines.next()?;
    let mut body = None;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        if name.eq_ignore_ascii_case("transfer-encoding") {
            let last = value.rsplit(',').next().map(str::trim);
            if last.is_some_and(|last| last.eq_ignore_ascii_case("chunked")) {
                body = Some(Part::ChunkSize);
            }
        } else if name.eq_ignore_ascii_case("content-length") && body.is_none() {
            body = Some(Part::Body(value.parse().ok()?));
        }
    }
    let body = match body {
        Some(Part::Body(0)) => Some(Next::End),
        body => body.map(Next::Part),
    };
    match direction {
        Direction::Upstream => {
            let (method, rest) = first.split_once(' ')?;
            rest.contains(" HTTP/1.").then_some(())?;
            dialogue.asked.push_back(match method {
                "HEAD" => Asked::Head,
                "CONNECT" => Asked::Connect,
                _ => Asked::Other,
            });
            Some(body.unwrap_or(Next::End))
        }
        Direction::Downstream => {
            let status = first.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
            let status: u16 = status.parse().ok()?;
            if status != 101 && (100..200).contains(&status) {
                return Some(Next::Part(Part::Head));
            }
            let asked = dialogue.asked.pop_front().unwrap_or(Asked::Other);
            let success = (200..300).contains(&status);
            Some(match (status, asked) {
                (101, _) => Next::Lost,
                (_, Asked::Connect) if success => Next::Lost,
                (204 | 304, _) | (_, Asked::Head) => Next::End,
                _ => body.unwrap_or(Next::Part(Part::UntilClose)),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_messages, messages};
    use super::super::{Dialogue, Scanner};
    use super::Asked;
    use crate::faults::{Direction, Protocol};

    const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n\
        4;x=y\r\nab\r\n\r\nA\r\n0123456789\r\n0\r\nx: y\r\n\r\n";
    const COUNTED: &[u8] = b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\n\r\n\r\n";
    const EMPTY: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    const NO_CONTENT: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";
    const CONTINUED: &[u8] =
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 Oops\r\ncontent-length: 2\r\n\r\n{}";

    #[test]
    fn requests_end_where_their_head_says() {
        assert_messages(
            Protocol::Http1,
            Direction::Upstream,
            |_| {},
            &[
                b"GET / HTTP/1.1\r\nhost: a\r\n\r\n",
                b"POST /x HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc",
                b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                b"HEAD / HTTP/1.0\r\n\r\n",
            ],
        );
    }

    #[test]
    fn replies_end_where_their_head_says() {
        assert_messages(
            Protocol::Http1,
            Direction::Downstream,
            |_| {},
            &[CHUNKED, COUNTED, EMPTY, NO_CONTENT, CONTINUED, EMPTY],
        );
    }

    #[test]
    fn a_reply_to_head_has_no_body() {
        let head = |dialogue: &mut Dialogue| dialogue.asked.extend([Asked::Head, Asked::Other]);
        assert_messages(
            Protocol::Http1,
            Direction::Downstream,
            head,
            &[b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", COUNTED],
        );
    }

    #[test]
    fn a_body_of_unknown_length_lasts_until_the_end() {
        assert_messages(
            Protocol::Http1,
            Direction::Downstream,
            |_| {},
            &[b"HTTP/1.0 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"],
        );
    }

    #[test]
    fn behind_an_upgrade_no_message_is_seen() {
        let mut dialogue = Dialogue::default();
        let mut scanner = Scanner::new(Protocol::Http1, Direction::Downstream);
        let stream = [b"HTTP/1.1 101 Switching Protocols\r\n\r\n", EMPTY].concat();

        let found = messages(&mut scanner, &mut dialogue, &stream, stream.len());

        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "HTTP/1.1 101 Switching Protocols");
        assert!(dialogue.lost);
    }

    #[test]
    fn what_is_no_http_ends_the_following() {
        for nonsense in [
            "EHLO a\r\n\r\n",
            "GET / HTTP/1.1\r\ncontent-length: x\r\n\r\n",
        ] {
            let mut dialogue = Dialogue::default();
            let mut scanner = Scanner::new(Protocol::Http1, Direction::Upstream);
            let stream = format!("{nonsense}GET / HTTP/1.1\r\n\r\n");

            let found = messages(&mut scanner, &mut dialogue, stream.as_bytes(), stream.len());

            assert_eq!(found.len(), 1, "{nonsense}");
            assert!(dialogue.lost, "{nonsense}");
        }
    }
}
