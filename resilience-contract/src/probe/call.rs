//! Which contracted call is running on this thread, and what happened in it.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;

use contract_spec::evidence;

use super::inspect::Seen;
use super::logs;
use super::plant::Argument;
use super::recorder::{Site, recorder};
use super::state::State;

thread_local! {
    static CURRENT: RefCell<Option<Arc<State>>> = const { RefCell::new(None) };
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

/// A contracted function begins; `arguments` are those that tell whether it logs what it
/// must, and what it must not.
#[doc(hidden)]
pub fn enter(site: &'static Site, arguments: &[Argument]) -> Call {
    let state = recorder().map(|recorder| {
        let state = Arc::new(State::new(recorder, site, current(), arguments));
        logs::begins(&state);
        state
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
            state.end(outcome, None, None, Vec::new());
        }
    }
}

/// A value passes a `degrade!`: the running contracted call may lose a failure there.
#[doc(hidden)]
pub fn degraded<T>(reason: &'static str, site: &'static str, value: T) -> T {
    if let Some(state) = current() {
        state.degraded(evidence::Degraded {
            reason: reason.to_owned(),
            site: site.to_owned(),
        });
    }
    value
}

/// The running contracted call passes a branch.
pub(super) fn leaving_by(branch: u32) {
    if let Some(state) = current() {
        state.leaving_by(branch);
    }
}

/// The running contracted call did not leave where it could have.
pub(super) fn not_leaving() {
    if let Some(state) = current() {
        state.not_leaving();
    }
}

/// The contracted call that runs on this thread.
pub(super) fn current() -> Option<Arc<State>> {
    // A destructor of another thread-local may get here when this one is gone.
    CURRENT
        .try_with(|current| current.borrow().clone())
        .ok()
        .flatten()
}

/// Puts a call in place as the thread's current one, and the one before back at the end.
struct Within {
    before: Option<Arc<State>>,
    _listening: Option<logs::Listening>,
}

impl Within {
    fn enter(state: Option<Arc<State>>) -> Self {
        let listening = state.as_deref().and_then(logs::listen);
        let before = CURRENT
            .try_with(|current| current.replace(state))
            .ok()
            .flatten();
        Self {
            before,
            _listening: listening,
        }
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        let before = self.before.take();
        if let Ok(state) = CURRENT.try_with(|current| current.replace(before)) {
            if let Some(state) = &state {
                logs::check(state);
            }
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
    let start_us = state.as_ref().map_or(0, |state| {
        logs::check(state);
        state.now_us()
    });
    Begun {
        interface,
        site,
        start_us,
        state,
    }
}

/// A call to an interface has ended with this value.
#[doc(hidden)]
pub fn external<T>(
    mut begun: Begun,
    value: T,
    inspect: impl FnOnce(&T) -> Seen,
    texts: impl FnOnce(&T) -> Vec<String>,
) -> T {
    if let Some(state) = begun.state.take() {
        let end_us = state.now_us();
        let seen = inspect(&value);
        let error = if seen.failed {
            texts(&value)
        } else {
            Vec::new()
        };
        begun.note(&state, &seen, error, end_us, false);
    }
    value
}

impl Begun {
    fn note(&self, state: &State, seen: &Seen, error: Vec<String>, end_us: u64, cancelled: bool) {
        state.called(evidence::Call {
            interface: self.interface.to_owned(),
            site: self.site.to_owned(),
            failed: seen.failed,
            cancelled,
            mode: seen.mode.map(str::to_owned),
            error,
            start_us: self.start_us,
            end_us,
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
            let end_us = state.now_us();
            self.note(&state, &seen, Vec::new(), end_us, true);
        }
    }
}
