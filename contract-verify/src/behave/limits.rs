//! Time and the number of calls.

use std::time::Duration;

use super::{Breach, View};
use crate::codes;
use crate::judge::count;

pub(super) fn limits(view: &View<'_>, found: &mut Vec<Breach>) {
    let (function, trace) = (view.function, view.trace);
    if let Some(deadline) = &function.deadline {
        let took = Duration::from_micros(trace.end_us.saturating_sub(trace.start_us));
        if took > deadline.value {
            let message = format!("it took longer than its deadline of {:?}", deadline.value);
            let help = "limit each attempt, so that all of them and the delays between them fit";
            found.push(Breach::new(codes::DEADLINE, None, message, help));
        }
    }
    for (interface, budget) in &function.max_calls {
        let calls = trace
            .calls
            .iter()
            .filter(|call| call.interface == interface.value)
            .count();
        if calls > usize::try_from(budget.value).unwrap_or(usize::MAX) {
            let message = format!(
                "it called `{}` {}, and its budget is {}",
                interface.value,
                count(calls, "time"),
                budget.value
            );
            let help = "ask for everything in one call instead of one call for each; retries count, \
                        so a budget leaves room for them";
            found.push(Breach::new(codes::CALL_BUDGET, None, message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::support::{codes_of, ok, trace};
    use contract_spec::evidence::Outcome;

    #[test]
    fn a_deadline_that_has_passed_is_a_breach() {
        let mut slow = trace(Outcome::Ok, None, &[]);
        slow.end_us = 8_000_001;
        assert_eq!(codes_of(&slow), ["RC407"]);
        slow.end_us = 8_000_000;
        assert!(codes_of(&slow).is_empty());
    }

    #[test]
    fn one_call_for_each_row_breaks_the_budget() {
        assert_eq!(ok(&[("orders", ""); 2]), ["RC408"]);
        assert!(ok(&[("orders", "")]).is_empty());
        assert!(ok(&[("gateway", ""); 5]).is_empty());
    }
}
