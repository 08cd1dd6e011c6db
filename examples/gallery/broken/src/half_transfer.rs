//! Two statements, each of which commits by itself: between them, the money is nowhere.

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

#[resilience_contract("halved.transfer", file = "../contracts/halved.toml")]
pub fn transfer(ledger: &Ledger, amount: u32) -> Result<(), TransferError> {
    let mut session = external!(db, ledger.connect())?;
    external!(db, session.take(amount))?;
    external!(db, session.give(amount))?;
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

    // It passes, as it says what is found.
    #[test]
    fn every_call_is_lost() {
        let ledger = Ledger::new();
        let report = ledger.lose_every_call_of(|| match transfer(&ledger, 10) {
            Ok(()) => Told::Committed,
            Err(TransferError::NotMoved) => Told::Aborted,
            Err(TransferError::Unknown) => Told::Unknown,
        });
        assert_eq!(
            report.to_string(),
            "12 runs with a lost message\n\
             request 3 (give) lost: \"money is conserved\" does not hold\n\
             request 3 (give) lost and all later ones: \"money is conserved\" does not hold\n\
             reply 2 (take) lost: \"money is conserved\" does not hold\n\
             reply 3 (give) lost: it said that it was aborted, and it took effect\n\
             reply 2 (take) lost and all later ones: \"money is conserved\" does not hold\n\
             reply 3 (give) lost and all later ones: it said that it was aborted, and it took effect\n"
        );
    }
}
