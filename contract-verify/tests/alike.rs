//! Failures that look alike, and functions under one contract: what is missing is said of the right one.

mod support;

use support::Project;

const CALLING: &str = r#"
use resilience_contract::{FailureModes, external, resilience_contract};

#[derive(Debug, PartialEq, FailureModes)]
pub enum AskError { Timeout, Refused, Page, Down, Other }

/// An answer of a library that nobody told how it fails.
pub struct Answer(u16);

#[resilience_contract("ask.ask")]
pub fn ask(status: u16) -> Result<(), AskError> {
    let answer = external!(shop, Answer(status));
    match answer.0 {
        200 => Ok(()),
        401 => Err(AskError::Refused),
        404 => Err(AskError::Page),
        408 => Err(AskError::Timeout),
        500 => Err(AskError::Down),
        _ => Err(AskError::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_key_is_said() {
        assert_eq!(ask(401), Err(AskError::Refused));
    }
}
"#;

const CALLED: &str = r#"
format = 1

[interface.shop]
kind = "http"
timeout = "1s"

[function.ask]
error = "AskError"

[function.ask.on.shop]
timeout      = { returns = "Timeout" }
unauthorized = { returns = "Refused" }
not_found    = { returns = "Page" }
server_error = { returns = "Down" }
other        = { returns = "Other" }
"#;

#[test]
fn a_failure_that_its_call_does_not_show_is_not_asked_for_in_another_test() {
    let project = Project::new(&[("contracts/ask.toml", CALLED), ("src/lib.rs", CALLING)]);
    let run = project.verify(&[]);
    assert_eq!(run.code, 100, "{}", run.stderr);
    let said = |mode: &str| {
        let from = run.stdout.find(&format!("no test enters `shop.{mode}`"));
        let rest = &run.stdout[from.unwrap_or_else(|| panic!("{mode}: {}", run.stdout))..];
        rest.split("\n\n").next().unwrap_or_default().to_owned()
    };
    // The test is there, and it is the call that says nothing.
    let refused = said("unauthorized");
    assert!(
        refused.contains("tests do leave with `Refused`"),
        "{refused}"
    );
    assert!(
        refused.contains("`external!(shop, …)` must tell"),
        "{refused}"
    );
    assert!(!refused.contains("write a test"), "{refused}");
    // No test is there.
    let down = said("server_error");
    assert!(
        down.contains("write a test in which `shop` fails in this way"),
        "{down}"
    );
    assert!(!down.contains("tests do leave"), "{down}");
}

const ALIKE: &str = r#"
use resilience_contract::{FailureModes, external, resilience_contract};

#[derive(Debug, Clone, Copy, PartialEq, FailureModes)]
pub enum ShopError { Timeout, Unauthorized, NotFound, ServerError, Other }

#[derive(Debug, PartialEq, FailureModes)]
pub enum AskError { Failed, Empty, TooMany }

#[resilience_contract("ask.ask")]
pub fn ask(many: u32, answer: Result<u32, ShopError>) -> Result<u32, AskError> {
    if many == 0 {
        return Err(AskError::Empty);
    }
    let most = external!(shop, answer).map_err(|_| AskError::Failed)?;
    if many > most {
        return Err(AskError::TooMany);
    }
    Ok(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_shop_is_said() {
        assert_eq!(ask(1, Err(ShopError::Timeout)), Err(AskError::Failed));
        assert_eq!(ask(1, Ok(2)), Ok(2));
    }
}
"#;

/// `CALLED`, where every failure of the shop is one and the same to callers.
fn all_failed() -> String {
    let contract = CALLED
        .replace("Timeout", "Failed")
        .replace("Refused", "Failed")
        .replace("Page", "Failed")
        .replace("Down", "Failed")
        .replace("Other", "Failed");
    format!(
        "{contract}\n[function.ask.on.input]\nempty = {{ returns = \"Empty\" }}\n\
         \n[function.ask.on.domain]\ntoo_many = {{ returns = \"TooMany\" }}\n"
    )
}

#[test]
fn a_failure_that_leaves_as_another_one_does_is_asked_for_in_a_test() {
    let contract = all_failed();
    let project = Project::new(&[("contracts/ask.toml", &contract), ("src/lib.rs", ALIKE)]);
    let run = project.verify(&[]);
    assert_eq!(run.code, 100, "{}", run.stderr);
    let out = &run.stdout;
    assert!(!out.contains("no test enters `shop.timeout`"), "{out}");
    assert!(out.contains("no test enters `shop.unauthorized`"), "{out}");
    // That tests leave with `Failed` is what the time-out is for.
    assert!(!out.contains("tests do leave"), "{out}");
    for help in [
        "write a test in which `shop` fails in this way, and that asserts on `Failed`",
        "write a test with input that is wrong in this way, and that asserts on `Empty`",
        "write a test in which this rule says no, and that asserts on `TooMany`",
    ] {
        assert!(out.contains(help), "{help}: {out}");
    }
}

#[test]
fn functions_under_one_contract_are_told_apart() {
    let twice = format!(
        "pub mod twin {{ {} }}\n{ALIKE}",
        ALIKE.replace("mod tests", "mod none")
    );
    let contract = all_failed();
    let project = Project::new(&[("contracts/ask.toml", &contract), ("src/lib.rs", &twice)]);
    let run = project.verify(&[]);
    let said = run
        .stdout
        .matches("no test enters `shop.server_error` of `ask.ask` (`");
    assert_eq!(said.count(), 2, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("::twin::ask`)"), "{}", run.stdout);
}
