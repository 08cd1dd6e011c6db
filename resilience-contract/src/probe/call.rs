//! Which contracted call is running on this thread, and what happened in it.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use contract_spec::evidence;

use super::inspect::Seen;
use super::recorder::{Recorder, Site, recorder};

/// No branch has been passed.
const NOWHERE: u32 = u32::MAX;

thread_local! {
    static CURRENT: RefCell<Option<Arc<State>>> = const { RefCell::new(None) };
}

/// What is known of a call while it runs.
#[derive(Debug)]
pub(super) struct State {
    pub(super) recorder: &'static Recorder,
    pub(super) function: u32,
    pub(super) number: u64,
    parent: Option<u64>,
    thread: Option<String>,
    start_us: u64,
    branch: AtomicU32,
    calls: Mutex<Vec<evidence::Call>>,
    degraded: Mutex<Vec<evidence::Degraded>>,
}

/// One call of a contracted function. Dropped before [`leave`], it has panicked
/// or its future was dropped.
#[doc(hidden)]
#[derive(Debug)]
pub struct Call {
    site: &'static Site,
    state: Option<Arc<State>>,
    /// Whether it began in the course of a panic, in a destructor: that one is not its own.
    during_panic: bool,
}

/// A contracted function begins.
#[doc(hidden)]
pub fn enter(site: &'static Site) -> Call {
    let state = recorder().map(|recorder| {
        Arc::new(State {
            recorder,
            function: recorder.function(site),
            number: recorder.next_call(),
            parent: current().map(|parent| parent.number),
            thread: std::thread::current().name().map(str::to_owned),
            start_us: recorder.now_us(),
            branch: AtomicU32::new(NOWHERE),
            calls: Mutex::new(Vec::new()),
            degraded: Mutex::new(Vec::new()),
        })
    });
    Call {
        site,
        state,
        during_panic: std::thread::panicking(),
    }
}

impl Call {
    /// The function, and what is known of the call unless nobody asked for it. Without
    /// that the call is over.
    pub(super) fn finish(mut self) -> (&'static Site, Option<Arc<State>>) {
        (self.site, self.state.take())
    }

    /// Runs the body of a function.
    pub fn run<R, F: FnOnce() -> R>(&self, body: F) -> R {
        let _within = Within::enter(self.state.clone());
        body()
    }

    /// Runs the body of an `async` function: within the call at every poll, and only then.
    pub async fn run_async<F: Future>(&self, body: F) -> F::Output {
        let mut body = pin!(body);
        poll_fn(|context| {
            let _within = Within::enter(self.state.clone());
            body.as_mut().poll(context)
        })
        .await
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(state) = self.state.take() {
            let outcome = if std::thread::panicking() && !self.during_panic {
                evidence::Outcome::Panicked
            } else {
                evidence::Outcome::Cancelled
            };
            state.end(outcome, None, None);
        }
    }
}

impl State {
    /// The branch that was passed last.
    pub(super) fn left_by(&self) -> Option<u32> {
        Some(self.branch.load(Ordering::Relaxed)).filter(|branch| *branch != NOWHERE)
    }

    /// Writes the trace, and gives back its calls.
    pub(super) fn end(
        &self,
        outcome: evidence::Outcome,
        branch: Option<u32>,
        variant: Option<&str>,
    ) -> Vec<evidence::Call> {
        let calls = std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner));
        let degraded = self.degraded.lock().unwrap_or_else(PoisonError::into_inner);
        let trace = evidence::Trace {
            function: self.function,
            call: self.number,
            parent: self.parent,
            thread: self.thread.clone(),
            outcome,
            variant: variant.map(str::to_owned),
            branch,
            calls,
            start_us: self.start_us,
            end_us: self.recorder.now_us(),
        };
        self.recorder.write_trace(&trace, &degraded);
        trace.calls
    }
}

/// A value passes a `degrade!`: the running contracted call may lose a failure there.
#[doc(hidden)]
pub fn degraded<T>(reason: &'static str, site: &'static str, value: T) -> T {
    if let Some(state) = current() {
        let mut degraded = state
            .degraded
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        degraded.push(evidence::Degraded {
            reason: reason.to_owned(),
            site: site.to_owned(),
        });
    }
    value
}

/// The running contracted call passes a branch.
pub(super) fn leaving_by(branch: u32) {
    if let Some(state) = current() {
        state.branch.store(branch, Ordering::Relaxed);
    }
}

/// The running contracted call did not leave where it could have.
pub(super) fn not_leaving() {
    leaving_by(NOWHERE);
}

fn current() -> Option<Arc<State>> {
    // A destructor of another thread-local may get here when this one is gone.
    CURRENT
        .try_with(|current| current.borrow().clone())
        .ok()
        .flatten()
}

/// Puts a call in place as the thread's current one, and the one before back at the end.
struct Within {
    before: Option<Arc<State>>,
}

impl Within {
    fn enter(state: Option<Arc<State>>) -> Self {
        let before = CURRENT
            .try_with(|current| current.replace(state))
            .ok()
            .flatten();
        Self { before }
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        let before = self.before.take();
        if let Ok(state) = CURRENT.try_with(|current| current.replace(before)) {
            drop(state);
        }
    }
}

/// A call to an interface that has begun.
#[doc(hidden)]
#[derive(Debug)]
pub struct Begun {
    interface: &'static str,
    site: &'static str,
    start_us: u64,
    state: Option<Arc<State>>,
}

/// A call to an interface begins.
#[doc(hidden)]
pub fn begin(interface: &'static str, site: &'static str) -> Begun {
    let state = current();
    let start_us = state.as_ref().map_or(0, |state| state.recorder.now_us());
    Begun {
        interface,
        site,
        start_us,
        state,
    }
}

/// A call to an interface has ended with this value.
#[doc(hidden)]
pub fn external<T>(mut begun: Begun, value: T, inspect: impl FnOnce(&T) -> Seen) -> T {
    if let Some(state) = begun.state.take() {
        let seen = inspect(&value);
        begun.note(&state, &seen, false);
    }
    value
}

impl Begun {
    fn note(&self, state: &State, seen: &Seen, cancelled: bool) {
        let mut calls = state.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(evidence::Call {
            interface: self.interface.to_owned(),
            site: self.site.to_owned(),
            failed: seen.failed,
            cancelled,
            mode: seen.mode.map(str::to_owned),
            start_us: self.start_us,
            end_us: state.recorder.now_us(),
        });
    }
}

impl Drop for Begun {
    /// The call never came back. Nobody learned whether it would have failed: the
    /// loser of a race, say, has not.
    fn drop(&mut self) {
        if let Some(state) = self.state.take() {
            let seen = Seen {
                failed: false,
                mode: None,
            };
            self.note(&state, &seen, true);
        }
    }
}
