//! How many runs there may be.

use std::time::Instant;

use crate::cli::Allowance;

/// What is left of an exploration's runs and time.
#[derive(Debug)]
pub(super) struct Budget {
    runs: u64,
    until: Option<Instant>,
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
        }
    }

    /// How many of so many runs there may be: the first ones, so that the same budget has the
    /// same runs every time.
    pub(super) fn take(&mut self, runs: usize) -> usize {
        let granted = self.runs.min(runs as u64);
        self.runs -= granted;
        usize::try_from(granted).unwrap_or(runs)
    }

    /// Whether there is time for one more.
    pub(super) fn is_in_time(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn runs_are_counted_and_time_ends() {
        let mut three = Budget::new(Some(Allowance::Runs(3)));
        assert_eq!([three.take(2), three.take(2), three.take(2)], [2, 1, 0]);
        assert!(three.is_in_time());
        let mut short = Budget::new(Some(Allowance::Time(Duration::ZERO)));
        assert!(!short.is_in_time());
        assert_eq!(short.take(9), 9);
        assert_eq!(Budget::new(None).take(9), 9);
    }
}
