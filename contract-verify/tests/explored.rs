//! What `explore` injected shows in the report of the verification that follows, for as long
//! as it is about the very same sources, contracts and data.

mod support;

use std::collections::BTreeMap;

use support::Project;

const CONTRACT: &str = r#"
format = 1

[kind.service]
summary = "A service that is called over the network"
mode.timeout = { effect = "maybe", retry = "idempotent", surface = "err" }
mode.down    = { effect = "none", retry = "yes", surface = "err" }

[interface.gateway]
kind = "service"
timeout = "1s"

[interface.sealed]
kind = "service"
timeout = "1s"

[function.order]
error = "OrderError"

[function.order.on.gateway]
timeout = { returns = "Slow" }
down    = { returns = "Down" }

[function.order.on.sealed]
down = { returns = "Sealed" }
"#;

const SOURCE: &str = r#"
use resilience_contract::{FailureModes, external, resilience_contract};

#[derive(Debug, FailureModes)]
pub enum ServiceError { Timeout, Down }

#[derive(Debug, PartialEq, FailureModes)]
pub enum OrderError { Slow, Down, Sealed }

/// An error that nobody can make.
#[derive(Debug)]
pub struct Closed(());

#[resilience_contract("shop.order")]
pub fn order() -> Result<u32, OrderError> {
    match external!(gateway, Ok::<u32, ServiceError>(7)) {
        Err(ServiceError::Timeout) => return Err(OrderError::Slow),
        Err(ServiceError::Down) => return Err(OrderError::Down),
        Ok(_) => {}
    }
    external!(sealed, if std::hint::black_box(false) { Err(Closed(())) } else { Ok(3) })
        .map_err(|Closed(())| OrderError::Sealed)
}

#[test]
fn orders() {
    assert_eq!(order(), Ok(3));
}
"#;

fn shop() -> Project {
    Project::new(&[("contracts/shop.toml", CONTRACT), ("src/lib.rs", SOURCE)])
}

fn explore(project: &Project, arguments: &[&str], code: i32) {
    let mut all = vec!["explore", "--quiet"];
    all.extend(arguments);
    let run = project.verify(&all);
    assert_eq!(run.code, code, "{}\n{}", run.stdout, run.stderr);
}

/// Which modes the report of a verification says were explored.
fn marks(project: &Project) -> BTreeMap<String, bool> {
    let report = project.report().report();
    let modes = report["functions"][0]["modes"].as_array().unwrap().clone();
    let marks = modes.iter().map(|mode| {
        let id = mode["id"].as_str().unwrap().to_owned();
        (id, mode["explored"].as_bool().unwrap())
    });
    marks.collect()
}

fn explored(project: &Project) -> Vec<String> {
    let marks = marks(project).into_iter();
    marks
        .filter(|(_, marked)| *marked)
        .map(|(id, _)| id)
        .collect()
}

#[test]
fn what_was_injected_is_marked_and_nothing_else() {
    let project = shop();
    assert_eq!(explored(&project), [""; 0]);
    explore(&project, &[], 0);
    assert_eq!(explored(&project), ["gateway.down", "gateway.timeout"]);
    assert!(!marks(&project)["sealed.down"], "nobody could make that");

    let shown = project.verify(&["--quiet", "--output", "html=report.html"]);
    let lines: Vec<&str> = shown.stdout.lines().collect();
    let line = |mode: &str| {
        lines
            .iter()
            .find(|line| line.trim_start().starts_with(mode))
    };
    let has = |mode: &str| line(mode).unwrap().contains("explored");
    assert!(has("gateway.timeout") && !has("sealed.down"), "{lines:#?}");
    let page = std::fs::read_to_string(project.path().join("report.html")).unwrap();
    assert_eq!(page.matches("badge\">explored<").count(), 2);
    // The report itself is no file that a test may read.
    let json = project.verify(&[
        "--format",
        "json",
        "--quiet",
        "--output",
        "html=report.html",
    ]);
    assert_eq!(
        json.stdout.matches("\"explored\": true").count(),
        2,
        "{}",
        json.stdout
    );
}

#[test]
fn what_has_changed_since_is_not_marked() {
    let project = shop();
    project.write("tests/data.txt", "one");
    explore(&project, &[], 0);
    let both = ["gateway.down", "gateway.timeout"];
    assert_eq!(explored(&project), both);
    for (path, before, after) in [
        (
            "src/lib.rs",
            SOURCE,
            format!("{SOURCE}\npub fn more() {{}}"),
        ),
        (
            "contracts/shop.toml",
            CONTRACT,
            format!("{CONTRACT}\n# A remark.\n"),
        ),
        ("tests/data.txt", "one", "two".to_owned()),
    ] {
        project.write(path, after);
        assert_eq!(explored(&project), [""; 0], "{path} has changed");
        project.write(path, before);
        assert_eq!(explored(&project), both, "{path} is as it was");
    }
    project.write("tests/more.txt", "a file that a test may find");
    assert_eq!(explored(&project), [""; 0]);
}

#[test]
fn what_the_budget_cut_or_a_person_chose_is_not_marked() {
    let project = shop();
    // Of the time-out there are two runs: with and without the call being made.
    explore(&project, &["--budget", "1"], 103);
    assert_eq!(explored(&project), [""; 0]);
    explore(
        &project,
        &["--only", "orders", "--fault", "gateway#1=down:once"],
        0,
    );
    assert_eq!(explored(&project), [""; 0]);
    explore(&project, &["--budget", "2"], 103);
    assert_eq!(explored(&project), ["gateway.timeout"]);
    // A later one that does less takes nothing away.
    explore(&project, &["--only", "orders"], 0);
    explore(&project, &["--budget", "1"], 103);
    assert_eq!(explored(&project), ["gateway.down", "gateway.timeout"]);
}
