//! The delays of a retry policy, as numbers: what the rules reckon with and what the
//! code waits.
//!
//! Jitter is left out: it only ever shortens a delay, so these are the longest ones.

use std::time::Duration;

use crate::model::{Backoff, Jitter, RetryPolicy};
use crate::policy_key::policy_key;

/// What an exponential delay grows by where the policy does not say.
pub const MULTIPLIER: f64 = 2.0;

impl RetryPolicy {
    /// The delay before an attempt, the second one being the first that has to wait.
    pub fn delay_before(&self, attempt: u32) -> Duration {
        let uncapped = self.uncapped_delay_before(attempt);
        match &self.max_delay {
            Some(cap) => uncapped.min(cap.value),
            None => uncapped,
        }
    }

    /// The same delay, as if there were no `max_delay`.
    pub fn uncapped_delay_before(&self, attempt: u32) -> Duration {
        let Some(initial) = &self.initial_delay else {
            return Duration::ZERO;
        };
        let growth = match (self.backoff.value, attempt.checked_sub(2)) {
            (_, None) => return Duration::ZERO,
            (Backoff::Constant, _) => 1.0,
            (Backoff::Exponential, Some(steps)) => {
                let multiplier = self.multiplier.as_ref().map_or(MULTIPLIER, |m| m.value);
                multiplier.powf(f64::from(steps))
            }
        };
        let seconds = initial.as_secs_f64() * growth;
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }

    /// Its numbers in one word, as the code that carries them out says them:
    /// [`policy_key`]. `None` without `max_attempts`, which no code can carry out.
    #[inline]
    pub fn key(&self) -> Option<String> {
        let jitter = match self.jitter.value {
            Jitter::None => "none",
            Jitter::Full => "full",
            Jitter::Equal => "equal",
        };
        let initial = self.initial_delay.as_ref();
        let cap = self.max_delay.as_ref();
        Some(policy_key(
            self.max_attempts.as_ref()?.value,
            self.backoff.value == Backoff::Exponential,
            initial.map_or(0, |delay| nanoseconds(delay.value)),
            self.multiplier.as_ref().map_or(MULTIPLIER, |m| m.value),
            cap.map_or(u64::MAX, |delay| nanoseconds(delay.value)),
            jitter,
        ))
    }

    /// The shortest delay before an attempt that jitter can make.
    #[inline]
    pub fn shortest_delay_before(&self, attempt: u32) -> Duration {
        match self.jitter.value {
            Jitter::None => self.delay_before(attempt),
            Jitter::Full => Duration::ZERO,
            Jitter::Equal => self.delay_before(attempt) / 2,
        }
    }

    /// Every delay between the attempts, in their order; none without `max_attempts`.
    pub fn delays(&self) -> impl Iterator<Item = Duration> + '_ {
        let attempts = self.max_attempts.as_ref().map_or(0, |n| n.value);
        (2..=attempts).map(|attempt| self.delay_before(attempt))
    }

    /// The longest time that all attempts and the delays between them can take, where
    /// one attempt takes no longer than `attempt`.
    pub fn longest(&self, attempt: Duration) -> Duration {
        let attempts = self.max_attempts.as_ref().map_or(1, |n| n.value);
        let mut longest = attempt.saturating_mul(attempts);
        for delay in self.delays() {
            longest = longest.saturating_add(delay);
        }
        longest
    }
}

/// 584 years at most, which is no limit for anything.
pub fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Spanned;

    fn policy(attempts: u32, backoff: Backoff, max_delay: Option<u64>) -> RetryPolicy {
        fn at<T>(value: T) -> Spanned<T> {
            Spanned::new(value, 0..0)
        }
        RetryPolicy {
            name: at("p".to_owned()),
            max_attempts: Some(at(attempts)),
            backoff: at(backoff),
            initial_delay: Some(at(Duration::from_millis(100))),
            multiplier: None,
            max_delay: max_delay.map(Duration::from_millis).map(at),
            jitter: at(Jitter::Full),
        }
    }

    fn millis(policy: &RetryPolicy) -> Vec<u128> {
        policy.delays().map(|d| d.as_millis()).collect()
    }

    #[test]
    fn exponential_delays_double_up_to_the_cap() {
        assert_eq!(
            millis(&policy(6, Backoff::Exponential, Some(1_000))),
            [100, 200, 400, 800, 1_000]
        );
        assert_eq!(millis(&policy(4, Backoff::Constant, None)), [100, 100, 100]);
        assert_eq!(millis(&policy(1, Backoff::Exponential, None)), [0u128; 0]);
    }

    #[test]
    fn the_longest_time_counts_every_attempt_and_every_delay() {
        let policy = policy(3, Backoff::Exponential, None);
        assert_eq!(
            policy.longest(Duration::from_secs(2)),
            Duration::from_millis(6_300)
        );
    }

    #[test]
    fn no_number_of_attempts_overflows() {
        let policy = policy(1_000, Backoff::Exponential, None);
        assert_eq!(policy.longest(Duration::MAX), Duration::MAX);
        assert_eq!(policy.uncapped_delay_before(u32::MAX), Duration::MAX);
    }
}
