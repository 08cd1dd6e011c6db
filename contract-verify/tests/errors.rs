//! What keeps a run from a verdict: each has its own message and exit code.

mod support;

use support::{Project, run, verifier};

const CONTRACT: &str = r#"
format = 1

[function.step]
error = "StepError"

[function.step.on.domain]
nothing = { returns = "Empty" }
too_far = { returns = "TooFar" }
"#;

const SOURCE: &str = r#"
use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, PartialEq, FailureModes)]
pub enum StepError { Empty, TooFar }

#[resilience_contract("walk.step")]
pub fn step(length: u32) -> Result<u32, StepError> {
    if length == 0 {
        return Err(StepError::Empty);
    }
    if length > 9 { Err(StepError::TooFar) } else { Ok(length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_empty() {
        assert_eq!(step(0), Err(StepError::Empty));
    }

    #[test]
    fn ten_is_too_far() {
        assert_eq!(step(10), Err(StepError::TooFar));
    }
}
"#;

fn project() -> Project {
    Project::new(&[("contracts/walk.toml", CONTRACT), ("src/lib.rs", SOURCE)])
}

#[test]
fn a_project_whose_failures_are_tested_passes() {
    let run = project().verify(&[]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("error branches proven: 2/2"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("error["), "{}", run.stdout);
}

#[test]
fn an_assertion_that_looks_at_no_variant_leaves_its_branch_unproven() {
    let project = project();
    let weak = SOURCE.replace(
        "assert_eq!(step(0), Err(StepError::Empty));",
        "assert!(step(0).is_err());",
    );
    project.write("src/lib.rs", weak);
    let run = project.verify(&[]);
    assert_eq!(run.code, 100, "{}", run.stderr);
    assert!(run.stdout.contains("error[RC304]"), "{}", run.stdout);
    assert!(run.stdout.contains("src/lib.rs:10:9"), "{}", run.stdout);
    assert!(
        run.stdout.contains("entered by `tests::nothing_is_empty`"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("error branches proven: 1/2; 1 error"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_test_that_passes_when_the_error_is_gone_proves_nothing() {
    let project = project();
    let lenient = SOURCE.replace(
        "assert_eq!(step(0), Err(StepError::Empty));",
        "if let Err(error) = step(0) { assert_eq!(error, StepError::Empty); }",
    );
    project.write("src/lib.rs", lenient);
    let run = project.verify(&[]);
    assert_eq!(run.code, 100, "{}", run.stderr);
    assert!(
        run.stdout.contains("`Empty` was replaced by an `Ok`"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_branch_without_a_test_is_missing() {
    let project = project();
    let untested = SOURCE.replace(
        "assert_eq!(step(10), Err(StepError::TooFar));",
        "assert_eq!(step(9), Ok(9));",
    );
    project.write("src/lib.rs", untested);
    let run = project.report();
    assert_eq!(run.code, 100, "{}", run.stderr);
    assert_eq!(run.findings("RC303").len(), 1);
    assert_eq!(
        run.findings("RC301"),
        ["no test enters `domain.too_far` of `walk.step`"]
    );
}

#[test]
fn a_function_that_no_test_calls_is_listed_with_its_branches() {
    let project = project();
    let source = SOURCE.split("#[cfg(test)]").next().unwrap().to_owned() + "#[test] fn other() {}";
    project.write("src/lib.rs", source);
    let run = project.report();
    let report = run.report();
    assert_eq!(report["summary"]["branches"], 2);
    assert_eq!(report["summary"]["branches_entered"], 0);
    assert_eq!(report["summary"]["missing"], 2);
}

#[test]
fn a_contract_that_is_no_toml_is_shown_where_it_is_wrong() {
    let project = project();
    project.write(
        "contracts/walk.toml",
        "format = 1\n[function.step\nerror = 3\n",
    );
    let run = project.verify(&[]);
    assert_eq!(run.code, 100, "{}", run.stderr);
    assert!(
        run.stdout.contains("contracts/walk.toml:2"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_contract_that_is_no_text_cannot_be_read() {
    let project = project();
    project.write("contracts/walk.toml", [0xff, 0xfe, 0x00]);
    let run = project.verify(&[]);
    assert_eq!(run.code, 96, "{}", run.stderr);
    assert!(run.stderr.contains("walk.toml"), "{}", run.stderr);
}

#[test]
fn a_contract_that_is_missing_stops_the_build_and_is_named() {
    let project = Project::new(&[
        ("contracts/other.toml", "format = 1\n"),
        ("src/lib.rs", SOURCE),
    ]);
    let run = project.verify(&[]);
    assert_eq!(run.code, 101, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("there is no contract at contracts/walk.toml"),
        "{}",
        run.stderr
    );
}

#[test]
fn an_id_that_the_contract_does_not_hold_stops_the_build_and_is_named() {
    let project = project();
    project.write(
        "src/lib.rs",
        SOURCE.replace("\"walk.step\"", "\"walk.stpe\""),
    );
    let run = project.verify(&[]);
    assert_eq!(run.code, 101, "{}", run.stderr);
    assert!(
        run.stderr.contains("did you mean `step`?"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_contract_that_no_function_carries_is_found() {
    let project = project();
    let more = format!(
        "{CONTRACT}\n[function.jump]\nerror = \"StepError\"\n[function.jump.on.domain]\nnothing = {{ returns = \"Empty\" }}\n"
    );
    project.write("contracts/walk.toml", more);
    let run = project.report();
    assert_eq!(run.code, 100, "{}", run.stderr);
    assert_eq!(run.findings("RC501").len(), 1, "{}", run.stdout);
    assert!(run.findings("RC501")[0].contains("`walk.jump`"));
}

#[test]
fn code_that_does_not_compile_is_a_failed_build() {
    let project = project();
    project.write(
        "src/lib.rs",
        format!("{SOURCE}\nfn broken() -> u32 {{ \"\" }}"),
    );
    let run = project.verify(&[]);
    assert_eq!(run.code, 101, "{}", run.stderr);
    assert!(run.stderr.contains("mismatched types"), "{}", run.stderr);
    assert!(
        run.stderr.contains("failed to build the tests"),
        "{}",
        run.stderr
    );
}

#[test]
fn tests_that_fail_by_themselves_are_not_trusted() {
    let project = project();
    project.write(
        "src/lib.rs",
        SOURCE.replace("Err(StepError::Empty));", "Ok(0));"),
    );
    let run = project.verify(&[]);
    assert_eq!(run.code, 102, "{}", run.stderr);
    assert!(run.stdout.contains("error[RC320]"), "{}", run.stdout);
    assert!(run.stdout.contains("INCOMPLETE"), "{}", run.stdout);
    assert!(run.stderr.contains("nothing_is_empty"), "{}", run.stderr);
}

#[test]
fn a_test_that_passes_only_the_first_time_is_named_and_distrusted() {
    let project = project();
    let flaky = SOURCE.replace(
        "fn nothing_is_empty() {",
        "fn nothing_is_empty() {
            let runs = std::path::Path::new(env!(\"CARGO_MANIFEST_DIR\")).join(\"runs\");
            let before = std::fs::read_to_string(&runs).unwrap_or_default();
            std::fs::write(&runs, format!(\"{before}x\")).unwrap();
            assert!(before.is_empty() || std::env::var_os(\"RESILIENCE_CONTRACT_MUTANT\").is_some());",
    );
    project.write("src/lib.rs", flaky);
    let run = project.report();
    assert_eq!(run.code, 102, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.findings("RC321").len(), 1, "{}", run.stdout);
    assert_eq!(run.report()["summary"]["branches_proven"], 1);
}

#[test]
fn a_test_that_crashes_on_the_mutant_proves_nothing() {
    let project = project();
    let crashing = SOURCE.replace(
        "assert_eq!(step(0), Err(StepError::Empty));",
        "if step(0) != Err(StepError::Empty) { std::process::abort() }",
    );
    project.write("src/lib.rs", crashing);
    let run = project.report();
    assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
    let findings = run.findings("RC306");
    assert_eq!(findings.len(), 1, "{}", run.stdout);
    assert!(findings[0].contains("crashed"), "{findings:?}");
}

#[test]
fn an_error_that_leaves_through_a_macro_is_not_held_against_another_place() {
    let project = project();
    let hidden = SOURCE
        .replace("return Err(StepError::Empty);", "refuse!();")
        .replace(
            "#[derive",
            "macro_rules! refuse { () => { return Err(StepError::Empty) } }\n#[derive",
        );
    project.write("src/lib.rs", hidden);
    let run = project.report();
    assert_eq!(run.findings("RC307").len(), 1, "{}", run.stdout);
    assert!(
        run.findings("RC307")[0].contains("`Empty`"),
        "{}",
        run.stdout
    );
}

#[test]
fn two_modes_with_one_variant_are_not_guessed_apart() {
    let project = project();
    project.write(
        "contracts/walk.toml",
        CONTRACT.replace(
            "[function.step.on.domain]",
            "[function.step.on.domain]\nnaught = { returns = \"Empty\" }",
        ),
    );
    let run = project.report();
    let alike = run.findings("RC308");
    assert_eq!(alike.len(), 2, "{}", run.stdout);
    assert!(
        alike[0].contains("`domain.naught`") && alike[1].contains("`domain.nothing`"),
        "{alike:?}"
    );
}

#[test]
fn without_the_dependency_there_is_nothing_to_verify() {
    let project = Project::new(&[("src/lib.rs", "")]);
    project.write(
        "Cargo.toml",
        "[package]\nname = \"bare\"\nedition = \"2024\"\n[workspace]\n",
    );
    let run = project.verify(&[]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(
        run.stderr.contains("cargo add resilience-contract"),
        "{}",
        run.stderr
    );
}

#[test]
fn without_contracts_there_is_nothing_to_verify() {
    let run = Project::new(&[("src/lib.rs", "#[test] fn t() {}")]).verify(&[]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("contracts/NAME.toml"), "{}", run.stderr);
    // Nobody waits for a build to hear that.
    assert!(!run.stderr.contains("Finished"), "{}", run.stderr);
}

#[test]
fn without_tests_there_is_nothing_to_verify() {
    let source = SOURCE.split("#[cfg(test)]").next().unwrap().to_owned();
    let run =
        Project::new(&[("contracts/walk.toml", CONTRACT), ("src/lib.rs", &source)]).verify(&[]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("no tests"), "{}", run.stderr);
}

#[test]
fn a_package_that_is_not_there_is_named() {
    let run = project().verify(&["-p", "nobody"]);
    assert_eq!(run.code, 101, "{}", run.stderr);
    assert!(run.stderr.contains("`nobody`"), "{}", run.stderr);
}

#[test]
fn outside_of_a_workspace_cargo_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(&mut verifier(folder.path()));
    assert_eq!(run.code, 101, "{}", run.stderr);
    assert!(run.stderr.contains("Cargo.toml"), "{}", run.stderr);
}

#[test]
fn an_unknown_option_is_a_matter_of_usage() {
    let run = project().verify(&["--fromat", "json"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("--format"), "{}", run.stderr);
}

#[test]
fn the_tests_pass_with_probes_and_without_the_verifier() {
    let project = project();
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo
        .args(["test", "--quiet", "--features", "resilience-contract/probe"])
        .current_dir(project.path())
        .env("CARGO_TARGET_DIR", support::target_dir());
    let run = run(&mut cargo);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
}

/// A project with a test that says where it is and then hangs.
#[cfg(unix)]
fn hanging(note: &std::path::Path) -> Project {
    let hanging = SOURCE.replace(
        "fn nothing_is_empty() {",
        &format!(
            "fn nothing_is_empty() {{
                std::fs::write({note:?}, std::process::id().to_string()).unwrap();
                std::thread::sleep(std::time::Duration::from_secs(600));"
        ),
    );
    Project::new(&[("contracts/walk.toml", CONTRACT), ("src/lib.rs", &hanging)])
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_tests_too_and_leaves_the_next_run_a_clean_start() {
    let notes = tempfile::tempdir().unwrap();
    let note = notes.path().join("pid");
    let project = hanging(&note);
    let mut child = verifier(project.path()).spawn().unwrap();
    let test = loop {
        match std::fs::read_to_string(&note) {
            Ok(pid) if !pid.is_empty() => break pid,
            _ => std::thread::sleep(std::time::Duration::from_millis(20)),
        }
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before the test began"
        );
    };
    let kill = |arguments: &[&str]| {
        std::process::Command::new("kill")
            .args(arguments)
            .output()
            .unwrap()
    };
    assert!(kill(&["-INT", &child.id().to_string()]).status.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let gone = |pid: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        !kill(&["-0", pid]).status.success() || stat.is_ok_and(|stat| stat.contains(") Z"))
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !gone(&test) && std::time::Instant::now() < deadline {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(gone(&test), "the test goes on");
    project.write("src/lib.rs", SOURCE);
    let run = project.verify(&[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let left = std::fs::read_dir(support::target_dir().join("verify-contracts")).unwrap();
    let runs = left.filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with("run-")
    });
    // Another test of this binary may be at it right now.
    assert!(runs.count() <= 1);
}
