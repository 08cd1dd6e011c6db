//! Which contracted call is running on this thread, and what happened in it.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use contract_spec::evidence::{self, Explored, Transaction};

use super::inject::Turn;
use super::inspect::Seen;
use super::logs;
use super::plant::Argument;
#[cfg(feature = "probe-inject")]
use super::recorder::lost;
use super::recorder::{Site, recorder};
#[cfg(feature = "probe-inject")]
use super::samples::{Samples, Wanted};
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
    if !std::thread::panicking() {
        let _known = ABANDONING.try_with(|abandoning| abandoning.set(false));
    }
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
        let _within = self.within();
        body()
    }

    /// Lets what follows run as the body of a function, until the value is dropped.
    pub fn within(&self) -> Within {
        Within::enter(self.state.clone())
    }

    /// Runs the body of an `async` function: within the call at every poll, and only then.
    pub async fn run_async<F: Future>(&self, body: F) -> F::Output {
        let mut body = pin!(Some(body));
        poll_fn(|context| {
            let within = self.within();
            let Some(running) = body.as_mut().as_pin_mut() else {
                return Poll::Pending;
            };
            let state = self.state.as_deref();
            state.inspect(|state| state.is_polled());
            let polled = running.poll(context);
            if polled.is_pending() && state.is_some_and(State::is_to_be_abandoned) {
                body.set(None);
                drop(within);
                abandon();
            }
            polled
        })
        .await
    }
}

thread_local! {
    /// Whether what unwinds on this thread is a future that was dropped, and no panic.
    static ABANDONING: Cell<bool> = const { Cell::new(false) };
}

/// Leaves everything that waits for a future which is no more, as if it had been dropped, too.
fn abandon() -> ! {
    // Where the thread is at its end, it unwinds as a panic would.
    let _known = ABANDONING.try_with(|abandoning| abandoning.set(true));
    // Nobody panicked, so no hook is called and nothing is printed.
    std::panic::resume_unwind(Box::new("abandoned by cargo verify-contracts"))
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(state) = self.state.take() {
            let abandoned = ABANDONING.try_with(Cell::get).unwrap_or(false);
            let panics = std::thread::panicking() && !self.during_panic && !abandoned;
            let outcome = if panics {
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
#[doc(hidden)]
#[derive(Debug)]
pub struct Within {
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
    pub(super) interface: &'static str,
    site: &'static str,
    /// What it does to a transaction.
    transaction: Option<Transaction>,
    start_us: u64,
    pub(super) state: Option<Arc<State>>,
    /// Where faults may be injected.
    pub(super) turn: Option<Turn>,
    /// How often the function's future had been polled.
    #[cfg(feature = "probe-inject")]
    polls: u32,
    /// Whether it is awaited, and shows no time-out in itself.
    #[cfg(feature = "probe-inject")]
    pub(super) unlimited: bool,
    /// Whether it has taken the time that its fault takes, or is about to.
    #[cfg(feature = "probe-inject")]
    pub(super) held: bool,
}

/// A call to an interface begins.
#[doc(hidden)]
pub fn begin(
    interface: &'static str,
    site: &'static str,
    transaction: Option<Transaction>,
) -> Begun {
    let state = current();
    let start_us = state.as_ref().map_or(0, |state| {
        logs::check(state);
        state.now_us()
    });
    let injector = state.as_ref().and_then(|state| state.recorder.injector());
    let turn = injector.and_then(|injector| injector.turn(interface, site));
    if let (Some(state), Some(turn)) = (&state, &turn)
        && turn.is_abandoned()
    {
        state.abandon(true);
    }
    if let (Some(state), Some(turn)) = (&state, &turn) {
        state.step(interface, turn.number, false, None);
    }
    Begun {
        interface,
        site,
        transaction,
        start_us,
        turn,
        #[cfg(feature = "probe-inject")]
        polls: state.as_ref().map_or(0, |state| state.polls()),
        #[cfg(feature = "probe-inject")]
        unlimited: false,
        #[cfg(feature = "probe-inject")]
        held: false,
        state,
    }
}

/// A call to an interface has ended with this value.
#[doc(hidden)]
pub fn external<T>(
    mut begun: Begun,
    value: T,
    inspect: impl Fn(&T) -> Seen,
    texts: impl FnOnce(&T) -> Vec<String>,
) -> T {
    if let Some(state) = begun.state.take() {
        begun.came_back(&state, &value, None, inspect, texts);
    }
    value
}

/// A call to an interface has ended with this value, or was not made for the sake of a
/// fault, which then gives the value.
#[cfg(feature = "probe-inject")]
#[doc(hidden)]
pub fn external_or_fault<T>(
    value: Option<T>,
    mut begun: Begun,
    samples: impl FnOnce(Wanted<T>) -> Samples<T>,
    inspect: impl Fn(&T) -> Seen,
    texts: impl FnOnce(&T) -> Vec<String>,
) -> T {
    let Some(state) = begun.state.take() else {
        return value.unwrap_or_else(|| not_made("nobody asked for a fault"));
    };
    let (value, explored) = match begun.turn.take() {
        None => (value, None),
        Some(turn) => {
            if turn.is_abandoned() {
                // It is done, and nobody can call it off any more.
                state.abandon(false);
            }
            let waits = state.polls() != begun.polls;
            let samples = samples(Wanted::new());
            let (value, mut explored) = turned(turn, value, samples, &inspect);
            explored.waits = waits;
            explored.unlimited = begun.unlimited;
            let injected = explored.injected.clone();
            state.step(begun.interface, explored.number, true, injected);
            (value, Some(explored))
        }
    };
    let value = value.unwrap_or_else(|| not_made("no failure of the kind can be made"));
    begun.came_back(&state, &value, explored, inspect, texts);
    value
}

/// What a call comes to where faults may be injected.
#[cfg(feature = "probe-inject")]
fn turned<T>(
    turn: Turn,
    value: Option<T>,
    samples: Samples<T>,
    inspect: &impl Fn(&T) -> Seen,
) -> (Option<T>, Explored) {
    let modes = samples.values.iter().filter_map(|s| inspect(s).mode);
    let mut modes: Vec<String> = modes.map(str::to_owned).collect();
    modes.sort_unstable();
    let mut explored = Explored {
        number: turn.number,
        value: std::any::type_name::<T>().to_owned(),
        injectable: modes,
        whole: samples.whole,
        unlimited: false,
        waits: false,
        injected: None,
    };
    let Some(fault) = turn.fault.filter(|fault| fault.is_of_interface()) else {
        return (value, explored);
    };
    let samples = samples.values.into_iter();
    let mut samples = samples.filter(|sample| inspect(sample).mode == Some(&fault.mode));
    let sample = samples.nth(fault.variant as usize - 1);
    if sample.is_some() {
        explored.injected = Some(fault.to_string());
    }
    // What the call really answered is lost, as it is on the wire.
    (sample.or(value), explored)
}

/// The verifier injects only what it knows can be made.
#[cfg(feature = "probe-inject")]
fn not_made(why: &str) -> ! {
    lost(&format_args!("a call was not made, and {why}"))
}

impl Begun {
    /// Whether the call is made. With a fault it is not, unless the fault is that its
    /// answer is lost.
    pub fn is_made(&self) -> bool {
        let fault = self.turn.as_ref().and_then(|turn| turn.fault.as_ref());
        fault.is_none_or(|fault| fault.applied || !fault.is_of_interface())
    }

    fn came_back<T>(
        &self,
        state: &State,
        value: &T,
        explored: Option<Explored>,
        inspect: impl Fn(&T) -> Seen,
        texts: impl FnOnce(&T) -> Vec<String>,
    ) {
        let end_us = state.now_us();
        let seen = inspect(value);
        let error = if seen.failed {
            texts(value)
        } else {
            Vec::new()
        };
        self.note(state, &seen, error, end_us, explored, false);
    }

    fn note(
        &self,
        state: &State,
        seen: &Seen,
        error: Vec<String>,
        end_us: u64,
        explored: Option<Explored>,
        cancelled: bool,
    ) {
        state.called(evidence::Call {
            interface: self.interface.to_owned(),
            site: self.site.to_owned(),
            failed: seen.failed,
            cancelled,
            mode: seen.mode.map(str::to_owned),
            transaction: self.transaction,
            error,
            start_us: self.start_us,
            end_us,
            explored,
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
            #[cfg(feature = "probe-inject")]
            let held = self.held;
            #[cfg(not(feature = "probe-inject"))]
            let held = false;
            let explored = self.turn.take().map(|turn| {
                let happened = held || turn.is_abandoned();
                let injected = turn.fault.filter(|_| happened);
                let injected = injected.map(|fault| fault.to_string());
                state.step(self.interface, turn.number, true, injected.clone());
                Explored {
                    number: turn.number,
                    value: String::new(),
                    injectable: Vec::new(),
                    whole: false,
                    unlimited: false,
                    waits: true,
                    injected,
                }
            });
            self.note(&state, &seen, Vec::new(), end_us, explored, true);
        }
    }
}
