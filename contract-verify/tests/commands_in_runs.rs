//! What a verification run says of contracts by themselves.

mod support;

use support::Project;

const CONTRACT: &str = r#"format = 1

[interface.gateway]
kind = "http"

[function.step]
error = "StepError"

[function.step.on.domain]
nothing = { returns = "Empty" }
"#;

const SOURCE: &str = r#"
use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, PartialEq, FailureModes)]
pub enum StepError { Empty }

#[resilience_contract("walk.step")]
pub fn step(length: u32) -> Result<u32, StepError> {
    if length == 0 { Err(StepError::Empty) } else { Ok(length) }
}

#[test]
fn nothing_is_empty() {
    assert_eq!(step(0), Err(StepError::Empty));
}
"#;

#[test]
fn mistakes_are_drawn_with_the_other_place_that_they_are_about() {
    let contract = CONTRACT.replace(
        "\"Empty\" }",
        "\"Empty\", recovers = \"an empty walk is a walk\" }",
    );
    let project = Project::new(&[("contracts/walk.toml", &contract), ("src/lib.rs", SOURCE)]);
    let run = project.verify(&[]);
    assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("error[RC108]"), "{}", run.stdout);
    assert!(run.stdout.contains("the first way"), "{}", run.stdout);
    assert_eq!(
        run.stdout.matches("error[RC108]").count(),
        1,
        "{}",
        run.stdout
    );
    assert_eq!(project.report().findings("RC108").len(), 1);
}

#[test]
fn warnings_of_contracts_are_findings_of_a_run_too() {
    let project = Project::new(&[("contracts/walk.toml", CONTRACT), ("src/lib.rs", SOURCE)]);
    let run = project.report();
    // An interface that no function uses.
    assert_eq!(
        run.findings("RC140").len(),
        1,
        "{}\n{}",
        run.stdout,
        run.stderr
    );
    assert!(
        run.report()["summary"]["warnings"].as_u64() >= Some(1),
        "{}",
        run.stdout
    );
    let human = project.verify(&[]);
    assert!(human.stdout.contains("warning[RC140]"), "{}", human.stdout);
    assert_eq!(human.code, run.code);
}
