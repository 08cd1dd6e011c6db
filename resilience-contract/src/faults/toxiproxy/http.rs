//! One HTTP request at a time, over the standard library.

use std::fmt::Write as _;
use std::io::{self, Read, Write as _};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Longer than the server lets a request take.
const PATIENCE: Duration = Duration::from_secs(30);

/// More than any answer has.
const LONGEST_ANSWER: u64 = 16 << 20;

/// A status and a body.
pub(super) type Answer = (u16, String);

/// Sends a request and reads its answer. HTTP/1.0, so that the answer comes in one piece
/// and its end is the connection's.
pub(super) fn request(addr: &str, method: &str, path: &str, body: &str) -> io::Result<Answer> {
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    let mut stream = None;
    for addr in addr.to_socket_addrs()? {
        match TcpStream::connect_timeout(&addr, PATIENCE) {
            Ok(connected) => {
                stream = Some(connected);
                break;
            }
            Err(error) => failed = error,
        }
    }
    let mut stream = stream.ok_or(failed)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.0\r\n\
         Host: {addr}\r\n\
         User-Agent: resilience-contract\r\n\
         Content-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n\
         {body}"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    parse(&answer).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "the answer is not HTTP, or it broke off",
        )
    })
}

fn parse(answer: &[u8]) -> Option<Answer> {
    let answer = std::str::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.strip_prefix("HTTP/1.")?;
    let status = status.split(' ').nth(1)?.parse().ok()?;
    for line in lines {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-length") && value.trim() != body.len().to_string() {
            return None;
        }
    }
    Some((status, body.to_owned()))
}

/// A name as a part of a path.
pub(super) fn encoded(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            // A dot too: a segment of nothing but dots is a way through the path.
            _ => _ = write!(encoded, "%{byte:02X}"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_status_and_a_body() {
        let whole = b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(parse(whole), Some((200, "{}".to_owned())));
        let no_content = b"HTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!(parse(no_content), Some((204, String::new())));
    }

    #[test]
    fn an_answer_that_broke_off_or_is_no_http_is_none() {
        for broken in [
            &b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n{}"[..],
            b"HTTP/1.0 200 OK\r\nContent-Le",
            b"SSH-2.0-OpenSSH\r\n",
            b"\xff\xfe",
            b"",
        ] {
            assert_eq!(parse(broken), None, "{broken:?}");
        }
    }
}
