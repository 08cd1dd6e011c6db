//! What the function did against its contract, found in the traces of tests
//! that all pass.

mod support;

use serde_json::Value;
use support::{Project, Run};

const CONTRACT: &str = r#"
format = 1

[interface.gateway]
kind = "http"
service = "acme"
timeout = "1s"

[retry.standard]
max_attempts = 3
backoff = "exponential"
initial_delay = "1ms"
multiplier = 2.0
max_delay = "10ms"
jitter = "full"

[function.charge]
error = "ChargeError"
tier = "experimental"
idempotency = "safe"
deadline = "10s"
max_calls = { gateway = 3 }

[function.charge.on.gateway]
timeout      = { returns = "Slow", retry = "standard" }
unauthorized = { returns = "Refused" }
not_found    = { recovers = "a customer that nobody knows has charged nothing yet" }
server_error = { waived = "the gateway of this test never answers with a 5xx" }
other        = { returns = "Odd" }
"#;

/// A service that asks a scripted gateway, and what a test expects of it.
fn source(body: &str, script: &str, expected: &str) -> String {
    format!(
        r#"
use resilience_contract::{{FailureModes, external, resilience_contract}};

#[derive(Debug, Clone, Copy, PartialEq, FailureModes)]
pub enum GatewayError {{ Timeout, Unauthorized, NotFound, ServerError, Conflict }}

#[derive(Debug, PartialEq, FailureModes)]
pub enum ChargeError {{ Slow, Refused, Odd }}

type Reply = Result<u32, GatewayError>;

fn ask(replies: &mut Vec<Reply>) -> Reply {{
    if replies.is_empty() {{ Ok(0) }} else {{ replies.remove(0) }}
}}

#[resilience_contract("payments.charge")]
pub fn charge(mut replies: Vec<Reply>) -> Result<u32, ChargeError> {{
    let replies = &mut replies;
    {body}
}}

#[test]
fn the_only_test() {{
    use GatewayError::*;
    let _ = (Timeout, Unauthorized, NotFound, ServerError, Conflict);
    assert_eq!(charge(vec![{script}]), {expected});
}}
"#
    )
}

/// What is right: three attempts on a time-out, a recovery, each error its own.
const RIGHT: &str = "
    for attempt in 1..=3 {
        match external!(gateway, ask(replies)) {
            Ok(value) => return Ok(value),
            Err(GatewayError::Timeout) if attempt < 3 => {}
            Err(GatewayError::Timeout) => return Err(ChargeError::Slow),
            Err(GatewayError::Unauthorized) => return Err(ChargeError::Refused),
            Err(GatewayError::NotFound) => return Ok(0),
            Err(GatewayError::ServerError | GatewayError::Conflict) => return Err(ChargeError::Odd),
        }
    }
    Err(ChargeError::Odd)";

fn verified(body: &str, script: &str, expected: &str) -> Run {
    let source = source(body, script, expected);
    let run = Project::new(&[
        ("contracts/payments.toml", CONTRACT),
        ("src/lib.rs", &source),
    ])
    .report();
    assert!(
        matches!(run.code, 0 | 100),
        "{}\n{}",
        run.stdout,
        run.stderr
    );
    run
}

/// The codes of the findings about behaviour.
fn codes(run: &Run) -> Vec<String> {
    let report = run.report();
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let codes = findings
        .iter()
        .filter_map(|finding| finding["code"].as_str());
    codes
        .filter(|code| code.starts_with("RC4") || *code == "RC503" || *code == "RC505")
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_function_that_does_what_it_says_has_no_findings_about_behaviour() {
    for (script, expected) in [
        ("Ok(7)", "Ok(7)"),
        ("Err(Timeout), Err(Timeout), Ok(7)", "Ok(7)"),
        (
            "Err(Timeout), Err(Timeout), Err(Timeout)",
            "Err(ChargeError::Slow)",
        ),
        ("Err(Unauthorized)", "Err(ChargeError::Refused)"),
        ("Err(NotFound)", "Ok(0)"),
        ("Err(Conflict)", "Err(ChargeError::Odd)"),
    ] {
        assert!(
            codes(&verified(RIGHT, script, expected)).is_empty(),
            "{script}"
        );
    }
}

#[test]
fn a_failure_that_becomes_ok_is_found_although_its_test_passes() {
    let body = RIGHT.replace("return Err(ChargeError::Refused)", "return Ok(1)");
    let run = verified(&body, "Err(Unauthorized)", "Ok(1)");
    assert_eq!(codes(&run), ["RC403"]);
    let report = run.report();
    let finding = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["code"] == "RC403")
        .unwrap()
        .clone();
    assert_eq!(finding["mode"], "gateway.unauthorized");
    assert!(
        finding["message"]
            .as_str()
            .unwrap()
            .contains("seen in `the_only_test`"),
        "{finding}"
    );
    let timeline: Vec<&str> = finding["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        timeline[0].contains("gateway → unauthorized"),
        "{timeline:?}"
    );
    assert!(timeline[1].contains("returned Ok"), "{timeline:?}");
}

#[test]
fn the_wrong_variant_is_found_although_its_test_expects_it() {
    let body = RIGHT.replace(
        "return Err(ChargeError::Refused)",
        "return Err(ChargeError::Odd)",
    );
    assert_eq!(
        codes(&verified(
            &body,
            "Err(Unauthorized)",
            "Err(ChargeError::Odd)"
        )),
        ["RC404"]
    );
}

#[test]
fn one_attempt_too_few_is_found() {
    let body = RIGHT.replace("attempt < 3", "attempt < 2");
    let run = verified(
        &body,
        "Err(Timeout), Err(Timeout), Err(Timeout)",
        "Err(ChargeError::Slow)",
    );
    assert_eq!(codes(&run), ["RC405"]);
    assert!(
        run.findings("RC405")[0].contains("tried 2 times"),
        "{}",
        run.stdout
    );
}

#[test]
fn one_attempt_too_many_is_found_and_breaks_the_budget() {
    let body = RIGHT
        .replace("attempt < 3", "attempt < 4")
        .replace("1..=3", "1..=4");
    let run = verified(
        &body,
        "Err(Timeout), Err(Timeout), Err(Timeout), Err(Timeout)",
        "Err(ChargeError::Slow)",
    );
    assert_eq!(codes(&run), ["RC405", "RC408"]);
}

#[test]
fn a_retry_of_what_must_not_be_retried_is_found() {
    let body = RIGHT.replace(
        "Err(GatewayError::Timeout) if attempt < 3",
        "Err(GatewayError::Timeout | GatewayError::Unauthorized) if attempt < 3",
    );
    assert_eq!(
        codes(&verified(&body, "Err(Unauthorized), Ok(7)", "Ok(7)")),
        ["RC406"]
    );
}

#[test]
fn a_waived_mode_that_happens_is_found() {
    assert_eq!(
        codes(&verified(
            RIGHT,
            "Err(ServerError)",
            "Err(ChargeError::Odd)"
        )),
        ["RC505"]
    );
}

#[test]
fn an_interface_without_a_marked_call_is_noted() {
    let body = RIGHT.replace("external!(gateway, ask(replies))", "ask(replies)");
    let run = verified(&body, "Ok(7)", "Ok(7)");
    assert_eq!(codes(&run), ["RC503"]);
    assert!(codes(&verified(RIGHT, "Ok(7)", "Ok(7)")).is_empty());
}

#[test]
fn a_panic_that_leaves_the_function_is_found() {
    let body = format!("if replies.len() > 5 {{ panic!(\"too many\") }} {RIGHT}");
    let source = source(&body, "Ok(7)", "Ok(7)")
        + "#[test] fn caught() { assert!(std::panic::catch_unwind(|| charge(vec![Ok(1); 6])).is_err()); }";
    let run = Project::new(&[
        ("contracts/payments.toml", CONTRACT),
        ("src/lib.rs", &source),
    ])
    .report();
    assert_eq!(codes(&run), ["RC402"], "{}", run.stderr);
}

#[test]
fn a_recovery_is_proven_by_a_test_that_looks_at_the_value() {
    let mode = |run: &Run| {
        let report = run.report();
        let modes = report["functions"][0]["modes"].as_array().unwrap().clone();
        modes
            .into_iter()
            .find(|mode| mode["id"] == "gateway.not_found")
            .unwrap()
    };
    let proven = mode(&verified(RIGHT, "Err(NotFound)", "Ok(0)"));
    assert_eq!(proven["verdict"], "proven", "{proven}");
    assert_eq!(proven["mutants"][0]["operator"], "unrecover");
    let careless = source(RIGHT, "Err(NotFound)", "Ok(0)").replace(
        "assert_eq!(charge(vec![Err(NotFound)]), Ok(0));",
        "drop(charge(vec![Err(NotFound)]));",
    );
    let run = Project::new(&[
        ("contracts/payments.toml", CONTRACT),
        ("src/lib.rs", &careless),
    ])
    .report();
    let entered = mode(&run);
    assert_eq!(entered["verdict"], "entered", "{entered}");
}

#[test]
fn a_failure_that_tells_no_mode_proves_no_recovery() {
    // An error of the service's own that says nothing of modes.
    let source = source(RIGHT, "Err(NotFound)", "Ok(0)").replace(
        "#[derive(Debug, Clone, Copy, PartialEq, FailureModes)]\npub enum GatewayError",
        "#[derive(Debug, Clone, Copy, PartialEq)]\npub enum GatewayError",
    );
    let run = Project::new(&[
        ("contracts/payments.toml", CONTRACT),
        ("src/lib.rs", &source),
    ])
    .report();
    let report = run.report();
    let modes = report["functions"][0]["modes"].as_array().unwrap();
    let mode = modes.iter().find(|mode| mode["id"] == "gateway.not_found");
    assert_eq!(mode.unwrap()["verdict"], "missing", "{}", run.stdout);
    let untold = run.findings("RC308");
    assert_eq!(untold.len(), 1, "{}", run.stdout);
    assert!(
        untold[0].contains("the failed call does not tell"),
        "{}",
        run.stdout
    );
}

/// An enum of another crate of which the contract names one variant.
const OPEN: &str = r#"
use std::num::{IntErrorKind, ParseIntError};

#[resilience_contract::resilience_contract(
    "numbers.parse",
    match,
    open,
    samples = [IntErrorKind::Empty, IntErrorKind::InvalidDigit],
)]
pub fn parse(text: &str) -> Result<u32, IntErrorKind> {
    let number: Result<u32, ParseIntError> = text.parse();
    number.map_err(|error| *error.kind())
}

#[test]
fn a_letter() { assert_eq!(parse("x"), Err(IntErrorKind::InvalidDigit)); }

#[test]
fn nothing() { assert_eq!(parse(""), Err(IntErrorKind::Empty)); }
"#;

fn open(more: &str) -> Run {
    let contract = "format = 1\n\
        [function.parse]\nerror = \"IntErrorKind\"\nidempotency = \"safe\"\n\
        [function.parse.on.domain]\n\
        empty = { returns = \"Empty\" }\nletters = { returns = \"InvalidDigit\" }\n";
    let source = format!("{OPEN}{more}");
    let files = [
        ("contracts/numbers.toml", contract),
        ("src/lib.rs", source.as_str()),
    ];
    Project::new(&files).report()
}

#[test]
fn a_variant_of_an_open_enum_that_the_contract_does_not_name_is_found() {
    let declared = open("");
    assert_eq!(declared.code, 0, "{}\n{}", declared.stdout, declared.stderr);
    let run = open(
        "#[test] fn large() { assert_eq!(parse(\"99999999999\"), Err(IntErrorKind::PosOverflow)); }",
    );
    assert_eq!(codes(&run), ["RC401"], "{}\n{}", run.stdout, run.stderr);
    assert_eq!(
        run.report()["functions"][0]["branches"][0]["verdict"],
        "proven",
        "{}",
        run.stdout
    );
    // What nobody looks at is entered, and no more.
    let run = open("#[test] fn large() { assert!(parse(\"99999999999\").is_err()); }");
    assert_eq!(
        run.report()["functions"][0]["branches"][0]["verdict"],
        "entered",
        "{}",
        run.stdout
    );
}
