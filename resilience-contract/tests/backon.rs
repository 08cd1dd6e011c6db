//! A retry policy of a contract drives backon.

use std::cell::Cell;
use std::time::Duration;

use backon::{BlockingRetryable, Retryable};
use resilience_contract::{RetryPolicy, retry_policy};

const PLAIN: RetryPolicy = retry_policy!("retries", fast, file = "tests/contracts/retries.toml");

#[test]
fn a_blocking_call_is_tried_as_often_as_the_contract_says() {
    let calls = Cell::new(0);
    let call = || {
        calls.set(calls.get() + 1);
        Err::<(), _>("down")
    };
    assert_eq!(call.retry(PLAIN).call(), Err("down"));
    assert_eq!(calls.get(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_async_call_waits_the_delays_of_the_contract() {
    let began = tokio::time::Instant::now();
    let calls = Cell::new(0);
    let call = || async {
        calls.set(calls.get() + 1);
        if calls.get() < 4 {
            Err("down")
        } else {
            Ok(calls.get())
        }
    };
    assert_eq!(call.retry(PLAIN).sleep(tokio::time::sleep).await, Ok(4));
    assert_eq!(began.elapsed(), Duration::from_millis(1 + 2 + 3));
}
