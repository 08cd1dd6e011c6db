//! Rules about what retries add up to: time, calls, attempts upon attempts.

use std::time::Duration;

use super::callee::{Callee, Known, View};
use super::{Judge, define};
use crate::diagnostic::Diagnostic;
use crate::model::{Contract, Function, Interface, Mode, RetryPolicy};
use crate::named::Names;
use crate::read::write_duration;

define!(
    OVER_DEADLINE,
    "RC155",
    "retry-over-deadline",
    Error,
    Some(over_deadline),
    "all attempts together take longer than the deadline",
    "The deadline covers the whole call: every attempt up to its timeout, and every delay between \
     them. With n attempts of at most t each, and delays that begin at d and grow by m up to a cap, \
     that is `n·t + min(cap, d) + min(cap, d·m) + min(cap, d·m²) + …`. What does not fit is never \
     done: the last attempts are cut off, and the error that the contract promises after them is \
     never returned.\n\n\
     The message shows the sum. An attempt at another contract lasts as long as its \
     deadline; where nothing limits an attempt, only the delays count.\n\n\
     Source: gRPC A6, on the deadline over all attempts; IC2E 2018, where nearly half of the \
     time-out bugs are wrong values.",
);

define!(
    NESTED_RETRY,
    "RC163",
    "nested-retry",
    Error,
    Some(nested_retry),
    "retries around retries multiply",
    "Three attempts around three attempts are nine calls, and one layer more makes them \
     twenty-seven: an outage of the innermost interface is answered by many times the normal load. \
     Retry in one layer, usually the one next to the failing interface, and let the layers above \
     return the error.\n\n\
     The rule follows `kind = \"contract\"` interfaces, from file to file as well, and speaks up \
     when more than ten attempts come together for one failure.\n\n\
     Source: the Amazon Builders' Library, and Google's SRE book on cascading failures.",
);

define!(
    OVER_BUDGET,
    "RC164",
    "retry-over-budget",
    Error,
    Some(over_budget),
    "a call budget is smaller than the number of attempts",
    "`max_calls` counts every call to the interface, repetitions included. A policy that tries more \
     often than the budget allows is broken by the first lasting failure, and the verifier reports \
     the function for doing what the contract demands.\n\n\
     Source: this format, version 1: a budget counts what a trace shows.",
);

/// Each policy that a function uses for each interface, where it does so first.
fn uses<'c>(
    contract: &'c Contract,
    function: &'c Function,
) -> Vec<(&'c Mode, &'c Interface, &'c RetryPolicy)> {
    let mut uses = Vec::new();
    for (on, modes) in function.by_interface() {
        let Some(interface) = contract.interface(on) else {
            continue;
        };
        let mut here: Vec<(&Mode, &Interface, &RetryPolicy)> = Vec::new();
        for mode in modes {
            if let Some(retry) = &mode.retry
                && let Some(policy) = contract.retry(retry)
                && !mode.is_waived()
            {
                here.push((mode, interface, policy));
            }
        }
        let policies = Names::of(here.len(), &|at| &here[at].2.name);
        for (at, used) in here.iter().enumerate() {
            if policies.place(&used.2.name) == Some(at) {
                uses.push(*used);
            }
        }
    }
    uses
}

fn over_deadline(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        let Some(deadline) = &function.deadline else {
            continue;
        };
        for (mode, interface, policy) in uses(contract, function) {
            let (Some(attempts), Some(retry)) = (&policy.max_attempts, &mode.retry) else {
                continue;
            };
            let callee = judge.view.callee(&interface.name);
            let callee = callee.and_then(|callee| callee.function.deadline.as_ref());
            let one = interface.timeout.as_ref().or(callee).map(|t| t.value);
            // One attempt over the deadline is a mistake of its own.
            let longest = policy.longest(one.unwrap_or_default());
            if longest <= deadline.value || one.is_some_and(|one| one > deadline.value) {
                continue;
            }
            let message = format!(
                "{}, over the deadline of {}",
                sum(policy, attempts.value, one, longest),
                write_duration(deadline.value)
            );
            judge.found.push(
                Diagnostic::new(&OVER_DEADLINE, retry.span.clone(), message)
                    .also(deadline.span.clone(), "the deadline")
                    .help(format!(
                        "a deadline of {} or more, a shorter timeout, or fewer attempts",
                        write_duration(longest)
                    )),
            );
        }
    }
}

/// The arithmetic, in words.
fn sum(policy: &RetryPolicy, attempts: u32, one: Option<Duration>, longest: Duration) -> String {
    let mut delays: Vec<String> = Vec::new();
    let mut all = Duration::ZERO;
    for delay in policy.delays() {
        delays.push(write_duration(delay));
        all = all.saturating_add(delay);
    }
    let waiting = match delays.len() {
        1..=4 => format!("delays of {}", delays.join(" + ")),
        many => format!("{many} delays of together {}", write_duration(all)),
    };
    let longest = write_duration(longest);
    match one {
        Some(one) => {
            format!(
                "{attempts} attempts of {} and {waiting} take {longest}",
                write_duration(one)
            )
        }
        None => format!("the {waiting} between {attempts} attempts alone take {longest}"),
    }
}

/// More attempts than this for one failure are a storm.
const STORM: u64 = 10;

/// Contracts that call each other through more layers than this do not exist.
const LAYERS: u32 = 32;

fn nested_retry(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    let mut found = Vec::new();
    for function in &contract.functions {
        for mode in &function.modes {
            let own = attempts(contract, mode);
            let below = below(&judge.known, judge.view, mode, 0);
            let (Some(retry), Some((callee, inner))) = (&mode.retry, below) else {
                continue;
            };
            let all = own.saturating_mul(inner);
            if own < 2 || inner < 2 || all <= STORM {
                continue;
            }
            let name = &callee.function.name;
            let message = format!(
                "{own} attempts around the {inner} of `{}` are {all} calls for one failure",
                **name
            );
            let nested = Diagnostic::new(&NESTED_RETRY, retry.span.clone(), message)
                .help("take the retry out here: the function below has done its best already");
            let place = name.span.clone();
            found.push(callee.point(nested, judge.view, place, "it retries by itself"));
        }
    }
    judge.found.extend(found);
}

fn attempts(contract: &Contract, mode: &Mode) -> u64 {
    if mode.is_waived() {
        return 1;
    }
    let policy = mode.retry.as_ref().and_then(|r| contract.retry(r));
    policy
        .and_then(|p| p.max_attempts.as_ref())
        .map_or(1, |n| u64::from(n.value))
}

/// The function below a mode, and how often it tries before this failure comes out.
fn below<'c>(
    known: &Known<'c>,
    view: View<'c>,
    mode: &'c Mode,
    depth: u32,
) -> Option<(Callee<'c>, u64)> {
    let callee = view.callee(&mode.interface)?;
    let failures = known.failures(callee);
    let failure = failures.get(&mode.name)?;
    if let Some(inner) = failure.attempts.get() {
        return Some((callee, inner));
    }
    // A function that is still being looked at counts once, so that functions may call
    // each other in a circle.
    failure.attempts.set(Some(1));
    let mut most = 1;
    if depth < LAYERS {
        for mode in &failure.modes {
            let below = below(known, callee.view, mode, depth + 1).map_or(1, |(_, n)| n);
            most = most.max(attempts(callee.view.contract, mode).saturating_mul(below));
        }
    }
    failure.attempts.set(Some(most));
    Some((callee, most))
}

fn over_budget(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        let budgets = &function.max_calls;
        let limited = Names::of(budgets.len(), &|at| &budgets[at].0);
        for (mode, interface, policy) in uses(contract, function) {
            let (Some(at), Some(attempts), Some(retry)) = (
                limited.place(&interface.name),
                &policy.max_attempts,
                &mode.retry,
            ) else {
                continue;
            };
            let budget = &budgets[at].1;
            if attempts.value <= budget.value {
                continue;
            }
            let message = format!(
                "`{}` is tried {} times, and `{}` may be called {} times",
                mode.id(),
                attempts.value,
                *interface.name,
                budget.value
            );
            judge.found.push(
                Diagnostic::new(&OVER_BUDGET, budget.span.clone(), message)
                    .also(retry.span.clone(), "the retry")
                    .help(format!("{} = {}", *interface.name, attempts.value)),
            );
        }
    }
}
