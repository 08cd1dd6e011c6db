//! What has messages that a transaction can lose.

use std::io;

use super::calls::Calls;
use super::cut::Cut;
use super::proxy::{Applied, FaultProxy};

/// What a [`Transaction`](super::Transaction) is done through, and loses the messages of:
/// a [`FaultProxy`] before a server, or the [`Calls`] of an embedded database.
///
/// Nothing else can be one: what is found depends on messages being counted as these do.
pub trait Conversation: Sealed {}

impl Conversation for FaultProxy {}
impl<E> Conversation for Calls<E> {}

/// What the harness needs of a conversation.
pub trait Sealed {
    /// Loses a message of the conversation that begins now.
    fn lose(&self, cut: Cut) -> io::Result<Applied>;

    /// How many connections there were so far.
    fn connections(&self) -> u64;

    /// Waits until all that was said on connections after the first `connections` is
    /// counted; `false` if clients leave some of them open.
    fn is_over_since(&self, connections: u64) -> bool;
}

impl Sealed for FaultProxy {
    fn lose(&self, cut: Cut) -> io::Result<Applied> {
        self.cut_conversation(cut)
    }

    fn connections(&self) -> u64 {
        self.counters().connections
    }

    fn is_over_since(&self, connections: u64) -> bool {
        Self::is_over_since(self, connections)
    }
}

impl<E> Sealed for Calls<E> {
    fn lose(&self, cut: Cut) -> io::Result<Applied> {
        self.cut(cut)
    }

    fn connections(&self) -> u64 {
        self.counters().connections
    }

    fn is_over_since(&self, _connections: u64) -> bool {
        // Calls are counted when they are made.
        true
    }
}
