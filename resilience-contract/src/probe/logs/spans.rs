//! The spans that were made while we listened: what they say and what is around them.
//!
//! Whoever listened before us knows a span by the same number where it can be had, so
//! that an event that names its span means the same to both.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use contract_spec::evidence::Field;
use tracing_core::span::{Current, Id};
use tracing_core::{Dispatch, Metadata};

use crate::probe::state::State;

/// Numbers from here on are nobody else's.
const OWN: u64 = 1 << 62;

/// Who else knows a span, and under which number.
pub(super) type Other = Option<(Dispatch, Id)>;

static SPANS: LazyLock<Mutex<Spans>> = LazyLock::new(Mutex::default);

#[derive(Debug, Default)]
struct Spans {
    known: HashMap<u64, Span>,
    made: u64,
}

#[derive(Debug)]
struct Span {
    metadata: &'static Metadata<'static>,
    fields: Vec<Field>,
    parent: Option<u64>,
    /// Whether there is more around it than we know.
    open: bool,
    other: Other,
    /// How many hold it, where nobody else counts.
    holders: usize,
    /// The contracted call whose function an attribute put this span around.
    around: Option<Arc<State>>,
}

/// A span is made, or one that was not made through us is taken up; gives its number.
pub(super) fn add(
    metadata: &'static Metadata<'static>,
    fields: Vec<Field>,
    parent: Option<u64>,
    open: bool,
    other: Other,
) -> Id {
    let mut spans = lock();
    let same = other.as_ref().map(|(_, id)| id.into_u64());
    let id = match same.filter(|id| !spans.known.contains_key(id)) {
        Some(id) => id,
        None => {
            spans.made += 1;
            OWN + spans.made
        }
    };
    let span = Span {
        metadata,
        fields,
        parent,
        open,
        other,
        holders: 1,
        around: None,
    };
    spans.known.insert(id, span);
    Id::from_u64(id)
}

/// Whether a span was made through us, or taken up.
pub(super) fn is_known(id: &Id) -> bool {
    lock().known.contains_key(&id.into_u64())
}

/// A span as the one that a thread is in.
pub(super) fn current(id: Id) -> Current {
    match lock().known.get(&id.into_u64()) {
        Some(span) => Current::new(id, span.metadata),
        None => Current::none(),
    }
}

/// Who else knows a span.
pub(super) fn other(id: &Id) -> Other {
    let spans = lock();
    spans.known.get(&id.into_u64())?.other.clone()
}

/// A span says more.
pub(super) fn record(id: &Id, fields: Vec<Field>) {
    if let Some(span) = lock().known.get_mut(&id.into_u64()) {
        for field in fields {
            span.fields.retain(|known| known.name != field.name);
            span.fields.push(field);
        }
    }
}

/// One more holds a span.
pub(super) fn hold(id: &Id) {
    if let Some(span) = lock().known.get_mut(&id.into_u64()) {
        span.holders += 1;
    }
}

/// One fewer holds a span; `closed` is what whoever else knows it says. Whether it is gone.
pub(super) fn release(id: &Id, closed: Option<bool>) -> bool {
    let mut spans = lock();
    let Some(span) = spans.known.get_mut(&id.into_u64()) else {
        return closed.unwrap_or(false);
    };
    span.holders = span.holders.saturating_sub(1);
    let gone = closed.unwrap_or(span.holders == 0);
    let span = gone.then(|| spans.known.remove(&id.into_u64()));
    drop(spans);
    // What it held may be the last of its kind, and its end is not for us to hold up.
    drop(span);
    gone
}

/// What a span and those around it say, the innermost first.
pub(super) fn fields(ids: impl IntoIterator<Item = u64>) -> Vec<Field> {
    let spans = lock();
    let mut found: Vec<Field> = Vec::new();
    let mut seen = Vec::new();
    for id in ids {
        let mut next = Some(id);
        while let Some(id) = next.filter(|id| !seen.contains(id)) {
            seen.push(id);
            let Some(span) = spans.known.get(&id) else {
                break;
            };
            found.extend(span.fields.iter().cloned());
            next = span.parent;
        }
    }
    found
}

/// Whether there is more around a span than we know.
pub(super) fn is_open(id: u64) -> bool {
    let spans = lock();
    let mut next = Some(id);
    while let Some(id) = next {
        match spans.known.get(&id) {
            Some(span) if span.open => return true,
            Some(span) => next = span.parent,
            None => return true,
        }
    }
    false
}

/// A call begins within a span. If another attribute of the function made it, the events
/// in it are the call's, also after its end.
pub(super) fn put_around(id: u64, state: &Arc<State>) {
    if let Some(span) = lock().known.get_mut(&id) {
        let place = (span.metadata.file(), span.metadata.line());
        if let (Some(file), Some(line)) = place
            && state.site.is_before_its_name(file, line)
        {
            span.around = Some(Arc::clone(state));
        }
    }
}

/// The call, over by now, whose function an attribute put this span around.
pub(super) fn late_call(id: u64) -> Option<Arc<State>> {
    let spans = lock();
    let call = spans.known.get(&id)?.around.clone()?;
    call.has_ended().then_some(call)
}

fn lock() -> MutexGuard<'static, Spans> {
    SPANS.lock().unwrap_or_else(PoisonError::into_inner)
}
