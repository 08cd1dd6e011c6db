//! What a function must log, and must not, found in the traces of tests that all pass.

mod support;

use serde_json::Value;
use support::{Project, Run};

/// One function for each way to log.
fn contract(functions: &[&str]) -> String {
    let head = r#"
format = 1

[interface.gateway]
kind = "http"
service = "acme"
timeout = "1s"
"#;
    let function = |name: &&str| {
        format!(
            r#"
[function.{name}]
error = "ChargeError"
tier = "experimental"
idempotency = "safe"
sensitive = ["card"]

[function.{name}.on.gateway]
timeout      = {{ returns = "Slow", log = "error" }}
unauthorized = {{ waived = "the gateway of this test takes everybody" }}
not_found    = {{ waived = "the gateway of this test has everything" }}
server_error = {{ waived = "the gateway of this test never answers with a 5xx" }}
other        = {{ waived = "the gateway of this test fails in no other way" }}
"#
        )
    };
    let functions: String = functions.iter().map(function).collect();
    head.to_owned() + &functions
}

const HEAD: &str = r#"
use resilience_contract::{FailureModes, external, resilience_contract};
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, FailureModes)]
pub enum GatewayError { Timeout }

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("no answer after 1 s") }
}

#[derive(Debug, PartialEq, FailureModes)]
pub enum ChargeError { Slow }

impl fmt::Display for ChargeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("the gateway is slow") }
}

#[derive(Debug)]
pub struct Order { pub id: u32, pub card: String }

pub fn order() -> Order { Order { id: 7, card: "4111-1111-1111".into() } }

fn ask(_: &Order) -> Result<u32, GatewayError> { Err(GatewayError::Timeout) }
"#;

/// A function that logs in one way, and a test that makes it fail.
fn function(name: &str, log: &str) -> String {
    function_and_test(name, log, "")
}

fn function_and_test(name: &str, log: &str, set_up: &str) -> String {
    format!(
        r#"
#[resilience_contract("payments.{name}")]
pub fn {name}(order: &Order, correlation_id: &str) -> Result<u32, ChargeError> {{
    let _ = (order.id, correlation_id);
    external!(gateway, ask(order)).map_err(|error| {{
        let _ = error;
        {log};
        ChargeError::Slow
    }})
}}

#[test]
fn {name}_fails() {{
    {set_up}
    assert_eq!({name}(&order(), "c-1"), Err(ChargeError::Slow));
}}
"#
    )
}

const RIGHT: &str =
    r#"tracing::error!(correlation_id, service = "acme", %error, order = order.id, "not charged")"#;

const TRACING: &str = "tracing = \"0.1\"";

fn verified(dependencies: &str, names: &[&str], functions: &[String]) -> Run {
    let source = HEAD.to_owned() + &functions.concat();
    let contract = contract(names);
    let files = [
        ("contracts/payments.toml", contract.as_str()),
        ("src/lib.rs", source.as_str()),
    ];
    let run = Project::depending(dependencies, &files).report();
    let good = matches!(run.code, 0 | 100);
    assert!(good, "{}\n{}", run.stdout, run.stderr);
    run
}

fn finding(run: &Run, contract: &str, code: &str) -> Value {
    let report = run.report();
    let findings = report["findings"].as_array().unwrap().clone();
    let mut of_contract = findings
        .into_iter()
        .filter(|finding| finding["function"] == contract && finding["code"] == code);
    of_contract.next().unwrap_or_else(|| panic!("{report:#}"))
}

#[test]
fn each_way_to_log_is_judged_by_what_it_logged() {
    let ways = [
        ("right", RIGHT, [].as_slice()),
        ("silent", "()", &["RC411"]),
        ("quiet", &RIGHT.replace("error!", "warn!"), &["RC412"]),
        (
            "anonymous",
            r#"tracing::error!(service = "acme", %error, "not charged")"#,
            &["RC413"],
        ),
        (
            "untrue",
            r#"tracing::error!(correlation_id, service = "acme", error = "failed", "not charged")"#,
            &["RC414"],
        ),
        (
            "talkative",
            r#"tracing::error!(correlation_id, service = "acme", %error, "no {order:?}")"#,
            &["RC415"],
        ),
        (
            "careless",
            r#"tracing::error!(correlation_id, service = "acme", %error, card = "x", "no")"#,
            &["RC415"],
        ),
        // Below the level that is demanded, and looked at all the same.
        (
            "debugging",
            &format!("tracing::debug!(?order); {RIGHT}"),
            &["RC415"],
        ),
    ];
    let names: Vec<&str> = ways.iter().map(|(name, ..)| *name).collect();
    let functions: Vec<String> = ways
        .iter()
        .map(|(name, log, _)| function(name, log))
        .collect();
    let run = verified(TRACING, &names, &functions);
    for (name, _, codes) in ways {
        let found = run.behaviour_of(&format!("payments.{name}"));
        assert_eq!(found, codes, "{name}\n{}", run.stdout);
    }
    let untrue = finding(&run, "payments.untrue", "RC414");
    assert_eq!(untrue["mode"], "gateway.timeout");
    let timeline = untrue["timeline"].to_string();
    for step in [
        "called with correlation_id = c-1",
        "gateway → timeout: no answer after 1 s",
        "logged at error: not charged",
        "error=failed",
        "returned Err(Slow) at src/lib.rs:",
    ] {
        assert!(timeline.contains(step), "{step} in {timeline}");
    }
    assert!(!run.stdout.contains("4111"), "{}", run.stdout);
}

#[test]
fn a_test_may_set_up_logging_for_itself() {
    let inits = [
        ("init", "tracing_subscriber::fmt().init();"),
        (
            "quiet_init",
            "tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR).init();",
        ),
        (
            "scoped",
            "let _guard = tracing::subscriber::set_default(tracing_subscriber::fmt().finish());",
        ),
        // The last place that there is for `log` is taken by then: it fails, and it passes
        // when nobody listens.
        (
            "late",
            "let _ = late(&order(), \"c-0\"); tracing_subscriber::fmt().init();",
        ),
    ];
    let names: Vec<&str> = inits.iter().map(|(name, _)| *name).collect();
    let functions: Vec<String> = inits
        .iter()
        .map(|(name, set_up)| function_and_test(name, "()", set_up))
        .collect();
    let dependencies = format!("{TRACING}\ntracing-subscriber = \"0.3\"");
    let run = verified(&dependencies, &names, &functions);
    assert!(run.findings("RC320").is_empty(), "{}", run.stdout);
    for name in ["init", "quiet_init", "scoped"] {
        let found = run.behaviour_of(&format!("payments.{name}"));
        assert_eq!(found, ["RC411"], "{name}\n{}", run.stdout);
    }
    assert_eq!(run.behaviour_of("payments.late"), ["RC416"]);
    let unseen = finding(&run, "payments.late", "RC416");
    assert_eq!(unseen["level"], "note");
    let functions: Vec<String> = inits
        .iter()
        .map(|(name, set_up)| function_and_test(name, RIGHT, set_up))
        .collect();
    let run = verified(&dependencies, &names, &functions);
    for name in ["init", "quiet_init", "scoped"] {
        let found = run.behaviour_of(&format!("payments.{name}"));
        assert!(found.is_empty(), "{name}: {found:?}\n{}", run.stdout);
    }
}

#[test]
fn records_of_log_count_and_another_logger_for_them_is_said() {
    let right =
        r#"log::error!("{correlation_id}: order {} not charged by acme: {error}", order.id)"#;
    let names = ["by_log", "lacking", "elsewhere"];
    let functions = [
        // In a text the id of the request is no field; in a span around the call it is.
        function_and_test(
            "by_log",
            right,
            "let _span = tracing::info_span!(\"request\", correlation_id = \"c-1\").entered();",
        ),
        function("lacking", right),
        function_and_test(
            "elsewhere",
            "()",
            "log::set_logger(&Mute).unwrap(); log::set_max_level(log::LevelFilter::Info);",
        ),
        "struct Mute;
         impl log::Log for Mute {
             fn enabled(&self, _: &log::Metadata<'_>) -> bool { true }
             fn log(&self, _: &log::Record<'_>) {}
             fn flush(&self) {}
         }"
        .to_owned(),
    ];
    let run = verified(&format!("{TRACING}\nlog = \"0.4\""), &names, &functions);
    let found = |name: &str| run.behaviour_of(&format!("payments.{name}"));
    assert!(found("by_log").is_empty(), "{}", run.stdout);
    assert_eq!(found("lacking"), ["RC413"], "{}", run.stdout);
    assert_eq!(found("elsewhere"), ["RC416"], "{}", run.stdout);
}

#[test]
fn what_cannot_be_logged_is_missing_and_what_is_logged_in_other_ways_is_not_known() {
    let function = [function("mute", "()")];
    let run = verified("", &["mute"], &function);
    assert_eq!(
        run.behaviour_of("payments.mute"),
        ["RC411"],
        "{}",
        run.stdout
    );
    let run = verified("slog = \"2\"", &["mute"], &function);
    assert_eq!(
        run.behaviour_of("payments.mute"),
        ["RC416"],
        "{}",
        run.stdout
    );
}

#[test]
fn an_attribute_that_logs_the_error_logs_for_the_function() {
    let instrumented = r#"
#[resilience_contract("payments.instrumented")]
#[tracing::instrument(err, skip(order), fields(service = "acme"))]
pub fn instrumented(order: &Order, correlation_id: &str) -> Result<u32, ChargeError> {
    external!(gateway, ask(order)).map_err(|_| ChargeError::Slow)
}

#[test]
fn instrumented_fails() {
    assert_eq!(instrumented(&order(), "c-1"), Err(ChargeError::Slow));
}
"#;
    let run = verified(TRACING, &["instrumented"], &[instrumented.to_owned()]);
    let found = run.behaviour_of("payments.instrumented");
    assert!(found.is_empty(), "{found:?}\n{}", run.stdout);
    let quiet = instrumented.replace("(err, ", "(");
    let run = verified(TRACING, &["instrumented"], &[quiet]);
    assert_eq!(run.behaviour_of("payments.instrumented"), ["RC411"]);
}

#[test]
fn the_names_of_fields_are_the_policys() {
    let source = HEAD.to_owned() + &function("right", RIGHT);
    let contract = contract(&["right"]);
    let files = [
        ("contracts/payments.toml", contract.as_str()),
        ("src/lib.rs", source.as_str()),
    ];
    let project = Project::depending(TRACING, &files);
    assert!(project.report().behaviour_of("payments.right").is_empty());
    let names = "[log.names]\ncorrelation = [\"rid\"]\n";
    project.write(".config/verify-contracts.toml", names);
    let run = project.report();
    assert_eq!(
        run.behaviour_of("payments.right"),
        ["RC413"],
        "{}",
        run.stdout
    );
    let fields = "[log]\nfields = [\"service\", \"error\"]\n";
    project.write(".config/verify-contracts.toml", fields);
    assert!(project.report().behaviour_of("payments.right").is_empty());
}
