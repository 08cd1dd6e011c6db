//! Rules about what retries add up to: time, calls, attempts upon attempts.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::callee::{Callee, Known, View};
use super::{Judge, define};
use crate::diagnostic::Diagnostic;
use crate::model::{Contract, Function, Interface, Mode, RetryPolicy, Spanned};
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
) -> impl Iterator<Item = (&'c Mode, &'c Interface, &'c RetryPolicy)> {
    function.by_interface().flat_map(move |(on, modes)| {
        let interface = contract.interface(on);
        let mut seen: HashSet<&str> = HashSet::new();
        let handled = modes.iter().filter(|m| !m.is_waived());
        handled.filter_map(move |mode| {
            let retry = mode.retry.as_ref()?;
            let policy = contract.retry(retry)?;
            let first = seen.insert(retry);
            first.then_some((mode, interface?, policy))
        })
    })
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
    let delays: Vec<Duration> = policy.delays().collect();
    let waiting = match delays.as_slice() {
        few @ ([_] | [_, _] | [_, _, _] | [_, _, _, _]) => {
            let few: Vec<String> = few.iter().map(|d| write_duration(*d)).collect();
            format!("delays of {}", few.join(" + "))
        }
        many => {
            let all = many
                .iter()
                .fold(Duration::ZERO, |sum, d| sum.saturating_add(*d));
            format!("{} delays of together {}", many.len(), write_duration(all))
        }
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
    let mut layers = Layers {
        known: &judge.known,
        inner: HashMap::new(),
    };
    let mut found = Vec::new();
    for function in &contract.functions {
        for mode in &function.modes {
            let own = attempts(contract, mode);
            let below = layers.below(judge.view, mode, 0);
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

/// How many attempts lie below a failure of another contract.
struct Layers<'k, 'c> {
    known: &'k Known<'c>,
    /// By function and failure. A function that is still being looked at counts once,
    /// so that functions may call each other in a circle.
    inner: HashMap<(*const Function, &'c str), u64>,
}

impl<'c> Layers<'_, 'c> {
    /// The function below a mode, and how often it tries before this failure comes out.
    fn below(&mut self, view: View<'c>, mode: &'c Mode, depth: u32) -> Option<(Callee<'c>, u64)> {
        let callee = view.callee(&mode.interface)?;
        let failures = self.known.failures(callee);
        let returning = failures.get(mode.name.as_str())?;
        let key = (std::ptr::from_ref(callee.function), mode.name.as_str());
        if let Some(inner) = self.inner.get(&key) {
            return Some((callee, *inner));
        }
        self.inner.insert(key, 1);
        let mut most = 1;
        if depth < LAYERS {
            for mode in returning {
                let below = self
                    .below(callee.view, mode, depth + 1)
                    .map_or(1, |(_, n)| n);
                most = most.max(attempts(callee.view.contract, mode).saturating_mul(below));
            }
        }
        self.inner.insert(key, most);
        Some((callee, most))
    }
}

fn over_budget(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        let budgets: HashMap<&str, &Spanned<u32>> = function
            .max_calls
            .iter()
            .map(|(name, budget)| (name.as_str(), budget))
            .collect();
        for (mode, interface, policy) in uses(contract, function) {
            let budget = budgets.get(interface.name.as_str());
            let (Some(budget), Some(attempts), Some(retry)) =
                (budget, &policy.max_attempts, &mode.retry)
            else {
                continue;
            };
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
