//! Functions whose machine code is compared: with `--features annotated` they have
//! contracts, marked calls, reasons and thrown away values, and without it they are bare.

use std::future::Future;

#[cfg_attr(feature = "annotated", derive(resilience_contract::FailureModes))]
pub enum LedgerError {
    Amount(u32),
    Closed,
}

unsafe extern "Rust" {
    safe fn post(amount: u32) -> Result<u32, LedgerError>;
    safe fn note(amount: u32) -> Option<String>;
}

#[cfg(feature = "annotated")]
macro_rules! call {
    ($call:expr) => {
        resilience_contract::external!(ledger, $call)
    };
}

#[cfg(not(feature = "annotated"))]
macro_rules! call {
    ($call:expr) => {
        $call
    };
}

#[cfg(feature = "annotated")]
macro_rules! excused {
    ($value:expr) => {
        let _ = resilience_contract::degrade!("the note is a courtesy", $value);
    };
}

#[cfg(not(feature = "annotated"))]
macro_rules! excused {
    ($value:expr) => {
        let _ = $value;
    };
}

#[inline(never)]
#[cfg_attr(feature = "annotated", resilience_contract::resilience_contract("ledger.book"))]
pub fn book(amount: u32) -> Result<u32, LedgerError> {
    if amount > 1000 {
        return Err(LedgerError::Amount(amount));
    }
    let _ = note(amount);
    excused!(post(0));
    let booked = call!(post(amount))?;
    match call!(post(booked)) {
        Err(LedgerError::Closed) => Ok(0),
        other => other,
    }
}

#[inline(never)]
#[cfg_attr(feature = "annotated", resilience_contract::resilience_contract("ledger.book"))]
pub fn total(amounts: &[u32]) -> Result<u32, LedgerError> {
    let mut total: u32 = 0;
    for amount in amounts {
        total = total.checked_add(book(*amount)?).ok_or(LedgerError::Amount(*amount))?;
    }
    Ok(total)
}

#[cfg_attr(feature = "annotated", resilience_contract::resilience_contract("ledger.book"))]
async fn later(amount: u32) -> Result<u32, LedgerError> {
    std::future::ready(()).await;
    call!(book(amount))
}

/// Has the future compiled as well.
#[inline(never)]
pub fn poll(amount: u32) -> bool {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    std::pin::pin!(later(amount)).as_mut().poll(&mut context).is_ready()
}
