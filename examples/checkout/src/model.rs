//! What the service talks about: orders and receipts.

use serde::{Deserialize, Serialize};

/// An order that is yet to be paid.
///
/// There is no `Debug`: the card has no business in a log.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// The number that the shop gave the order. It is charged once, however often it is sent.
    pub id: i64,
    /// What the card is charged.
    pub amount_cents: u32,
    /// The gateway's token for the card.
    pub card: String,
}

impl NewOrder {
    /// The key under which the gateway takes every request for this order as the same charge.
    pub fn idempotency_key(&self) -> String {
        format!("order-{}", self.id)
    }
}

/// The gateway's word that a card was charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The gateway's name for the charge.
    pub id: String,
}

/// An order that was paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Order {
    /// The shop's number.
    pub id: i64,
    /// What the card was charged.
    pub amount_cents: u32,
    /// The gateway's name for the charge.
    pub receipt: String,
}
