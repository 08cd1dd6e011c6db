//! Cutting a conversation at one of its messages.

use super::Direction;

/// What a proxy takes its bytes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// PostgreSQL's, version 3: a message is what the protocol calls one (`Query`,
    /// `CommandComplete`, `ReadyForQuery`, …), the start-up and the answer to
    /// `SSLRequest` included.
    Postgres,
    /// RESP 2 and 3, which Redis speaks: a message is a command, or a whole reply or push.
    Redis,
    /// HTTP/1.0 and 1.1: a message is a request or a reply with its body; the interim
    /// replies (1xx) belong to the reply that follows them.
    Http1,
}

/// How a connection ends at a [`Cut`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Ending {
    /// Both ends see a reset: TCP RST.
    #[default]
    Reset,
    /// Both ends see the end of the stream: TCP FIN.
    Close,
    /// The connection stays open and nothing passes any more, neither way.
    Stall,
}

/// Ends a connection at a message: the message does not arrive, and everything before it
/// does.
///
/// Messages are counted from 1, over all connections of the proxy, in the order in which
/// they come, beginning with the first whole message after the cut was made. A farewell
/// (PostgreSQL's `Terminate`) is not counted and passes: nobody waits for it, so only
/// chance would decide whether it was met. A cut happens once unless it is [`lasting`](Self::lasting). The peer of whoever sent the
/// message cannot tell that it was sent; in particular, the reply to a `COMMIT` is lost
/// *after* the server has committed.
///
/// ```
/// use resilience_contract::faults::{Cut, Ending};
///
/// // The second reply is lost, and the connection with it.
/// let lost_reply = Cut::reply(2);
/// // Every request from the third on goes nowhere.
/// let dead_server = Cut::request(3).lasting().ending(Ending::Stall);
/// // The first reply breaks off in its middle.
/// let torn = Cut::reply(1).after_bytes(20).ending(Ending::Close);
/// # let _ = (lost_reply, dead_server, torn);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a cut does nothing until a proxy is given it"]
pub struct Cut {
    pub(super) direction: Direction,
    pub(super) message: u64,
    pub(super) after_bytes: u64,
    pub(super) lasting: bool,
    pub(super) ending: Ending,
}

impl Cut {
    const fn new(direction: Direction, message: u64) -> Self {
        Self {
            direction,
            message,
            after_bytes: 0,
            lasting: false,
            ending: Ending::Reset,
        }
    }

    /// At the `message`th message from the client, counted from 1; 0 is taken as 1.
    pub const fn request(message: u64) -> Self {
        Self::new(Direction::Upstream, message)
    }

    /// At the `message`th message from the server, counted from 1; 0 is taken as 1.
    pub const fn reply(message: u64) -> Self {
        Self::new(Direction::Downstream, message)
    }

    /// Lets the first `bytes` bytes of the message pass. A message that is no longer than
    /// that passes whole, and the connection ends behind it.
    pub const fn after_bytes(mut self, bytes: u64) -> Self {
        self.after_bytes = bytes;
        self
    }

    /// At every message from that one on, and not only once.
    pub const fn lasting(mut self) -> Self {
        self.lasting = true;
        self
    }

    /// How the connection ends: with a reset, unless this says otherwise.
    pub const fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// Whether the `count`th message is one to cut.
    pub(super) const fn strikes(&self, count: u64) -> bool {
        let message = if self.message == 0 { 1 } else { self.message };
        count == message || (self.lasting && count > message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_strikes_once_and_a_lasting_one_from_there_on() {
        let struck = |cut: Cut| (1..6).filter(|n| cut.strikes(*n)).collect::<Vec<_>>();

        assert_eq!(struck(Cut::reply(3)), [3]);
        assert_eq!(struck(Cut::reply(3).lasting()), [3, 4, 5]);
        assert_eq!(struck(Cut::request(0)), [1]);
    }
}
