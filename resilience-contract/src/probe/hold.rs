//! The time that an injected failure takes: the limit of a call that is too slow, or for ever.
//!
//! What a time-out costs is free where tokio's clock is paused, and there it is always paid. By
//! the machine's clock nobody waits long: only for limits that are short.

use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use contract_spec::evidence::{Fault, HANGS, TIMEOUT};

use super::call::Begun;
use super::clock;

/// By the machine's clock, a run is not held up any longer by one call.
const SHORT: Duration = Duration::from_millis(100);

/// So often, for so long each time, a paused clock may stand still before it is known that it will.
/// Each time begins when the runtime gets to it: one that the machine kept from running for long
/// has still as many before it.
const PATIENCE: (u32, Duration) = (20, Duration::from_millis(100));

/// So often there is a thread that watches the clock: who tries again without end would have
/// thousands of them.
const WATCHED: u32 = 64;

impl Begun {
    /// Takes the time that the fault takes, in asynchronous code.
    pub async fn held(&mut self) {
        self.unlimited = true;
        self.held_within_limits().await;
    }

    /// The same in front of a call that seems to have a limit of its own.
    pub async fn held_within_limits(&mut self) {
        if self.fault().is_some_and(|fault| fault.mode == HANGS) {
            self.takes_time();
            return pending().await;
        }
        let Some(limit) = self.limit() else {
            return;
        };
        if clock::is_paused() {
            self.takes_time();
            pass(limit).await;
        } else if limit <= SHORT {
            self.takes_time();
            nap(limit).await;
        }
    }

    /// The same in code that cannot wait without holding its thread, which therefore never
    /// waits for ever.
    pub fn held_up(&mut self) {
        if let Some(limit) = self.limit().filter(|limit| *limit <= SHORT)
            && !clock::is_paused()
        {
            self.takes_time();
            std::thread::sleep(limit);
        }
    }

    fn fault(&self) -> Option<&Fault> {
        self.turn.as_ref()?.fault.as_ref()
    }

    /// How long a time-out of this call takes; of one that the other side has carried out all the
    /// same, the answer is lost at once.
    fn limit(&self) -> Option<Duration> {
        self.fault()
            .filter(|fault| fault.mode == TIMEOUT && !fault.applied)?;
        self.state.as_ref()?.site.limit(self.interface)
    }

    /// From here on the fault has happened, also to who gives up before its time is over.
    fn takes_time(&mut self) {
        self.held = true;
        if let (Some(state), Some(turn)) = (&self.state, &self.turn) {
            let fault = turn.fault.as_ref().map(Fault::to_string);
            state.step(self.interface, turn.number, false, fault);
        }
    }
}

/// Lets time pass by tokio's paused clock, which goes on as soon as everybody waits. While a
/// blocking task runs it never does, and then nobody waits for it here.
async fn pass(time: Duration) {
    static PASSED: AtomicU32 = AtomicU32::new(0);
    if PASSED.fetch_add(1, Ordering::Relaxed) >= WATCHED {
        return clock::pass(time).await;
    }
    let (times, each) = PATIENCE;
    let patience = async {
        for _ in 0..times {
            nap(each).await;
        }
    };
    let (mut passing, mut patience) = (pin!(clock::pass(time)), pin!(patience));
    poll_fn(|context| {
        let passed = passing.as_mut().poll(context).is_ready();
        match passed || patience.as_mut().poll(context).is_ready() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
}

/// Waits by the machine's clock, in any runtime or none.
fn nap(time: Duration) -> impl Future<Output = ()> {
    let over = Arc::new(AtomicBool::new(false));
    let mut begun = false;
    poll_fn(move |context| {
        if over.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        if !std::mem::replace(&mut begun, true) {
            let (over, waker) = (Arc::clone(&over), context.waker().clone());
            std::thread::spawn(move || {
                std::thread::sleep(time);
                over.store(true, Ordering::Release);
                waker.wake();
            });
        }
        Poll::Pending
    })
}

#[cfg(all(test, feature = "probe-tokio"))]
mod tests {
    use tokio::time::Instant;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_runtime_that_the_machine_keeps_from_running_loses_no_patience() {
        let began = Instant::now();
        let mut passing = pin!(pass(LONG));
        poll_fn(|context| {
            assert!(passing.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        std::thread::sleep(PATIENCE.1 * PATIENCE.0 + PATIENCE.1);
        passing.await;
        assert!(began.elapsed() >= LONG, "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_that_a_blocking_task_holds_is_not_waited_for() {
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let blocked = tokio::task::spawn_blocking(move || wait.recv().is_err());
        let began = Instant::now();
        pass(LONG).await;
        assert!(began.elapsed() < LONG, "{:?}", began.elapsed());
        drop(done);
        assert!(blocked.await.unwrap());
    }
}
