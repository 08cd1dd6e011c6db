//! Rules about a retry policy by itself: its cap, its delays.

use super::{Judge, define};
use crate::diagnostic::Diagnostic;
use crate::model::RetryPolicy;
use crate::read::write_duration;

define!(
    UNCAPPED,
    "RC107",
    "uncapped-retry",
    Error,
    Some(uncapped),
    "a retry policy does not say when it gives up",
    "Without `max_attempts` a lasting failure is tried again for ever: the caller waits, the load \
     on the failing side grows, and no error is ever returned. Retries without a cap, or with an \
     unsafe one, are among the most frequent retry bugs that were found in eight large \
     systems.\n\n\
     `max_attempts` is the total, the first attempt included.\n\n\
     Source: Stoica et al., WASABI, SOSP 2024; gRPC A6.",
);

define!(
    NO_BACKOFF,
    "RC156",
    "no-backoff",
    Error,
    Some(no_backoff),
    "attempts follow each other without a delay",
    "An interface that fails under load is hit again at once, and harder with every client that \
     does the same. `initial_delay` is the delay before the second attempt; it has no default, \
     because no number fits every interface.\n\n\
     A single repetition at once is legitimate (a connection that was dropped) and is written \
     `max_attempts = 2`, `initial_delay = \"0ms\"`.\n\n\
     Source: WASABI, SOSP 2024, where the missing delay is a class of its own; the Amazon Builders' \
     Library on time-outs, retries and backoff.",
);

define!(
    INVERTED_DELAYS,
    "RC162",
    "inverted-delays",
    Error,
    Some(inverted_delays),
    "the first delay is longer than the longest",
    "`max_delay` cuts every delay, so one below `initial_delay` makes all of them equal and the \
     first number meaningless. One of the two is not what was meant.\n\n\
     Source: this format, version 1: `max_delay` is a hard cap.",
);

/// How many attempts a policy makes; those of one that never gives up are many.
pub(super) fn attempts(policy: &RetryPolicy) -> u32 {
    policy.max_attempts.as_ref().map_or(u32::MAX, |n| n.value)
}

/// Whether a policy has a key whose value could not be read.
pub(super) fn is_unread(judge: &Judge<'_>, policy: &RetryPolicy, key: &str) -> bool {
    judge
        .contract
        .is_unread(format_args!("retry.{}.{key}", *policy.name))
}

fn uncapped(judge: &mut Judge<'_>) {
    for policy in &judge.contract.retries {
        if policy.max_attempts.is_none() && !is_unread(judge, policy, "max_attempts") {
            let message = format!("the retry policy `{}` never gives up", *policy.name);
            judge.found.push(
                Diagnostic::new(&UNCAPPED, policy.name.span.clone(), message)
                    .help("max_attempts = 3, the first attempt included"),
            );
        }
    }
}

fn no_backoff(judge: &mut Judge<'_>) {
    for policy in &judge.contract.retries {
        let example = "initial_delay = \"100ms\"";
        match &policy.initial_delay {
            None if attempts(policy) > 1 && !is_unread(judge, policy, "initial_delay") => {
                let message = format!("the retry policy `{}` waits for nothing", *policy.name);
                judge.found.push(
                    Diagnostic::new(&NO_BACKOFF, policy.name.span.clone(), message).help(example),
                );
            }
            Some(delay) if delay.is_zero() && attempts(policy) > 2 => {
                let message = format!("the retry policy `{}` waits for nothing", *policy.name);
                judge
                    .found
                    .push(Diagnostic::new(&NO_BACKOFF, delay.span.clone(), message).help(example));
            }
            _ => {}
        }
    }
}

fn inverted_delays(judge: &mut Judge<'_>) {
    for policy in &judge.contract.retries {
        if let (Some(first), Some(cap)) = (&policy.initial_delay, &policy.max_delay)
            && cap.value < first.value
        {
            let message = format!(
                "`{}` begins with a delay of {} and allows {}",
                *policy.name,
                write_duration(first.value),
                write_duration(cap.value)
            );
            judge.found.push(
                Diagnostic::new(&INVERTED_DELAYS, cap.span.clone(), message)
                    .also(first.span.clone(), "the first delay")
                    .help(format!(
                        "max_delay = \"{}\" or more",
                        write_duration(first.value)
                    )),
            );
        }
    }
}
