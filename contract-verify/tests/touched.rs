//! `--in-diff`: which functions a change touches, and what is said of the others.

mod support;

use diffy::DiffOptions;
use serde_json::Value;
use support::{Project, Run};

const WALK: &str = "format = 1\n[function.step]\nerror = \"StepError\"\n\
    [function.step.on.domain]\nnothing = { returns = \"Empty\" }\ntoo_far = { returns = \"TooFar\" }\n";

/// Its branch is entered and not proven.
const SWIM: &str = "format = 1\n[function.stroke]\nerror = \"StrokeError\"\n\
    [function.stroke.on.domain]\nwet = { returns = \"Wet\" }\ncold = { returns = \"Cold\" }\n";

const SOURCE: &str = r#"//! Moves.
use resilience_contract::{FailureModes, resilience_contract};

/// Failures.
#[derive(Clone, Debug, PartialEq, FailureModes)]
pub enum StepError { Empty, TooFar }
/// Failures.
#[derive(Debug, PartialEq, FailureModes)]
pub enum StrokeError { Wet, Cold }

/// Far.
fn limit() -> u32 {
    9
}

/// A step.
#[resilience_contract("walk.step")]
pub fn step(length: u32) -> Result<u32, StepError> {
    if length == 0 { return Err(StepError::Empty); }
    if length > limit() { return Err(StepError::TooFar); }
    Ok(length)
}

/// A stroke.
#[resilience_contract("swim.stroke")]
pub fn stroke(length: u32) -> Result<u32, StrokeError> {
    if length == 0 { return Err(StrokeError::Wet); }
    if length > limit() { return Err(StrokeError::Cold); }
    Ok(length)
}
"#;

const TESTS: &str = r#"
use moves::{StepError, step, stroke};

#[test]
fn empty() {
    assert_eq!(step(0), Err(StepError::Empty));
}

#[test]
fn far() {
    assert_eq!(step(10), Err(StepError::TooFar));
}

#[test]
fn wet() {
    assert!(stroke(0).is_err());
}
"#;

const README: &str = "Moves.\n";

/// The project, and each of its files as it was.
struct Repository {
    project: Project,
    files: Vec<(&'static str, String)>,
}

impl Repository {
    fn new() -> Self {
        Self::of(Project::new(&[]))
    }

    fn of(project: Project) -> Self {
        let manifest = std::fs::read_to_string(project.path().join("Cargo.toml")).unwrap();
        let manifest = format!("{manifest}[lib]\nname = \"moves\"\n");
        let files = vec![
            ("Cargo.toml", manifest),
            ("contracts/walk.toml", WALK.to_owned()),
            ("contracts/swim.toml", SWIM.to_owned()),
            ("src/lib.rs", SOURCE.to_owned()),
            ("tests/moves.rs", TESTS.to_owned()),
            ("README.md", README.to_owned()),
            ("data/limits.json", "9\n".to_owned()),
            (".github/workflows/ci.yml", "on: push\n".to_owned()),
        ];
        for (path, text) in &files {
            project.write(path, text);
        }
        Self { project, files }
    }

    /// Has a file be another one to begin with.
    fn begin(&mut self, path: &str, text: String) {
        self.project.write(path, &text);
        let file = self.files.iter_mut().find(|(known, _)| *known == path);
        file.unwrap().1 = text;
    }

    /// What a run says if a file has changed so.
    fn changed(&self, file: &str, from: &str, to: &str) -> Run {
        let (_, old) = self.files.iter().find(|(path, _)| *path == file).unwrap();
        assert!(old.contains(from), "{from}");
        let new = old.replacen(from, to, 1);
        self.project.write(file, &new);
        let diff = diff(file, old, &new);
        self.project.write("change.diff", &diff);
        let run = self
            .project
            .verify(&["--in-diff", "change.diff", "--format", "json"]);
        self.project.write(file, old);
        run
    }

    /// The contracts that verdicts were given on, of a run that must end so.
    fn touched(&self, code: i32, (file, from, to): (&str, &str, &str)) -> Vec<String> {
        let run = self.changed(file, from, to);
        assert_eq!(run.code, code, "{from}: {}\n{}", run.stdout, run.stderr);
        let report = run.report();
        let functions = report["functions"].as_array().unwrap();
        let ids: Vec<String> = functions
            .iter()
            .map(|function| function["id"].as_str().unwrap().to_owned())
            .collect();
        let left: Value = (2 - ids.len()).into();
        assert_eq!(report["summary"]["left_out"], left);
        let findings = report["findings"].as_array().unwrap();
        for finding in findings {
            if let Some(function) = finding["function"].as_str() {
                assert!(ids.iter().any(|id| id == function), "{finding}");
            }
        }
        ids
    }
}

fn diff(path: &str, old: &str, new: &str) -> String {
    let mut options = DiffOptions::new();
    options
        .set_original_filename(format!("a/{path}"))
        .set_modified_filename(format!("b/{path}"));
    format!(
        "diff --git a/{path} b/{path}\n{}",
        options.create_patch(old, new)
    )
}

#[test]
fn a_change_touches_what_it_may_change_and_nothing_else() {
    let mut repository = Repository::new();
    let walk = ["walk.step"];
    let swim = ["swim.stroke"];
    let both = ["swim.stroke", "walk.step"];
    let none: [&str; 0] = [];

    // A body.
    let step = (
        "src/lib.rs",
        "Ok(length)\n}\n\n/// A stroke",
        "Ok(length + 0)\n}\n\n/// A stroke",
    );
    assert_eq!(repository.touched(0, step), walk);
    let stroke = (
        "src/lib.rs",
        "length == 0 { return Err(StrokeError",
        "length < 1 { return Err(StrokeError",
    );
    assert_eq!(repository.touched(100, stroke), swim);
    // A contract.
    let contract = (
        "contracts/walk.toml",
        "error =",
        "summary = \"A step\"\nerror =",
    );
    assert_eq!(repository.touched(0, contract), walk);
    // A helper may change any verdict.
    let helper = ("src/lib.rs", "    9\n", "    8 + 1\n");
    assert_eq!(repository.touched(100, helper), both);
    // A new one none.
    let new = (
        "src/lib.rs",
        "/// A step.",
        "/// New.\npub fn new() -> u32 {\n    3\n}\n\n/// A step.",
    );
    assert_eq!(repository.touched(0, new), none);
    // Unless others use its name from now on.
    let shadow = (
        "tests/moves.rs",
        "#[test]\nfn empty",
        "fn step(length: u32) -> Result<u32, StepError> {\n    Err([StepError::Empty, StepError::TooFar][length.min(1) as usize].clone())\n}\n\n#[test]\nfn empty",
    );
    let shadowed = TESTS.replace("{StepError, step, stroke}", "{StepError, stroke, *}");
    repository.files[4].1 = shadowed;
    assert_eq!(repository.touched(100, shadow), both);
    repository.files[4].1 = TESTS.to_owned();
    // A comment none; documentation may be code.
    let comment = ("src/lib.rs", "/// Far.\n", "/// Far.\n// Away.\n");
    assert_eq!(repository.touched(0, comment), none);
    let documentation = ("src/lib.rs", "/// Far.\n", "/// Far, far.\n");
    assert_eq!(repository.touched(100, documentation), both);
    // A comment around an assertion.
    let hidden = (
        "tests/moves.rs",
        "    assert_eq!(step(10), Err(StepError::TooFar));\n",
        "    /*\n    assert_eq!(step(10), Err(StepError::TooFar));\n    */\n",
    );
    assert_eq!(repository.touched(100, hidden), both);
    // A new test: what it enters.
    let test = (
        "tests/moves.rs",
        "#[test]\nfn far",
        "#[test]\nfn also_empty() {\n    assert_eq!(step(0), Err(StepError::Empty));\n}\n\n#[test]\nfn far",
    );
    assert_eq!(repository.touched(0, test), walk);
    // A changed test: what it entered before is not known any more.
    let weakened = (
        "tests/moves.rs",
        "assert_eq!(step(0), Err(StepError::Empty))",
        "assert!(step(0).is_err())",
    );
    assert_eq!(repository.touched(100, weakened), both);
    let removed = (
        "tests/moves.rs",
        "#[test]\nfn empty() {\n    assert_eq!(step(0), Err(StepError::Empty));\n}\n",
        "",
    );
    assert_eq!(repository.touched(100, removed), both);
    let ignored = (
        "tests/moves.rs",
        "#[test]\nfn empty",
        "#[test]\n#[ignore]\nfn empty",
    );
    assert_eq!(repository.touched(100, ignored), both);
    // The manifest.
    let manifest = ("Cargo.toml", "[lib]\n", "[lib]\ndoctest = false\n");
    assert_eq!(repository.touched(100, manifest), both);
    // What tests may read, and what they do not.
    let data = ("data/limits.json", "9", "8");
    assert_eq!(repository.touched(100, data), both);
    let pipeline = (".github/workflows/ci.yml", "on: push", "on: [push]");
    assert_eq!(repository.touched(0, pipeline), none);
    // Prose.
    let prose = ("README.md", "Moves.", "Moves, on land and in water.");
    assert_eq!(repository.touched(0, prose), none);
}

#[test]
fn a_contract_that_loses_its_function_is_said_whatever_was_touched() {
    let repository = Repository::new();
    let attribute = "#[resilience_contract(\"walk.step\")]\n";
    let run = repository.changed("src/lib.rs", attribute, "");
    assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.findings("RC501").len(), 1, "{}", run.stdout);
}

#[test]
fn what_is_called_by_another_function_concerns_that_one_too() {
    let mut repository = Repository::new();
    let calling = SOURCE.replace(
        "if length == 0 { return Err(StrokeError",
        "if step(length).is_err() { return Err(StrokeError",
    );
    repository.files[3].1 = calling;
    let step = (
        "src/lib.rs",
        "Ok(length)\n}\n\n/// A stroke",
        "Ok(length + 0)\n}\n\n/// A stroke",
    );
    assert_eq!(repository.touched(100, step), ["swim.stroke", "walk.step"]);
}

#[test]
fn prose_that_the_sources_speak_of_is_data() {
    let mut repository = Repository::new();
    let both = ["swim.stroke", "walk.step"];
    let prose = ("README.md", "Moves.", "Moves, on land and in water.");
    repository.begin(
        "src/lib.rs",
        format!("{SOURCE}\n/// README.md\npub fn none() {{}}\n"),
    );
    assert_eq!(repository.touched(0, prose), [""; 0]);
    repository.begin(
        "src/lib.rs",
        format!(
            "{SOURCE}\n/// What is asked.\npub const ASK: &str = include_str!(\"../README.md\");\n"
        ),
    );
    assert_eq!(repository.touched(100, prose), both);
    repository.begin("src/lib.rs", SOURCE.to_owned());
    repository.begin(
        "tests/moves.rs",
        format!("{TESTS}\n#[test]\nfn read() {{ std::fs::read(\"README.md\").unwrap(); }}\n"),
    );
    assert_eq!(repository.touched(100, prose), both);
}

#[test]
fn an_empty_line_of_a_text_is_part_of_it() {
    let mut repository = Repository::new();
    let both = ["swim.stroke", "walk.step"];
    repository.begin("tests/moves.rs", format!(
        "{TESTS}\n#[test]\nfn says() {{\n\n    assert_eq!(\"\n\nEmpty\".trim(), format!(\"{{:?}}\", step(0).unwrap_err()));\n}}\n"
    ));
    let in_text = ("tests/moves.rs", "\"\n\nEmpty", "\"\nEmpty");
    assert_eq!(repository.touched(100, in_text), both);
    let in_code = ("tests/moves.rs", "{\n\n    assert", "{\n    assert");
    assert_eq!(repository.touched(0, in_code), [""; 0]);
}

#[test]
fn what_implements_a_trait_is_called_by_other_names_too() {
    let mut repository = Repository::new();
    let converted = SOURCE
        .replace(
            "/// A step.\n#[resilience_contract(\"walk.step\")]\npub fn step(length: u32) -> Result<u32, StepError> {",
            "/// A length.\npub struct Length(u32);\nimpl TryFrom<u32> for Length {\n    type Error = StepError;\n    #[resilience_contract(\"walk.step\", error = StepError)]\n    fn try_from(length: u32) -> Result<Self, StepError> {",
        )
        .replace("    Ok(length)\n}\n\n/// A stroke", "    Ok(Length(length))\n}\n}\n\n/// A stroke")
        .replace(
            "if length == 0 { return Err(StrokeError",
            "if Length::is_none(length.try_into()) { return Err(StrokeError",
        );
    repository.begin("src/lib.rs", format!(
        "{converted}\nimpl Length {{\n    fn is_none(length: Result<Self, StepError>) -> bool {{ !matches!(length, Ok(Self(1..))) }}\n}}\n"
    ));
    repository.begin(
        "tests/moves.rs",
        "use moves::stroke;\n#[test]\nfn wet() {\n    assert!(stroke(0).is_err());\n}\n".to_owned(),
    );
    let body = ("src/lib.rs", "length == 0 {", "length < 1 {");
    assert_eq!(repository.touched(100, body), ["swim.stroke", "walk.step"]);
}

#[test]
fn where_the_repository_lies_says_nothing_of_its_files() {
    let elsewhere = tempfile::tempdir().unwrap();
    let repository = Repository::of(Project::below(&elsewhere.path().join(".vscode")));
    let helper = ("src/lib.rs", "    9\n", "    8 + 1\n");
    assert_eq!(
        repository.touched(100, helper),
        ["swim.stroke", "walk.step"]
    );
}

#[test]
fn what_is_left_out_is_said() {
    let repository = Repository::new();
    let diff = diff("README.md", "Moved.\n", README);
    repository.project.write("change.diff", &diff);
    let run = repository.project.verify(&["--in-diff", "change.diff"]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    let headline = "error branches proven: 0/0; the diff does not touch 2 functions\n";
    assert!(run.stdout.ends_with(headline), "{}", run.stdout);
    assert!(!run.stdout.contains("RC304"), "{}", run.stdout);
}

#[test]
fn a_diff_that_does_not_lead_here_gives_no_verdict() {
    let repository = Repository::new();
    let refused = |name: &str, text: Option<&str>| {
        if let Some(text) = text {
            repository.project.write(name, text);
        }
        let run = repository.project.verify(&["--in-diff", name]);
        assert_eq!(run.code, 96, "{}\n{}", run.stdout, run.stderr);
        assert!(run.stdout.is_empty(), "{}", run.stdout);
        run.stderr
    };
    let said = refused("no.diff", None);
    assert!(said.contains("failed to read no.diff"), "{said}");
    let said = refused("other.diff", Some(&diff("README.md", "A\n", "B\n")));
    assert!(
        said.contains("line 1 of `b/README.md` is another one here"),
        "{said}"
    );
    assert!(said.contains("git diff"), "{said}");
    let said = refused("prose.diff", Some("nothing of the kind\n"));
    assert!(said.contains("not a unified diff"), "{said}");
    // What `git diff unknown...HEAD` leaves to whoever reads its output.
    let said = refused("empty.diff", Some(""));
    assert!(said.contains("it is empty"), "{said}");
    assert!(said.contains("fetch-depth: 0"), "{said}");
}
