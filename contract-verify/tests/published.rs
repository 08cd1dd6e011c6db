//! What is published about the forms of reports holds for real ones: the report's own
//! schema, and that of SARIF 2.1.0.
//!
//! `sarif-schema-2.1.0.json` is the one of the OASIS technical committee, unchanged.

mod support;

use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};
use support::{Project, fixture, run, verifier};

static REPORT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../report.schema.json")).unwrap());

static SARIF: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("sarif-schema-2.1.0.json");
    let mut schema: Value = serde_json::from_str(text).unwrap();
    // A pattern with a bracket too many, which a strict reader refuses. Our reports name no
    // language.
    for part in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][part]["properties"]["language"];
        let pattern = language.as_object_mut().unwrap().remove("pattern");
        assert!(pattern.is_some(), "{part}");
    }
    schema
});

fn validator(schema: &Value) -> Validator {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(schema).unwrap()
}

/// The schema with every object closed: what a real report holds must be in it.
fn closed(schema: &Value) -> Value {
    let mut schema = schema.clone();
    close(&mut schema);
    schema
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.contains_key("properties") {
                fields.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn obeys(schema: &Value, document: &Value) {
    let validator = validator(schema);
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Runs the verifier and gives its report and the same as SARIF.
fn verified(folder: &Path) -> (Value, Value) {
    let outputs = tempfile::tempdir().unwrap();
    let sarif = outputs.path().join("report.sarif");
    let mut command = verifier(folder);
    command.args(["--format", "json", "--quiet", "--output"]);
    command.arg(format!("sarif={}", sarif.display()));
    let run = run(&mut command);
    let sarif = std::fs::read_to_string(&sarif)
        .unwrap_or_else(|error| panic!("{error}\n{}\n{}", run.stdout, run.stderr));
    (run.report(), serde_json::from_str(&sarif).unwrap())
}

fn obey(folder: &Path) -> Value {
    let (report, sarif) = verified(folder);
    obeys(&closed(&REPORT), &report);
    obeys(&SARIF, &sarif);
    report
}

#[test]
fn reports_of_the_fixture_of_many_branches_obey() {
    let report = obey(&fixture("branches"));
    // Something of everything, or this would show little.
    for part in ["functions", "findings"] {
        assert!(!report[part].as_array().unwrap().is_empty(), "{part}");
    }
    let verdicts = report["functions"].to_string();
    for verdict in ["missing", "entered", "proven"] {
        assert!(verdicts.contains(&format!("\"{verdict}\"")), "{verdict}");
    }
}

#[test]
fn reports_of_the_awkward_fixture_obey() {
    obey(&fixture("awkward"));
}

#[test]
fn reports_about_contracts_that_cannot_be_worked_with_obey() {
    let contract = "format = 1\n[function.f]\nerror = \"E\"\nnonsense = 1\n";
    let files = [("contracts/ü x.toml", contract), ("src/lib.rs", "")];
    let report = obey(Project::new(&files).path());
    assert_eq!(report["outcome"], "failed");
}

#[test]
fn explorations_obey_their_own_schema() {
    let schema = include_str!("../explore.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let folder = fixture("chaos-lab");
    let budget = ["explore", "--budget", "150", "--format", "json", "--quiet"];
    let explored = run(verifier(&folder).args(budget)).report();
    for part in ["functions", "findings", "cut"] {
        assert!(!explored[part].as_array().unwrap().is_empty(), "{part}");
    }
    obeys(&closed(&schema), &explored);
    let mut other = explored;
    other["findings"][0]["reproduce"] = json!(null);
    assert!(!validator(&schema).is_valid(&other));
    let printed = run(verifier(&folder).args(["schema", "--explore"]));
    let printed: Value = serde_json::from_str(&printed.stdout).unwrap();
    assert_eq!(printed, schema);
}

#[test]
fn the_published_schema_refuses_what_is_no_report() {
    let (report, _) = verified(&fixture("awkward"));
    let refuses = |change: &dyn Fn(&mut Value)| {
        let mut report = report.clone();
        change(&mut report);
        !validator(&REPORT).is_valid(&report)
    };
    assert!(!refuses(&|_| {}));
    assert!(refuses(&|report| report["format"] = json!(2)));
    assert!(refuses(&|report| report["outcome"] = json!("green")));
    assert!(refuses(&|report| {
        report["functions"][0]["modes"][0]["verdict"] = json!("fine")
    }));
    assert!(refuses(&|report| report["summary"]["proven"] = json!(-1)));
    assert!(refuses(&|report| {
        report.as_object_mut().unwrap().remove("findings");
    }));
    assert!(refuses(
        &|report| report["findings"][0]["code"] = json!("RC1")
    ));
}

#[test]
fn the_schema_that_is_printed_is_the_one_that_is_published() {
    let folder = tempfile::tempdir().unwrap();
    let printed = run(verifier(folder.path()).args(["schema", "--report"]));
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    assert_eq!(
        serde_json::from_str::<Value>(&printed.stdout).unwrap(),
        *REPORT
    );
}
