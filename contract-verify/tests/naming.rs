//! What is said of tests that do not name a variant, and of tests that name one which no
//! contract returns.

mod support;

use serde_json::Value;
use support::Project;

const CONTRACT: &str = r#"
format = 1
[error.StepError]
variants = ["Empty", "TooFar", "Stray"]
[function.step]
error = "StepError"
[function.step.on.domain]
nothing = { returns = "Empty" }
too_far = { returns = "TooFar" }
"#;

const SOURCE: &str = r#"
use resilience_contract::{FailureModes, resilience_contract};
#[derive(Debug, PartialEq, FailureModes)]
pub enum StepError { Empty, TooFar, Stray }
#[resilience_contract("walk.step")]
pub fn step(length: u32) -> Result<u32, StepError> {
    if length == 0 { return Err(StepError::Empty); }
    if length > 9 { return Err(StepError::TooFar); }
    Ok(length)
}
/// What callers see.
pub fn status(length: u32) -> u16 {
    match step(length) {
        Ok(_) => 200,
        Err(StepError::Empty) => 400,
        Err(StepError::TooFar | StepError::Stray) => 422,
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    fn expect_empty(length: u32) { assert_eq!(step(length), Err(StepError::Empty)); }
    TESTS
}
"#;

fn report(tests: &str) -> Value {
    report_of(&SOURCE.replace("TESTS", tests))
}

fn report_of(source: &str) -> Value {
    let project = Project::new(&[("contracts/walk.toml", CONTRACT), ("src/lib.rs", source)]);
    let run = project.report();
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    run.report()
}

/// Whether each misreport was noticed although no test names the variant.
fn indirect(report: &Value) -> Vec<(String, bool)> {
    let branches = report["functions"][0]["branches"]
        .as_array()
        .unwrap()
        .iter();
    let mutants = branches.flat_map(|branch| branch["mutants"].as_array().unwrap());
    let mutants = mutants.filter(|mutant| mutant["operator"] == "misreport");
    let mut found: Vec<(String, bool)> = mutants
        .map(|mutant| {
            assert_eq!(mutant["outcome"], "killed");
            let from = mutant["from"].as_str().unwrap().to_owned();
            (from, mutant["indirect"].as_bool().unwrap())
        })
        .collect();
    found.dedup();
    found
}

fn named(empty: bool, too_far: bool) -> [(String, bool); 2] {
    [("Empty".to_owned(), empty), ("TooFar".to_owned(), too_far)]
}

#[test]
fn a_kill_by_what_the_code_made_of_it_is_indirect() {
    let report = report(
        "#[test] fn empty() { expect_empty(0); }\n\
         #[test] fn far() { assert_eq!(status(10), 422); assert_eq!(step(10).unwrap_err() as u8, 1); }",
    );
    assert_eq!(indirect(&report), named(false, true));
}

#[test]
fn where_a_test_names_it_a_kill_is_not_whoever_noticed_first() {
    let report = report(
        "#[test] fn empty() { expect_empty(0); }\n\
         #[test] fn status_far() { assert_eq!(status(10), 422); assert_eq!(step(10).unwrap_err() as u8, 1); }\n\
         #[test] fn far() { assert_eq!(step(10), Err(StepError::TooFar)); }",
    );
    assert_eq!(indirect(&report), named(false, false));
}

fn notes(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let findings = findings.filter(|finding| finding["code"] == "RC516");
    findings
        .map(|finding| {
            format!(
                "{}:{} {}",
                finding["line"], finding["level"], finding["message"]
            )
        })
        .collect()
}

#[test]
fn a_variant_that_no_contract_returns_is_a_note_where_a_test_names_it() {
    let usual = "#[test] fn empty() { expect_empty(0); }\n\
         #[test] fn far() { assert_eq!(step(10), Err(StepError::TooFar)); }";
    assert_eq!(notes(&report(usual)), [] as [&str; 0]);
    let stray =
        format!("{usual}\n#[test] fn never() {{ assert_ne!(step(1), Err(StepError::Stray)); }}");
    let found = notes(&report(&stray));
    assert_eq!(
        found,
        [
            "25:\"note\" \"a test names `StepError::Stray`, which no failure mode of any contract returns\""
        ]
    );
}

#[test]
fn a_variant_of_another_enum_of_that_name_is_nobodys_business() {
    let tests = "#[test] fn empty() { expect_empty(0); }\n\
         #[test] fn far() { assert_eq!(step(10), Err(StepError::TooFar)); }\n\
         #[test] fn other() { use crate::other::StepError; assert_ne!(StepError::Stray, StepError::Lost); }";
    let source = SOURCE.replace("TESTS", tests)
        + "pub mod other { #[derive(Debug, PartialEq)] pub enum StepError { Stray, Lost } }";
    assert_eq!(notes(&report_of(&source)), [] as [&str; 0]);
}
