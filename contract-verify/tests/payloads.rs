//! Variants whose payload cannot be made out of nothing: another one takes it over, or what
//! is inside becomes another one.

mod support;

use support::Project;

const CONTRACT: &str = r#"
format = 1
[function.add]
error = "AddError"
[function.add.on.domain]
broken = { returns = "Broken" }
full = { returns = "Full" }
[function.wait]
error = "WaitError"
[function.wait.on.domain]
timeout = { returns = "Timeout" }
"#;

fn source(add: &str, wait: &str) -> String {
    format!(
        r#"
use resilience_contract::{{FailureModes, resilience_contract}};

/// Nobody can make one.
#[derive(Debug, PartialEq)]
pub struct Connection(std::num::NonZeroU8);

#[derive(Debug, PartialEq, FailureModes)]
pub enum AddError<C> {{ Broken {{ number: u8, held: C }}, Full {{ held: C, number: u8 }} }}

#[derive(Debug, PartialEq, FailureModes)]
pub enum Phase {{ Create, Wait }}

#[derive(Debug, PartialEq, FailureModes)]
pub enum WaitError {{ Timeout(Phase) }}

#[resilience_contract("pool.add")]
pub fn add(held: Connection, room: bool) -> Result<(), AddError<Connection>> {{
    if held.0.get() == 1 {{ return Err(AddError::Broken {{ held, number: 1 }}); }}
    if !room {{ return Err(AddError::Full {{ held, number: 2 }}); }}
    Ok(())
}}

#[resilience_contract("pool.wait")]
pub fn wait(long: bool) -> Result<(), WaitError> {{
    if long {{ return Err(WaitError::Timeout(Phase::Wait)); }}
    Ok(())
}}

fn connection(number: u8) -> Connection {{
    Connection(std::num::NonZeroU8::new(number).unwrap())
}}

#[test]
fn adding() {{
    assert_eq!(add(connection(2), true), Ok(()));
    let (broken, full) = (add(connection(1), true), add(connection(2), false));
    {add}
}}

#[test]
fn waiting() {{
    assert_eq!(wait(false), Ok(()));
    let late = wait(true);
    {wait}
}}
"#
    )
}

/// The verdicts on the branches, and the mutants of each.
fn verdicts(add: &str, wait: &str) -> Vec<(String, Vec<String>)> {
    let project = Project::new(&[
        ("contracts/pool.toml", CONTRACT),
        ("src/lib.rs", &source(add, wait)),
    ]);
    let run = project.report();
    let report = run.report();
    let functions = report["functions"].as_array().unwrap().iter();
    let branches = functions.flat_map(|function| function["branches"].as_array().unwrap());
    let branches = branches.map(|branch| {
        let mutants = branch["mutants"].as_array().unwrap().iter();
        let changed = mutants.filter(|mutant| mutant["operator"] == "misreport");
        let changed = changed.map(|mutant| format!("{} {}", mutant["to"], mutant["outcome"]));
        let verdict = branch["verdict"].as_str().unwrap().to_owned();
        (verdict, changed.map(|said| said.replace('"', "")).collect())
    });
    branches.collect()
}

fn all(verdict: &str, outcome: &str) -> Vec<(String, Vec<String>)> {
    ["Full", "Broken", "Timeout(another Phase)"]
        .map(|to| (verdict.to_owned(), vec![format!("{to} {outcome}")]))
        .to_vec()
}

#[test]
fn a_test_that_looks_at_the_variant_and_what_is_in_it_proves() {
    let found = verdicts(
        "assert!(matches!(broken, Err(AddError::Broken { .. }))); assert!(matches!(full, Err(AddError::Full { .. })));",
        "assert_eq!(late, Err(WaitError::Timeout(Phase::Wait)));",
    );
    assert_eq!(found, all("proven", "killed"));
}

#[test]
fn a_test_that_looks_at_the_payload_alone_does_not() {
    let found = verdicts(
        "let number = |error| match error { AddError::Broken { number, .. } | AddError::Full { number, .. } => number };\n\
         assert_eq!(number(broken.unwrap_err()), 1); assert_eq!(number(full.unwrap_err()), 2);",
        "assert!(late.is_err());",
    );
    assert_eq!(found, all("entered", "survived"));
    // The same where the payload could be made out of nothing.
    let source = source("", "")
        .replace("held: C, number: u8", "number: u8")
        .replace("number: u8, held: C", "number: u8");
    let source = source
        .replace("enum AddError<C>", "enum AddError")
        .replace("AddError<Connection>", "AddError")
        .replace("{ held, number: 1 }", "{ number: 1 }")
        .replace("{ held, number: 2 }", "{ number: 2 }")
        .replace(
            "let (broken, full) = (add(connection(1), true), add(connection(2), false));",
            "let number = |error| match error { AddError::Broken { number } | AddError::Full { number } => number };\n\
             assert_eq!(number(add(connection(1), true).unwrap_err()), 1);\n\
             assert_eq!(number(add(connection(2), false).unwrap_err()), 2);",
        )
        .replace("let late = wait(true);", "assert!(wait(true).is_err());");
    let project = Project::new(&[("contracts/pool.toml", CONTRACT), ("src/lib.rs", &source)]);
    let run = project.report();
    let proven = &run.report()["summary"]["branches_proven"];
    assert_eq!(*proven, 0, "{}\n{}", run.stdout, run.stderr);
}

#[test]
fn a_test_that_looks_at_neither_does_not() {
    let found = verdicts(
        "assert!(broken.is_err() && full.is_err());",
        "assert!(matches!(late, Err(WaitError::Timeout(_))));",
    );
    assert_eq!(found, all("entered", "survived"));
}

/// Nothing can be moved out of a value with a `Drop`, so neither way is open.
#[test]
fn errors_with_a_drop_of_their_own_compile_and_are_said_not_to_be_mutatable() {
    let tests = (
        "assert!(matches!(broken, Err(AddError::Broken { .. }))); assert!(matches!(full, Err(AddError::Full { .. })));",
        "assert_eq!(late, Err(WaitError::Timeout(Phase::Wait)));",
    );
    let source = source(tests.0, tests.1)
        + "impl<C> Drop for AddError<C> { fn drop(&mut self) {} }
           impl Drop for WaitError { fn drop(&mut self) {} }";
    let project = Project::new(&[("contracts/pool.toml", CONTRACT), ("src/lib.rs", &source)]);
    let run = project.report();
    let report = run.report();
    let functions = report["functions"].as_array().unwrap().iter();
    let branches = functions.flat_map(|function| function["branches"].as_array().unwrap());
    let said: Vec<String> = branches
        .map(|branch| format!("{}, {}", branch["verdict"], branch["reason"]).replace('"', ""))
        .collect();
    assert_eq!(
        said,
        [
            "entered, not mutatable: no other variant of `AddError` can be made; say how on one of them: \
             `#[failure(sample = AddError::Full(…))]`",
            "entered, not mutatable: no other variant of `AddError` can be made; say how on one of them: \
             `#[failure(sample = AddError::Broken(…))]`",
            "entered, not mutatable: `WaitError` has one variant, so that there is no other to take its place and \
             nothing for a test to tell apart",
        ],
        "{}\n{}",
        run.stdout,
        run.stderr
    );
}
