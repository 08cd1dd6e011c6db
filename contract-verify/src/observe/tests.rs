use super::*;
use contract_spec::evidence::{Call, Seen};
use contract_spec::{Source, check};

const CONTRACT: &str = r#"
format = 1
[interface.gateway]
kind = "http"
timeout = "1s"
service = "acme"
[interface.orders]
kind = "database"
timeout = "1s"
[function.f]
error = "E"
idempotency = "safe"
[function.f.on.gateway]
timeout      = { returns = "Slow" }
unauthorized = { returns = "Auth" }
not_found    = { recovers = "an unknown customer is a new customer here" }
server_error = { returns = "Down" }
other        = { returns = "Odd" }
[function.f.on.orders]
connection     = { returns = "Store" }
timeout        = { returns = "Store" }
write_conflict = { returns = "Twice" }
not_found      = { waived = "nothing is ever looked up in this table" }
other          = { returns = "Odd" }
[function.f.on.input]
out_of_range = { returns = "Amount" }
"#;

fn call(interface: &str, mode: Option<&str>) -> Call {
    Call {
        interface: interface.into(),
        site: format!("src/lib.rs:{}", interface.len()),
        cancelled: false,
        failed: mode.is_some(),
        mode: mode.filter(|mode| *mode != "?").map(Into::into),
        error: Vec::new(),
        start_us: 0,
        end_us: 0,
        transaction: None,
        explored: None,
    }
}

fn modes(variant: Option<&str>, calls: Vec<Call>, marked: &[&str]) -> Vec<String> {
    let source = Source {
        path: "c.toml".into(),
        text: CONTRACT.into(),
    };
    let reading = check(&source);
    assert!(!reading.has_errors());
    let function = reading.contract.function("f").unwrap();
    let trace = Trace {
        function: 1,
        call: 0,
        parent: None,
        thread: None,
        outcome: if variant.is_some() {
            Outcome::Err
        } else {
            Outcome::Ok
        },
        variant: variant.map(Into::into),
        branch: Some(0),
        calls,
        start_us: 0,
        end_us: 0,
        seen: Seen::default(),
    };
    let marked = marked.iter().map(|name| (*name).to_owned()).collect();
    let found = match variant {
        Some(variant) => candidates(&trace, variant, function, &marked),
        None => recoveries(&trace, function).0.into_iter().collect(),
    };
    found
        .into_iter()
        .map(|index| function.modes[index].id())
        .collect()
}

const BOTH: &[&str] = &["gateway", "orders"];

#[test]
fn a_failed_call_and_its_variant_name_the_mode() {
    assert_eq!(
        modes(Some("Slow"), vec![call("gateway", Some("timeout"))], BOTH),
        ["gateway.timeout"]
    );
    let calls = vec![call("gateway", None), call("orders", Some("timeout"))];
    assert_eq!(modes(Some("Store"), calls, BOTH), ["orders.timeout"]);
}

#[test]
fn a_mode_that_the_contract_does_not_name_is_other() {
    assert_eq!(
        modes(Some("Odd"), vec![call("gateway", Some("conflict"))], BOTH),
        ["gateway.other"]
    );
}

#[test]
fn a_variant_that_does_not_belong_to_the_mode_is_no_evidence_for_it() {
    assert!(modes(Some("Auth"), vec![call("gateway", Some("timeout"))], BOTH).is_empty());
}

#[test]
fn a_failure_that_a_retry_made_good_is_not_the_reason() {
    let calls = vec![call("gateway", Some("timeout")), call("gateway", None)];
    assert_eq!(modes(Some("Amount"), calls, BOTH), ["input.out_of_range"]);
}

#[test]
fn an_error_that_tells_no_mode_is_known_by_its_variant_if_that_is_unique() {
    assert_eq!(
        modes(Some("Twice"), vec![call("orders", Some("?"))], BOTH),
        ["orders.write_conflict"]
    );
    let unclear = modes(Some("Store"), vec![call("orders", Some("?"))], BOTH);
    assert_eq!(unclear, ["orders.connection", "orders.timeout"]);
}

#[test]
fn without_marked_calls_only_a_variant_of_one_mode_is_clear() {
    assert_eq!(modes(Some("Slow"), vec![], &[]), ["gateway.timeout"]);
    assert_eq!(
        modes(Some("Odd"), vec![], &[]),
        ["gateway.other", "orders.other"]
    );
    assert_eq!(modes(Some("Odd"), vec![], &["gateway"]), ["orders.other"]);
}

#[test]
fn an_ok_after_a_failure_is_the_recovery_that_is_declared() {
    assert_eq!(
        modes(None, vec![call("gateway", Some("not_found"))], BOTH),
        ["gateway.not_found"]
    );
    assert!(modes(None, vec![call("gateway", Some("timeout"))], BOTH).is_empty());
    assert!(modes(None, vec![call("gateway", None)], BOTH).is_empty());
    // It may have been the timeout, too.
    assert!(modes(None, vec![call("gateway", Some("?"))], BOTH).is_empty());
}

/// The same call at another place of the source.
fn elsewhere(interface: &str, mode: Option<&str>) -> Call {
    Call {
        site: "src/lib.rs:99".into(),
        ..call(interface, mode)
    }
}

#[test]
fn a_rollback_over_the_same_interface_makes_no_failure_good() {
    let calls = vec![
        call("orders", Some("write_conflict")),
        elsewhere("orders", None),
    ];
    assert_eq!(modes(Some("Twice"), calls, BOTH), ["orders.write_conflict"]);
}

#[test]
fn of_two_standing_failures_the_variant_says_which_one_was_returned() {
    let calls = vec![
        call("gateway", Some("timeout")),
        call("orders", Some("write_conflict")),
    ];
    assert_eq!(
        modes(Some("Slow"), calls.clone(), BOTH),
        ["gateway.timeout"]
    );
    assert_eq!(modes(Some("Twice"), calls, BOTH), ["orders.write_conflict"]);
    let alike = vec![
        call("gateway", Some("conflict")),
        call("orders", Some("decode")),
    ];
    assert_eq!(
        modes(Some("Odd"), alike, BOTH),
        ["gateway.other", "orders.other"]
    );
}

#[test]
fn a_variant_that_an_unmarked_call_returns_too_is_unclear() {
    let calls = vec![call("orders", Some("decode"))];
    assert_eq!(
        modes(Some("Odd"), calls, &["orders"]),
        ["gateway.other", "orders.other"]
    );
}

#[test]
fn what_lost_a_race_has_not_failed() {
    let lost = Call {
        cancelled: true,
        ..call("gateway", None)
    };
    let calls = vec![lost, call("orders", Some("write_conflict"))];
    assert_eq!(modes(Some("Twice"), calls, BOTH), ["orders.write_conflict"]);
}
