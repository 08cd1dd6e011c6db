//! RESP 2 and 3: every value begins with a line that says what it is and how much follows.
//!
//! An aggregate only adds to the number of values that are still to come, so that no
//! nesting has to be remembered. Source: Redis, "Redis serialization protocol specification".

use std::borrow::Cow;

use super::{Dialogue, Step, first_line};
use crate::faults::Direction;

/// No line that is not data is longer; Redis itself allows 64 KiB for an inline command.
const LONGEST_LINE: usize = 64 * 1024;

/// More values than any message has. Beyond it, the stream is no RESP.
const MOST_VALUES: u64 = 1 << 32;

#[derive(Debug)]
pub(in crate::faults) struct Scanner {
    direction: Direction,
    /// Values of the running message that are still to come.
    values: u64,
    line: Vec<u8>,
    /// Bytes of a bulk string that are still to come, its line end included.
    bulk: u64,
}

impl Scanner {
    pub(super) fn new(direction: Direction) -> Self {
        Self {
            direction,
            values: 0,
            line: Vec::new(),
            bulk: 0,
        }
    }

    pub(super) fn step(&mut self, bytes: &[u8], dialogue: &mut Dialogue) -> Step {
        let starts = (self.values == 0).then(|| {
            self.values = 1;
            name(bytes)
        });
        let len = if self.bulk > 0 {
            self.pass_bulk(bytes)
        } else {
            self.pass_line(bytes, dialogue)
        };
        Step {
            len,
            starts,
            ends: self.values == 0 && !dialogue.lost,
        }
    }

    fn pass_bulk(&mut self, bytes: &[u8]) -> usize {
        let here = usize::try_from(self.bulk).map_or(bytes.len(), |n| n.min(bytes.len()));
        self.bulk -= here as u64;
        if self.bulk == 0 {
            self.values -= 1;
        }
        here
    }

    fn pass_line(&mut self, bytes: &[u8], dialogue: &mut Dialogue) -> usize {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let here = end.map_or(bytes.len(), |end| end + 1);
        self.line.extend_from_slice(&bytes[..here]);
        let understood = if end.is_some() {
            let line = std::mem::take(&mut self.line);
            self.read_line(line.trim_ascii_end()).is_some()
        } else {
            self.line.len() <= LONGEST_LINE
        };
        if !understood || self.values > MOST_VALUES {
            dialogue.lost = true;
        }
        here
    }

    /// Takes what a line says. `None` if it makes no sense.
    fn read_line(&mut self, line: &[u8]) -> Option<()> {
        let (kind, rest) = match line.split_first() {
            Some((kind, rest)) => (*kind, rest),
            // An empty inline command, which Redis passes over.
            None if self.direction == Direction::Upstream => (b'+', line),
            None => return None,
        };
        match kind {
            b'+' | b'-' | b':' | b'_' | b'#' | b',' | b'(' => self.values -= 1,
            b'$' | b'!' | b'=' => match length(rest)? {
                None => self.values -= 1,
                Some(length) => self.bulk = length.checked_add(2)?,
            },
            b'*' | b'~' | b'>' => {
                let count = length(rest)?.unwrap_or(0);
                self.values = (self.values - 1).checked_add(count)?;
            }
            b'%' => {
                let pairs = length(rest)?.unwrap_or(0);
                self.values = (self.values - 1).checked_add(pairs.checked_mul(2)?)?;
            }
            // An attribute stands before the value that it is about.
            b'|' => {
                let pairs = length(rest)?.unwrap_or(0);
                self.values = self.values.checked_add(pairs.checked_mul(2)?)?;
            }
            _ if self.direction == Direction::Upstream && self.values == 1 => self.values = 0,
            _ => return None,
        }
        Some(())
    }
}

/// A length; -1 says that there is no value. `None` if it is no length.
fn length(digits: &[u8]) -> Option<Option<u64>> {
    if digits == b"-1" {
        return Some(None);
    }
    std::str::from_utf8(digits).ok()?.parse().ok().map(Some)
}

/// A command's own name, or the first line of a reply.
fn name(bytes: &[u8]) -> Cow<'static, str> {
    let command = bytes
        .starts_with(b"*")
        .then(|| bytes.split(|byte| *byte == b'\n').nth(2))
        .flatten();
    first_line(command.unwrap_or(bytes))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_messages, messages};
    use super::super::{Dialogue, Scanner};
    use crate::faults::{Direction, Protocol};

    #[test]
    fn a_command_is_one_message_whatever_its_arguments_contain() {
        assert_messages(
            Protocol::Redis,
            Direction::Upstream,
            |_| {},
            &[
                b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n",
                b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$9\r\n*1\r\n$1\r\nx\r\n",
                b"*1\r\n$4\r\nPING\r\n",
                b"PING\r\n",
            ],
        );
    }

    #[test]
    fn every_kind_of_reply_is_one_message() {
        assert_messages(
            Protocol::Redis,
            Direction::Downstream,
            |_| {},
            &[
                b"+OK\r\n",
                b"-ERR no\r\n",
                b":7\r\n",
                b"$-1\r\n",
                b"$0\r\n\r\n",
                b"$5\r\na\r\nbc\r\n",
                b"*-1\r\n",
                b"*0\r\n",
                b"*2\r\n*2\r\n:1\r\n$1\r\nx\r\n*0\r\n",
                b"_\r\n",
                b"#t\r\n",
                b",1.5\r\n",
                b"(123456789012345678901234567890\r\n",
                b"!5\r\nERR x\r\n",
                b"=5\r\ntxt:a\r\n",
                b"%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n",
                b"~2\r\n:1\r\n:2\r\n",
                b">3\r\n+message\r\n+ch\r\n+hi\r\n",
                b"|1\r\n+ttl\r\n:9\r\n$1\r\nv\r\n",
            ],
        );
    }

    #[test]
    fn a_command_is_named_and_nonsense_ends_the_following() {
        let names = |direction, stream: &[u8]| {
            let mut scanner = Scanner::new(Protocol::Redis, direction);
            let mut dialogue = Dialogue::default();
            let found = messages(&mut scanner, &mut dialogue, stream, stream.len());
            found.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };

        assert_eq!(
            names(Direction::Upstream, b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"),
            ["GET"]
        );
        assert_eq!(
            names(Direction::Downstream, b"-ERR no\r\n:1\r\n"),
            ["-ERR no", ":1"]
        );
        assert_eq!(
            names(Direction::Downstream, b"$x\r\n+OK\r\n+OK\r\n"),
            ["$x"]
        );
        assert_eq!(names(Direction::Downstream, b"HTTP\r\n+OK\r\n"), ["HTTP"]);
    }
}
