//! Tests that panic, hang, abort, exit or leave something behind must not spoil
//! what the others show.

mod support;

use serde_json::Value;
use support::{Run, fixture, run, verifier};

/// Runs the verifier on the fixture `awkward`, with one kind of trouble.
fn awkward(trouble: Option<&str>, arguments: &[&str]) -> Run {
    let mut command = verifier(&fixture("awkward"));
    command
        .args(["--format", "json", "--quiet"])
        .args(arguments);
    if let Some(trouble) = trouble {
        command.env(trouble, "1");
    }
    run(&mut command)
}

/// The verdicts of the three branches.
fn verdicts(report: &Value) -> Vec<&str> {
    let branches = report["functions"][0]["branches"].as_array().unwrap();
    branches
        .iter()
        .filter_map(|branch| branch["verdict"].as_str())
        .collect()
}

/// A test that fails by itself: everything that the others entered is still known.
fn only_this_one_is_distrusted(run: &Run, test: &str, how: &str) {
    assert_eq!(run.code, 102, "{}\n{}", run.stdout, run.stderr);
    let report = run.report();
    assert_eq!(report["outcome"], "incomplete");
    let findings = run.findings("RC320");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].contains(test) && findings[0].contains(how),
        "{findings:?}"
    );
    assert_eq!(verdicts(&report), ["entered"; 3]);
    let tests = report["functions"][0]["branches"][0]["tests"]
        .as_array()
        .unwrap();
    assert!(!tests.iter().any(|entering| entering == test), "{tests:?}");
    assert!(tests.len() > 3, "{tests:?}");
}

#[test]
fn without_trouble_every_branch_is_proven() {
    let run = awkward(None, &[]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(verdicts(&run.report()), ["proven"; 3]);
}

#[test]
fn what_a_program_under_test_does_counts_for_the_test_that_started_it() {
    let run = awkward(None, &[]);
    let report = run.report();
    let unknown = &report["functions"][0]["branches"][1];
    let tests = unknown["tests"].as_array().unwrap();
    assert!(
        tests
            .iter()
            .any(|test| test.as_str().unwrap().starts_with("binary::")),
        "{tests:?}"
    );
    let mutants = unknown["mutants"].as_array().unwrap();
    assert!(
        mutants
            .iter()
            .all(|m| m["test"].as_str().unwrap().starts_with("binary::")),
        "{mutants:?}"
    );
}

#[test]
fn ignored_tests_own_harnesses_and_should_panic_are_named() {
    let run = awkward(None, &[]);
    for (code, name) in [
        ("RC310", "ignored"),
        ("RC311", "free_text"),
        ("RC312", "panic"),
    ] {
        let findings = run.findings(code);
        assert_eq!(findings.len(), 1, "{code}: {findings:?}");
        assert!(findings[0].contains(name), "{code}: {findings:?}");
    }
}

#[test]
fn a_test_that_fails_is_named_and_its_evidence_is_not_used() {
    only_this_one_is_distrusted(
        &awkward(Some("AWKWARD_PANIC"), &[]),
        "trouble::panics",
        "fails",
    );
}

#[test]
fn a_test_that_hangs_is_ended_and_named() {
    // The other tests have to end within it, on a busy machine too.
    let run = awkward(Some("AWKWARD_HANG"), &["--test-timeout", "10"]);
    only_this_one_is_distrusted(&run, "trouble::hangs", "hangs");
}

#[test]
fn a_test_that_aborts_is_named() {
    only_this_one_is_distrusted(
        &awkward(Some("AWKWARD_ABORT"), &[]),
        "trouble::aborts",
        "crashes",
    );
}

#[test]
fn a_test_that_exits_with_success_before_its_end_has_not_passed() {
    only_this_one_is_distrusted(
        &awkward(Some("AWKWARD_EXIT"), &[]),
        "trouble::exits",
        "crashes",
    );
}

#[test]
fn a_child_that_holds_the_output_open_delays_nothing() {
    // The child holds on for an hour: a run that waited for it would be one that hangs.
    let run = awkward(Some("AWKWARD_LEAK"), &["--test-timeout", "60"]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
}
