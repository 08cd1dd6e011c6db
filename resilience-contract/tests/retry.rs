//! A retry policy of a contract, used as a plain iterator.

use std::time::Duration;

use resilience_contract::{Backoff, Jitter, RetryPolicy, retry_policy};

const STANDARD: RetryPolicy =
    retry_policy!("retries", standard, file = "tests/contracts/retries.toml");

#[test]
fn a_policy_has_the_numbers_of_the_contract() {
    assert_eq!(
        STANDARD,
        RetryPolicy {
            max_attempts: 3,
            backoff: Backoff::Exponential,
            initial_delay: Duration::from_millis(100),
            multiplier: 2.5,
            max_delay: Duration::from_secs(2),
            jitter: Jitter::Equal,
        }
    );
}

#[test]
fn what_a_policy_leaves_out_has_the_defaults_of_the_format() {
    let plain = retry_policy!("retries", plain, file = "tests/contracts/retries.toml",);
    assert_eq!(plain.backoff, Backoff::Exponential);
    assert!((plain.multiplier - 2.0).abs() < f64::EPSILON);
    let delays: Vec<_> = plain.delays().collect();
    assert_eq!(delays, [Duration::from_millis(10)]);
}

#[test]
fn a_loop_over_the_delays_gives_up_after_the_last_attempt() {
    let mut attempts = 0;
    let mut call = || {
        attempts += 1;
        Err::<(), _>("down")
    };
    let mut delays = STANDARD.delays_seeded(1);
    let outcome = loop {
        match call() {
            Ok(()) => break Ok(()),
            Err(error) => match delays.next() {
                Some(delay) => assert!(delay <= STANDARD.max_delay),
                None => break Err(error),
            },
        }
    };
    assert_eq!((outcome, attempts), (Err("down"), 3));
}
