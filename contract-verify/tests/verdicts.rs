//! The verdicts on every branch of the fixture `branches`, held against a table
//! that was measured by rebuilding each mutant by hand (`tests/truth/truth.py`).

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use support::{fixture, run, verifier};

/// `account.new.range` → the row of the table.
fn truth() -> BTreeMap<String, BTreeMap<String, String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/truth.tsv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap().split('\t').collect();
    lines
        .map(|line| {
            let cells = line.split('\t').map(str::to_owned);
            let row: BTreeMap<String, String> =
                columns.iter().map(|c| (*c).to_owned()).zip(cells).collect();
            (row["branch"].clone(), row)
        })
        .collect()
}

/// `(file, line)` → the names of the branches that the fixture's comments put there.
fn marks(folder: &Path) -> BTreeMap<(String, u64), Vec<String>> {
    let mut marks = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("src")).unwrap() {
        let path = entry.unwrap().path();
        let file = format!("src/{}", path.file_name().unwrap().to_string_lossy());
        for (number, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            if let Some((code, names)) = line.split_once("// branch: ")
                && !code.trim().starts_with("//!")
            {
                let names = names
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .collect();
                marks.insert((file.clone(), number as u64 + 1), names);
            }
        }
    }
    marks
}

/// The branches of a report, by their names in the fixture.
fn named_branches(report: &Value, folder: &Path) -> BTreeMap<String, Value> {
    let marks = marks(folder);
    let mut by_line: BTreeMap<(String, u64), Vec<Value>> = BTreeMap::new();
    for function in report["functions"].as_array().unwrap() {
        for branch in function["branches"].as_array().unwrap() {
            let place = (
                branch["file"].as_str().unwrap().to_owned(),
                branch["line"].as_u64().unwrap(),
            );
            by_line.entry(place).or_default().push(branch.clone());
        }
    }
    let mut named = BTreeMap::new();
    for (place, mut branches) in by_line {
        branches.sort_by_key(|branch| branch["column"].as_u64());
        let names = marks
            .get(&place)
            .unwrap_or_else(|| panic!("a branch that is none at {place:?}"));
        assert_eq!(names.len(), branches.len(), "{place:?}");
        named.extend(names.iter().cloned().zip(branches));
    }
    named
}

#[test]
fn every_branch_has_the_verdict_that_rebuilding_by_hand_gives_it() {
    let folder = fixture("branches");
    let verified = run(verifier(&folder).args(["--format", "json", "--quiet"]));
    assert_eq!(verified.code, 100, "{}", verified.stderr);
    let branches = named_branches(&verified.report(), &folder);
    let truth = truth();
    assert!(truth.len() >= 25);
    let mut wrong = Vec::new();
    for (name, row) in &truth {
        let Some(branch) = branches.get(name) else {
            wrong.push(format!("{name} was not found"));
            continue;
        };
        let tests: Vec<&str> = branch["tests"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let mut entering: Vec<&str> = row["entered_by"]
            .split(',')
            .filter(|test| *test != "-")
            .collect();
        // The report names the binary of an integration test before it.
        let mut shown: Vec<String> = tests.iter().map(|test| plain(test)).collect();
        shown.sort();
        entering.sort_unstable();
        if branch["verdict"] != *row["verdict"]
            || branch["kind"] != *row["kind"]
            || shown != entering
        {
            wrong.push(format!("{name}: {row:?} but {branch}"));
        }
        for killed in branch["mutants"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|m| m["operator"] == "misreport")
        {
            if let Some(test) = killed["test"].as_str() {
                let change = format!(
                    "{}>{}=",
                    killed["from"].as_str().unwrap(),
                    killed["to"].as_str().unwrap()
                );
                let measured = row["mutants"]
                    .split(';')
                    .find(|mutant| mutant.starts_with(&change));
                if !measured.is_some_and(|measured| measured.contains(&plain(test))) {
                    wrong.push(format!(
                        "{name}: {test} did not kill {change} by hand: {}",
                        row["mutants"]
                    ));
                }
            }
        }
    }
    assert_eq!(branches.len(), truth.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A test's name without that of an integration test's binary.
fn plain(test: &str) -> String {
    for binary in ["checkout::", "remote::"] {
        if let Some(name) = test.strip_prefix(binary) {
            return name.to_owned();
        }
    }
    test.to_owned()
}

#[test]
fn a_branch_with_one_variant_is_named_as_not_mutatable() {
    let folder = fixture("branches");
    let verified = run(verifier(&folder).args(["--format", "json", "--quiet"]));
    let findings = verified.findings("RC305");
    assert!(
        findings
            .iter()
            .any(|message| message.contains("`LockError` has one variant")),
        "{findings:?}"
    );
    assert!(
        findings
            .iter()
            .any(|message| message.contains("sample = LevelError::Number")),
        "{findings:?}"
    );
}

#[test]
fn a_second_run_with_nothing_changed_says_the_same() {
    let folder = fixture("branches");
    let first = run(&mut verifier(&folder));
    let second = run(&mut verifier(&folder));
    assert_eq!(first.stdout, second.stdout);
    assert_eq!(first.code, second.code);
    assert!(
        first.stdout.contains("error branches proven: 24/47"),
        "{}",
        first.stdout
    );
}
