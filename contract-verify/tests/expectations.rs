//! What tests expect stays what it was, whatever was broken on purpose.

mod support;

use std::path::Path;

use serde_json::Value;
use support::{Project, Run, WALK, run, verifier, walk};

const SOURCE: &str = walk!(
    r#"
#[cfg(test)]
mod tests {
    use super::*;
    #[test] fn empty() { insta::assert_debug_snapshot!(step(0), @"
    Err(
        Empty,
    )
    "); }
    #[test] fn far() { insta::assert_debug_snapshot!("far", step(10)); }
    /// As proptest does.
    #[test] fn seeds() {
        let result = step(0);
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions");
        if result != Err(StepError::Empty) && std::env::var_os("PROPTEST_DISABLE_FAILURE_PERSISTENCE").is_none() {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(format!("{folder}/lib.txt"), "cc 00").unwrap();
        }
        assert_eq!(result, Err(StepError::Empty));
    }
}
"#
);

const SNAPSHOT: &str = "---\nsource: src/lib.rs\nexpression: step(10)\n---\nErr(\n    TooFar,\n)\n";

/// Where insta looks for the snapshot of `far`: the package is named after the test.
fn snapshot() -> String {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or_default();
    format!("src/snapshots/{name}__tests__far.snap")
}

fn project() -> Project {
    let files = [
        ("contracts/walk.toml", WALK),
        ("src/lib.rs", SOURCE),
        (&*snapshot(), SNAPSHOT),
    ];
    let project = Project::depending("insta = \"1\"\n", &files);
    // The insta that this workspace has, so that nothing is fetched.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    project.write("Cargo.lock", std::fs::read(lock).unwrap());
    project
}

/// Every file below a folder, with its content, but for what cargo writes.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if !path.ends_with("Cargo.lock") {
                let name = path.to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn verified(project: &Project, variables: &[(&str, &str)]) -> Run {
    let mut command = verifier(project.path());
    command
        .args(["--format", "json", "--quiet"])
        .env_remove("CI")
        .env_remove("INSTA_UPDATE")
        .envs(variables.iter().copied());
    run(&mut command)
}

fn verdicts(report: &Value) -> Vec<&str> {
    let branches = report["functions"][0]["branches"].as_array().unwrap();
    branches
        .iter()
        .filter_map(|branch| branch["verdict"].as_str())
        .collect()
}

#[test]
fn what_a_mutant_changes_is_written_down_nowhere() {
    let project = project();
    let before = sources(project.path());
    let run = verified(&project, &[]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(verdicts(&run.report()), ["proven"; 2]);
    assert_eq!(sources(project.path()), before);
}

#[test]
fn a_test_that_would_accept_anything_is_held_to_what_it_expects() {
    let project = project();
    let before = sources(project.path());
    let run = verified(&project, &[("INSTA_UPDATE", "always")]);
    assert_eq!(verdicts(&run.report()), ["proven"; 2], "{}", run.stderr);
    assert_eq!(sources(project.path()), before);
}

#[test]
fn a_snapshot_of_something_else_fails_its_test_whatever_the_environment_says() {
    let project = project();
    project.write(&snapshot(), SNAPSHOT.replace("TooFar", "Empty"));
    let run = verified(&project, &[("INSTA_UPDATE", "always")]);
    assert_eq!(run.code, 102, "{}\n{}", run.stdout, run.stderr);
    assert!(run.findings("RC320")[0].contains("tests::far"));
    assert_eq!(verdicts(&run.report()), ["entered", "missing"]);
}
