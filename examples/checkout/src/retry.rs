//! Trying again: how often, and how long to wait in between.
//!
//! What is worth another attempt is for the caller to say; so is whether the operation may run
//! twice at all.

use std::error::Error;
use std::time::Duration;

/// How often an operation is tried and how the pauses grow.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// All attempts together, the first one included.
    pub max_attempts: u32,
    /// The pause after the first failed attempt, before jitter.
    pub initial_delay: Duration,
    /// By how much each pause outgrows the one before.
    pub multiplier: f64,
    /// No pause is longer than this.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    /// The numbers of `[retry.standard]` in `contracts/payments.toml`.
    fn default() -> Self {
        Self {
            max_attempts: 3,
            initial_delay: Duration::from_millis(100),
            multiplier: 2.0,
            max_delay: Duration::from_secs(2),
        }
    }
}

impl RetryPolicy {
    /// Runs `attempt` until it succeeds, fails with an error that is not `transient`, or has failed
    /// for the last time.
    ///
    /// A failure that is tried again is a warning in the log. The last one is returned, and the
    /// caller's to log.
    ///
    /// # Errors
    ///
    /// The error of the last attempt.
    pub async fn run<T, E, F>(
        &self,
        correlation_id: &str,
        transient: impl Fn(&E) -> bool,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, E>
    where
        E: Error + 'static,
        F: Future<Output = Result<T, E>>,
    {
        let mut attempts = 1;
        loop {
            match attempt().await {
                Err(error) if attempts < self.max_attempts && transient(&error) => {
                    let delay = self.delay(attempts, fastrand::f64());
                    warn(correlation_id, attempts, delay, &error);
                    tokio::time::sleep(delay).await;
                    attempts += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// The pause after so many failed attempts.
    ///
    /// `spread`, between 0 and 1, is the jitter: clients that failed together come back one by one.
    /// The cap comes last, so that nothing can carry a pause over it.
    fn delay(&self, failed: u32, spread: f64) -> Duration {
        let growth = self.multiplier.powf(f64::from(failed.saturating_sub(1)));
        let seconds = self.initial_delay.as_secs_f64() * growth * spread;
        Duration::from_secs_f64(seconds.min(self.max_delay.as_secs_f64()))
    }
}

/// A failure that is about to be tried again: worth knowing, but nobody has to do anything yet.
fn warn(correlation_id: &str, attempts: u32, delay: Duration, error: &(dyn Error + 'static)) {
    tracing::warn!(correlation_id, attempts, ?delay, error, "trying again");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
    enum Failure {
        #[error("passes")]
        Passes,
        #[error("stays")]
        Stays,
    }

    /// Runs an operation that ends as scripted, and counts how often it was called.
    async fn run(script: &[Result<(), Failure>]) -> (Result<(), Failure>, usize) {
        let policy = RetryPolicy {
            initial_delay: Duration::from_millis(1),
            ..RetryPolicy::default()
        };
        let calls = Cell::new(0);
        let outcome = policy
            .run(
                "c-1",
                |failure| *failure == Failure::Passes,
                || {
                    let call = calls.replace(calls.get() + 1);
                    async move { script[call] }
                },
            )
            .await;
        (outcome, calls.get())
    }

    #[tokio::test]
    async fn the_first_attempt_counts() {
        assert_eq!(
            run(&[Err(Failure::Passes); 3]).await,
            (Err(Failure::Passes), 3)
        );
    }

    #[tokio::test]
    async fn the_last_attempt_may_succeed() {
        let script = [Err(Failure::Passes), Err(Failure::Passes), Ok(())];
        assert_eq!(run(&script).await, (Ok(()), 3));
    }

    #[tokio::test]
    async fn what_stays_is_not_tried_again() {
        assert_eq!(run(&[Err(Failure::Stays)]).await, (Err(Failure::Stays), 1));
        let script = [Err(Failure::Passes), Err(Failure::Stays)];
        assert_eq!(run(&script).await, (Err(Failure::Stays), 2));
    }

    #[test]
    fn pauses_double_up_to_the_cap() {
        let policy = RetryPolicy::default();
        let pauses: Vec<_> = [1, 2, 3, 5, 6, 7, 2000]
            .map(|n| policy.delay(n, 1.0).as_millis())
            .into();
        assert_eq!(pauses, [100, 200, 400, 1600, 2000, 2000, 2000]);
    }

    #[test]
    fn jitter_shortens_a_pause_to_anything_down_to_nothing() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.delay(2, 0.5), Duration::from_millis(100));
        assert_eq!(policy.delay(2, 0.0), Duration::ZERO);
    }
}
