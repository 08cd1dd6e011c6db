//! What is promised of one failure mode besides how it ends: attempts, log, rollback,
//! effect.

use std::cmp::Ordering;

use contract_spec::Contract;
use contract_spec::model::{Backoff, Effect, Jitter, Log, Mode, Outcome, RetryPolicy, Spanned};

use super::change::{Pair, Step};
use super::promise::{limit, show, union, value};

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
