//! How many runs there may be.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::cli::Allowance;

/// What is left of an exploration's runs and time.
#[derive(Debug)]
pub(super) struct Budget {
    runs: u64,
    until: Option<Instant>,
    taken: AtomicU64,
}

impl Budget {
    pub(super) fn new(allowance: Option<Allowance>) -> Self {
        Self {
            runs: match allowance {
                Some(Allowance::Runs(runs)) => runs,
                _ => u64::MAX,
            },
            until: match allowance {
                Some(Allowance::Time(time)) => Instant::now().checked_add(time),
                _ => None,
            },
            taken: AtomicU64::new(0),
        }
    }

    /// Whether there may be one more run.
    pub(super) fn take(&self) -> bool {
        let in_time = self.until.is_none_or(|until| Instant::now() < until);
        in_time && self.taken.fetch_add(1, Ordering::Relaxed) < self.runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn runs_are_counted_and_time_ends() {
        let two = Budget::new(Some(Allowance::Runs(2)));
        assert_eq!([two.take(), two.take(), two.take()], [true, true, false]);
        assert!(!Budget::new(Some(Allowance::Time(Duration::ZERO))).take());
        assert!(Budget::new(None).take());
    }
}
