//! `prompt`, end to end: what an assistant is told of a small package, of its report, and
//! when there is nothing right to tell.

mod support;

use serde_json::{Value, json};
use support::folder::Folder;
use support::{Project, run, verifier};

/// A report with these findings about `payments.charge`.
fn report(findings: &Value) -> String {
    json!({
        "format": 1, "outcome": "failed", "summary": {}, "known": [],
        "functions": [{
            "id": "payments.charge", "package": "sound",
            "modes": [
                {"id": "gateway.timeout", "returns": "Timeout", "verdict": "entered", "required": "proven",
                 "tests": ["tests::times_out"], "mutants": [
                    {"operator": "misreport", "from": "Timeout", "to": "Down", "outcome": "survived"},
                    {"operator": "swallow", "from": "Timeout", "to": null, "outcome": "killed"}]},
                {"id": "gateway.unauthorized", "returns": "Refused", "verdict": "proven", "required": "proven",
                 "tests": ["tests::refused"], "mutants": []},
            ],
            "branches": [{"file": "src/lib.rs", "line": 9, "column": 5, "verdict": "entered",
                "variants": ["Timeout"], "tests": ["tests::times_out"], "mutants": []}],
        }],
        "findings": findings,
    })
    .to_string()
}

fn finding(code: &str, level: &str, mode: Option<&str>, message: &str) -> Value {
    json!({
        "code": code, "level": level, "message": message, "function": "payments.charge", "mode": mode,
        "file": "src/lib.rs", "line": 9, "column": 5, "help": "assert on the variant", "timeline": [],
    })
}

#[test]
fn a_function_that_is_there_is_told_with_its_signature_and_its_enum() {
    let folder = Folder::of("prompted");
    insta::assert_snapshot!(folder.said(&["prompt", "payments.charge"]));
}

#[test]
fn a_function_that_is_not_there_is_told_too_and_in_either_language() {
    let folder = Folder::of("prompted");
    let rust = folder.run(&["prompt", "payments.refund", "--for", "implement"]);
    assert_eq!(rust.code, 0, "{}", rust.stderr);
    assert!(
        rust.stdout.contains("There is no such function yet"),
        "{}",
        rust.stdout
    );
    assert!(!rust.stdout.contains("pub struct"), "{}", rust.stdout);
    let typescript = folder.run(&["prompt", "payments.charge", "--language", "typescript"]);
    assert_eq!(typescript.code, 0, "{}", typescript.stderr);
    assert!(
        typescript.stdout.contains("export class ChargeError"),
        "{}",
        typescript.stdout
    );
    assert!(
        !typescript.stdout.contains("external!"),
        "{}",
        typescript.stdout
    );
}

#[test]
fn the_same_files_give_the_same_prompt_and_json_holds_the_same_text() {
    let folder = Folder::of("prompted");
    for purpose in ["implement", "tests"] {
        let arguments = ["prompt", "payments.charge", "--for", purpose];
        let once = folder.said(&arguments);
        assert_eq!(once, folder.said(&arguments));
        let as_json = folder.run(&[&arguments[..], &["--format", "json"]].concat());
        let document: Value = serde_json::from_str(&as_json.stdout).expect("a document");
        let text = folder.run(&arguments).stdout;
        assert_eq!(document["text"], text.as_str());
        assert_eq!(
            (&document["for"], &document["id"]),
            (&json!(purpose), &json!("payments.charge"))
        );
        let parts = document["sections"].as_array().expect("parts");
        for part in parts {
            assert!(text.contains(&format!("\n## {}\n", part["title"].as_str().unwrap())));
        }
    }
}

#[test]
fn a_repair_tells_each_finding_beside_the_contract_and_the_code() {
    let folder = Folder::of("prompted");
    let findings = json!([
        finding("RC304", "warning", None, "entered at line 9"),
        finding("RC302", "error", Some("gateway.timeout"), "`gateway.timeout` is not proven"),
        finding("RC310", "note", None, "an ignored test"),
        {"code": "RC302", "level": "error", "message": "another function's", "function": "payments.refund",
         "mode": null, "file": "src/lib.rs", "line": 1, "column": 1, "help": null},
    ]);
    folder.write("report.json", &report(&findings));
    let arguments = [
        "prompt",
        "payments.charge",
        "--for",
        "repair",
        "--report",
        "report.json",
    ];
    let said = folder.said(&arguments);
    insta::assert_snapshot!(said);
    assert!(!said.contains("another function's") && !said.contains("an ignored test"));
    assert!(!said.contains("AGAIN"), "nothing was before");
}

#[test]
fn a_finding_that_comes_back_is_marked_however_its_lines_moved() {
    let folder = Folder::of("prompted");
    let moved = |line: u32| {
        let mut finding = finding("RC304", "error", None, &format!("entered at line {line}"));
        finding["line"] = line.into();
        finding
    };
    folder.write("before.json", &report(&json!([moved(7)])));
    let again = |findings: Value| {
        folder.write("report.json", &report(&findings));
        let arguments = [
            "prompt",
            "payments.charge",
            "--for",
            "repair",
            "--report",
            "report.json",
        ];
        let run = folder.run(&[&arguments[..], &["--before", "before.json"]].concat());
        run.stdout.matches("— AGAIN").count()
    };
    assert_eq!(again(json!([moved(9)])), 1);
    assert_eq!(
        again(json!([moved(9), moved(12)])),
        1,
        "there was one of them"
    );
    assert_eq!(
        again(json!([finding(
            "RC303",
            "error",
            None,
            "entered at line 7"
        )])),
        0
    );
    assert_eq!(again(json!([])), 0);
}

#[test]
fn tests_are_asked_for_where_the_report_has_no_proof() {
    let folder = Folder::of("prompted");
    folder.write("report.json", &report(&json!([])));
    let run = folder.run(&[
        "prompt",
        "payments.charge",
        "--for",
        "tests",
        "--report",
        "report.json",
    ]);
    let list = run
        .stdout
        .split("## Tests to write")
        .nth(1)
        .expect("a list");
    let list = list.split("\n## ").next().expect("its end");
    assert!(list.contains("- `gateway.timeout`"), "{list}");
    assert!(!list.contains("- `gateway.unauthorized`"), "{list}");
    let all = folder
        .run(&["prompt", "payments.charge", "--for", "tests"])
        .stdout;
    assert!(all.contains("- `gateway.unauthorized`"), "{all}");
}

#[test]
fn no_path_of_a_report_leads_out_of_the_workspace() {
    let folder = Folder::of("prompted");
    let outside = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(outside.path(), "a secret\n".repeat(12)).expect("a file");
    std::fs::write(folder.path().join("secret.txt"), "no secret\n".repeat(12)).expect("a file");
    let told = |path: &str| {
        let mut finding = finding("RC304", "error", None, "m");
        finding["file"] = path.into();
        folder.write("report.json", &report(&json!([finding])));
        folder
            .run(&[
                "prompt",
                "payments.charge",
                "--for",
                "repair",
                "--report",
                "report.json",
            ])
            .stdout
    };
    assert!(
        told("secret.txt").contains("| no secret"),
        "within it is read"
    );
    let name = outside
        .path()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    for path in [
        outside.path().to_string_lossy().into_owned(),
        format!("../{name}"),
        format!("src/../../{name}"),
    ] {
        assert!(!told(&path).contains("a secret"), "{path}");
    }
}

#[test]
fn what_cannot_be_told_is_said() {
    let folder = Folder::of("prompted");
    let mut said = String::new();
    for arguments in [
        &["prompt", "payments.chrage"][..],
        &["prompt", "orders.list"],
        &["prompt", "charge"],
        &["prompt", "settle"],
        &["prompt", "payments.charge", "--for", "repair"],
        &[
            "prompt",
            "payments.charge",
            "--for",
            "repair",
            "--language",
            "typescript",
        ],
        &["prompt", "payments.charge", "--report", "x.json"],
        &[
            "prompt",
            "payments.charge",
            "--for",
            "repair",
            "--report",
            "lost.json",
        ],
        &[
            "prompt",
            "payments.charge",
            "--for",
            "repair",
            "--report",
            "Cargo.toml",
        ],
    ] {
        said = format!(
            "{said}{}\n{}\n",
            arguments.join(" "),
            folder.said(arguments)
        );
    }
    insta::assert_snapshot!(said);
    folder.write(
        "contracts/payments.toml",
        "format = 1\n[function.charge]\nnonsense = 1\n",
    );
    let run = folder.run(&["prompt", "payments.charge"]);
    assert!(
        run.code == 100 && run.stdout.contains("mend them first"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_repair_without_a_report_is_about_the_last_run_and_knows_the_one_before() {
    let contract = "format = 1\n[function.step]\nerror = \"StepError\"\n\
                    [function.step.on.domain]\nnothing = { returns = \"Empty\" }\n";
    let broken = format!("{contract}nothing_else = {{}}\n");
    let project = Project::new(&[("src/lib.rs", "")]);
    let run_in = |arguments: &[&str]| {
        let mut command = verifier(project.path());
        run(command
            .args(arguments)
            .env("CARGO_TARGET_DIR", project.path().join("target")))
    };
    let verify_broken = || {
        project.write("contracts/walk.toml", &broken);
        let run = run_in(&["--quiet"]);
        assert_eq!(run.code, 100, "{}{}", run.stdout, run.stderr);
        project.write("contracts/walk.toml", contract);
        run_in(&["prompt", "walk.step", "--for", "repair"]).stdout
    };
    let first = verify_broken();
    assert!(
        first.contains("### 1. RC108 (error) at `contracts/walk.toml:6:"),
        "{first}"
    );
    assert!(!first.contains("AGAIN"), "{first}");
    let second = verify_broken();
    assert!(second.contains("— AGAIN"), "{second}");
    // A run that built elsewhere has its report there.
    project.write("contracts/walk.toml", &broken);
    let run = run_in(&["--quiet", "--target-dir", "elsewhere"]);
    assert_eq!(run.code, 100, "{}{}", run.stdout, run.stderr);
    project.write("contracts/walk.toml", contract);
    let there = run_in(&[
        "prompt",
        "walk.step",
        "--for",
        "repair",
        "--target-dir",
        "elsewhere",
    ]);
    assert!(
        there.stdout.contains("### 1. RC108") && !there.stdout.contains("AGAIN"),
        "{}",
        there.stdout
    );
    let nowhere = run_in(&[
        "prompt",
        "walk.step",
        "--for",
        "repair",
        "--target-dir",
        "nowhere",
    ]);
    assert!(
        nowhere.code == 2 && nowhere.stderr.contains("no report"),
        "{}",
        nowhere.stderr
    );
}
