//! Promises with an order: limits, attempts, logs, rollbacks, effects. What becomes
//! weaker is major, what becomes stronger is minor.

use std::cmp::Ordering;
use std::time::Duration;

use contract_spec::model::{Function, Idempotency, Mode, Spanned, Tier};
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

/// A limit from above: higher, or none at all, is weaker.
pub(super) fn limit<T: PartialOrd>(
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

pub(super) fn value<T: Copy>(value: &Option<Spanned<T>>) -> Option<T> {
    value.as_ref().map(|value| value.value)
}

fn text(value: &Option<Spanned<String>>) -> Option<&str> {
    value.as_ref().map(|value| value.value.as_str())
}

fn named(value: &Option<Spanned<String>>) -> String {
    text(value).map_or_else(|| "not named".to_owned(), |name| format!("`{name}`"))
}

pub(super) fn show(duration: &Duration) -> String {
    write_duration(*duration)
}

/// Every name once, in the order of their first use.
pub(super) fn union<'n>(names: impl Iterator<Item = &'n Spanned<String>>) -> Vec<&'n str> {
    let mut union: Vec<&str> = Vec::new();
    for name in names {
        if !union.contains(&name.as_str()) {
            union.push(name);
        }
    }
    union
}
