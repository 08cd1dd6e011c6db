//! What `.config/verify-contracts.toml` changes about a run.

mod support;

use support::{Project, Run, WALK, walk};

const SOURCE: &str = walk!(
    r#"
#[test] fn empty() { assert!(step(0).is_err()); }
#[test] fn far() { assert_eq!(step(10), Err(StepError::TooFar)); }
"#
);

fn project(policy: &str) -> Project {
    Project::new(&[
        ("contracts/walk.toml", WALK),
        ("src/lib.rs", SOURCE),
        (".config/verify-contracts.toml", policy),
    ])
}

fn verified(policy: &str) -> Run {
    project(policy).verify(&[])
}

#[test]
fn an_empty_policy_demands_proof() {
    let run = verified("");
    assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("error[RC304]"), "{}", run.stdout);
}

#[test]
fn a_tier_can_demand_less() {
    let run = verified("[tier.standard]\nrequire = \"entered\"\n");
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("warning[RC304]"), "{}", run.stdout);
    assert!(
        run.stdout.contains("error branches proven: 1/2"),
        "{}",
        run.stdout
    );
}

#[test]
fn an_allowed_finding_does_not_fail_the_run_and_is_not_counted_as_proven() {
    let run = verified(
        "[[allow]]\ncode = \"RC304\"\nfunction = \"walk.step\"\nreason = \"the walker is replaced next month\"\n",
    );
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("error branches proven: 1/2"),
        "{}",
        run.stdout
    );
}

#[test]
fn an_allowance_of_the_past_fails_the_run() {
    let run = verified(
        "[[allow]]\ncode = \"RC304\"\nreason = \"the walker is replaced next month\"\nexpires = 2020-01-31\n",
    );
    assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("error[RC511]"), "{}", run.stdout);
    assert!(
        run.stdout.contains(".config/verify-contracts.toml:2:8"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_policy_with_mistakes_is_refused_with_all_of_them() {
    let run = verified("[tier.critcal]\nrequire = \"proven\"\n[level]\nRC999 = \"error\"\n");
    assert_eq!(run.code, 96, "{}\n{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains("did you mean `critical`?"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("RC999"), "{}", run.stderr);
}

/// The crate is named after the running test.
fn demanding(function: &str) -> String {
    format!("[level]\nRC304 = \"warning\"\n[require]\nfunctions = [\"*::{function}\"]\n")
}

#[test]
fn a_function_that_must_have_a_contract_and_has_none_fails_the_run_and_the_check() {
    let project = project(&demanding("**"));
    project.write(
        "src/jump.rs",
        "pub fn jump() -> Result<(), u8> { Ok(()) }\n",
    );
    project.write("src/lib.rs", format!("pub mod jump;\n{SOURCE}"));
    for command in [&[][..], &["check"]] {
        let run = project.verify(command);
        assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("error[RC508]"), "{}", run.stdout);
        assert!(run.stdout.contains("src/jump.rs:1:8"), "{}", run.stdout);
        assert!(
            run.stdout.contains("::jump::jump` must have"),
            "{}",
            run.stdout
        );
        assert_eq!(
            run.stdout.matches("error[RC508]").count(),
            1,
            "{}",
            run.stdout
        );
    }
}

#[test]
fn functions_that_have_their_contract_or_that_nobody_demands_one_of_pass() {
    let project = project(&demanding("step"));
    project.write(
        "src/lib.rs",
        format!("{SOURCE}\npub fn jump() -> Result<(), u8> {{ Ok(()) }}\n"),
    );
    for command in [&[][..], &["check"]] {
        let run = project.verify(command);
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
        assert!(!run.stdout.contains("RC5"), "{}", run.stdout);
    }
}

#[test]
fn a_demand_that_is_that_of_no_function_is_said() {
    let run = verified(&demanding("stpe"));
    assert!(run.stdout.contains("warning[RC513]"), "{}", run.stdout);
    assert!(
        run.stdout.contains(".config/verify-contracts.toml:4:14"),
        "{}",
        run.stdout
    );
}

const KNOWN: &str = "baseline = \"known.toml\"\n";

#[test]
fn a_baseline_lets_a_project_begin_and_new_findings_fail() {
    let project = project(KNOWN);
    let missing = project.verify(&[]);
    assert_eq!(missing.code, 2, "{}\n{}", missing.stdout, missing.stderr);
    assert!(
        missing.stderr.contains("--write-baseline"),
        "{}",
        missing.stderr
    );

    let written = project.verify(&["--write-baseline"]);
    assert_eq!(written.code, 0, "{}\n{}", written.stdout, written.stderr);
    assert!(
        written.stdout.contains("proven: 1/2; 1 known"),
        "{}",
        written.stdout
    );
    let known = std::fs::read_to_string(project.path().join("known.toml")).unwrap();
    assert!(known.contains("code = \"RC304\""), "{known}");

    // Lines move, and one finding more comes along.
    let more = SOURCE.replace(
        "Ok(length)",
        "if length == 7 { return Err(StepError::TooFar); } Ok(length)",
    );
    project.write("src/lib.rs", format!("\n\n{more}"));
    let run = project.report();
    assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.findings("RC303").len(), 1, "{}", run.stdout);
    assert_eq!(run.findings("RC304").len(), 0, "{}", run.stdout);
    assert_eq!(run.report()["known"][0]["code"], "RC304");
    assert_eq!(run.report()["known"][0]["line"], 9);
}

#[test]
fn what_the_baseline_knows_and_nobody_finds_any_more_is_said() {
    let project = project(KNOWN);
    project.verify(&["--write-baseline"]);
    project.write(
        "src/lib.rs",
        SOURCE.replace("is_err()", "is_err_and(|e| e == StepError::Empty)"),
    );
    let run = project.verify(&[]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("warning[RC514]"), "{}", run.stdout);
    assert!(run.stdout.contains("known.toml:5"), "{}", run.stdout);
    assert!(run.stdout.contains("proven: 2/2"), "{}", run.stdout);
}

#[test]
fn a_baseline_is_not_written_from_tests_that_fail() {
    let project = project("");
    project.write(
        "src/lib.rs",
        format!("{SOURCE}\n#[test] fn fails() {{ panic!() }}\n"),
    );
    let path = project.path().join("known.toml");
    let run = project.verify(&["--baseline", "known.toml", "--write-baseline"]);
    assert_eq!(run.code, 102, "{}\n{}", run.stdout, run.stderr);
    assert!(!path.exists());
    let nowhere = project.verify(&["--write-baseline"]);
    assert_eq!(nowhere.code, 2, "{}\n{}", nowhere.stdout, nowhere.stderr);
}

#[test]
fn a_baseline_with_mistakes_is_refused() {
    let project = project(KNOWN);
    project.write("known.toml", "format = 1\n[[known]]\ncod = \"RC304\"\n");
    let run = project.verify(&[]);
    assert_eq!(run.code, 96, "{}\n{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains("known.toml:3: there is no key `cod`"),
        "{}",
        run.stderr
    );
}
