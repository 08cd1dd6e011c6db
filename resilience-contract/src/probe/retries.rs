//! What a retry policy hands out in a contracted call, and what a mutant makes of it.

use std::sync::Arc;
use std::time::Duration;

use contract_spec::evidence::{Operator, policy_key};

use super::call::current;
use super::state::State;
use crate::{Backoff, Jitter, RetryPolicy};

/// One sequence of delays under observation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch {
    seen: Option<(Arc<State>, usize)>,
    change: Option<Change>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// No delay at all, where there is one.
    OneAttempt,
    /// One delay more.
    OneTooMany,
}

impl Watch {
    /// A policy begins to hand out so many delays; gives back how many they really are.
    pub(crate) fn begin(policy: &RetryPolicy, mut delays: u32) -> (u32, Self) {
        let Some(state) = current() else {
            return (delays, Self::default());
        };
        let key = key(policy);
        let change = match state.recorder.retry_operator(state.site) {
            Some(Operator::OneAttempt { policy }) if *policy == key && delays > 0 => {
                delays = 0;
                Some(Change::OneAttempt)
            }
            Some(Operator::OneTooMany { policy }) if *policy == key => {
                delays += 1;
                Some(Change::OneTooMany)
            }
            _ => None,
        };
        let retry = state.retrying(key);
        let seen = Some((state, retry));
        (delays, Self { seen, change })
    }

    /// The next delay is asked for; so many are left after it.
    pub(crate) fn asked(&self, delay: Option<Duration>, left: u32) {
        let Some((state, retry)) = &self.seen else {
            return;
        };
        state.delay(*retry, delay);
        let changed = match self.change {
            Some(Change::OneAttempt) => delay.is_none(),
            Some(Change::OneTooMany) => delay.is_some() && left == 0,
            None => false,
        };
        if changed {
            state.recorder.mutated(state.number);
        }
    }
}

fn key(policy: &RetryPolicy) -> String {
    let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    policy_key(
        policy.max_attempts,
        policy.backoff == Backoff::Exponential,
        nanoseconds(policy.initial_delay),
        policy.multiplier,
        nanoseconds(policy.max_delay),
        match policy.jitter {
            Jitter::None => "none",
            Jitter::Full => "full",
            Jitter::Equal => "equal",
        },
    )
}
