//! Advice on a retry policy by itself: its delays, their spread, how many they are.

use std::time::Duration;

use super::advise;
use crate::diagnostic::Diagnostic;
use crate::model::{Backoff, Jitter};
use crate::read::write_duration;
use crate::rules::Judge;
use crate::rules::policy::{attempts, is_unread};

advise!(
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

advise!(
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

advise!(
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

advise!(
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

advise!(
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
