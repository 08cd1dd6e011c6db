//! Log events of contracted calls: who hears them, and to which call they belong.
//!
//! `tracing` is heard through `listener`, which `early` puts in place, with `spans` and
//! `fields`; `log` through `bridge`. What a test sets up for itself stays in charge: we
//! stand in front of it while a contracted call runs, and hand everything on. Where
//! something may go by unheard, the call says so: an event that was not heard is not
//! called missing.

#[cfg(feature = "probe-log")]
mod bridge;
#[cfg(feature = "probe-tracing")]
mod early;
#[cfg(feature = "probe-tracing")]
mod fields;
#[cfg(feature = "probe-tracing")]
mod listener;
#[cfg(feature = "probe-tracing")]
mod spans;

use std::sync::Arc;
#[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
use std::sync::OnceLock;

use contract_spec::evidence::LOGS_VARIABLE;
#[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
use contract_spec::evidence::LogLevel;

use super::state::State;

/// What it takes to know at the end of a call whether all of it could be heard.
#[derive(Debug)]
pub(super) struct Ears {
    #[cfg(feature = "probe-tracing")]
    listener: listener::Since,
}

impl Ears {
    pub(super) fn open() -> Self {
        Self {
            #[cfg(feature = "probe-tracing")]
            listener: listener::Since::now(),
        }
    }
}

/// While this lives, the thread's log events are heard.
#[derive(Debug)]
pub(super) struct Listening {
    #[cfg(feature = "probe-tracing")]
    _tracing: listener::Guard,
}

/// The level from which on events are recorded; `None` if they must not be.
#[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
fn level() -> Option<LogLevel> {
    static LEVEL: OnceLock<Option<LogLevel>> = OnceLock::new();
    *LEVEL.get_or_init(|| match std::env::var(LOGS_VARIABLE) {
        Ok(level) => LogLevel::named(&level),
        Err(_) => Some(LogLevel::Info),
    })
}

/// Whether log events are not to be recorded.
pub(super) fn is_off() -> bool {
    std::env::var(LOGS_VARIABLE).is_ok_and(|level| level == "off")
}

/// A call begins.
pub(super) fn begins(state: &Arc<State>) {
    if is_off() {
        state.logs_unseen("the test does not pass while its log events are recorded");
    }
    #[cfg(feature = "probe-tracing")]
    listener::begins(state);
}

/// The course of a call begins or goes on, on this thread.
pub(super) fn listen(state: &State) -> Option<Listening> {
    #[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
    level()?;
    #[cfg(feature = "probe-tracing")]
    let listening = listener::listen(state).map(|guard| Listening { _tracing: guard });
    #[cfg(not(feature = "probe-tracing"))]
    let listening = None;
    #[cfg(feature = "probe-log")]
    bridge::listen(state);
    #[cfg(not(any(feature = "probe-log", feature = "probe-tracing")))]
    let _nothing_to_hear = state;
    listening
}

/// Notes whether somebody else listens in our place by now.
pub(super) fn check(state: &State) {
    #[cfg(feature = "probe-tracing")]
    listener::check(state, &state.ears().listener);
    #[cfg(not(feature = "probe-tracing"))]
    let _nobody_can = state.ears();
}
