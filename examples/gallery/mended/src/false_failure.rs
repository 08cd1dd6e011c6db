//! Who lost the reply to a COMMIT does not know what became of it, and says so.

use gallery_world::DbError;
use gallery_world::ledger::Ledger;
use resilience_contract::{FailureModes, external, resilience_contract};

#[derive(Debug, PartialEq, FailureModes)]
pub enum TransferError {
    NotMoved,
    Unknown,
}

impl From<DbError> for TransferError {
    fn from(_: DbError) -> Self {
        Self::NotMoved
    }
}

#[resilience_contract("denied.transfer", file = "../contracts/denied.toml")]
pub fn transfer(ledger: &Ledger, amount: u32) -> Result<(), TransferError> {
    let mut session = external!(db, ledger.connect())?;
    external!(db, session.begin())?;
    external!(db, session.take(amount))?;
    external!(db, session.give(amount))?;
    external!(commit, session.commit()).map_err(|_| TransferError::Unknown)?;
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
    fn a_commit_that_fails_is_said() {
        let ledger = Ledger::new();
        ledger.break_commits();
        assert_eq!(transfer(&ledger, 10), Err(TransferError::Unknown));
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
    fn only_the_commit_leaves_it_unknown() {
        let ledger = Ledger::new();
        let report = ledger.lose_every_call_of(|| match transfer(&ledger, 10) {
            Ok(()) => Told::Committed,
            Err(TransferError::NotMoved) => Told::Aborted,
            Err(TransferError::Unknown) => Told::Unknown,
        });
        assert!(report.is_clean(), "{report}");
        let unknown = report.runs.iter().filter(|run| run.told == Told::Unknown);
        let unknown: Vec<&str> = unknown.map(|run| run.name.as_str()).collect();
        // Its request and its reply, once and lastingly.
        assert_eq!(unknown, ["COMMIT"; 4]);
    }
}
