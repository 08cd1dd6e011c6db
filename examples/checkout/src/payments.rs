//! Charging an order: the card first, then the record of it.
//!
//! The order's number is the idempotency key of the charge. So an order may be sent again after any
//! failure: the gateway charges it once, and the database records it once.

use crate::gateway::{Charge, Gateway, GatewayError};
use crate::model::{NewOrder, Receipt};
use crate::retry::RetryPolicy;
use crate::store::{Store, StoreError};
use resilience_contract::{FailureModes, external, resilience_contract};

/// How charging an order fails, by what the caller can do about it.
///
/// The causes are in the log, under the correlation id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, FailureModes)]
pub enum ChargeError {
    /// Nothing or too much was to be charged. Correct the amount.
    #[error("the amount cannot be charged")]
    InvalidAmount,
    /// The card's bank said no. Ask for another card, under a new order.
    #[error("the card was declined")]
    Declined,
    /// There is no such card. Ask for another one.
    #[error("the card does not exist")]
    CardNotFound,
    /// The gateway was too slow, three times, and may have charged the card. Send the same order
    /// again.
    #[error("the gateway did not answer in time")]
    GatewayTimeout,
    /// The gateway is not there or fails on its side. Send the same order again, later.
    #[error("the gateway is down")]
    GatewayDown,
    /// The gateway does not accept our credential. Nothing helps but an operator.
    #[error("the gateway does not let us in")]
    GatewayAuth,
    /// The gateway's answer cannot be understood, and the card may have been charged. Have somebody
    /// look.
    #[error("the gateway's answer makes no sense")]
    GatewayUnexpected,
    /// The card was charged and the database cannot be reached. Send the same order again, later.
    #[error("the order store cannot be reached")]
    StoreUnavailable,
    /// The card was charged and the order may have been recorded. Send the same order again: a
    /// duplicate is good news.
    #[error("the order store did not answer in time")]
    StoreTimeout,
    /// The card was charged and others are writing. Send the same order again, at once.
    #[error("the order store is busy")]
    StoreBusy,
    /// The order was recorded before. There is nothing left to do.
    #[error("the order was placed before")]
    Duplicate,
    /// The card was charged and the database is broken. Have somebody look.
    #[error("the order store failed")]
    StoreUnexpected,
}

impl From<GatewayError> for ChargeError {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::Timeout => Self::GatewayTimeout,
            // One answer to both, since an attempt before the refused one may have got through.
            GatewayError::Connect(_) | GatewayError::Server(_) => Self::GatewayDown,
            GatewayError::Unauthorized => Self::GatewayAuth,
            GatewayError::NotFound => Self::CardNotFound,
            GatewayError::Unexpected(_) => Self::GatewayUnexpected,
        }
    }
}

impl From<StoreError> for ChargeError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Connection(_) => Self::StoreUnavailable,
            StoreError::Timeout => Self::StoreTimeout,
            StoreError::WriteConflict(_) => Self::StoreBusy,
            StoreError::UniqueViolation => Self::Duplicate,
            StoreError::Unexpected(_) => Self::StoreUnexpected,
        }
    }
}

/// Charges orders.
pub struct Payments {
    /// Who charges the cards.
    pub gateway: Gateway,
    /// Where orders are recorded.
    pub store: Store,
    /// How often the gateway is asked.
    pub retry: RetryPolicy,
    /// What no order may exceed.
    pub max_amount_cents: u32,
}

impl Payments {
    /// Charges the order's card and records the order.
    ///
    /// A caller that goes away half way leaves, at worst, what a failure of the store leaves: a
    /// charge without its order, which the same order sent again completes.
    ///
    /// # Errors
    ///
    /// Each variant of [`ChargeError`] says what was done and what to do next.
    #[resilience_contract("payments.charge")]
    pub async fn charge(
        &self,
        order: &NewOrder,
        correlation_id: &str,
    ) -> Result<Receipt, ChargeError> {
        if !(1..=self.max_amount_cents).contains(&order.amount_cents) {
            return Err(ChargeError::InvalidAmount);
        }
        // Made once: to the gateway, all attempts are one charge.
        let key = order.idempotency_key();
        let charge = self
            .retry
            .run(correlation_id, GatewayError::is_transient, || async {
                external!(gateway, self.gateway.charge(order, &key).await)
            })
            .await
            .inspect_err(|error| error.log(correlation_id, order.id))?;
        let Charge::Captured(receipt) = charge else {
            return Err(ChargeError::Declined);
        };
        external!(orders, self.store.record(order, &receipt).await)
            .inspect_err(|error| error.log(correlation_id, Some(order.id)))?;
        Ok(receipt)
    }
}
