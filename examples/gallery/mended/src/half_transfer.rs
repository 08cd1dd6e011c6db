//! One statement is a transaction, too. Whether it took effect, nobody knows who lost the connection over it.

use gallery_world::DbError;
use gallery_world::ledger::Ledger;
use resilience_contract::{FailureModes, external, resilience_contract};

#[derive(Debug, PartialEq, FailureModes)]
pub enum TransferError {
    NotMoved,
    Unknown,
}

impl From<DbError> for TransferError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Connection | DbError::Timeout => Self::Unknown,
            DbError::WriteConflict | DbError::Broken => Self::NotMoved,
        }
    }
}

#[resilience_contract("halved.transfer", file = "../contracts/halved.toml")]
pub fn transfer(ledger: &Ledger, amount: u32) -> Result<(), TransferError> {
    let mut session = external!(db, ledger.connect())?;
    external!(db, session.shift(amount))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use resilience_contract::faults::Told;

    #[test]
    fn money_is_moved() {
        let ledger = Ledger::new();
        assert_eq!(transfer(&ledger, 10), Ok(()));
        assert_eq!(ledger.given(), 10);
    }

    #[test]
    fn whatever_fails_is_said() {
        let ledger = Ledger::new();
        let locked = ledger.while_locked(|| transfer(&ledger, 10));
        assert_eq!(locked, Err(TransferError::NotMoved));
        ledger.break_down();
        assert_eq!(transfer(&ledger, 10), Err(TransferError::NotMoved));
    }

    #[test]
    fn whichever_call_is_lost_nothing_is_half_done_and_nothing_untrue_is_said() {
        let ledger = Ledger::new();
        let report = ledger.lose_every_call_of(|| match transfer(&ledger, 10) {
            Ok(()) => Told::Committed,
            Err(TransferError::NotMoved) => Told::Aborted,
            Err(TransferError::Unknown) => Told::Unknown,
        });
        assert!(report.is_clean(), "{report}");
        let unknown = report.runs.iter().filter(|run| run.told == Told::Unknown);
        let unknown: Vec<&str> = unknown.map(|run| run.name.as_str()).collect();
        assert_eq!(unknown, ["connect", "move"].repeat(4));
    }
}
