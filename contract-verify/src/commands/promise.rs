//! Promises with an order: limits, attempts, logs, rollbacks, effects. What becomes
//! weaker is major, what becomes stronger is minor.

use std::cmp::Ordering;
use std::time::Duration;

use contract_spec::Contract;
use contract_spec::model::{
    Backoff, Effect, Function, Idempotency, Jitter, Log, Mode, Outcome, RetryPolicy, Spanned, Tier,
};
use contract_spec::read::write_duration;

use super::change::{Pair, Step};

/// Compares what a function promises as a whole, and of the interfaces that it uses.
pub(super) fn of_function(pair: &mut Pair<'_, '_>) {
    let (old, new) = (pair.old.1, pair.new.1);
    if text(&old.error) != text(&new.error) {
        let message = format!(
            "the error is {} now, and {} before",
            named(&new.error),
            named(&old.error)
        );
        // To name what was not named before tells callers more and breaks nothing.
        let step = if old.error.is_none() {
            Step::Minor
        } else {
            Step::Major
        };
        pair.push(step, "error-changed", None, message);
    }
    limit(
        pair,
        "deadline",
        None,
        value(&old.deadline),
        value(&new.deadline),
        show,
    );
    idempotency(pair, value(&old.idempotency), value(&new.idempotency));
    tier(pair, old.tier.value, new.tier.value);
    let budget = |function: &Function, name: &str| {
        let budget = function
            .max_calls
            .iter()
            .find(|(interface, _)| interface.value == name);
        budget.map(|(_, calls)| calls.value)
    };
    for name in union(
        old.max_calls
            .iter()
            .chain(&new.max_calls)
            .map(|(name, _)| name),
    ) {
        let what = format!("call budget of `{name}`");
        limit(
            pair,
            &what,
            None,
            budget(old, name),
            budget(new, name),
            |calls| calls.to_string(),
        );
    }
    sensitive(pair, old, new);
    interfaces(pair);
    if text(&old.summary) != text(&new.summary) {
        pair.push(
            Step::Patch,
            "summary-changed",
            None,
            "the summary has other words".to_owned(),
        );
    }
}

/// Compares what is promised of one mode.
pub(super) fn of_mode(pair: &mut Pair<'_, '_>, old: &Mode, new: &Mode) {
    // Of what cannot happen nothing else is promised.
    if [old, new]
        .iter()
        .any(|mode| matches!(mode.outcome, Some(Outcome::Waived(_))))
    {
        return;
    }
    retry(pair, old, new);
    log(pair, old, new);
    let rolls_back = |mode: &Mode| {
        mode.rollback
            .as_ref()
            .is_some_and(|rollback| rollback.value)
    };
    match (rolls_back(old), rolls_back(new)) {
        (true, false) => pair.push(
            Step::Major,
            "rollback-removed",
            Some(new),
            "is not rolled back any more".to_owned(),
        ),
        (false, true) => pair.push(
            Step::Minor,
            "rollback-added",
            Some(new),
            "is rolled back now".to_owned(),
        ),
        _ => {}
    }
    let (before, after) = (pair.old.0.effect(old), pair.new.0.effect(new));
    if before != after {
        // Whoever knew that nothing happened could safely try again.
        let step = if after == Effect::None {
            Step::Minor
        } else {
            Step::Major
        };
        let message = format!(
            "the effect is `{}` now, and `{}` before",
            after.name(),
            before.name()
        );
        pair.push(step, "effect-changed", Some(new), message);
    }
}

/// A limit from above: higher, or none at all, is weaker.
fn limit<T: PartialOrd>(
    pair: &mut Pair<'_, '_>,
    what: &str,
    mode: Option<&Mode>,
    old: Option<T>,
    new: Option<T>,
    show: impl Fn(&T) -> String,
) {
    let (step, change, message) = match (&old, &new) {
        (Some(before), Some(after)) => match after.partial_cmp(before) {
            Some(Ordering::Greater) => (
                Step::Major,
                "limit-raised",
                format!("{}, and {} before", show(after), show(before)),
            ),
            Some(Ordering::Less) => (
                Step::Minor,
                "limit-lowered",
                format!("{}, and {} before", show(after), show(before)),
            ),
            _ => return,
        },
        (Some(before), None) => (
            Step::Major,
            "limit-removed",
            format!("not limited, and {} before", show(before)),
        ),
        (None, Some(after)) => (
            Step::Minor,
            "limit-added",
            format!("{}, and was not limited before", show(after)),
        ),
        (None, None) => return,
    };
    pair.push(step, change, mode, format!("the {what} is {message}"));
}

fn idempotency(pair: &mut Pair<'_, '_>, old: Option<Idempotency>, new: Option<Idempotency>) {
    // What is not said promises nothing.
    let strength = |idempotency: Option<Idempotency>| match idempotency {
        Some(Idempotency::Safe) => 2,
        Some(Idempotency::Key) => 1,
        Some(Idempotency::Unsafe) | None => 0,
    };
    let word = |idempotency: Option<Idempotency>| match idempotency {
        Some(Idempotency::Safe) => "`safe`",
        Some(Idempotency::Key) => "`key`",
        Some(Idempotency::Unsafe) => "`unsafe`",
        None => "not said",
    };
    if old != new {
        let step = match strength(new).cmp(&strength(old)) {
            Ordering::Less => Step::Major,
            Ordering::Greater => Step::Minor,
            Ordering::Equal => Step::Patch,
        };
        let message = format!(
            "the idempotency is {} now, and {} before",
            word(new),
            word(old)
        );
        pair.push(step, "idempotency-changed", None, message);
    }
}

/// The tier is what proof is demanded, which callers cannot notice but may count on.
fn tier(pair: &mut Pair<'_, '_>, old: Tier, new: Tier) {
    let strength = |tier: Tier| match tier {
        Tier::Critical => 2,
        Tier::Standard => 1,
        Tier::Experimental => 0,
    };
    if old != new {
        let step = if strength(new) < strength(old) {
            Step::Minor
        } else {
            Step::Patch
        };
        let message = format!(
            "the tier is `{}` now, and `{}` before",
            new.name(),
            old.name()
        );
        pair.push(step, "tier-changed", None, message);
    }
}

fn sensitive(pair: &mut Pair<'_, '_>, old: &Function, new: &Function) {
    let has = |function: &Function, name: &str| {
        function.sensitive.iter().any(|field| field.value == name)
    };
    for name in union(old.sensitive.iter().chain(&new.sensitive)) {
        match (has(old, name), has(new, name)) {
            (true, false) => pair.push(
                Step::Major,
                "sensitive-removed",
                None,
                format!("`{name}` may be logged now"),
            ),
            (false, true) => {
                pair.push(
                    Step::Minor,
                    "sensitive-added",
                    None,
                    format!("`{name}` is never logged any more"),
                );
            }
            _ => {}
        }
    }
}

/// The interfaces that the function uses in both states.
fn interfaces(pair: &mut Pair<'_, '_>) {
    let ((old_contract, old), (new_contract, new)) = (pair.old, pair.new);
    for name in old
        .interfaces
        .iter()
        .filter(|name| new.interfaces.iter().any(|other| other.value == name.value))
    {
        let (Some(before), Some(after)) =
            (old_contract.interface(name), new_contract.interface(name))
        else {
            continue;
        };
        if before.kind.value != after.kind.value {
            let message = format!(
                "`{}` is of kind `{}` now, and `{}` before",
                **name, *after.kind, *before.kind
            );
            pair.push(Step::Major, "kind-changed", None, message);
        }
        if text(&before.contract) != text(&after.contract) {
            let message = format!(
                "`{}` is the contract {} now, and {} before",
                **name,
                named(&after.contract),
                named(&before.contract)
            );
            pair.push(Step::Minor, "callee-changed", None, message);
        }
        if text(&before.service) != text(&after.service) {
            let message = format!(
                "logs name `{}` {} now, and {} before",
                **name,
                named(&after.service),
                named(&before.service)
            );
            pair.push(Step::Minor, "service-changed", None, message);
        }
        let what = format!("timeout of `{}`", **name);
        limit(
            pair,
            &what,
            None,
            value(&before.timeout),
            value(&after.timeout),
            show,
        );
    }
}

fn retry(pair: &mut Pair<'_, '_>, old: &Mode, new: &Mode) {
    fn policy<'c>(contract: &'c Contract, mode: &Mode) -> Option<&'c RetryPolicy> {
        contract.retry(mode.retry.as_ref()?)
    }
    let (before, after) = (policy(pair.old.0, old), policy(pair.new.0, new));
    // The first attempt counts, so no retry is one attempt; without a cap there is no limit.
    let attempts =
        |policy: Option<&RetryPolicy>| policy.map_or(Some(1), |policy| value(&policy.max_attempts));
    let mode = Some(new);
    limit(
        pair,
        "number of attempts",
        mode,
        attempts(before),
        attempts(after),
        u32::to_string,
    );
    let (Some(before), Some(after)) = (before, after) else {
        return;
    };
    limit(
        pair,
        "first delay",
        mode,
        value(&before.initial_delay),
        value(&after.initial_delay),
        show,
    );
    limit(
        pair,
        "longest delay",
        mode,
        value(&before.max_delay),
        value(&after.max_delay),
        show,
    );
    let growth = |policy: &RetryPolicy| match policy.backoff.value {
        Backoff::Constant => Some(1.0),
        Backoff::Exponential => value(&policy.multiplier).or(Some(2.0)),
    };
    limit(
        pair,
        "growth of the delay",
        mode,
        growth(before),
        growth(after),
        f64::to_string,
    );
    let spread = |policy: &RetryPolicy| match policy.jitter.value {
        Jitter::Full => 2,
        Jitter::Equal => 1,
        Jitter::None => 0,
    };
    let (step, how) = match spread(after).cmp(&spread(before)) {
        Ordering::Less => (Step::Major, "less"),
        Ordering::Greater => (Step::Minor, "more"),
        Ordering::Equal => return,
    };
    pair.push(
        step,
        "jitter-changed",
        mode,
        format!("the delays are spread {how} than before"),
    );
}

fn log(pair: &mut Pair<'_, '_>, old: &Mode, new: &Mode) {
    let (before, after): (Option<&Log>, Option<&Log>) = (
        old.log.as_ref().map(|log| &log.value),
        new.log.as_ref().map(|log| &log.value),
    );
    let mode = Some(new);
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (before, after),
        (Some(_), None) => {
            return pair.push(
                Step::Major,
                "log-removed",
                mode,
                "is not logged any more".to_owned(),
            );
        }
        (None, Some(_)) => {
            return pair.push(Step::Minor, "log-added", mode, "is logged now".to_owned());
        }
        (None, None) => return,
    };
    if before.level != after.level {
        let step = if after.level < before.level {
            Step::Major
        } else {
            Step::Minor
        };
        let message = format!(
            "is logged at `{}` now, and at `{}` before",
            after.level.name(),
            before.level.name()
        );
        pair.push(step, "log-level-changed", mode, message);
    }
    match (&before.fields, &after.fields) {
        (Some(old), Some(new)) => {
            for name in union(old.iter().chain(new)) {
                let has =
                    |fields: &[Spanned<String>]| fields.iter().any(|field| field.value == name);
                match (has(old), has(new)) {
                    (true, false) => {
                        pair.push(
                            Step::Major,
                            "log-field-removed",
                            mode,
                            format!("the log lacks `{name}` now"),
                        );
                    }
                    (false, true) => {
                        pair.push(
                            Step::Minor,
                            "log-field-added",
                            mode,
                            format!("the log carries `{name}` now"),
                        );
                    }
                    _ => {}
                }
            }
        }
        (None, None) => {}
        // Which fields a policy demands does not stand in contracts.
        (Some(_), None) => {
            let message =
                "the log carries the fields of the policy now, and fields of its own before";
            pair.push(Step::Major, "log-fields-changed", mode, message.to_owned());
        }
        (None, Some(_)) => {
            let message = "the log carries fields of its own now, and those of the policy before";
            pair.push(Step::Major, "log-fields-changed", mode, message.to_owned());
        }
    }
}

fn value<T: Copy>(value: &Option<Spanned<T>>) -> Option<T> {
    value.as_ref().map(|value| value.value)
}

fn text(value: &Option<Spanned<String>>) -> Option<&str> {
    value.as_ref().map(|value| value.value.as_str())
}

fn named(value: &Option<Spanned<String>>) -> String {
    text(value).map_or_else(|| "not named".to_owned(), |name| format!("`{name}`"))
}

fn show(duration: &Duration) -> String {
    write_duration(*duration)
}

/// Every name once, in the order of their first use.
fn union<'n>(names: impl Iterator<Item = &'n Spanned<String>>) -> Vec<&'n str> {
    let mut union: Vec<&str> = Vec::new();
    for name in names {
        if !union.contains(&name.as_str()) {
            union.push(name);
        }
    }
    union
}
