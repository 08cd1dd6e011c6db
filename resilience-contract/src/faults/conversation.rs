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
    /// Loses a message.
    fn lose(&self, cut: Cut) -> io::Result<Applied>;
}

impl Sealed for FaultProxy {
    fn lose(&self, cut: Cut) -> io::Result<Applied> {
        self.cut(cut)
    }
}

impl<E> Sealed for Calls<E> {
    fn lose(&self, cut: Cut) -> io::Result<Applied> {
        self.cut(cut)
    }
}
