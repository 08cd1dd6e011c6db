//! What happened in one call of a function, a line for each step, for people.
//!
//! Everything in the order of time: calls to interfaces, waiting between attempts, what
//! was logged, how it ended. What is sensitive is left out.

use contract_spec::evidence::{Call, Clock, Log, LogLevel, Outcome, Trace};

use crate::behave::{View, tells_secret};

/// More log events do not help anybody to understand.
const MOST_LOGS: usize = 20;

/// Of more steps, so many of the first and of the last are said.
const FIRST: usize = 24;
const LAST: usize = 8;

/// A longer text is cut.
const LONGEST: usize = 120;

/// The steps, in the order of time.
pub(crate) fn timeline(view: &View<'_>, left_at: Option<&str>) -> Vec<String> {
    let trace = view.trace;
    let mut steps: Vec<(u64, String)> = Vec::new();
    for planted in &trace.seen.planted {
        let step = format!("called with {} = {}", planted.name, short(&planted.value));
        steps.push((trace.start_us, step));
    }
    for call in &trace.calls {
        steps.push((call.start_us, called(call)));
    }
    waits(trace, &mut steps);
    let logs: Vec<&Log> = view
        .heard
        .events
        .iter()
        .copied()
        .filter(|log| is_of_interest(log, view))
        .collect();
    for log in logs.iter().take(MOST_LOGS) {
        steps.push((log.at_us, logged(log, view)));
    }
    if let Some(more) = logs.get(MOST_LOGS..).filter(|more| !more.is_empty()) {
        let step = format!("… and {} log events more", more.len());
        steps.push((more[0].at_us, step));
    }
    // What is of one time stays in the order above.
    steps.sort_by_key(|(at, _)| *at);
    let end = steps.iter().map(|(at, _)| *at).fold(trace.end_us, u64::max);
    let late = steps.partition_point(|(at, _)| *at <= trace.end_us);
    steps.insert(late, (trace.end_us.min(end), ended(trace, left_at)));
    // 501 queries are best shown by some of them.
    if let Some(more) = steps
        .len()
        .checked_sub(FIRST + LAST)
        .filter(|more| *more > 1)
    {
        let at = steps[FIRST].0;
        let cut = (at, format!("… and {more} steps more"));
        steps.splice(FIRST..FIRST + more, [cut]);
    }
    let mut lines: Vec<String> = steps
        .into_iter()
        .map(|(at, step)| format!("{}  {step}", since(trace, at)))
        .collect();
    match trace.seen.clock {
        Clock::Real => {}
        Clock::Paused => lines.push("(times are tokio's, whose clock was paused)".into()),
        Clock::Mixed => lines.push("(some times are tokio's, and some the machine's)".into()),
    }
    lines
}

/// Whether an event is no chatter of some library.
fn is_of_interest(log: &Log, view: &View<'_>) -> bool {
    let demanded = view.function.modes.iter().filter_map(|mode| {
        let log = mode.log.as_ref()?;
        LogLevel::named(log.level.name())
    });
    let lowest = demanded.min().unwrap_or(LogLevel::Info).min(LogLevel::Info);
    log.level >= lowest || secret(log, view).is_some()
}

/// The sensitive name that an event tells.
fn secret<'a>(log: &Log, view: &View<'a>) -> Option<&'a str> {
    let names = view
        .function
        .sensitive
        .iter()
        .map(|name| name.value.as_str());
    names
        .into_iter()
        .find(|name| tells_secret(log, name).is_some())
}

fn since(trace: &Trace, at: u64) -> String {
    format!(
        "{:>9.3} ms",
        milliseconds(at.saturating_sub(trace.start_us))
    )
}

fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

fn called(call: &Call) -> String {
    let how = match (call.failed, &call.mode) {
        _ if call.cancelled => "called off",
        (false, _) => "ok",
        (true, Some(mode)) => mode,
        (true, None) => "failed",
    };
    let took = milliseconds(call.end_us.saturating_sub(call.start_us));
    let said = call.error.first().map(|text| format!(": {}", short(text)));
    let said = said.unwrap_or_default();
    let explored = call.explored.as_ref();
    let fault = explored.and_then(|explored| explored.injected.as_ref());
    let injected = fault.map(|fault| format!(", injected: {fault}"));
    format!(
        "{} → {how}{said} (took {took:.3} ms{})",
        call.interface,
        injected.unwrap_or_default()
    )
}

/// The time between a failed call and the next one from the same place.
fn waits(trace: &Trace, steps: &mut Vec<(u64, String)>) {
    for (index, call) in trace
        .calls
        .iter()
        .enumerate()
        .filter(|(_, call)| call.failed)
    {
        let next = trace.calls[index + 1..]
            .iter()
            .find(|next| next.site == call.site && next.start_us >= call.end_us);
        if let Some(next) = next {
            let waited = milliseconds(next.start_us - call.end_us);
            steps.push((call.end_us, format!("waited {waited:.3} ms")));
        }
    }
}

fn logged(log: &Log, view: &View<'_>) -> String {
    if let Some(name) = secret(log, view) {
        return format!("logged at {}: (it tells `{name}`)", log.level.name());
    }
    let fields = log.fields.iter().chain(&log.spans);
    let fields: Vec<String> = fields
        .map(|field| format!("{}={}", field.name, short(&field.value)))
        .collect();
    let message = short(&log.message);
    let space = if message.is_empty() || fields.is_empty() {
        ""
    } else {
        " "
    };
    let (level, fields) = (log.level.name(), fields.join(" "));
    format!("logged at {level}: {message}{space}{fields}")
}

fn ended(trace: &Trace, left_at: Option<&str>) -> String {
    let ended = match (trace.outcome, &trace.variant) {
        (Outcome::Ok, _) => "returned Ok".to_owned(),
        (Outcome::Err, Some(variant)) => format!("returned Err({variant})"),
        (Outcome::Err, None) => "returned Err".to_owned(),
        (Outcome::Panicked, _) => "panicked".to_owned(),
        (Outcome::Cancelled, _) => "was cancelled".to_owned(),
    };
    let place = left_at.map(|place| format!(" at {place}"));
    ended + &place.unwrap_or_default()
}

/// On one line, and not too long.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behave::support::{CONTRACT, log, trace, view_of};

    fn lines(trace: &Trace) -> Vec<String> {
        let contract = CONTRACT.replace(
            "deadline = \"8s\"",
            "deadline = \"8s\"\nsensitive = [\"card\"]",
        );
        view_of(&contract, trace, |view| {
            timeline(view, Some("src/lib.rs:7:9"))
        })
    }

    #[test]
    fn a_timeline_says_what_happened_in_order() {
        let trace = trace(
            Outcome::Err,
            Some("Slow"),
            &[("gateway", "timeout"), ("orders", "")],
        );
        assert_eq!(
            lines(&trace),
            [
                "    0.000 ms  gateway → timeout (took 0.000 ms)",
                "    0.000 ms  orders → ok (took 0.000 ms)",
                "    1.000 ms  returned Err(Slow) at src/lib.rs:7:9"
            ]
        );
    }

    #[test]
    fn what_was_injected_is_said_to_be() {
        let mut trace = trace(Outcome::Err, Some("Slow"), &[("gateway", "timeout")]);
        trace.calls[0].explored = Some(contract_spec::evidence::Explored {
            number: 1,
            value: "Result<(), E>".into(),
            injectable: vec!["timeout".into()],
            whole: true,
            unlimited: true,
            waits: true,
            injected: Some("gateway#1=timeout:once".into()),
        });
        assert_eq!(
            lines(&trace)[0],
            "    0.000 ms  gateway → timeout (took 0.000 ms, injected: gateway#1=timeout:once)"
        );
    }

    #[test]
    fn attempts_waits_and_logs_are_in_it_and_secrets_are_not() {
        let mut retried = trace(
            Outcome::Err,
            Some("Slow"),
            &[("gateway", "timeout"), ("gateway", "timeout")],
        );
        for (call, (start, end)) in retried.calls.iter_mut().zip([(10, 20), (60_020, 60_030)]) {
            (call.start_us, call.end_us) = (start, end);
            call.error = vec!["no answer\n  at all".into(), "Timeout".into()];
        }
        retried.end_us = 60_040;
        retried.seen.clock = Clock::Paused;
        retried.seen.logs = vec![
            log(LogLevel::Warn, "trying again", 20, &[("attempts", "1")]),
            log(LogLevel::Debug, "charging", 5, &[("card", "4111")]),
            log(LogLevel::Debug, "chatter", 5, &[]),
            log(LogLevel::Error, "", 60_041, &[("error", "too slow")]),
        ];
        assert_eq!(
            lines(&retried),
            [
                "    0.005 ms  logged at debug: (it tells `card`)",
                "    0.010 ms  gateway → timeout: no answer at all (took 0.010 ms)",
                "    0.020 ms  waited 60.000 ms",
                "    0.020 ms  logged at warn: trying again attempts=1",
                "   60.020 ms  gateway → timeout: no answer at all (took 0.010 ms)",
                "   60.040 ms  returned Err(Slow) at src/lib.rs:7:9",
                "   60.041 ms  logged at error: error=too slow",
                "(times are tokio's, whose clock was paused)"
            ]
        );
    }

    #[test]
    fn of_many_steps_the_first_and_the_last_are_said() {
        let cut = |calls: usize| lines(&trace(Outcome::Ok, None, &vec![("orders", ""); calls]));
        let all = cut(FIRST + LAST - 1);
        assert_eq!(all.len(), FIRST + LAST);
        assert!(!all.iter().any(|line| line.contains("steps more")));
        let most = cut(501);
        assert_eq!(most.len(), FIRST + 1 + LAST);
        let more = 502 - FIRST - LAST;
        assert!(
            most[FIRST].ends_with(&format!("… and {more} steps more")),
            "{most:?}"
        );
        assert!(most[FIRST + LAST].ends_with("returned Ok at src/lib.rs:7:9"));
    }

    #[test]
    fn a_flood_of_events_is_cut() {
        let mut chatty = trace(Outcome::Ok, None, &[]);
        chatty.seen.logs = vec![log(LogLevel::Info, &"long ".repeat(99), 5, &[]); 30];
        let lines = lines(&chatty);
        assert_eq!(lines.len(), MOST_LOGS + 2);
        assert!(lines[0].ends_with('…') && lines[0].chars().count() < 160);
        assert!(
            lines[MOST_LOGS].contains("and 10 log events more"),
            "{lines:?}"
        );
    }
}
