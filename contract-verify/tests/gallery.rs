//! The gallery: eleven stories, broken and mended under one contract each, and what is said of
//! them.

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::{Run, run, target_dir, verifier};

/// Each story's module and contract.
const STORIES: [(&str, &str); 11] = [
    ("silent_catch", "status.of_parcel"),
    ("type_coercion", "signup.register"),
    ("n_plus_one", "report.turnover"),
    ("token_race", "profiles.load"),
    ("empty_log", "invoice.send"),
    ("retried_login", "export.statement"),
    ("partial_refund", "refund.whole_order"),
    ("lying_commit", "transfer.book"),
    ("half_transfer", "halved.transfer"),
    ("false_failure", "denied.transfer"),
    ("double_transfer", "doubled.transfer"),
];

fn gallery() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gallery")
}

fn page() -> String {
    std::fs::read_to_string(gallery().join("README.md")).expect("a page")
}

fn verified(package: &str) -> Run {
    run(verifier(&gallery()).args(["--package", package, "--format", "json", "--quiet"]))
}

fn list<'r>(value: &'r Value, of: &str) -> &'r [Value] {
    value[of].as_array().map_or(&[], Vec::as_slice)
}

fn text<'r>(value: &'r Value, of: &str) -> &'r str {
    value[of].as_str().unwrap_or("–")
}

/// What the report says of a function: each mode, and each thing that is wrong.
fn said(report: &Value, id: &str) -> String {
    let mut said = String::new();
    let function = list(report, "functions").iter().find(|f| f["id"] == id);
    for mode in function.map_or(&[][..], |function| list(function, "modes")) {
        let _written = writeln!(said, "{:8} {}", text(mode, "verdict"), text(mode, "id"));
    }
    for finding in list(report, "findings")
        .iter()
        .filter(|f| f["function"] == id)
    {
        let _written = write!(
            said,
            "\n{} {}\n  help: {}\n",
            text(finding, "code"),
            text(finding, "message"),
            text(finding, "help")
        );
        for step in list(finding, "timeline") {
            // Without times, and what the order by times decides.
            let step = step.as_str().and_then(|step| step.split_once(" ms  "));
            let step = step.map_or("", |(_, step)| step);
            let step = step.split(" (took").next().unwrap_or(step);
            if !step.starts_with("waited") && !step.ends_with("called off") {
                let _written = writeln!(said, "  | {step}");
            }
        }
    }
    said
}

#[test]
fn what_is_mended_is_proven_and_nothing_else_is_said() {
    let run = verified("gallery-mended");
    let report = run.report();
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(list(&report, "findings"), &[] as &[Value]);
    assert_eq!(
        report["summary"]["branches"],
        report["summary"]["branches_proven"]
    );
    let branches = &report["summary"]["branches"];
    assert!(page().contains(&format!("error branches proven: {branches}/{branches}")));
    for (_, id) in STORIES {
        let found = list(&report, "functions").iter().any(|f| f["id"] == id);
        assert!(found, "no function has the contract {id}");
    }
}

#[test]
fn what_is_broken_is_said_to_be_although_its_tests_pass() {
    let run = verified("gallery-broken");
    assert_eq!(run.code, 100, "{}", run.stderr);
    let report = run.report();
    for (story, id) in STORIES.iter().filter(|(story, _)| *story != "silent_catch") {
        let wrong = list(&report, "findings")
            .iter()
            .filter(|f| f["function"] == *id);
        assert!(wrong.count() > 0, "{story} is not found");
        insta::assert_snapshot!(format!("gallery_{story}"), said(&report, id));
    }
}

#[test]
fn the_silent_catch_does_not_compile() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([
            "check",
            "--quiet",
            "--package",
            "gallery-broken",
            "--features",
            "silent_catch",
        ])
        .current_dir(gallery())
        .env("CARGO_TARGET_DIR", target_dir())
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("RUSTFLAGS");
    let run = run(&mut cargo);
    assert_eq!(run.code, 101, "{}", run.stderr);
    insta::assert_snapshot!("gallery_silent_catch", run.stderr);
}

#[test]
fn the_page_names_every_story() {
    let page = page();
    for (story, _) in STORIES {
        assert!(page.contains(&format!("broken/src/{story}.rs")), "{story}");
        assert!(page.contains(&format!("mended/src/{story}.rs")), "{story}");
    }
}
