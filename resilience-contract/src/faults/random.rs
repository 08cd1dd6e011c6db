//! Numbers that look random and are the same in every run.

use std::time::Duration;

/// `SplitMix64`: a few lines, and good enough for jitter.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number up to and with `limit`. Slightly uneven, which nobody here can notice.
    pub(super) fn up_to(&mut self, limit: u64) -> u64 {
        match limit.checked_add(1) {
            Some(count) => self.next() % count,
            None => self.next(),
        }
    }

    /// `middle`, give or take up to `spread`; never below zero.
    pub(super) fn around(&mut self, middle: Duration, spread: Duration) -> Duration {
        let spread_us = u64::try_from(spread.as_micros()).unwrap_or(u64::MAX / 2);
        let shift = Duration::from_micros(self.up_to(spread_us.saturating_mul(2)));
        middle.saturating_add(shift).saturating_sub(spread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_repeat_with_their_seed_and_differ_without() {
        let numbers = |seed| {
            let mut random = Random::seeded(seed);
            [random.next(), random.next(), random.next()]
        };

        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
    }

    #[test]
    fn a_delay_stays_around_its_middle() {
        let mut random = Random::seeded(7);
        let (middle, spread) = (Duration::from_millis(100), Duration::from_millis(30));
        let delays: Vec<_> = (0..1000).map(|_| random.around(middle, spread)).collect();

        assert!(delays.iter().all(|d| d.abs_diff(middle) <= spread));
        assert!(delays.iter().any(|d| *d < middle) && delays.iter().any(|d| *d > middle));
    }

    #[test]
    fn a_spread_above_the_middle_does_not_go_below_zero() {
        let mut random = Random::seeded(7);
        let (middle, spread) = (Duration::from_millis(1), Duration::from_secs(1));

        let delays: Vec<_> = (0..100).map(|_| random.around(middle, spread)).collect();

        assert!(delays.contains(&Duration::ZERO));
        assert!(delays.iter().all(|d| *d <= middle + spread));
    }
}
