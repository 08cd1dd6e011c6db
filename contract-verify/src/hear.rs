//! The log events of a call: its own and those of the contracted calls in its course.
//!
//! Knows what could be heard and what could not, and nothing of what a contract demands.

use std::collections::HashMap;

use contract_spec::evidence::{Log, Trace};

use crate::evidence::Recorded;

/// What a call and the calls in its course logged.
#[derive(Debug, Default)]
pub(crate) struct Heard<'a> {
    /// The events, in the order of time.
    pub(crate) events: Vec<&'a Log>,
    /// Events of the same process in the course of no call.
    pub(crate) loose: &'a [Log],
    /// Why an event may be missing.
    pub(crate) unseen: Option<&'a str>,
    /// Why a field of an enclosing span may be missing.
    pub(crate) spans_unseen: Option<&'a str>,
}

/// The calls of a process, by the call in whose course they ran.
pub(crate) type Nested<'a> = HashMap<u64, Vec<&'a Trace>>;

pub(crate) fn nested(process: &Recorded) -> Nested<'_> {
    let mut nested = Nested::new();
    for trace in &process.traces {
        if let Some(parent) = trace.parent {
            nested.entry(parent).or_default().push(trace);
        }
    }
    nested
}

/// What a call logged; `other_logger` is a crate of the package's that is not listened to.
pub(crate) fn heard<'a>(
    trace: &'a Trace,
    nested: &Nested<'a>,
    loose: &'a [Log],
    other_logger: Option<&'a str>,
) -> Heard<'a> {
    let mut heard = Heard {
        loose,
        unseen: other_logger,
        ..Heard::default()
    };
    let mut open = vec![trace];
    while let Some(trace) = open.pop() {
        let seen = &trace.seen;
        heard.events.extend(&seen.logs);
        let cut = seen
            .logs_cut
            .then_some("it logged more events than are kept");
        heard.unseen = heard.unseen.or(seen.logs_unseen.as_deref()).or(cut);
        heard.spans_unseen = heard.spans_unseen.or(seen.spans_unseen.as_deref());
        open.extend(nested.get(&trace.call).into_iter().flatten().copied());
    }
    heard.events.sort_by_key(|log| log.at_us);
    heard
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behave::support::{log, trace};
    use contract_spec::evidence::{LogLevel, Outcome};

    #[test]
    fn a_call_logs_what_the_calls_in_its_course_log() {
        let call = |number, parent, at_us, message| {
            let mut call = trace(Outcome::Ok, None, &[]);
            (call.call, call.parent) = (number, parent);
            call.seen.logs = vec![log(LogLevel::Info, message, at_us, &[])];
            call
        };
        let mut process = Recorded::default();
        process.traces = vec![
            call(0, None, 5, "outer"),
            call(1, Some(0), 1, "inner"),
            call(2, Some(1), 3, "innermost"),
            call(3, None, 2, "another"),
        ];
        process.traces[2].seen.spans_unseen = Some("a reason".into());
        process.traces[3].seen.logs_unseen = Some("another one's reason".into());
        let nested = nested(&process);
        let heard = heard(&process.traces[0], &nested, &[], None);
        let messages: Vec<&str> = heard.events.iter().map(|log| &*log.message).collect();
        assert_eq!(messages, ["inner", "innermost", "outer"]);
        assert_eq!((heard.unseen, heard.spans_unseen), (None, Some("a reason")));
    }
}
