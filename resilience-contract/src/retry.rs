//! The retry policies of contracts, as numbers and as delays.

use core::iter::FusedIterator;
use core::time::Duration;

/// How often and how fast a failed call is tried again. [`retry_policy!`](crate::retry_policy)
/// makes one out of a contract.
///
/// ```
/// use resilience_contract::{Backoff, Jitter, RetryPolicy};
/// use std::time::Duration;
///
/// let policy = RetryPolicy {
///     max_attempts: 4,
///     backoff: Backoff::Exponential,
///     initial_delay: Duration::from_millis(100),
///     multiplier: 2.0,
///     max_delay: Duration::from_millis(300),
///     jitter: Jitter::None,
/// };
/// let delays: Vec<_> = policy.delays().map(|delay| delay.as_millis()).collect();
/// assert_eq!(delays, [100, 200, 300]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryPolicy {
    /// Total attempts, the first one included.
    pub max_attempts: u32,
    /// How the delay grows.
    pub backoff: Backoff,
    /// The delay before the second attempt.
    pub initial_delay: Duration,
    /// By how much an exponential delay grows.
    pub multiplier: f64,
    /// A hard cap on every delay; jitter does not lead over it.
    pub max_delay: Duration,
    /// The spread of the delays.
    pub jitter: Jitter,
}

/// How the delay between attempts grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backoff {
    /// Every delay is the first one times the multiplier, again and again.
    Exponential,
    /// Every delay is the first one.
    Constant,
}

/// How delays are spread so that clients do not retry in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jitter {
    /// The delay as computed.
    None,
    /// Anything between nothing and the delay.
    Full,
    /// Half the delay, and anything up to the other half.
    Equal,
}

impl RetryPolicy {
    /// The delays between the attempts: one fewer than there are attempts.
    ///
    /// With jitter, no two calls give the same.
    pub fn delays(&self) -> Delays {
        self.delays_from(Seed::fresh())
    }

    /// The same delays for the same seed, for tests.
    pub fn delays_seeded(&self, seed: u64) -> Delays {
        self.delays_from(Seed(seed))
    }

    fn delays_from(&self, seed: Seed) -> Delays {
        let cap = nanoseconds(self.max_delay);
        let left = self.max_attempts.saturating_sub(1);
        #[cfg(feature = "probe")]
        let (left, watch) = crate::probe::Watch::begin(self, left);
        Delays {
            #[cfg(feature = "probe")]
            watch,
            left,
            next: nanoseconds(self.initial_delay).min(cap),
            growth: match self.backoff {
                Backoff::Exponential => self.multiplier,
                Backoff::Constant => 1.0,
            },
            cap,
            jitter: self.jitter,
            seed,
        }
    }
}

/// A policy builds its delays, so that `backon` can drive the retries:
/// `call.retry(retry_policy!("payments", standard))`.
#[cfg(feature = "backon")]
impl backon::BackoffBuilder for RetryPolicy {
    type Backoff = Delays;

    fn build(self) -> Delays {
        self.delays()
    }
}

/// The delays between the attempts of one call.
#[derive(Debug, Clone)]
pub struct Delays {
    left: u32,
    /// Before jitter, in nanoseconds; a double counts them one by one for 104 days.
    next: f64,
    growth: f64,
    cap: f64,
    jitter: Jitter,
    seed: Seed,
    #[cfg(feature = "probe")]
    watch: crate::probe::Watch,
}

impl Iterator for Delays {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let delay = self.step();
        #[cfg(feature = "probe")]
        self.watch.asked(delay, self.left);
        delay
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl Delays {
    fn step(&mut self) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        let delay = self.next;
        // Capped before it is spread: spread first, all late delays would meet at the cap.
        self.next = (delay * self.growth).min(self.cap);
        let spread = match self.jitter {
            Jitter::None => delay,
            Jitter::Full => delay * self.seed.fraction(),
            Jitter::Equal => delay / 2.0 + delay / 2.0 * self.seed.fraction(),
        };
        Some(Duration::from_nanos(spread.min(self.cap) as u64))
    }
}

impl ExactSizeIterator for Delays {}

impl FusedIterator for Delays {}

fn nanoseconds(duration: Duration) -> f64 {
    duration.as_nanos() as f64
}

/// SplitMix64: enough to keep clients out of step, and nothing else.
#[derive(Debug, Clone)]
struct Seed(u64);

impl Seed {
    /// Another one for every call in every process.
    fn fresh() -> Self {
        use std::hash::{BuildHasher, RandomState};
        Self(RandomState::new().hash_one(0))
    }

    /// At least 0 and less than 1.
    fn fraction(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // The 53 bits that a double holds.
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDARD: RetryPolicy = RetryPolicy {
        max_attempts: 6,
        backoff: Backoff::Exponential,
        initial_delay: Duration::from_millis(100),
        multiplier: 2.0,
        max_delay: Duration::from_secs(1),
        jitter: Jitter::None,
    };

    fn millis(policy: &RetryPolicy) -> Vec<u128> {
        policy
            .delays_seeded(1)
            .map(|delay| delay.as_millis())
            .collect()
    }

    #[test]
    fn the_first_attempt_counts_and_needs_no_delay() {
        assert_eq!(STANDARD.delays().len(), 5);
        for (attempts, delays) in [(0, 0), (1, 0), (2, 1), (3, 2)] {
            let policy = RetryPolicy {
                max_attempts: attempts,
                ..STANDARD
            };
            assert_eq!(policy.delays().count(), delays);
        }
    }

    #[test]
    fn exponential_delays_grow_up_to_the_cap_and_constant_ones_do_not() {
        assert_eq!(millis(&STANDARD), [100, 200, 400, 800, 1000]);
        let constant = RetryPolicy {
            backoff: Backoff::Constant,
            ..STANDARD
        };
        assert_eq!(millis(&constant), [100; 5]);
        let half = RetryPolicy {
            multiplier: 1.5,
            ..STANDARD
        };
        assert_eq!(millis(&half), [100, 150, 225, 337, 506]);
    }

    #[test]
    fn a_first_delay_above_the_cap_is_capped() {
        let policy = RetryPolicy {
            max_delay: Duration::from_millis(30),
            ..STANDARD
        };
        assert_eq!(millis(&policy), [30; 5]);
    }

    #[test]
    fn delays_without_end_stay_within_the_cap() {
        let policy = RetryPolicy {
            max_attempts: 5000,
            multiplier: 1e9,
            max_delay: Duration::from_nanos(u64::MAX),
            ..STANDARD
        };
        assert!(policy.delays().all(|delay| delay <= policy.max_delay));
        assert_eq!(policy.delays().last(), Some(policy.max_delay));
    }

    /// Every delay of many runs, as parts of the delay without jitter.
    fn parts(jitter: Jitter) -> Vec<f64> {
        let policy = RetryPolicy { jitter, ..STANDARD };
        let plain: Vec<Duration> = STANDARD.delays().collect();
        (0..400)
            .flat_map(|seed| {
                policy
                    .delays_seeded(seed)
                    .zip(plain.clone())
                    .collect::<Vec<_>>()
            })
            .map(|(delay, plain)| delay.as_secs_f64() / plain.as_secs_f64())
            .collect()
    }

    #[test]
    fn full_jitter_is_anything_up_to_the_delay() {
        let parts = parts(Jitter::Full);
        assert!(parts.iter().all(|part| (0.0..=1.0).contains(part)));
        assert!(parts.iter().any(|part| *part < 0.05) && parts.iter().any(|part| *part > 0.95));
        let mean = parts.iter().sum::<f64>() / parts.len() as f64;
        assert!((mean - 0.5).abs() < 0.03, "{mean}");
    }

    #[test]
    fn equal_jitter_keeps_half_of_the_delay() {
        let parts = parts(Jitter::Equal);
        assert!(parts.iter().all(|part| (0.499..=1.0).contains(part)));
        assert!(parts.iter().any(|part| *part < 0.55) && parts.iter().any(|part| *part > 0.95));
    }

    #[test]
    fn jitter_is_the_same_for_the_same_seed_and_another_for_every_call() {
        let policy = RetryPolicy {
            jitter: Jitter::Full,
            ..STANDARD
        };
        let all = |delays: Delays| delays.collect::<Vec<_>>();
        assert_eq!(all(policy.delays_seeded(7)), all(policy.delays_seeded(7)));
        assert_ne!(all(policy.delays_seeded(7)), all(policy.delays_seeded(8)));
        assert_ne!(all(policy.delays()), all(policy.delays()));
    }
}
