use super::super::support::{CONTRACT, log, trace, view_of};
use super::*;
use contract_spec::evidence::{Outcome, Trace};

const RIGHT: &[(&str, &str)] = &[
    ("correlation_id", "c-1"),
    ("service", "acme"),
    ("error", "no answer after 1 s"),
];

/// A failed call to the gateway, and what was logged about it.
fn failed(logs: Vec<Log>) -> Trace {
    let mut failed = trace(Outcome::Err, Some("Auth"), &[("gateway", "unauthorized")]);
    failed.calls[0].error = vec!["no answer after 1 s".into(), "Timeout(1s)".into()];
    (failed.calls[0].start_us, failed.calls[0].end_us) = (10, 20);
    failed.seen.returned = vec!["the gateway is slow".into()];
    failed.seen.planted = vec![Field {
        name: "correlation_id".into(),
        value: "c-1".into(),
    }];
    failed.seen.logs = logs;
    failed
}

fn event(fields: &[(&str, &str)]) -> Log {
    log(LogLevel::Error, "not charged", 21, fields)
}

/// With `log = "error"` on the mode, or something else.
fn audited(trace: &Trace, log: &str) -> (Vec<Breach>, Vec<Looked>) {
    let contract = CONTRACT
        .replace(
            "{ returns = \"Auth\" }",
            &format!("{{ returns = \"Auth\", log = {log} }}"),
        )
        .replace(
            "deadline = \"8s\"",
            "deadline = \"8s\"\nsensitive = [\"card\"]",
        );
    let mut found = Vec::new();
    let looked = view_of(&contract, trace, |view| logs(view, &mut found));
    (
        found,
        looked.into_iter().map(|(_, looked)| looked).collect(),
    )
}

fn codes(trace: &Trace) -> Vec<&'static str> {
    let (found, looked) = audited(trace, "\"error\"");
    assert_eq!(looked, [Looked::Seen]);
    found.iter().map(|breach| breach.code.code).collect()
}

fn message(trace: &Trace) -> String {
    audited(trace, "\"error\"").0.remove(0).message
}

#[test]
fn an_event_with_all_that_is_demanded_is_no_breach() {
    assert!(codes(&failed(vec![event(RIGHT)])).is_empty());
    // Other names, a value in the text, fields of a span, an error that was pretty-printed.
    let mut other = event(&[("peer.service", "acme"), ("x-request-id", "c-1")]);
    other.message = "not charged: no answer after 1 s".into();
    let mut trace = failed(vec![other]);
    trace.seen.planted[0].name = "request_id".into();
    assert!(codes(&trace).is_empty());
    let mut in_span = event(&[("err", "Timeout(\n    1s,\n)"), ("service", "acme")]);
    in_span.spans = vec![Field {
        name: "correlation_id".into(),
        value: "c-1".into(),
    }];
    assert!(codes(&failed(vec![in_span])).is_empty());
    // The error that the function returns is an actual one, too.
    let returned = event(&[RIGHT[0], RIGHT[1], ("error", "the gateway is slow")]);
    assert!(codes(&failed(vec![returned])).is_empty());
}

#[test]
fn no_event_is_a_breach_and_one_before_the_call_is_none() {
    assert_eq!(codes(&failed(vec![])), ["RC411"]);
    let mut early = event(RIGHT);
    early.at_us = 9;
    assert_eq!(codes(&failed(vec![early])), ["RC411"]);
    let mut other = failed(vec![log(LogLevel::Info, "charging", 21, &[])]);
    assert_eq!(codes(&other), ["RC411"]);
    assert!(
        message(&other).contains("was not logged"),
        "{}",
        message(&other)
    );
    other.outcome = Outcome::Ok;
    other.variant = None;
    assert!(
        audited(&other, "\"error\"").0.is_empty(),
        "it made no such end"
    );
}

#[test]
fn an_event_at_another_level_is_a_breach_and_one_more_is_not() {
    let warning = log(LogLevel::Warn, "not charged", 21, RIGHT);
    assert_eq!(codes(&failed(vec![warning.clone()])), ["RC412"]);
    assert!(message(&failed(vec![warning.clone()])).contains("at `warn`"));
    assert!(codes(&failed(vec![warning, event(RIGHT)])).is_empty());
}

#[test]
fn what_an_event_lacks_is_named() {
    for (left, named) in [
        ("correlation_id", "the id of the request"),
        ("service", "the service, `acme`"),
        ("error", "the text of the error"),
    ] {
        let fields: Vec<_> = RIGHT
            .iter()
            .copied()
            .filter(|(name, _)| *name != left)
            .collect();
        let trace = failed(vec![event(&fields)]);
        assert_eq!(codes(&trace), ["RC413"], "{left}");
        assert!(message(&trace).contains(named), "{}", message(&trace));
    }
    // The best of several is judged, and they are not put together.
    let halves = vec![event(&RIGHT[..1]), event(&RIGHT[1..])];
    assert_eq!(codes(&failed(halves.clone())), ["RC413"]);
    let whole = [halves, vec![event(RIGHT)]].concat();
    assert!(codes(&failed(whole)).is_empty());
}

#[test]
fn a_field_that_tells_something_else_is_a_breach() {
    for (name, value, named) in [
        (
            "correlation_id",
            "c-2",
            "its `correlation_id` is not the `correlation_id` of the call",
        ),
        ("correlation_id", "", "is not the"),
        (
            "service",
            "other",
            "its `service` is not the service, `acme`",
        ),
        (
            "error",
            "it failed",
            "its `error` is not what the error says",
        ),
    ] {
        let changed = |field: &(&'static str, &'static str)| {
            if field.0 == name {
                (name, value)
            } else {
                *field
            }
        };
        let fields: Vec<_> = RIGHT.iter().map(changed).collect();
        let trace = failed(vec![event(&fields)]);
        assert_eq!(codes(&trace), ["RC414"], "{name}");
        assert!(message(&trace).contains(named), "{}", message(&trace));
    }
    // An address is another name for the same.
    let address = event(&[RIGHT[0], ("server.address", "10.0.0.7"), RIGHT[2]]);
    assert!(codes(&failed(vec![address])).is_empty());
}

#[test]
fn the_fields_of_the_contract_replace_those_of_the_policy() {
    let listed = "{ level = \"error\", fields = [\"request_id\", \"order\"] }";
    let fields = |fields: &[(&str, &str)]| audited(&failed(vec![event(fields)]), listed).0;
    assert!(fields(&[("request_id", "c-1"), ("order", "7")]).is_empty());
    assert_eq!(
        fields(&[("correlation_id", "c-1"), ("order", "7")]).len(),
        1
    );
    let lacking = fields(&[("request_id", "r-1")]);
    assert!(lacking[0].message.contains("lacks `order`"), "{lacking:?}");
}

#[test]
fn what_could_not_be_heard_is_not_missing() {
    let unseen = |change: fn(&mut Trace), logs: Vec<Log>| {
        let mut trace = failed(logs);
        change(&mut trace);
        let (found, looked) = audited(&trace, "\"error\"");
        assert!(found.is_empty(), "{found:?}");
        looked[0].clone()
    };
    let no_logs: fn(&mut Trace) = |trace| trace.seen.logs_unseen = Some("no ears".into());
    let no_spans: fn(&mut Trace) = |trace| trace.seen.spans_unseen = Some("no spans".into());
    let cut: fn(&mut Trace) = |trace| trace.seen.logs_cut = true;
    assert_eq!(unseen(no_logs, vec![]), Looked::Unseen("no ears".into()));
    assert_eq!(
        unseen(no_logs, vec![event(&[])]),
        Looked::Unseen("no ears".into())
    );
    assert_eq!(
        unseen(no_spans, vec![event(&RIGHT[1..])]),
        Looked::Unseen("no spans".into())
    );
    assert!(matches!(unseen(cut, vec![]), Looked::Unseen(_)));
    // What was heard is enough.
    assert_eq!(unseen(no_logs, vec![event(RIGHT)]), Looked::Seen);
    // Spans have fields, and no events.
    let mut spans = failed(vec![]);
    no_spans(&mut spans);
    assert_eq!(codes(&spans), ["RC411"]);
}

#[test]
fn an_event_in_another_task_may_be_the_one() {
    let quiet = failed(vec![]);
    let contract = CONTRACT.replace(
        "{ returns = \"Auth\" }",
        "{ returns = \"Auth\", log = \"error\" }",
    );
    let looked = |loose: &[Log]| {
        let mut found = Vec::new();
        let looked = view_of(&contract, &quiet, |view| {
            let heard = crate::hear::heard(&quiet, &Default::default(), loose, None);
            logs(
                &View {
                    heard: &heard,
                    ..*view
                },
                &mut found,
            )
        });
        (looked[0].1.clone(), found.len())
    };
    assert!(matches!(looked(&[event(RIGHT)]), (Looked::Unseen(_), 0)));
    assert_eq!(looked(&[event(&[])]), (Looked::Seen, 1));
}

#[test]
fn where_the_error_says_nothing_of_itself_its_text_is_not_demanded() {
    let mut silent = failed(vec![event(&RIGHT[..2])]);
    silent.calls[0].error.clear();
    silent.seen.returned.clear();
    assert!(codes(&silent).is_empty());
}

#[test]
fn validation_has_no_service_to_name() {
    let contract = CONTRACT.replace(
        "{ returns = \"Amount\" }",
        "{ returns = \"Amount\", log = \"info\" }",
    );
    let mut refused = trace(Outcome::Err, Some("Amount"), &[]);
    refused.seen.returned = vec!["too much".into()];
    let fields = [("request_id", "r"), ("error", "too much")];
    refused.seen.logs = vec![log(LogLevel::Info, "refused", 1, &fields)];
    let mut found = Vec::new();
    let looked = view_of(&contract, &refused, |view| logs(view, &mut found));
    assert_eq!((looked.len(), found.len()), (1, 0), "{found:?}");
}

#[test]
fn what_is_sensitive_is_found_by_name_and_by_value() {
    let told = |log: Log| {
        let found = audited(&failed(vec![event(RIGHT), log]), "\"error\"").0;
        let codes: Vec<&str> = found.iter().map(|breach| breach.code.code).collect();
        assert!(found.iter().all(|breach| !breach.message.contains("4111")));
        codes
    };
    let info = |fields| log(LogLevel::Info, "charging", 5, fields);
    assert_eq!(told(info(&[("order.card", "4111")])), ["RC415"]);
    assert_eq!(told(info(&[("CARD", "4111")])), ["RC415"]);
    assert!(told(info(&[("card_id", "7"), ("discard", "8")])).is_empty());
    let mut by_value = info(&[("order", "Order { card: 4111 }")]);
    by_value.leaks = vec!["card".into()];
    assert_eq!(told(by_value), ["RC415"]);
}
