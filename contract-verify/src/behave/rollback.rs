//! What became of a transaction after a failure that is to roll it back.

use contract_spec::evidence::{Call, Outcome, Transaction};

use super::{Breach, View, possible};
use crate::codes;

/// A commit of the one transaction that was open when the call failed, with no other call to its
/// interface in between: any might begin another one, for the failure's own record, say. A warning,
/// because one that is begun by a call which nobody marked is not seen.
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
        let failed = calls.iter().enumerate();
        let failed =
            failed.filter(|(_, call)| call.failed && possible(view.function, call) == [*index]);
        let committed = failed
            .filter_map(|(failed, _)| committed(calls, failed))
            .next();
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
    // One that is open, of whichever interface, and no other.
    let mut open = Vec::new();
    for call in &calls[..failed] {
        match did(call) {
            Some(Transaction::Begin) => open.push(call.interface.as_str()),
            Some(Transaction::Commit | Transaction::Rollback) => {
                let own = open.iter().rposition(|open| *open == call.interface);
                open.remove(own?);
            }
            None => {}
        }
    }
    let [interface] = open[..] else {
        return None;
    };
    let next = calls[failed + 1..]
        .iter()
        .find(|call| call.interface == interface)?;
    (did(next) == Some(Transaction::Commit)).then_some(next)
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
        // Also if it fails once more afterwards.
        let twice = [BEGIN, FAILS, COMMIT, FAILS];
        assert!(codes(true, &twice, Outcome::Err).contains(&"RC417"));
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
            vec![COMMIT, BEGIN, FAILS, COMMIT],
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
