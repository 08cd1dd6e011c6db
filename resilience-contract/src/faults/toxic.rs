//! What can be done to a stream of bytes, in Toxiproxy's words.

use std::fmt;
use std::time::Duration;

/// Which way bytes go through a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the client to the server: requests.
    Upstream,
    /// From the server to the client: replies.
    Downstream,
}

impl Direction {
    pub(super) const BOTH: [Self; 2] = [Self::Upstream, Self::Downstream];

    /// Its name in Toxiproxy's API: `upstream` or `downstream`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upstream => "upstream",
            Self::Downstream => "downstream",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An injury to one direction of the connections through a proxy.
///
/// Names and meanings are Toxiproxy's, and so is the default: the injury is done to what
/// comes back from the server, unless [`Toxic::upstream`] says otherwise. It is done to
/// every connection, those that are open already included, unless
/// [`Toxic::for_connections`] counts them.
///
/// Several toxics of one direction add up. Whatever the order in which they were added,
/// bytes first meet [`timeout`](Self::timeout), then [`reset_peer`](Self::reset_peer),
/// [`latency`](Self::latency), [`limit_data`](Self::limit_data),
/// [`slicer`](Self::slicer) and [`bandwidth`](Self::bandwidth).
///
/// ```
/// use resilience_contract::faults::Toxic;
/// use std::time::Duration;
///
/// // The first two connections get no reply for three seconds, all later ones do.
/// let slow_start = Toxic::latency(Duration::from_secs(3)).for_connections(2);
/// // Requests are lost, and the connection stays open.
/// let black_hole = Toxic::timeout(Duration::ZERO).upstream();
/// assert_eq!(slow_start.name(), "latency");
/// assert_eq!(black_hole.name(), "timeout");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a toxic does nothing until a proxy is given it"]
pub struct Toxic {
    pub(super) kind: Kind,
    pub(super) direction: Direction,
    pub(super) connections: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Latency { latency: Duration, jitter: Duration },
    Bandwidth { rate: u32 },
    SlowClose { delay: Duration },
    Timeout { after: Duration },
    ResetPeer { after: Duration },
    Slicer(Slices),
    LimitData { bytes: u64 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slices {
    pub(super) average: u32,
    pub(super) variation: u32,
    pub(super) delay: Duration,
}

impl Toxic {
    const fn new(kind: Kind) -> Self {
        Self {
            kind,
            direction: Direction::Downstream,
            connections: None,
        }
    }

    /// Bytes arrive later by `latency`, counted from when the proxy received them: many
    /// small packets are no slower than one.
    pub const fn latency(latency: Duration) -> Self {
        Self::latency_with_jitter(latency, Duration::ZERO)
    }

    /// Like [`latency`](Self::latency), give or take up to `jitter`.
    ///
    /// The sequence of delays is the same in every run, and bytes never overtake each
    /// other. A jitter above the latency does not let them arrive before they were sent.
    pub const fn latency_with_jitter(latency: Duration, jitter: Duration) -> Self {
        Self::new(Kind::Latency { latency, jitter })
    }

    /// No more than `rate` kilobytes (1000 bytes) pass in a second; at 0 none do.
    pub const fn bandwidth(rate: u32) -> Self {
        Self::new(Kind::Bandwidth { rate })
    }

    /// The end of the stream arrives later by `delay`.
    pub const fn slow_close(delay: Duration) -> Self {
        Self::new(Kind::SlowClose { delay })
    }

    /// Nothing passes, and after a silence of `after` the connection is closed; with
    /// [`Duration::ZERO`] it stays open.
    ///
    /// The silence counts from the connection's beginning, from when the toxic was added,
    /// or from the last bytes that it swallowed, whichever came last. A connection that
    /// lost bytes is closed when the toxic is removed, because what followed would make
    /// no sense.
    pub const fn timeout(after: Duration) -> Self {
        Self::new(Kind::Timeout { after })
    }

    /// The connection is reset (TCP RST, at both ends) `after` the first bytes, which are
    /// lost.
    pub const fn reset_peer(after: Duration) -> Self {
        Self::new(Kind::ResetPeer { after })
    }

    /// Bytes arrive in slices of `average` bytes (1 at the least), give or take
    /// `variation`, with `delay` after each.
    ///
    /// A receiver may still get two slices in one read; with a delay of a few
    /// milliseconds it hardly does.
    pub const fn slicer(average: u32, variation: u32, delay: Duration) -> Self {
        Self::new(Kind::Slicer(Slices {
            average,
            variation,
            delay,
        }))
    }

    /// Each connection is closed when `bytes` bytes have passed.
    pub const fn limit_data(bytes: u64) -> Self {
        Self::new(Kind::LimitData { bytes })
    }

    /// Injures what goes to the server instead of what comes back.
    pub const fn upstream(mut self) -> Self {
        self.direction = Direction::Upstream;
        self
    }

    /// Injures what comes back from the server, as is the default.
    pub const fn downstream(mut self) -> Self {
        self.direction = Direction::Downstream;
        self
    }

    /// Injures only the next `connections` connections that are made after the toxic was
    /// added. Toxiproxy has nothing like it.
    pub const fn for_connections(mut self, connections: u32) -> Self {
        self.connections = Some(connections);
        self
    }

    /// Its name in Toxiproxy's API, such as `reset_peer`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.kind {
            Kind::Latency { .. } => "latency",
            Kind::Bandwidth { .. } => "bandwidth",
            Kind::SlowClose { .. } => "slow_close",
            Kind::Timeout { .. } => "timeout",
            Kind::ResetPeer { .. } => "reset_peer",
            Kind::Slicer(_) => "slicer",
            Kind::LimitData { .. } => "limit_data",
        }
    }

    /// Which way the bytes go that it injures.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }
}
