//! Which contracted call is running on this thread, and what happened in it.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use contract_spec::evidence::{self, Operator};

use super::inspect::Seen;
use super::recorder::{Recorder, Site, recorder};
use crate::FailureModes;

/// No branch has been passed.
const NOWHERE: u32 = u32::MAX;

thread_local! {
    static CURRENT: RefCell<Option<Arc<State>>> = const { RefCell::new(None) };
}

/// What is known of a call while it runs.
#[derive(Debug)]
struct State {
    recorder: &'static Recorder,
    function: u32,
    number: u64,
    parent: Option<u64>,
    thread: Option<String>,
    start_us: u64,
    branch: AtomicU32,
    calls: Mutex<Vec<evidence::Call>>,
}

/// One call of a contracted function. Dropped before [`leave`], it has panicked
/// or its future was dropped.
#[doc(hidden)]
#[derive(Debug)]
pub struct Call {
    site: &'static Site,
    state: Option<Arc<State>>,
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
        })
    });
    Call { site, state }
}

impl Call {
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
            let outcome = if std::thread::panicking() {
                evidence::Outcome::Panicked
            } else {
                evidence::Outcome::Cancelled
            };
            state.end(outcome, None, None);
        }
    }
}

/// A contracted function ends. What it returns is what it was given, unless the
/// chosen mutant is the branch by which it leaves.
#[doc(hidden)]
pub fn leave<T, E: FailureModes>(
    mut call: Call,
    result: Result<T, E>,
    make_ok: Option<fn() -> T>,
) -> Result<T, E> {
    let Some(state) = call.state.take() else {
        return result;
    };
    let recorder = state.recorder;
    recorder.errors::<E>(call.site, state.function, make_ok.is_some());
    let operator = recorder.operator(call.site);
    let changed = match &result {
        Ok(_) => {
            let calls = state.end(evidence::Outcome::Ok, None, None);
            operator.and_then(|operator| unrecovered(operator, &calls))
        }
        Err(error) => {
            let branch = Some(state.branch.load(Ordering::Relaxed)).filter(|b| *b != NOWHERE);
            let variant = E::VARIANTS.get(error.variant()).map(|variant| variant.name);
            state.end(evidence::Outcome::Err, branch, variant);
            operator.and_then(|operator| changed(operator, branch?, variant?, make_ok))
        }
    };
    match changed {
        Some(changed) => {
            recorder.mutated(state.number);
            changed
        }
        None => result,
    }
}

/// What a mutant makes of an error, if it is the one that the mutant is for.
fn changed<T, E: FailureModes>(
    operator: &Operator,
    left_by: u32,
    variant: &str,
    make_ok: Option<fn() -> T>,
) -> Option<Result<T, E>> {
    match operator {
        Operator::Misreport { branch, from, to } if *branch == left_by && from == variant => {
            let index = E::VARIANTS.iter().position(|variant| variant.name == to)?;
            E::sample(index).map(Err)
        }
        Operator::Swallow { branch, from } if *branch == left_by && from == variant => {
            make_ok.map(|make| Ok(make()))
        }
        _ => None,
    }
}

/// The error that a mutant makes of a recovery.
fn unrecovered<T, E: FailureModes>(
    operator: &Operator,
    calls: &[evidence::Call],
) -> Option<Result<T, E>> {
    let Operator::Unrecover { interface, mode } = operator else {
        return None;
    };
    let failed = |call: &evidence::Call| {
        call.failed && call.interface == *interface && call.mode.as_deref() == Some(mode)
    };
    if !calls.iter().any(failed) {
        return None;
    }
    (0..E::VARIANTS.len()).find_map(E::sample).map(Err)
}

impl State {
    /// Writes the trace, and gives back its calls.
    fn end(
        &self,
        outcome: evidence::Outcome,
        branch: Option<u32>,
        variant: Option<&str>,
    ) -> Vec<evidence::Call> {
        let calls = std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner));
        let record = evidence::Record::Trace(evidence::Trace {
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
        });
        self.recorder.write(&record);
        match record {
            evidence::Record::Trace(trace) => trace.calls,
            _ => Vec::new(),
        }
    }
}

/// The running contracted call passes a branch.
pub(super) fn leaving_by(branch: u32) {
    if let Some(state) = current() {
        state.branch.store(branch, Ordering::Relaxed);
    }
}

fn current() -> Option<Arc<State>> {
    // A destructor of another thread-local may get here when this one is gone.
    CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
}

/// Puts a call in place as the thread's current one, and the one before back at the end.
struct Within {
    before: Option<Arc<State>>,
}

impl Within {
    fn enter(state: Option<Arc<State>>) -> Self {
        let before = CURRENT.try_with(|current| current.replace(state)).ok().flatten();
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
    start_us: u64,
    state: Option<Arc<State>>,
}

/// A call to an interface begins.
#[doc(hidden)]
pub fn begin(interface: &'static str) -> Begun {
    let state = current();
    let start_us = state.as_ref().map_or(0, |state| state.recorder.now_us());
    Begun {
        interface,
        start_us,
        state,
    }
}

/// A call to an interface has ended with this value.
#[doc(hidden)]
pub fn external<T>(mut begun: Begun, value: T, inspect: impl FnOnce(&T) -> Seen) -> T {
    if let Some(state) = begun.state.take() {
        let seen = inspect(&value);
        begun.note(&state, seen.failed, seen.mode.map(str::to_owned));
    }
    value
}

impl Begun {
    fn note(&self, state: &State, failed: bool, mode: Option<String>) {
        let mut calls = state.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(evidence::Call {
            interface: self.interface.to_owned(),
            failed,
            mode,
            start_us: self.start_us,
            end_us: state.recorder.now_us(),
        });
    }
}

impl Drop for Begun {
    /// The call never came back: it panicked, or its future was dropped.
    fn drop(&mut self) {
        if let Some(state) = self.state.take() {
            self.note(&state, true, None);
        }
    }
}
