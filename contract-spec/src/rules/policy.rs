//! Rules about a retry policy by itself: its cap, its delays, their spread.

use super::{Judge, define};
use crate::diagnostic::Diagnostic;
use crate::model::{Backoff, Jitter, RetryPolicy};
use crate::read::write_duration;
use std::time::Duration;

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
    FLAT_BACKOFF,
    "RC157",
    "flat-backoff",
    Warning,
    Some(flat_backoff),
    "an exponential delay does not grow",
    "`multiplier = 1.0` makes every delay as long as the first. If that is meant, \
     `backoff = \"constant\"` says it; if not, the load never eases while the other side \
     recovers.\n\n\
     Source: the Amazon Builders' Library on time-outs, retries and backoff.",
);

define!(
    NO_JITTER,
    "RC158",
    "no-jitter",
    Warning,
    Some(no_jitter),
    "clients that fail together try again together",
    "Without jitter all clients that saw one outage come back in the same instants, wave after \
     wave. `full` spreads every delay between nothing and its length, `equal` over its second \
     half; leaving the key out means `full`.\n\n\
     Source: the Amazon Builders' Library on jitter; Google's SRE book on cascading failures.",
);

define!(
    UNCAPPED_DELAY,
    "RC159",
    "uncapped-delay",
    Warning,
    Some(uncapped_delay),
    "the last delays are longer than anybody waits",
    "An exponential delay soon leaves the range that anybody planned: a tenth of a second doubled \
     ten times is more than a minute and a half, twenty times more than a day. `max_delay` is a \
     hard cap on every delay, after jitter.\n\n\
     The rule speaks up when a delay without a cap passes thirty seconds.\n\n\
     Source: the Amazon Builders' Library on capped exponential backoff.",
);

define!(
    MANY_ATTEMPTS,
    "RC160",
    "too-many-attempts",
    Warning,
    Some(many_attempts),
    "more than five attempts",
    "What has failed five times in a row does not pass within the patience of a caller, and every \
     attempt adds load where there is too much already. For work that must be done eventually, a \
     queue with a limit on deliveries is the better place.\n\n\
     Source: gRPC A6, which silently clamps to five; the SRE book, which counsels three.",
);

define!(
    SINGLE_ATTEMPT,
    "RC161",
    "single-attempt",
    Warning,
    Some(single_attempt),
    "a retry policy never tries again",
    "`max_attempts` counts the first attempt as well, so 1 means that nothing is ever repeated. \
     Modes that refer to the policy read as if they were retried.\n\n\
     Source: grpc/proposal#37, on counting attempts and counting retries.",
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
fn attempts(policy: &RetryPolicy) -> u32 {
    policy.max_attempts.as_ref().map_or(u32::MAX, |n| n.value)
}

/// Whether a policy has a key whose value could not be read.
fn is_unread(judge: &Judge<'_>, policy: &RetryPolicy, key: &str) -> bool {
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

fn flat_backoff(judge: &mut Judge<'_>) {
    for policy in &judge.contract.retries {
        if let Some(multiplier) = &policy.multiplier
            && multiplier.value <= 1.0
            && policy.backoff.value == Backoff::Exponential
        {
            let message = format!("the delays of `{}` do not grow", *policy.name);
            judge.found.push(
                Diagnostic::new(&FLAT_BACKOFF, multiplier.span.clone(), message)
                    .help("multiplier = 2.0, or backoff = \"constant\" and no multiplier"),
            );
        }
    }
}

fn no_jitter(judge: &mut Judge<'_>) {
    for policy in &judge.contract.retries {
        let waits = policy.initial_delay.as_ref().is_some_and(|d| !d.is_zero());
        if policy.jitter.value == Jitter::None && waits && attempts(policy) > 1 {
            let message = format!(
                "the delays of `{}` are the same for every client",
                *policy.name
            );
            judge.found.push(
                Diagnostic::new(&NO_JITTER, policy.jitter.span.clone(), message)
                    .help("jitter = \"full\""),
            );
        }
    }
}

/// Nobody plans for a delay beyond this one without writing it down.
const PATIENCE: Duration = Duration::from_secs(30);

fn uncapped_delay(judge: &mut Judge<'_>) {
    for policy in &judge.contract.retries {
        let (Some(attempts), None) = (&policy.max_attempts, &policy.max_delay) else {
            continue;
        };
        let last = policy.uncapped_delay_before(attempts.value);
        let growing = policy.backoff.value == Backoff::Exponential;
        if growing && last > PATIENCE && !is_unread(judge, policy, "max_delay") {
            let shown = match last {
                Duration::MAX => "ages".to_owned(),
                last => write_duration(Duration::from_secs(last.as_secs())),
            };
            let message = format!(
                "before attempt {} `{}` waits up to {shown}",
                attempts.value, *policy.name
            );
            judge.found.push(
                Diagnostic::new(&UNCAPPED_DELAY, policy.name.span.clone(), message)
                    .help("max_delay = \"10s\""),
            );
        }
    }
}

fn many_attempts(judge: &mut Judge<'_>) {
    for policy in &judge.contract.retries {
        if let Some(attempts) = policy.max_attempts.as_ref().filter(|n| n.value > 5) {
            let message = format!("`{}` tries {} times", *policy.name, attempts.value);
            judge.found.push(
                Diagnostic::new(&MANY_ATTEMPTS, attempts.span.clone(), message).help(
                    "max_attempts = 3, and work that must be done in the end goes into a queue",
                ),
            );
        }
    }
}

fn single_attempt(judge: &mut Judge<'_>) {
    for policy in &judge.contract.retries {
        if let Some(attempts) = policy.max_attempts.as_ref().filter(|n| n.value == 1) {
            let message = format!(
                "`{}` never tries again: the first attempt counts",
                *policy.name
            );
            judge.found.push(
                Diagnostic::new(&SINGLE_ATTEMPT, attempts.span.clone(), message)
                    .help("max_attempts = 2, or no retry"),
            );
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
