//! The key of the transfer is in the same transaction: what is done is not done again.

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
pub fn transfer(ledger: &Ledger, key: &str, amount: u32) -> Result<(), TransferError> {
    let mut delays = retry_policy!("doubled", again, file = "../contracts/doubled.toml").delays();
    loop {
        let done = external!(db, attempt(ledger, key, amount));
        if let Err(DbError::Connection) = done
            && let Some(delay) = delays.next()
        {
            std::thread::sleep(delay);
            continue;
        }
        return Ok(done?);
    }
}

fn attempt(ledger: &Ledger, key: &str, amount: u32) -> Result<(), DbError> {
    let mut session = ledger.connect()?;
    session.begin()?;
    if session.remember(key)? {
        session.take(amount)?;
        session.give(amount)?;
    }
    session.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use resilience_contract::faults::Told;

    #[test]
    fn money_is_moved_once_for_each_key() {
        let ledger = Ledger::new();
        for (key, given) in [("a", 10), ("a", 10), ("b", 20)] {
            assert_eq!(transfer(&ledger, key, 10), Ok(()));
            assert_eq!(ledger.given(), given);
        }
    }

    #[test]
    fn whatever_fails_is_said() {
        let ledger = Ledger::new();
        let locked = ledger.while_locked(|| transfer(&ledger, "a", 10));
        assert_eq!(locked, Err(TransferError::Busy));
        ledger.break_down();
        assert_eq!(transfer(&ledger, "a", 10), Err(TransferError::Unknown));
    }

    #[test]
    fn whichever_call_is_lost_it_is_done_once_at_most() {
        let ledger = Ledger::new();
        let report = ledger.lose_every_call_of(|| match transfer(&ledger, "a", 10) {
            Ok(()) => Told::Committed,
            Err(TransferError::Busy) => Told::Aborted,
            Err(TransferError::Unknown) => Told::Unknown,
        });
        assert!(report.is_clean(), "{report}");
    }
}
