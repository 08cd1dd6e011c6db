//! Holds the evidence of the other tests against the comments in the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use contract_spec::evidence::{EVIDENCE_VARIABLE, Outcome, Record};

/// A line of a source file.
type Line = (String, u32);

/// The lines through which calls left with an error, and how many left unseen.
fn left() -> (BTreeSet<Line>, Vec<String>) {
    let evidence = tempfile::tempdir().unwrap();
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--skip", "every_branch_is_marked"])
        .env(EVIDENCE_VARIABLE, evidence.path())
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stdout)
    );
    let mut lines = BTreeSet::new();
    let mut unseen = Vec::new();
    for entry in std::fs::read_dir(evidence.path()).unwrap() {
        let mut functions = BTreeMap::new();
        for line in std::fs::read_to_string(entry.unwrap().path())
            .unwrap()
            .lines()
        {
            match serde_json::from_str(line).unwrap() {
                Record::Function(function) => drop(functions.insert(function.number, function)),
                Record::Trace(trace) if trace.outcome == Outcome::Err => {
                    let function = &functions[&trace.function];
                    match trace.branch {
                        Some(index) => {
                            let branch = &function.branches[index as usize];
                            lines.insert((function.file.clone(), branch.line));
                        }
                        None => unseen.push(function.path.clone()),
                    }
                }
                _ => {}
            }
        }
    }
    (lines, unseen)
}

/// The lines that end in `// branch`.
fn commented() -> BTreeSet<Line> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut lines = BTreeSet::new();
    for entry in std::fs::read_dir(package.join("tests/shapes")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let file = path.strip_prefix(package.parent().unwrap()).unwrap();
        for (index, line) in text.lines().enumerate() {
            if line.ends_with("// branch") {
                let number = u32::try_from(index + 1).unwrap();
                lines.insert((file.to_str().unwrap().replace('\\', "/"), number));
            }
        }
    }
    lines
}

#[test]
fn every_branch_is_marked_where_it_stands() {
    let (left, unseen) = left();
    assert_eq!(unseen, [""; 0], "left by a place without a mark");
    let commented = commented();
    assert!(commented.len() > 60);
    let missing: Vec<_> = commented.difference(&left).collect();
    let surplus: Vec<_> = left.difference(&commented).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "missing {missing:?}, surplus {surplus:?}"
    );
}
