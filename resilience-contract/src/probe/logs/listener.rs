//! The one subscriber through which events and spans of `tracing` are heard.
//!
//! It never takes a place that a test wants. Before `main` it is only made known, which
//! has every place that logs ask it once: then, where nobody listens at all, it becomes
//! the global default, before a span is lost. While a contracted call runs, it stands in
//! front of whoever listens, and hands everything on.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use contract_spec::evidence::{EVIDENCE_VARIABLE, Late, Log, LogLevel, Loose, Record};
use tracing_core::callsite::{DefaultCallsite, Identifier};
use tracing_core::dispatcher::{self, DefaultGuard};
use tracing_core::span::{Attributes, Current, Id, Record as Values};
use tracing_core::subscriber::{Interest, NoSubscriber, Subscriber};
use tracing_core::{Dispatch, Event, Level, LevelFilter, Metadata, metadata};

use super::fields::Fields;
use super::{level, spans};
use crate::probe::call::current;
use crate::probe::clock::Clock;
use crate::probe::state::State;

/// The name under which the bridge of `log` asks whether we hear it.
pub(super) const SELF_TEST: &str = "resilience_contract::self_test";

/// More events outside of contracted calls are not kept.
const MOST_LOOSE: usize = 500;

static SELF_TEST_PLACE: DefaultCallsite = DefaultCallsite::new(&SELF_TEST_METADATA);
static SELF_TEST_METADATA: Metadata<'static> = metadata! {
    name: "self test",
    target: SELF_TEST,
    level: Level::ERROR,
    fields: &[],
    callsite: &SELF_TEST_PLACE,
    kind: tracing_core::metadata::Kind::EVENT,
};

/// Grows whenever somebody makes a subscriber.
static SUBSCRIBERS: AtomicU64 = AtomicU64::new(0);
/// Whether somebody else was seen to listen.
static ANOTHER: AtomicBool = AtomicBool::new(false);
/// Whether a contracted call has begun.
static RECORDING: AtomicBool = AtomicBool::new(false);
static LOOSE: AtomicUsize = AtomicUsize::new(0);
/// The places that have asked us.
static PLACES: Mutex<Option<HashSet<Identifier>>> = Mutex::new(None);

thread_local! {
    /// Whoever listened before us on this thread.
    static BEFORE: RefCell<Option<Dispatch>> = const { RefCell::new(None) };
    /// What it said to the last question whether it wants something.
    static ANSWER: Cell<Option<bool>> = const { Cell::new(None) };
    /// The spans that this thread is in.
    static WITHIN: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    /// Whether the self-test was heard.
    static HEARD: Cell<bool> = const { Cell::new(false) };
}

#[derive(Debug)]
struct Listener;

/// What is made once.
#[derive(Debug)]
struct Made {
    listener: Dispatch,
    /// As long as there is only one subscriber, places that log ask nobody but the one
    /// that is in charge. So there are two.
    _second: Dispatch,
    /// Whether new places ask us, so that no span goes by.
    asked: bool,
}

static MADE: OnceLock<Made> = OnceLock::new();

fn made() -> &'static Made {
    MADE.get_or_init(|| {
        let listener = Dispatch::new(Listener);
        let second = Dispatch::new(Second);
        let before = SUBSCRIBERS.load(Ordering::SeqCst);
        SELF_TEST_PLACE.register();
        Made {
            listener,
            _second: second,
            asked: SUBSCRIBERS.load(Ordering::SeqCst) > before,
        }
    })
}

/// Called before `main`.
pub(super) fn early() {
    if std::env::var_os(EVIDENCE_VARIABLE).is_some() && level().is_some() {
        made();
    }
}

/// The subscribers that there were when a call began.
#[derive(Debug)]
pub(super) struct Since(u64);

impl Since {
    pub(super) fn now() -> Self {
        Self(SUBSCRIBERS.load(Ordering::SeqCst))
    }
}

/// A call begins.
pub(super) fn begins(state: &Arc<State>) {
    RECORDING.store(true, Ordering::Relaxed);
    let innermost = WITHIN.try_with(|within| within.borrow().last().copied());
    if let Ok(Some(id)) = innermost {
        spans::put_around(id, state);
    }
}

/// Who listens on this thread.
enum Who {
    Us,
    Nobody,
    Another(Dispatch),
}

fn who() -> Option<Who> {
    dispatcher::get_current(|dispatch| {
        if dispatch.is::<Listener>() {
            Who::Us
        } else if dispatch.is::<NoSubscriber>() {
            Who::Nobody
        } else {
            Who::Another(dispatch.clone())
        }
    })
}

/// While it lives, we stand in front.
#[derive(Debug)]
pub(super) struct Guard {
    default: Option<DefaultGuard>,
    before: Option<Dispatch>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.default.take());
        let before = self.before.take();
        let _gone = BEFORE.try_with(|cell| cell.replace(before));
    }
}

/// A contracted call begins or goes on, on this thread.
pub(super) fn listen(state: &State) -> Option<Guard> {
    let early = MADE.get().is_some();
    let made = made();
    let before = match who() {
        Some(Who::Us) => return None,
        Some(Who::Nobody) => {
            if !early || !made.asked || ANOTHER.load(Ordering::Relaxed) {
                state.spans_unseen("the spans around the call may have been opened unheard");
            }
            None
        }
        Some(Who::Another(other)) => {
            ANOTHER.store(true, Ordering::Relaxed);
            if is_in_unknown_span(&other) {
                state.spans_unseen(
                    "the test has a `tracing` subscriber of its own, and spans in it that \
                     were opened outside of contracted calls",
                );
            }
            Some(other)
        }
        None => {
            state.logs_unseen("it was called by a `tracing` subscriber");
            return None;
        }
    };
    let before = BEFORE.try_with(|cell| cell.replace(before)).ok()?;
    let guard = Guard {
        default: Some(dispatcher::set_default(&made.listener)),
        before,
    };
    if !hears() {
        state.logs_unseen("the self-test was not heard");
    }
    Some(guard)
}

/// Whether whoever listens is within a span that we do not know all about.
fn is_in_unknown_span(other: &Dispatch) -> bool {
    let current = other.current_span();
    match current.id() {
        Some(id) => spans::is_open(id.into_u64()),
        None => !current.is_known(),
    }
}

/// The self-test: an event that must arrive. Once a thread is enough.
fn hears() -> bool {
    let heard = || HEARD.try_with(Cell::get).unwrap_or_default();
    if !heard() {
        let values = SELF_TEST_METADATA.fields().value_set(&[]);
        dispatcher::get_default(|dispatch| {
            dispatch.event(&Event::new(&SELF_TEST_METADATA, &values));
        });
    }
    heard()
}

/// Whether something comes to us while this runs.
#[cfg(feature = "probe-log")]
pub(super) fn heard_again(run: impl FnOnce()) -> bool {
    let before = HEARD.replace(false);
    run();
    HEARD.replace(before)
}

/// Notes whether somebody else listens by now, or may have.
pub(super) fn check(state: &State, since: &Since) {
    if level().is_none() {
        return;
    }
    let ours = dispatcher::get_current(|dispatch| dispatch.is::<Listener>());
    let same = SUBSCRIBERS.load(Ordering::SeqCst) == since.0;
    // Outside of its course, where it is checked once more, nobody has to listen.
    let in_course = current().is_some_and(|call| std::ptr::eq(&raw const *call, state));
    if !same || (in_course && ours == Some(false)) {
        state.logs_unseen("a `tracing` subscriber was set up in its course");
    }
}

/// A place that logs asks for the first time.
fn first_asked(metadata: &Metadata<'_>) {
    // Spans are around whatever comes later; events count once a call has begun.
    if metadata.is_span() || RECORDING.load(Ordering::Relaxed) {
        match who() {
            Some(Who::Nobody) => {
                if let Some(made) = MADE.get() {
                    // If somebody was quicker, it is as if they had been there.
                    let _taken = dispatcher::set_global_default(made.listener.clone());
                }
            }
            Some(Who::Another(_)) => ANOTHER.store(true, Ordering::Relaxed),
            Some(Who::Us) | None => {}
        }
    }
}

fn before() -> Option<Dispatch> {
    BEFORE
        .try_with(|before| before.borrow().clone())
        .ok()
        .flatten()
}

/// Whether we want it.
fn is_wanted(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() || level().is_some_and(|lowest| level_of(metadata) >= lowest)
}

fn level_of(metadata: &Metadata<'_>) -> LogLevel {
    match *metadata.level() {
        Level::ERROR => LogLevel::Error,
        Level::WARN => LogLevel::Warn,
        Level::INFO => LogLevel::Info,
        Level::DEBUG => LogLevel::Debug,
        Level::TRACE => LogLevel::Trace,
    }
}

/// The spans around what happens here, the innermost first.
pub(super) fn within() -> Vec<u64> {
    let within = WITHIN.try_with(|within| within.borrow().iter().rev().copied().collect());
    within.unwrap_or_default()
}

/// Writes an event down where it belongs.
pub(super) fn deliver(innermost: Option<u64>, log: impl FnOnce(u64) -> Log) {
    if let Some(late) = innermost.and_then(spans::late_call) {
        let at_us = late.recorder.since_began(Clock::start().now());
        let mut log = log(at_us);
        late.find_secrets(&mut log);
        let record = Record::Late(Late {
            call: late.number,
            log,
        });
        late.recorder.write(&record);
    } else if let Some(call) = current() {
        call.logged(log(call.now_us()));
    } else if RECORDING.load(Ordering::Relaxed)
        && let Some(recorder) = crate::probe::recorder::recorder()
        && LOOSE.fetch_add(1, Ordering::Relaxed) < MOST_LOOSE
    {
        let at_us = recorder.since_began(Clock::start().now());
        recorder.write(&Record::Loose(Loose { log: log(at_us) }));
    }
}

fn hear(event: &Event<'_>) {
    if current().is_none() && !RECORDING.load(Ordering::Relaxed) {
        return;
    }
    let mut said = Fields::default();
    event.record(&mut said);
    let around: Vec<u64> = match event.parent() {
        Some(parent) => vec![parent.into_u64()],
        None if event.is_root() => Vec::new(),
        None => within(),
    };
    let metadata = event.metadata();
    deliver(around.first().copied(), |at_us| Log {
        at_us,
        level: level_of(metadata),
        target: said.target.unwrap_or_else(|| metadata.target().to_owned()),
        message: said.message,
        fields: said.fields,
        spans: spans::fields(around.iter().copied()),
        leaks: Vec::new(),
    });
}

impl Subscriber for Listener {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.callsite() == SELF_TEST_METADATA.callsite() {
            // It asks once for itself, and again whenever somebody makes a subscriber.
            SUBSCRIBERS.fetch_add(1, Ordering::SeqCst);
        } else {
            let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
            let new = places.get_or_insert_default().insert(metadata.callsite());
            drop(places);
            if new {
                first_asked(metadata);
            }
        }
        // So that everybody is asked about everything, as if we were not there.
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        if metadata.target() == SELF_TEST {
            HEARD.set(true);
            return true;
        }
        let answer = before().map(|before| before.enabled(metadata));
        ANSWER.set(answer);
        answer == Some(true) || is_wanted(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        // A span of the lowest level can have the field that an error must carry.
        Some(LevelFilter::TRACE)
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut said = Fields::default();
        attributes.record(&mut said);
        let metadata = attributes.metadata();
        let before = before();
        let parent = match attributes.parent() {
            Some(parent) => Some(parent.into_u64()),
            None if attributes.is_root() => None,
            None => within().first().copied(),
        };
        let open = match (&before, parent) {
            (_, Some(parent)) => !spans::is_known(&Id::from_u64(parent)),
            (Some(before), None) => attributes.is_contextual() && is_in_unknown_span(before),
            (None, None) => false,
        };
        let other = before.and_then(|before| {
            let wanted = ANSWER.take().unwrap_or_else(|| before.enabled(metadata));
            let id = wanted.then(|| before.new_span(&translated(attributes)))?;
            Some((before, id))
        });
        spans::add(metadata, said.fields, parent, open, other)
    }

    fn record(&self, span: &Id, values: &Values<'_>) {
        let mut said = Fields::default();
        values.record(&mut said);
        match spans::other(span) {
            Some((other, id)) => other.record(&id, values),
            None => unknown(span, |before| before.record(span, values)),
        }
        spans::record(span, said.fields);
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        let earlier = spans::other(follows).map(|(_, id)| id);
        let earlier = earlier.unwrap_or_else(|| follows.clone());
        match spans::other(span) {
            Some((other, id)) => other.record_follows_from(&id, &earlier),
            None => unknown(span, |before| before.record_follows_from(span, &earlier)),
        }
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        if metadata.callsite() == SELF_TEST_METADATA.callsite() {
            HEARD.set(true);
            return;
        }
        let answer = ANSWER.take();
        if is_wanted(metadata) {
            hear(event);
        }
        if let Some(before) = before()
            && answer.unwrap_or_else(|| before.enabled(metadata))
        {
            before.event(event);
        }
    }

    fn enter(&self, span: &Id) {
        let _gone = WITHIN.try_with(|within| within.borrow_mut().push(span.into_u64()));
        match spans::other(span) {
            Some((other, id)) => other.enter(&id),
            None => unknown(span, |before| before.enter(span)),
        }
    }

    fn exit(&self, span: &Id) {
        let _gone = WITHIN.try_with(|within| {
            let mut within = within.borrow_mut();
            let last = within.iter().rposition(|id| *id == span.into_u64());
            if let Some(last) = last {
                within.remove(last);
            }
        });
        match spans::other(span) {
            Some((other, id)) => other.exit(&id),
            None => unknown(span, |before| before.exit(span)),
        }
    }

    fn clone_span(&self, span: &Id) -> Id {
        if spans::is_known(span) {
            if let Some((other, id)) = spans::other(span) {
                other.clone_span(&id);
            }
            spans::hold(span);
            return span.clone();
        }
        // One that was not made through us: from here on it may come back through us, on
        // any thread, and has to find its way.
        let Some(before) = before() else {
            return span.clone();
        };
        let current = before.current_span();
        let metadata = current.metadata().filter(|_| current.id() == Some(span));
        let id = before.clone_span(span);
        match metadata {
            Some(metadata) => spans::add(metadata, Vec::new(), None, true, Some((before, id))),
            None => id,
        }
    }

    fn try_close(&self, span: Id) -> bool {
        if !spans::is_known(&span) {
            return before().is_some_and(|before| before.try_close(span));
        }
        let closed = spans::other(&span).map(|(other, id)| other.try_close(id));
        spans::release(&span, closed)
    }

    fn current_span(&self) -> Current {
        if let Some(before) = before() {
            return before.current_span();
        }
        match within().first() {
            Some(id) => spans::current(Id::from_u64(*id)),
            None => Current::none(),
        }
    }
}

/// A span that was not made through us is the business of whoever listened before.
fn unknown(span: &Id, hand_on: impl FnOnce(&Dispatch)) {
    if !spans::is_known(span)
        && let Some(before) = before()
    {
        hand_on(&before);
    }
}

/// The same attributes, for whoever knows the parent under another number, or not at all.
fn translated<'a>(attributes: &'a Attributes<'a>) -> Attributes<'a> {
    let (metadata, values) = (attributes.metadata(), attributes.values());
    match attributes.parent() {
        Some(parent) if spans::is_known(parent) => match spans::other(parent) {
            Some((_, id)) => Attributes::child_of(id, metadata, values),
            None => Attributes::new(metadata, values),
        },
        Some(parent) => Attributes::child_of(parent.clone(), metadata, values),
        None if attributes.is_root() => Attributes::new_root(metadata, values),
        None => Attributes::new(metadata, values),
    }
}

/// Wants nothing, and is there to be the second.
#[derive(Debug)]
struct Second;

impl Subscriber for Second {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::never()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::OFF)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Values<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
