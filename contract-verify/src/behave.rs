//! Holding one trace against its contract: what the function did, not what a
//! test thinks of it.
//!
//! Only what the trace shows beyond doubt is a breach. Where an error does not
//! tell its mode, or a call is not marked, nothing is concluded.

use std::collections::BTreeMap;

use contract_spec::evidence::{Call, Outcome, Trace, UNDECLARED, standing};
use contract_spec::model::{self, Contract, Function, Mode};

use crate::codes::{self, Code};
use crate::judge::count;

/// One thing that a call of a function did against its contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Breach {
    pub(crate) code: Code,
    /// The failure mode it is about.
    pub(crate) mode: Option<String>,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// Everything that a trace did against its contract.
pub(crate) fn breaches(contract: &Contract, function: &Function, trace: &Trace) -> Vec<Breach> {
    let mut found = Vec::new();
    outcome(function, trace, &mut found);
    calls(function, trace, &mut found);
    attempts(contract, function, trace, &mut found);
    limits(function, trace, &mut found);
    found
}

/// The last failure that stands, and that no later call to the same interface made good.
///
/// Another call to it that went well may have been the second try, written out; for
/// a call that ended well, that is benefit enough of the doubt.
fn unmended(trace: &Trace) -> Option<&Call> {
    let last = standing(&trace.calls).filter(|call| {
        let later = trace
            .calls
            .iter()
            .skip_while(|other| !std::ptr::eq(*other, *call))
            .skip(1);
        !later
            .into_iter()
            .any(|later| later.interface == call.interface && !later.failed && !later.cancelled)
    });
    last.last()
}

/// What the contract says of a failed call: its mode, or `other` where the mode has no line of its own.
pub(crate) fn declared<'a>(function: &'a Function, call: &Call) -> Option<&'a Mode> {
    let name = call.mode.as_deref()?;
    let of_interface = || {
        function
            .modes
            .iter()
            .filter(|mode| *mode.interface == call.interface)
    };
    of_interface()
        .find(|mode| *mode.name == name)
        .or_else(|| of_interface().find(|mode| *mode.name == "other"))
}

/// The modes that a failed call can have been, by their index: one if its error tells
/// the mode, all of its interface's if it does not.
pub(crate) fn possible(function: &Function, call: &Call) -> Vec<usize> {
    let declared = declared(function, call);
    let modes =
        function
            .modes
            .iter()
            .enumerate()
            .filter(|(_, mode)| match (declared, &call.mode) {
                (Some(declared), _) => std::ptr::eq(*mode, declared),
                (None, Some(_)) => false,
                (None, None) => *mode.interface == call.interface,
            });
    modes.map(|(index, _)| index).collect()
}

/// How the function ended, against how it should have.
fn outcome(function: &Function, trace: &Trace, found: &mut Vec<Breach>) {
    match (trace.outcome, &trace.variant) {
        (Outcome::Panicked, _) => found.push(Breach {
            code: codes::PANICKED,
            mode: None,
            message: "a panic left the function".into(),
            help: "return an error of the contract instead; a caller cannot handle a panic".into(),
        }),
        (Outcome::Ok, _) => silent_failure(function, trace, found),
        (Outcome::Err, Some(variant)) => {
            if !function
                .variants()
                .iter()
                .any(|declared| declared.value == *variant)
            {
                let (what, which) = if variant == UNDECLARED {
                    ("a variant of another crate's enum".into(), "it".into())
                } else {
                    let variant = format!("`{variant}`");
                    (variant.clone(), variant)
                };
                found.push(Breach {
                    code: codes::UNDECLARED_ERROR,
                    mode: None,
                    message: format!("it returned {what}, which no failure mode of it declares"),
                    help: format!(
                        "declare the failure mode that returns {which}, or return what is declared"
                    ),
                });
            }
            disagreement(function, trace, variant, found);
        }
        _ => {}
    }
}

fn silent_failure(function: &Function, trace: &Trace, found: &mut Vec<Breach>) {
    let Some(call) = unmended(trace) else {
        return;
    };
    let what = failure(call);
    let (mode, should) = match (declared(function, call), &call.mode) {
        (Some(mode), _) => match &mode.outcome {
            Some(model::Outcome::Returns(variant)) => (
                Some(mode.id()),
                format!("the contract says that it returns `{}`", variant.value),
            ),
            // Waived is said of the call itself.
            _ => return,
        },
        // Said of the call itself.
        (None, Some(_)) => return,
        (None, None) => {
            let mut modes = function
                .modes
                .iter()
                .filter(|mode| *mode.interface == call.interface);
            if modes.any(|mode| matches!(mode.outcome, Some(model::Outcome::Recovers(_)))) {
                return;
            }
            (None, "the contract declares no recovery from it".into())
        }
    };
    found.push(Breach {
        code: codes::SILENT_FAILURE,
        mode,
        message: format!("{what}, and it returned `Ok`: {should}"),
        help: "return the error, or declare the recovery with its reason: `{ recovers = \"…\" }`"
            .into(),
    });
}

/// A failure that should have returned one variant, and another one was returned.
fn disagreement(function: &Function, trace: &Trace, variant: &str, found: &mut Vec<Breach>) {
    let Some(call) = standing(&trace.calls).last() else {
        return;
    };
    let Some(mode) = declared(function, call) else {
        return;
    };
    let Some(expected) = mode.returns() else {
        return;
    };
    // An earlier failure may be what was returned, and this one came while cleaning up after it.
    let explained = trace.calls.iter().filter(|call| call.failed).any(|call| {
        let returns = declared(function, call).and_then(Mode::returns);
        returns.is_none_or(|returns| returns.value == variant)
    });
    if !explained {
        found.push(Breach {
            code: codes::DISAGREEMENT,
            mode: Some(mode.id()),
            message: format!(
                "{}, and it returned `{variant}`: the contract says `{}`",
                failure(call),
                expected.value
            ),
            help: "mend the mapping in the code, or the line in the contract".into(),
        });
    }
}

/// Failures that the contract does not know, or says cannot happen.
fn calls(function: &Function, trace: &Trace, found: &mut Vec<Breach>) {
    for call in trace.calls.iter().filter(|call| call.failed) {
        let Some(name) = &call.mode else {
            continue;
        };
        match declared(function, call) {
            None => found.push(Breach {
                code: codes::UNDECLARED_MODE,
                mode: Some(format!("{}.{name}", call.interface)),
                message: format!("{}, which the contract does not declare", failure(call)),
                help: format!(
                    "add `{name} = {{ returns = \"…\" }}` to `[function.{}.on.{}]`, or `other` for the rest",
                    function.name.value, call.interface
                ),
            }),
            Some(mode) => {
                if let Some(model::Outcome::Waived(reason)) = &mode.outcome {
                    found.push(Breach {
                        code: codes::WAIVED_HAPPENED,
                        mode: Some(mode.id()),
                        message: format!("{}, which is waived: \"{}\"", failure(call), reason.value),
                        help: "it can happen: say what the function returns then".into(),
                    });
                }
            }
        }
    }
}

/// Whether what failed was tried as often as the contract says.
fn attempts(contract: &Contract, function: &Function, trace: &Trace, found: &mut Vec<Breach>) {
    let mut by_site: BTreeMap<(&str, &str), Vec<&Call>> = BTreeMap::new();
    for call in &trace.calls {
        by_site
            .entry((&call.site, &call.interface))
            .or_default()
            .push(call);
    }
    for calls in by_site.values() {
        for pair in calls.windows(2) {
            let Some(mode) = declared(function, pair[0]).filter(|_| pair[0].failed) else {
                continue;
            };
            if mode.retry.is_none() && mode.returns().is_some() {
                found.push(Breach {
                    code: codes::RETRIED,
                    mode: Some(mode.id()),
                    message: format!(
                        "{}, and was called again: the contract declares no retry for it",
                        failure(pair[0])
                    ),
                    help: "return the error at once, or declare the retry".into(),
                });
            }
        }
        // The attempts since the last one that succeeded.
        let failed = calls.iter().rev().take_while(|call| call.failed).count();
        let last = &calls[calls.len() - failed..];
        let Some(call) = last.last() else {
            continue;
        };
        let policies: Vec<Option<&model::RetryPolicy>> = last
            .iter()
            .map(|call| contract.retry(declared(function, call)?.retry.as_ref()?))
            .collect();
        let Some(Some(policy)) = policies.last() else {
            continue;
        };
        let uniform = policies
            .iter()
            .all(|other| other.is_some_and(|other| other.name == policy.name));
        let Some(max) = policy.max_attempts.as_ref().filter(|_| uniform) else {
            continue;
        };
        let max = usize::try_from(max.value).unwrap_or(usize::MAX);
        let mode = declared(function, call);
        let gave_up = trace.outcome == Outcome::Err
            && mode
                .and_then(Mode::returns)
                .is_some_and(|returns| trace.variant.as_ref() == Some(&returns.value));
        if failed > max || (failed < max && gave_up && !near_deadline(function, trace)) {
            found.push(Breach {
                code: codes::ATTEMPTS,
                mode: mode.map(Mode::id),
                message: format!(
                    "{}: it was tried {}, and `[retry.{}]` says {max}, the first one included",
                    failure(call),
                    count(failed, "time"),
                    policy.name.value
                ),
                help: "take the number from the contract, so that the two cannot differ".into(),
            });
        }
    }
}

/// Whether a deadline may be the reason why there was no further attempt.
fn near_deadline(function: &Function, trace: &Trace) -> bool {
    function.deadline.as_ref().is_some_and(|deadline| {
        let took = u128::from(trace.end_us.saturating_sub(trace.start_us));
        took * 2 > deadline.as_micros()
    })
}

/// Time and the number of calls.
fn limits(function: &Function, trace: &Trace, found: &mut Vec<Breach>) {
    if let Some(deadline) = &function.deadline {
        let took = std::time::Duration::from_micros(trace.end_us.saturating_sub(trace.start_us));
        if took > deadline.value {
            found.push(Breach {
                code: codes::DEADLINE,
                mode: None,
                message: format!("it took longer than its deadline of {:?}", deadline.value),
                help: "limit each attempt, so that all of them and the delays between them fit"
                    .into(),
            });
        }
    }
    for (interface, budget) in &function.max_calls {
        let calls = trace
            .calls
            .iter()
            .filter(|call| call.interface == interface.value)
            .count();
        if calls > usize::try_from(budget.value).unwrap_or(usize::MAX) {
            found.push(Breach {
                code: codes::CALL_BUDGET,
                mode: None,
                message: format!(
                    "it called `{}` {}, and its budget is {}",
                    interface.value,
                    count(calls, "time"),
                    budget.value
                ),
                help: "ask for everything in one call instead of one call for each".into(),
            });
        }
    }
}

fn failure(call: &Call) -> String {
    match &call.mode {
        Some(mode) => format!("`{}` failed ({mode})", call.interface),
        None => format!("`{}` failed", call.interface),
    }
}

/// What happened, a line for each step, for people.
pub(crate) fn timeline(trace: &Trace, left_at: Option<&str>) -> Vec<String> {
    let at = |us: u64| {
        format!(
            "{:>9.3} ms",
            us.saturating_sub(trace.start_us) as f64 / 1000.0
        )
    };
    let mut lines: Vec<String> = trace
        .calls
        .iter()
        .map(|call| {
            let took = call.end_us.saturating_sub(call.start_us) as f64 / 1000.0;
            let how = match (call.failed, &call.mode) {
                (false, _) => "ok".to_owned(),
                (true, Some(mode)) => mode.clone(),
                (true, None) => "failed".to_owned(),
            };
            format!(
                "{}  {} → {how} (took {took:.3} ms)",
                at(call.start_us),
                call.interface
            )
        })
        .collect();
    let ended = match (trace.outcome, &trace.variant) {
        (Outcome::Ok, _) => "returned Ok".to_owned(),
        (Outcome::Err, Some(variant)) => format!("returned Err({variant})"),
        (Outcome::Err, None) => "returned Err".to_owned(),
        (Outcome::Panicked, _) => "panicked".to_owned(),
        (Outcome::Cancelled, _) => "was cancelled".to_owned(),
    };
    let place = left_at
        .map(|place| format!(" at {place}"))
        .unwrap_or_default();
    lines.push(format!("{}  {ended}{place}", at(trace.end_us)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract_spec::{Source, check};

    const CONTRACT: &str = r#"
format = 1
[interface.gateway]
kind = "http"
timeout = "1s"
service = "acme"
[interface.orders]
kind = "database"
timeout = "1s"
[retry.standard]
max_attempts = 3
backoff = "exponential"
initial_delay = "10ms"
multiplier = 2.0
max_delay = "100ms"
jitter = "full"
[error.E]
variants = ["Slow", "Auth", "Down", "Store", "Amount", "Other"]
[function.f]
error = "E"
idempotency = "safe"
deadline = "8s"
max_calls = { orders = 1 }
[function.f.on.gateway]
timeout      = { returns = "Slow", retry = "standard" }
unauthorized = { returns = "Auth" }
not_found    = { recovers = "an unknown customer is a new customer here" }
server_error = { returns = "Down", retry = "standard" }
[function.f.on.orders]
connection     = { returns = "Store" }
timeout        = { returns = "Store" }
write_conflict = { returns = "Store" }
not_found      = { waived = "nothing is ever looked up in this table" }
other          = { returns = "Store" }
[function.f.on.input]
out_of_range = { returns = "Amount" }
"#;

    fn call(interface: &str, mode: &str) -> Call {
        Call {
            interface: interface.into(),
            site: format!("src/lib.rs:{}", interface.len()),
            failed: !mode.is_empty(),
            cancelled: false,
            mode: Some(mode.to_owned()).filter(|mode| !matches!(mode.as_str(), "" | "?")),
            start_us: 0,
            end_us: 0,
        }
    }

    fn trace(outcome: Outcome, variant: Option<&str>, calls: &[(&str, &str)]) -> Trace {
        Trace {
            function: 1,
            call: 0,
            parent: None,
            thread: None,
            outcome,
            variant: variant.map(Into::into),
            branch: None,
            calls: calls
                .iter()
                .map(|(interface, mode)| call(interface, mode))
                .collect(),
            start_us: 0,
            end_us: 1000,
        }
    }

    fn codes_of(trace: &Trace) -> Vec<&'static str> {
        let source = Source {
            path: "c.toml".into(),
            text: CONTRACT.into(),
        };
        let reading = check(&source);
        let errors: Vec<_> = reading
            .diagnostics
            .iter()
            .map(|d| d.render_plain(&source))
            .collect();
        assert!(!reading.has_errors(), "{errors:?}");
        let function = reading.contract.function("f").unwrap();
        breaches(&reading.contract, function, trace)
            .iter()
            .map(|breach| breach.code.code)
            .collect()
    }

    fn ok(calls: &[(&str, &str)]) -> Vec<&'static str> {
        codes_of(&trace(Outcome::Ok, None, calls))
    }

    fn err(variant: &str, calls: &[(&str, &str)]) -> Vec<&'static str> {
        codes_of(&trace(Outcome::Err, Some(variant), calls))
    }

    #[test]
    fn what_the_contract_says_is_no_breach() {
        assert!(ok(&[("gateway", ""), ("orders", "")]).is_empty());
        assert!(err("Auth", &[("gateway", "unauthorized")]).is_empty());
        assert!(err("Amount", &[]).is_empty());
        assert!(codes_of(&trace(Outcome::Cancelled, None, &[("gateway", "timeout")])).is_empty());
    }

    #[test]
    fn a_panic_is_a_breach() {
        assert_eq!(codes_of(&trace(Outcome::Panicked, None, &[])), ["RC402"]);
    }

    #[test]
    fn a_variant_that_no_mode_returns_is_a_breach() {
        assert_eq!(err("Other", &[]), ["RC401"]);
    }

    #[test]
    fn a_failure_that_ends_in_ok_is_silent_unless_it_recovers_or_was_made_good() {
        assert_eq!(ok(&[("orders", "timeout")]), ["RC403"]);
        assert_eq!(ok(&[("orders", "?")]), ["RC403"]);
        assert!(ok(&[("gateway", "not_found")]).is_empty());
        assert!(
            ok(&[("gateway", "?")]).is_empty(),
            "it may have been the one that recovers"
        );
        assert!(ok(&[("gateway", "timeout"), ("gateway", "")]).is_empty());
    }

    #[test]
    fn a_failure_that_returns_the_variant_of_another_is_a_disagreement() {
        assert_eq!(err("Auth", &[("orders", "timeout")]), ["RC404"]);
        assert!(
            err(
                "Auth",
                &[("gateway", "unauthorized"), ("orders", "connection")]
            )
            .is_empty()
        );
        assert!(err("Amount", &[("gateway", "not_found")]).is_empty());
        assert!(err("Auth", &[("orders", "?")]).is_empty());
    }

    #[test]
    fn attempts_are_counted_with_the_first_one() {
        let timeout = ("gateway", "timeout");
        assert!(err("Slow", &[timeout; 3]).is_empty());
        assert_eq!(err("Slow", &[timeout; 2]), ["RC405"]);
        assert_eq!(err("Slow", &[timeout; 4]), ["RC405"]);
        assert!(err("Down", &[timeout, timeout, ("gateway", "server_error")]).is_empty());
        assert!(ok(&[timeout, timeout, ("gateway", "")]).is_empty());
        // It went on to something else, and that is what ended it.
        assert!(err("Auth", &[timeout, ("gateway", "unauthorized")]).is_empty());
    }

    #[test]
    fn a_deadline_that_comes_near_may_end_the_attempts_early() {
        let mut short = trace(Outcome::Err, Some("Slow"), &[("gateway", "timeout"); 2]);
        assert_eq!(codes_of(&short), ["RC405"]);
        short.end_us = 5_000_000;
        assert!(codes_of(&short).is_empty());
    }

    #[test]
    fn what_must_not_be_retried_is_not_called_again() {
        assert_eq!(err("Auth", &[("gateway", "unauthorized"); 2]), ["RC406"]);
        // A call at another place is another call.
        assert!(err("Auth", &[("gateway", "unauthorized"), ("orders", "")]).is_empty());
    }

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

    #[test]
    fn a_mode_without_a_line_is_a_breach_unless_there_is_other() {
        assert_eq!(err("Auth", &[("gateway", "conflict")]), ["RC409"]);
        assert!(err("Store", &[("orders", "decode")]).is_empty());
    }

    #[test]
    fn a_waived_mode_that_happens_is_a_breach() {
        assert_eq!(err("Store", &[("orders", "not_found")]), ["RC505"]);
    }

    #[test]
    fn a_timeline_says_what_happened_in_order() {
        let trace = trace(
            Outcome::Err,
            Some("Slow"),
            &[("gateway", "timeout"), ("orders", "")],
        );
        let lines = timeline(&trace, Some("src/lib.rs:7:9"));
        assert_eq!(
            lines,
            [
                "    0.000 ms  gateway → timeout (took 0.000 ms)",
                "    0.000 ms  orders → ok (took 0.000 ms)",
                "    1.000 ms  returned Err(Slow) at src/lib.rs:7:9"
            ]
        );
    }
}
