//! Every difference both ways: what is weaker one way is stronger the other.

use contract_spec::{Reading, Source, read};

use super::change::{Change, State, Step, compare, step};

const BASE: &str = r#"format = 1

[interface.gateway]
kind = "http"
service = "acme"
timeout = "2s"

[retry.standard]
max_attempts = 3
backoff = "exponential"
initial_delay = "100ms"
multiplier = 2.0
max_delay = "2s"
jitter = "full"

[function.charge]
summary = "Charges a card"
error = "ChargeError"
tier = "critical"
idempotency = "key"
deadline = "10s"
max_calls = { gateway = 3 }
sensitive = ["card"]

[function.charge.on.gateway]
timeout = { returns = "GatewayTimeout", retry = "standard", log = "error", rollback = true }
unauthorized = { returns = "GatewayAuth", log = { level = "error", fields = ["order_id"] } }
not_found = { waived = "a charge looks nothing up" }
server_error = { recovers = "the charge is queued for later", effect = "none" }
other = { returns = "GatewayOther" }
"#;

fn reading(text: &str) -> Reading {
    let reading = read(&Source::new("contracts/payments.toml", text));
    assert!(!reading.has_errors(), "{:#?}\n{text}", reading.diagnostics);
    reading
}

fn compared(old: &str, new: &str) -> Vec<String> {
    let (old, new) = (reading(old), reading(new));
    let state = |reading| State::from([("payments".to_owned(), reading)]);
    let changes = compare(&state(&old.contract), &state(&new.contract));
    let line = |change: &Change| {
        let mode = change
            .mode
            .as_ref()
            .map_or_else(String::new, |mode| format!(" {mode}"));
        format!("{} {}{mode}", change.step.name(), change.change)
    };
    changes.iter().map(line).collect()
}

/// The changes when a text in the contract is replaced, and when it is put back.
fn both_ways(from: &str, to: &str) -> [Vec<String>; 2] {
    assert!(BASE.contains(from), "{from}");
    let other = BASE.replacen(from, to, 1);
    [compared(BASE, &other), compared(&other, BASE)]
}

#[track_caller]
fn expect(from: &str, to: &str, there: &[&str], back: &[&str]) {
    let [forth, again] = both_ways(from, to);
    assert_eq!(forth, there, "{from} → {to}");
    assert_eq!(again, back, "{to} → {from}");
}

#[test]
fn the_same_contract_has_no_changes() {
    assert_eq!(compared(BASE, BASE), [""; 0]);
    assert_eq!(step(&[]), Step::None);
}

#[test]
fn layout_and_comments_are_no_change() {
    let other = BASE
        .replace(" = ", "=")
        .replace("format=1", "format=1 # one");
    assert_eq!(compared(BASE, &other), [""; 0]);
}

#[test]
fn a_function_that_goes_breaks_callers_and_one_that_comes_does_not() {
    let empty = "format = 1\n";
    assert_eq!(compared(BASE, empty), ["major function-removed"]);
    assert_eq!(compared(empty, BASE), ["minor function-added"]);
}

#[test]
fn a_function_under_another_name_is_renamed() {
    let other = BASE.replace("function.charge", "function.pay");
    assert_eq!(compared(BASE, &other), ["major function-renamed"]);
}

#[test]
fn a_mode_with_a_known_variant_is_added_without_breaking() {
    let line = "other = { returns = \"GatewayOther\" }\n";
    let more = format!("{line}connect = {{ returns = \"GatewayOther\" }}\n");
    expect(
        line,
        &more,
        &["minor mode-added gateway.connect"],
        &["major mode-removed gateway.connect"],
    );
}

#[test]
fn a_mode_with_a_variant_of_its_own_breaks_both_ways() {
    let line = "other = { returns = \"GatewayOther\" }\n";
    let more = format!("{line}connect = {{ returns = \"GatewayDown\" }}\n");
    expect(
        line,
        &more,
        &["major variant-added", "minor mode-added gateway.connect"],
        &[
            "major variant-removed",
            "major mode-removed gateway.connect",
        ],
    );
}

#[test]
fn a_waived_mode_comes_and_goes_unnoticed() {
    let line = "other = { returns = \"GatewayOther\" }\n";
    let more = format!("{line}rate_limited = {{ waived = \"the gateway has no limits\" }}\n");
    expect(
        line,
        &more,
        &["patch mode-added gateway.rate_limited"],
        &["patch mode-removed gateway.rate_limited"],
    );
}

#[test]
fn a_mode_under_another_name_is_renamed() {
    expect(
        "other = { returns",
        "connect = { returns",
        &["major mode-renamed gateway.other"],
        &["major mode-renamed gateway.connect"],
    );
}

#[test]
fn modes_of_an_interface_that_is_used_no_more_are_no_broken_promise() {
    let more = format!(
        "{BASE}\n[function.charge.on.input]\nmalformed = {{ returns = \"GatewayOther\" }}\n"
    );
    assert_eq!(compared(BASE, &more), ["minor mode-added input.malformed"]);
    assert_eq!(
        compared(&more, BASE),
        ["minor mode-removed input.malformed"]
    );
}

#[test]
fn another_variant_breaks_callers_even_if_they_know_it() {
    expect(
        "other = { returns = \"GatewayOther\" }",
        "other = { returns = \"GatewayAuth\" }",
        &[
            "major variant-removed",
            "major returns-changed gateway.other",
        ],
        &["major variant-added", "major returns-changed gateway.other"],
    );
}

#[test]
fn to_recover_or_to_waive_what_was_returned_breaks_callers() {
    expect(
        "other = { returns = \"GatewayOther\" }",
        "other = { recovers = \"the charge is queued\" }",
        &[
            "major variant-removed",
            "major recovers-instead gateway.other",
        ],
        &["major variant-added", "major returns-instead gateway.other"],
    );
    expect(
        "other = { returns = \"GatewayOther\" }",
        "other = { waived = \"the gateway says no more\" }",
        &[
            "major variant-removed",
            "major waived-instead gateway.other",
        ],
        &["major variant-added", "minor returns-instead gateway.other"],
    );
    expect(
        "{ recovers = \"the charge is queued for later\", effect = \"none\" }",
        "{ waived = \"the gateway never fails so\" }",
        &["major waived-instead gateway.server_error"],
        &["minor recovers-instead gateway.server_error"],
    );
}

#[test]
fn words_alone_are_a_patch() {
    let reason = "a charge looks nothing up";
    let patch = &["patch reason-changed gateway.not_found"];
    expect(reason, "a charge never looks anything up", patch, patch);
    expect(
        "Charges a card",
        "Charges the card",
        &["patch summary-changed"],
        &["patch summary-changed"],
    );
}

#[test]
fn higher_limits_break_and_lower_ones_do_not() {
    for (from, to) in [
        ("timeout = \"2s\"", "timeout = \"3s\""),
        ("deadline = \"10s\"", "deadline = \"1m\""),
        ("max_calls = { gateway = 3 }", "max_calls = { gateway = 4 }"),
    ] {
        expect(from, to, &["major limit-raised"], &["minor limit-lowered"]);
    }
    for (from, to) in [
        ("max_attempts = 3", "max_attempts = 4"),
        ("initial_delay = \"100ms\"", "initial_delay = \"200ms\""),
        ("max_delay = \"2s\"", "max_delay = \"4s\""),
        ("multiplier = 2.0", "multiplier = 3.0"),
    ] {
        let mode = |change: &str| format!("{change} gateway.timeout");
        expect(
            from,
            to,
            &[&*mode("major limit-raised")],
            &[&*mode("minor limit-lowered")],
        );
    }
}

#[test]
fn limits_that_go_break_and_those_that_come_do_not() {
    for line in [
        "timeout = \"2s\"\n",
        "deadline = \"10s\"\n",
        "max_calls = { gateway = 3 }\n",
    ] {
        expect(line, "", &["major limit-removed"], &["minor limit-added"]);
    }
    let line = "max_delay = \"2s\"\n";
    expect(
        line,
        "",
        &["major limit-removed gateway.timeout"],
        &["minor limit-added gateway.timeout"],
    );
}

#[test]
fn no_retry_is_one_attempt() {
    expect(
        ", retry = \"standard\"",
        "",
        &["minor limit-lowered gateway.timeout"],
        &["major limit-raised gateway.timeout"],
    );
}

#[test]
fn less_jitter_breaks() {
    expect(
        "jitter = \"full\"",
        "jitter = \"none\"",
        &["major jitter-changed gateway.timeout"],
        &["minor jitter-changed gateway.timeout"],
    );
}

#[test]
fn logs_and_rollbacks_are_promises() {
    expect(
        ", log = \"error\"",
        "",
        &["major log-removed gateway.timeout"],
        &["minor log-added gateway.timeout"],
    );
    expect(
        "log = \"error\"",
        "log = \"warn\"",
        &["major log-level-changed gateway.timeout"],
        &["minor log-level-changed gateway.timeout"],
    );
    expect(
        "fields = [\"order_id\"]",
        "fields = [\"order_id\", \"amount\"]",
        &["minor log-field-added gateway.unauthorized"],
        &["major log-field-removed gateway.unauthorized"],
    );
    let both = &["major log-fields-changed gateway.unauthorized"];
    expect(
        "{ level = \"error\", fields = [\"order_id\"] }",
        "\"error\"",
        both,
        both,
    );
    expect(
        ", rollback = true",
        "",
        &["major rollback-removed gateway.timeout"],
        &["minor rollback-added gateway.timeout"],
    );
}

#[test]
fn an_effect_that_is_less_certain_breaks() {
    expect(
        "effect = \"none\"",
        "effect = \"maybe\"",
        &["major effect-changed gateway.server_error"],
        &["minor effect-changed gateway.server_error"],
    );
}

#[test]
fn an_effect_that_is_spelt_out_as_the_catalog_has_it_is_no_change() {
    let effect = contract_spec::catalog::kind("http")
        .unwrap()
        .mode("server_error")
        .unwrap()
        .effect;
    let same = format!(
        "{{ recovers = \"the charge is queued for later\", effect = \"{}\" }}",
        effect.name()
    );
    let without = BASE.replace(", effect = \"none\"", "");
    let with = BASE.replace(
        "{ recovers = \"the charge is queued for later\", effect = \"none\" }",
        &same,
    );
    assert_eq!(compared(&without, &with), [""; 0]);
}

#[test]
fn idempotency_and_tier_have_an_order() {
    for (from, to) in [("\"key\"", "\"unsafe\""), ("idempotency = \"key\"\n", "")] {
        expect(
            from,
            to,
            &["major idempotency-changed"],
            &["minor idempotency-changed"],
        );
    }
    expect(
        "\"key\"",
        "\"safe\"",
        &["minor idempotency-changed"],
        &["major idempotency-changed"],
    );
    expect(
        "\"critical\"",
        "\"standard\"",
        &["minor tier-changed"],
        &["patch tier-changed"],
    );
}

#[test]
fn names_that_callers_and_logs_know_are_promises() {
    expect(
        "error = \"ChargeError\"",
        "error = \"PayError\"",
        &["major error-changed"],
        &["major error-changed"],
    );
    expect(
        "error = \"ChargeError\"\n",
        "",
        &["major error-changed"],
        &["minor error-changed"],
    );
    expect(
        "service = \"acme\"",
        "service = \"pay\"",
        &["minor service-changed"],
        &["minor service-changed"],
    );
    let kind = |effect| ["major kind-changed", effect, "minor callee-changed"];
    let (weaker, stronger) = (
        "major effect-changed gateway.unauthorized",
        "minor effect-changed gateway.unauthorized",
    );
    let [there, mut back] = [kind(weaker), kind(stronger)];
    back[1..].reverse();
    expect(
        "kind = \"http\"",
        "kind = \"contract\"\ncontract = \"x.y\"",
        &there,
        &back,
    );
    expect(
        "sensitive = [\"card\"]\n",
        "",
        &["major sensitive-removed"],
        &["minor sensitive-added"],
    );
}

#[test]
fn enums_that_are_declared_once_are_compared_by_themselves() {
    let with = format!("{BASE}\n[error.StoreError]\nvariants = [\"A\", \"B\"]\n");
    let less = with.replace("[\"A\", \"B\"]", "[\"A\"]");
    assert_eq!(compared(&with, &less), ["major variant-removed"]);
    assert_eq!(compared(&less, &with), ["major variant-added"]);
    assert_eq!(compared(BASE, &with), ["minor enum-added"]);
    assert_eq!(compared(&with, BASE), ["minor enum-removed"]);
}

#[test]
fn the_gravest_change_decides_the_step() {
    let change = |step| Change {
        step,
        change: "",
        subject: String::new(),
        mode: None,
        message: String::new(),
    };
    assert_eq!(step(&[change(Step::Patch)]), Step::Patch);
    assert_eq!(
        step(&[
            change(Step::Minor),
            change(Step::Major),
            change(Step::Patch)
        ]),
        Step::Major
    );
}
