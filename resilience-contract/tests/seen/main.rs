//! What the recorder sees beside the calls: log events, spans, clocks and delays, with
//! every way in which a test may have set up logging for itself.
//!
//! A process has one recorder and one global subscriber, so each scenario runs in a
//! process of its own: the test `child` of this very binary.

mod child;
mod scenarios;

use child::Child;
use contract_spec::evidence::{Clock, Log, LogLevel};

fn fields(log: &Log) -> Vec<(&str, &str)> {
    log.fields
        .iter()
        .map(|field| (&*field.name, &*field.value))
        .collect()
}

fn spans(log: &Log) -> Vec<(&str, &str)> {
    log.spans
        .iter()
        .map(|field| (&*field.name, &*field.value))
        .collect()
}

#[test]
fn child() {
    if let Ok(scenario) = std::env::var(child::SCENARIO) {
        scenarios::run(&scenario);
    }
}

/// The one event of the scenarios below, as it must arrive.
fn is_not_charged(log: &Log) {
    assert_eq!(log.level, LogLevel::Error);
    assert_eq!(log.message, "not charged");
    assert!(log.target.ends_with("scenarios"), "{}", log.target);
    assert_eq!(
        fields(log),
        [("service", "acme"), ("error", "no answer: after 1 s")]
    );
}

#[test]
fn where_nobody_listens_events_and_the_spans_around_the_call_are_seen() {
    let child = Child::run("nobody");
    let trace = child.trace();
    let [log] = &trace.seen.logs[..] else {
        panic!("{trace:?}")
    };
    is_not_charged(log);
    assert_eq!(spans(log), [("correlation_id", "c-1"), ("step", "later")]);
    assert_eq!(
        (&trace.seen.logs_unseen, &trace.seen.spans_unseen),
        (&None, &None)
    );
    assert_eq!(trace.calls[0].error[0], "no answer");
    assert!(trace.seen.returned.contains(&"too slow".to_owned()));
}

#[test]
fn a_test_that_sets_up_its_own_subscriber_passes_and_its_events_are_seen() {
    for scenario in [
        "init",
        "set_global_default",
        "with_default",
        "set_default",
        "filtered_layers",
    ] {
        let child = Child::run(scenario);
        let trace = &child.traces()[0];
        let [log] = &trace.seen.logs[..] else {
            panic!("{scenario}: {trace:?}")
        };
        is_not_charged(log);
        assert_eq!(trace.seen.logs_unseen, None, "{scenario}");
        assert_eq!(trace.seen.spans_unseen, None, "{scenario}");
    }
}

#[test]
fn spans_of_another_subscriber_around_the_call_are_said_to_be_unseen() {
    let child = Child::run("init_and_span");
    let trace = child.trace();
    is_not_charged(&trace.seen.logs[0]);
    assert!(trace.seen.spans_unseen.is_some());
    // One that is opened within the call is seen all the same.
    assert_eq!(spans(&trace.seen.logs[0]), [("inner", "1")]);
}

#[test]
fn a_subscriber_that_is_set_up_later_finds_its_place_free() {
    for scenario in ["set_global_default_after_a_call", "init_after_an_event"] {
        let child = Child::run(scenario);
        assert_eq!(child.traces().len(), 2, "{scenario}");
        for trace in child.traces() {
            is_not_charged(&trace.seen.logs[0]);
        }
    }
}

#[test]
fn a_subscriber_that_is_set_up_in_the_course_of_a_call_makes_its_logs_unseen() {
    for scenario in ["with_default_inside", "set_default_inside"] {
        let child = Child::run(scenario);
        assert!(child.trace().seen.logs_unseen.is_some(), "{scenario}");
    }
}

#[test]
fn another_subscriber_gets_all_that_it_would_have_without_us() {
    // The scenario asserts it.
    Child::run("everything_handed_on");
}

#[test]
fn records_of_log_are_seen_with_and_without_a_bridge_to_tracing() {
    for scenario in ["log_and_nobody", "log_and_init"] {
        let child = Child::run(scenario);
        let trace = child.trace();
        let [log] = &trace.seen.logs[..] else {
            panic!("{scenario}: {trace:?}")
        };
        assert_eq!(log.level, LogLevel::Error, "{scenario}");
        assert_eq!(log.message, "not charged: no answer", "{scenario}");
        assert!(log.target.ends_with("scenarios"), "{scenario}: {log:?}");
        assert_eq!(trace.seen.logs_unseen, None, "{scenario}");
    }
    let with_span = Child::run("log_within_a_span");
    assert_eq!(
        spans(&with_span.trace().seen.logs[0]),
        [("correlation_id", "c-1")]
    );
}

#[test]
fn a_logger_of_its_own_for_log_makes_logs_unseen() {
    let child = Child::run("log_and_another_logger");
    assert!(child.trace().seen.logs_unseen.is_some());
    assert!(child.trace().seen.logs.is_empty());
}

#[test]
fn what_another_attribute_logs_of_the_result_belongs_to_the_call() {
    for scenario in ["instrument_err", "instrument_err_async"] {
        let child = Child::run(scenario);
        let trace = child.trace();
        let [log] = &trace.seen.logs[..] else {
            panic!("{scenario}: {trace:?}")
        };
        assert_eq!(fields(log), [("error", "too slow")], "{scenario}");
        assert!(
            spans(log).contains(&("correlation_id", "c-1")),
            "{scenario}: {log:?}"
        );
    }
}

#[test]
fn an_event_of_the_caller_in_its_own_span_is_not_the_calls() {
    let child = Child::run("caller_logs");
    assert!(child.trace().seen.logs.is_empty());
    assert_eq!(child.loose().len(), 1);
}

#[test]
fn an_event_in_another_thread_is_loose() {
    let child = Child::run("thread");
    assert!(child.trace().seen.logs.is_empty());
    let loose = child.loose();
    assert_eq!(loose.len(), 1);
    is_not_charged(&loose[0]);
}

#[test]
fn events_after_an_await_on_many_threads_belong_to_their_calls() {
    let child = Child::run("many_tasks");
    assert_eq!(child.traces().len(), 8);
    for trace in child.traces() {
        let [log] = &trace.seen.logs[..] else {
            panic!("{trace:?}")
        };
        let planted = &trace.seen.planted[0];
        assert_eq!(planted.name, "correlation_id");
        assert!(log.message.ends_with(&planted.value), "{trace:?}");
        assert_eq!(spans(log), [("correlation_id", &*planted.value)]);
    }
}

#[test]
fn a_secret_is_found_by_its_value() {
    let child = Child::run("secret");
    let leaks: Vec<_> = child
        .trace()
        .seen
        .logs
        .iter()
        .map(|log| &log.leaks[..])
        .collect();
    assert_eq!(leaks, [&["card".to_owned()][..], &[]]);
}

#[test]
fn low_levels_are_recorded_if_they_are_asked_for_and_nothing_if_it_is_off() {
    let messages = |child: &Child| -> Vec<String> {
        let logs = child.trace().seen.logs.iter();
        logs.map(|log| log.message.clone()).collect()
    };
    assert_eq!(messages(&Child::run("levels")), ["info", "error"]);
    assert_eq!(
        messages(&Child::with("levels", "debug")),
        ["debug", "info", "error"]
    );
    let off = Child::with("levels", "off");
    assert!(messages(&off).is_empty());
    assert!(off.trace().seen.logs_unseen.is_some());
}

#[test]
fn time_is_tokios_where_it_is_paused_and_the_machines_where_it_is_not() {
    let paused = Child::run("paused");
    let trace = paused.trace();
    assert_eq!(trace.seen.clock, Clock::Paused);
    let gap = trace.calls[1].start_us - trace.calls[0].end_us;
    // tokio rounds to milliseconds, and its paused clock rounds down.
    assert!((59_999_000..60_001_001).contains(&gap), "{gap}");
    let real = Child::run("real");
    let trace = real.trace();
    assert_eq!(trace.seen.clock, Clock::Real);
    let gap = trace.calls[1].start_us - trace.calls[0].end_us;
    assert!(gap >= 20_000, "{gap}");
    let mixed = Child::run("began_outside_of_a_paused_runtime");
    assert_eq!(mixed.trace().seen.clock, Clock::Mixed);
}

#[test]
fn the_delays_of_a_policy_are_in_the_trace() {
    let child = Child::run("retries");
    let [lasting, once] = child.traces() else {
        panic!("{:?}", child.traces())
    };
    assert_eq!(lasting.seen.retries[0].delays_us, [100_000, 200_000]);
    assert!(lasting.seen.retries[0].exhausted);
    assert_eq!(once.seen.retries[0].delays_us, [100_000]);
    assert!(!once.seen.retries[0].exhausted);
    assert_eq!(
        lasting.seen.retries[0].policy,
        "3/100000000*2/2000000000/none"
    );
}
