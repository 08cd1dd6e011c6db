//! What was really injected, and what passed.

use std::fmt;
use std::time::Duration;

use super::Direction;

/// A fault that took effect.
///
/// A toxic is recorded once for each connection that it injured, however many bytes it
/// met there; a cut, a refusal and [`down`](super::FaultProxy::down) each time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Injected {
    /// When, counted from the proxy's start.
    pub at: Duration,
    /// On which connection, counted from 1; `None` for what happens to all of them.
    pub connection: Option<u64>,
    /// Which way the bytes went, if that makes a difference.
    pub direction: Option<Direction>,
    /// A toxic's name in Toxiproxy's API, `cut`, `refuse` or `down`.
    pub fault: &'static str,
    /// The message that was cut, with its number and name; empty for other faults.
    pub detail: String,
}

impl fmt::Display for Injected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} s: {}", self.at.as_secs_f64(), self.fault)?;
        if let Some(direction) = self.direction {
            write!(f, " {direction}")?;
        }
        if let Some(connection) = self.connection {
            write!(f, " on connection {connection}")?;
        }
        if !self.detail.is_empty() {
            write!(f, ", {}", self.detail)?;
        }
        Ok(())
    }
}

/// What passed through a proxy since it was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Connections that clients made, refused ones included. What is tried while the
    /// proxy is down never reaches it and is not counted.
    pub connections: u64,
    /// Connections that were refused by [`refuse_next`](super::FaultProxy::refuse_next).
    pub refused: u64,
    /// Connections that failed because the server could not be reached.
    pub unreachable: u64,
    /// Bytes that were handed on to the server.
    pub bytes_upstream: u64,
    /// Bytes that were handed on to the client.
    pub bytes_downstream: u64,
    /// Messages from clients that began, whether they arrived or not. Always 0 without a
    /// [`Protocol`](super::Protocol).
    pub requests: u64,
    /// Messages from the server that began, whether they arrived or not. Always 0 without
    /// a [`Protocol`](super::Protocol).
    pub replies: u64,
}
