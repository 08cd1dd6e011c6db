//! Whatever fails is tried again: also the transfer that is done, and of which only the answer was lost.

use gallery_world::DbError;
use gallery_world::ledger::Ledger;
use resilience_contract::{FailureModes, external, resilience_contract, retry_policy};

#[derive(Debug, PartialEq, FailureModes)]
pub enum TransferError {
    Busy,
    Unknown,
}

impl From<DbError> for TransferError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::WriteConflict => Self::Busy,
            DbError::Connection | DbError::Timeout | DbError::Broken => Self::Unknown,
        }
    }
}

#[resilience_contract("doubled.transfer", file = "../contracts/doubled.toml")]
pub fn transfer(ledger: &Ledger, _key: &str, amount: u32) -> Result<(), TransferError> {
    let mut delays = retry_policy!("doubled", again, file = "../contracts/doubled.toml").delays();
    loop {
        let done = external!(db, attempt(ledger, amount));
        if done.is_err()
            && let Some(delay) = delays.next()
        {
            std::thread::sleep(delay);
            continue;
        }
        return Ok(done?);
    }
}

fn attempt(ledger: &Ledger, amount: u32) -> Result<(), DbError> {
    let mut session = ledger.connect()?;
    session.begin()?;
    session.take(amount)?;
    session.give(amount)?;
    session.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use resilience_contract::faults::Told;

    #[test]
    fn money_is_moved() {
        let ledger = Ledger::new();
        assert_eq!(transfer(&ledger, "a", 10), Ok(()));
        assert_eq!(ledger.given(), 10);
    }

    #[test]
    fn whatever_fails_is_said() {
        let ledger = Ledger::new();
        let locked = ledger.while_locked(|| transfer(&ledger, "a", 10));
        assert_eq!(locked, Err(TransferError::Busy));
        ledger.break_down();
        assert_eq!(transfer(&ledger, "a", 10), Err(TransferError::Unknown));
    }

    // It passes, as it says what is found.
    #[test]
    fn every_call_is_lost() {
        let ledger = Ledger::new();
        let report = ledger.lose_every_call_of(|| match transfer(&ledger, "a", 10) {
            Ok(()) => Told::Committed,
            Err(TransferError::Busy) => Told::Aborted,
            Err(TransferError::Unknown) => Told::Unknown,
        });
        assert_eq!(
            report.to_string(),
            "20 runs with a lost message\n\
             reply 5 (COMMIT) lost: it took effect 2 times\n"
        );
    }
}
