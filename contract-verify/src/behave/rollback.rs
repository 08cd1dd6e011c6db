//! What became of a transaction after a failure that is to roll it back.

use contract_spec::evidence::{Call, Outcome, Transaction};

use super::{Breach, View, possible};
use crate::codes;

/// Beyond doubt is a commit of the one transaction that was open when the call failed. What
/// was begun later is another one: the failure's own record, say.
pub(super) fn rollback(view: &View<'_>, found: &mut Vec<Breach>) {
    if view.trace.outcome != Outcome::Err {
        return;
    }
    for index in view.modes {
        let mode = &view.function.modes[*index];
        if !mode
            .rollback
            .as_ref()
            .is_some_and(|rollback| rollback.value)
        {
            continue;
        }
        let calls = &view.trace.calls;
        let failed = calls
            .iter()
            .rposition(|call| call.failed && possible(view.function, call) == [*index]);
        let committed = failed.and_then(|failed| committed(calls, failed));
        if let Some(commit) = committed {
            let message = format!(
                "a transaction of `{}` was committed after `{}`, which is to roll it back",
                commit.interface,
                mode.id()
            );
            let help = "leave before the commit when a step has failed; a transaction that is dropped is rolled back";
            let id = Some(mode.id());
            found.push(Breach::new(codes::COMMITTED, id, message, help));
        }
    }
}

/// The commit of the transaction that was open when a call failed.
fn committed(calls: &[Call], failed: usize) -> Option<&Call> {
    let did = |call: &Call| call.transaction.filter(|_| !call.failed && !call.cancelled);
    calls[failed + 1..].iter().find(|commit| {
        if did(commit) != Some(Transaction::Commit) {
            return false;
        }
        let same = |call: &&Call| call.interface == commit.interface;
        // One that is open, and no other.
        let before = calls[..failed].iter().filter(same).filter_map(did);
        let open = before.fold(0_u32, |open, what| match what {
            Transaction::Begin => open + 1,
            Transaction::Commit | Transaction::Rollback => open.saturating_sub(1),
        });
        let mut between = calls[failed + 1..]
            .iter()
            .take_while(|call| !std::ptr::eq(*call, *commit))
            .filter(same);
        open == 1 && !between.any(|call| call.transaction.is_some())
    })
}

#[cfg(test)]
mod tests {
    use contract_spec::evidence::{Outcome, Trace, Transaction};

    use super::super::hold;
    use super::super::support::{CONTRACT, trace, view_of};

    /// The codes of a call that was refused by the gateway in the course of these; `None`
    /// for the refusal itself.
    fn codes(rollback: bool, calls: &[Option<Transaction>], outcome: Outcome) -> Vec<&'static str> {
        let variant = Some("Auth").filter(|_| outcome == Outcome::Err);
        let contract = CONTRACT
            .replace("\"Auth\" }", &format!("\"Auth\", rollback = {rollback} }}"))
            .replace("max_calls = { orders = 1 }\n", "");
        let mut seen: Trace = trace(outcome, variant, &[]);
        for (index, what) in calls.iter().enumerate() {
            let mut call = match what {
                None => super::super::support::call("gateway", "unauthorized"),
                Some(_) => super::super::support::call("orders", ""),
            };
            call.transaction = *what;
            call.site = format!("src/lib.rs:{index}");
            call.start_us = index as u64;
            call.end_us = index as u64;
            seen.calls.push(call);
        }
        view_of(&contract, &seen, |view| {
            let found = hold(view).breaches;
            found.iter().map(|breach| breach.code.code).collect()
        })
    }

    const BEGIN: Option<Transaction> = Some(Transaction::Begin);
    const COMMIT: Option<Transaction> = Some(Transaction::Commit);
    const ROLLBACK: Option<Transaction> = Some(Transaction::Rollback);
    const FAILS: Option<Transaction> = None;

    #[test]
    fn a_commit_of_what_was_open_is_a_breach() {
        let seen = [BEGIN, FAILS, COMMIT];
        assert_eq!(codes(true, &seen, Outcome::Err), ["RC417"]);
        assert!(codes(false, &seen, Outcome::Err).is_empty());
    }

    #[test]
    fn a_rollback_and_other_transactions_are_none() {
        for seen in [
            vec![BEGIN, FAILS, ROLLBACK],
            vec![BEGIN, FAILS],
            // The failure's own record.
            vec![BEGIN, FAILS, ROLLBACK, BEGIN, COMMIT],
            vec![BEGIN, FAILS, BEGIN, COMMIT],
            vec![FAILS, BEGIN, COMMIT],
            vec![BEGIN, COMMIT, FAILS, COMMIT],
            // Where it began is not known, or what is open.
            vec![FAILS, COMMIT],
            vec![BEGIN, BEGIN, FAILS, COMMIT],
        ] {
            assert!(codes(true, &seen, Outcome::Err).is_empty(), "{seen:?}");
        }
    }

    #[test]
    fn a_function_that_went_on_is_judged_by_how_it_ended() {
        let seen = [BEGIN, FAILS, COMMIT];
        assert!(!codes(true, &seen, Outcome::Ok).contains(&"RC417"));
    }
}
