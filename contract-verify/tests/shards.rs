//! Parts of a run, each in a copy of the project of its own, and what is made of their
//! evidence.

mod support;

use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{Project, Run, run, verifier};

/// Two interfaces with a variant in common, so that what is clear depends on all tests; a
/// recovery; a variant that two calls leave with; and something that no test enters.
const CONTRACT: &str = r#"
format = 1
[interface.gateway]
kind = "http"
timeout = "1s"
[interface.orders]
kind = "database"
timeout = "1s"
[function.charge]
error = "ChargeError"
[function.charge.on.gateway]
timeout = { returns = "Slow" }
unauthorized = { returns = "Odd" }
not_found = { recovers = "an unknown customer is a new customer here" }
server_error = { returns = "Odd" }
[function.charge.on.orders]
connection = { returns = "Store" }
timeout = { returns = "Store" }
write_conflict = { returns = "Odd" }
not_found = { waived = "nothing is ever looked up in this table" }
[function.charge.on.input]
out_of_range = { returns = "Amount" }
"#;

const SOURCE: &str = r#"
use resilience_contract::{FailureModes, degrade, external, resilience_contract};
#[derive(Debug, PartialEq, Clone, Copy, FailureModes)]
pub enum GatewayError { Timeout, Unauthorized, NotFound, ServerError }
#[derive(Debug, PartialEq, Clone, Copy, FailureModes)]
pub enum OrdersError { Connection, Timeout, WriteConflict }
#[derive(Debug, PartialEq, FailureModes)]
pub enum ChargeError { Slow, Odd, Store, Amount }
impl From<GatewayError> for ChargeError {
    fn from(error: GatewayError) -> Self {
        match error { GatewayError::Timeout => Self::Slow, _ => Self::Odd }
    }
}
impl From<OrdersError> for ChargeError {
    fn from(error: OrdersError) -> Self {
        match error { OrdersError::WriteConflict => Self::Odd, _ => Self::Store }
    }
}
#[resilience_contract("pay.charge")]
pub fn charge(amount: u32, gateway: Result<u32, GatewayError>, orders: Result<u32, OrdersError>) -> Result<u32, ChargeError> {
    if amount == 0 { return Err(ChargeError::Amount); }
    let _ = degrade!("the note is a courtesy", amount.to_string().parse::<u8>());
    let customer = match external!(gateway, gateway) {
        Err(GatewayError::NotFound) => 0,
        other => other?,
    };
    let order = external!(orders, orders)?;
    Ok(customer + order)
}
#[cfg(test)]
mod tests {
    use super::*;
    use ChargeError::*;
    #[test] fn amount() { assert_eq!(charge(0, Ok(1), Ok(1)), Err(Amount)); }
    #[test] fn amount_weakly() { assert!(charge(0, Ok(1), Ok(1)).is_err()); }
    #[test] fn fine() { assert_eq!(charge(1, Ok(1), Ok(1)), Ok(2)); }
    #[test] fn slow() { assert_eq!(charge(1, Err(GatewayError::Timeout), Ok(1)), Err(Slow)); }
    #[test] fn unauthorized() { assert_eq!(charge(1, Err(GatewayError::Unauthorized), Ok(1)), Err(Odd)); }
    #[test] fn down() { assert!(charge(1, Err(GatewayError::ServerError), Ok(1)).is_err()); }
    #[test] fn new_customer() { assert_eq!(charge(1, Err(GatewayError::NotFound), Ok(1)), Ok(1)); }
    #[test] fn store() { assert_eq!(charge(1, Ok(1), Err(OrdersError::Connection)), Err(Store)); }
    #[test] fn store_slow() { assert_eq!(charge(1, Ok(1), Err(OrdersError::Timeout)), Err(Store)); }
    #[test] fn conflict() { assert_eq!(charge(1, Ok(1), Err(OrdersError::WriteConflict)), Err(Odd)); }
    #[test] fn several() {
        assert!(charge(1, Err(GatewayError::Unauthorized), Ok(1)).is_err());
        assert_eq!(charge(1, Ok(1), Err(OrdersError::WriteConflict)), Err(Odd));
    }
    #[test] #[ignore] fn never() {}
}
"#;

fn copy() -> Project {
    Project::new(&[("contracts/pay.toml", CONTRACT), ("src/lib.rs", SOURCE)])
}

/// A project with the evidence of all of its tests in four parts.
struct Parts {
    /// The first copy.
    project: Project,
    folder: tempfile::TempDir,
    files: Vec<PathBuf>,
}

impl Parts {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        let mut first = None;
        for index in 1..=4 {
            let project = copy();
            let file = folder.path().join(format!("part {index}.rcev"));
            let ran = part(&project, &format!("slice:{index}/4"), &file, &[]);
            assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
            assert_eq!(ran.stdout, "");
            files.push(file);
            first.get_or_insert(project);
        }
        Self {
            project: first.unwrap(),
            folder,
            files,
        }
    }

    fn merge(&self, files: &[&Path]) -> Run {
        let mut command = verifier(self.folder.path());
        run(command.arg("merge").args(files))
    }

    fn refused(&self, files: &[&Path], says: &[&str]) {
        let merged = self.merge(files);
        refused(&merged, says);
        assert!(!self.folder.path().join("evidence.rcev").exists());
        let mut command = verifier(self.project.path());
        let reported = run(command.args(["report", "--from"]).args(files));
        refused(&reported, says);
    }

    fn files(&self) -> Vec<&Path> {
        self.files.iter().map(PathBuf::as_path).collect()
    }
}

fn refused(run: &Run, says: &[&str]) {
    assert_eq!(run.code, 103, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.stdout, "");
    for said in says {
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    assert!(run.stderr.contains("help: "), "{}", run.stderr);
}

fn part(project: &Project, part: &str, file: &Path, more: &[&str]) -> Run {
    let mut command = verifier(project.path());
    command
        .args(["run", "--partition", part, "--evidence"])
        .arg(file);
    run(command.args(more))
}

fn reported(project: &Project, files: &[&Path]) -> Run {
    let mut command = verifier(project.path());
    command.args(["report", "--format", "json", "--from"]);
    run(command.args(files))
}

/// The report without what the digest leaves out.
fn hashed(run: &Run) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                if fields.contains_key("operator") {
                    fields.remove("test");
                }
                fields.remove("timeline");
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut report = run.report();
    strip(&mut report);
    report
}

#[test]
fn four_parts_say_what_one_run_says() {
    let parts = Parts::new();
    let whole = copy().report();
    assert_eq!(whole.code, 100, "{}\n{}", whole.stdout, whole.stderr);
    // Something of everything, or equal reports would say little.
    let verdicts = whole.report()["functions"].to_string();
    for word in [
        "proven",
        "entered",
        "waived",
        "unrecover",
        "survived",
        "a courtesy",
    ] {
        assert!(verdicts.contains(word), "{word}: {verdicts}");
    }
    let reported = reported(&parts.project, &parts.files());
    assert_eq!(reported.code, whole.code, "{}", reported.stderr);
    assert_eq!(hashed(&reported), hashed(&whole));
    assert_eq!(reported.report()["digest"], whole.report()["digest"]);

    // The other way round, through a file.
    let mut backwards = parts.files();
    backwards.reverse();
    let merged = parts.merge(&backwards);
    assert_eq!(merged.code, 0, "{}", merged.stderr);
    assert_eq!(merged.stdout, "");
    let evidence = parts.folder.path().join("evidence.rcev");
    let again = self::reported(&parts.project, &[&evidence]);
    assert_eq!(hashed(&again), hashed(&whole));
}

#[test]
fn the_digest_changes_with_a_verdict() {
    let project = copy();
    let before = project.report().report()["digest"].clone();
    let weaker = SOURCE.replace(
        "assert_eq!(charge(0, Ok(1), Ok(1)), Err(Amount))",
        "assert!(charge(0, Ok(1), Ok(1)) .is_err())",
    );
    project.write("src/lib.rs", weaker);
    let after = project.report().report()["digest"].clone();
    assert_ne!(before, after);
    assert_eq!(before.as_str().unwrap().len(), 64);
}

#[test]
fn parts_that_are_no_whole_are_refused() {
    let parts = Parts::new();
    let files = parts.files();
    parts.refused(&files[..3], &["part 4 of 4 is missing", "slice:4/4"]);
    parts.refused(
        &[files[0], files[1], files[2], files[3], files[1]],
        &["both part 2 of 4"],
    );
    let absent = parts.folder.path().join("absent.rcev");
    parts.refused(
        &[files[0], files[1], files[2], &absent],
        &["absent.rcev cannot be read"],
    );

    let cut = parts.folder.path().join("cut.rcev");
    let bytes = std::fs::read(files[3]).unwrap();
    for end in [0, 1, bytes.len() / 3, bytes.len() - 1] {
        std::fs::write(&cut, &bytes[..end]).unwrap();
        parts.refused(&[files[0], files[1], files[2], &cut], &["cut.rcev: it "]);
    }
    let text = String::from_utf8(bytes).unwrap();
    let altered = text.replacen("\"survived\"", "\"killed\"", 1).replacen(
        "\"duration_us\":",
        "\"duration_us\":1",
        1,
    );
    std::fs::write(&cut, altered).unwrap();
    parts.refused(
        &[files[0], files[1], files[2], &cut],
        &["it was changed or damaged"],
    );

    // A fifth of the tests, among quarters.
    let fifth = parts.folder.path().join("fifth.rcev");
    let ran = part(&parts.project, "slice:4/5", &fifth, &[]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    parts.refused(
        &[files[0], files[1], files[2], &fifth],
        &["fifth.rcev is one of 5 parts"],
    );
}

#[test]
fn parts_of_different_things_are_refused() {
    let parts = Parts::new();
    let files = parts.files();
    let odd = parts.folder.path().join("odd.rcev");
    let with_odd = [files[0], files[1], files[2], odd.as_path()];

    let project = copy();
    project.write(
        "src/lib.rs",
        SOURCE.replace("customer + order", "order + customer"),
    );
    assert_eq!(part(&project, "slice:4/4", &odd, &[]).code, 0);
    parts.refused(&with_odd, &["not of one piece: `src/lib.rs` differs"]);

    let project = copy();
    project.write("contracts/pay.toml", format!("{CONTRACT}\n# later\n"));
    assert_eq!(part(&project, "slice:4/4", &odd, &[]).code, 0);
    parts.refused(
        &with_odd,
        &["not of one piece: `contracts/pay.toml` differs"],
    );

    let project = copy();
    assert_eq!(
        part(&project, "slice:4/4", &odd, &["--no-default-features"]).code,
        0
    );
    parts.refused(
        &with_odd,
        &["the feature `--no-default-features` is in one"],
    );

    assert_eq!(part(&project, "slice:4/4", &odd, &["--release"]).code, 0);
    parts.refused(&with_odd, &["the profile is `test` in one and `release`"]);
}

#[test]
fn evidence_of_another_checkout_is_refused_and_another_policy_is_heeded() {
    let parts = Parts::new();
    let files = parts.files();
    let project = &parts.project;
    project.write("src/lib.rs", format!("{SOURCE}\n"));
    refused(
        &reported(project, &files),
        &["not of this checkout: `src/lib.rs` differs"],
    );
    project.write("src/lib.rs", SOURCE);
    project.write("contracts/pay.toml", CONTRACT.replace("Slow", "Odd"));
    refused(
        &reported(project, &files),
        &["not of this checkout: `contracts/pay.toml` differs"],
    );
    project.write("contracts/pay.toml", CONTRACT);
    project.write("contracts/new.toml", "format = 1\n");
    refused(&reported(project, &files), &["`contracts/new.toml` is new"]);
    std::fs::remove_file(project.path().join("contracts/new.toml")).unwrap();

    let lenient = "[tier.standard]\nrequire = \"entered\"\n[level]\nRC308 = \"warning\"\nRC301 = \"warning\"\n";
    project.write(".config/verify-contracts.toml", lenient);
    let report = reported(project, &files);
    assert_eq!(report.code, 0, "{}\n{}", report.stdout, report.stderr);
    project.write(
        ".config/verify-contracts.toml",
        "[require]\nfiles = [\"**\"]\n",
    );
    refused(&reported(project, &files), &["run all parts again"]);
}

#[test]
fn a_part_without_tests_is_no_part() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("part.rcev");
    let ran = part(&copy(), "slice:12/12", &file, &[]);
    assert_eq!(ran.code, 4, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("there are only 11"), "{}", ran.stderr);
    assert!(!file.exists());
    for (wrong, says) in [
        ("slice:0/4", "counted from 1"),
        ("slice:5/4", "no part 5 of 4"),
        ("hash:1/4", "no partition `hash`"),
        ("1/4", "expected `slice:1/4`"),
    ] {
        let ran = part(&copy(), wrong, &file, &[]);
        assert_eq!(ran.code, 2, "{}\n{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
}

#[test]
fn tests_that_fail_in_one_part_fail_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let failing = SOURCE.replace("Ok(1)), Ok(2))", "Ok(1)), Ok(3))");
    let project = copy();
    project.write("src/lib.rs", failing);
    let files: Vec<PathBuf> = (1..=2)
        .map(|n| folder.path().join(format!("{n}.rcev")))
        .collect();
    let codes: Vec<i32> = (1..=2)
        .map(|n| part(&project, &format!("slice:{n}/2"), &files[n - 1], &[]).code)
        .collect();
    assert!(codes == [0, 102] || codes == [102, 0], "{codes:?}");
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let whole = reported(&project, &files);
    assert_eq!(whole.code, 102, "{}\n{}", whole.stdout, whole.stderr);
    assert_eq!(whole.findings("RC320").len(), 1);
    assert_eq!(hashed(&whole), hashed(&project.report()));
}

#[test]
fn without_a_place_for_it_evidence_lies_in_the_target_directory() {
    let project = copy();
    let target = support::target_dir();
    let ran = run(verifier(project.path()).args(["run"]));
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    let file = target.join("verify-contracts/evidence.rcev");
    assert!(
        ran.stderr.contains(&file.display().to_string()),
        "{}",
        ran.stderr
    );
}

/// A generator of numbers that anybody can run again.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// A file with another body under a seal that fits.
fn sealed(body: &str) -> String {
    let digest = blake3::hash(body.as_bytes()).to_hex();
    let lines = body.lines().count();
    format!("{body}{{\"kind\":\"end\",\"lines\":{lines},\"digest\":\"{digest}\"}}\n")
}

/// Whoever can write a file can seal it, and may then say what is not so; but it is never
/// taken for a reason to stop in a way that nobody foresaw.
#[test]
fn whatever_is_in_a_sealed_file_is_judged_or_refused_and_nothing_else() {
    let project = copy();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evidence.rcev");
    let mut command = verifier(project.path());
    assert_eq!(run(command.args(["run", "--evidence"]).arg(&file)).code, 0);
    let text = std::fs::read_to_string(&file).unwrap();
    let body = text.rsplit_once("{\"kind\":\"end\"").unwrap().0.to_owned();
    assert_eq!(sealed(&body), text);
    let lines: Vec<&str> = body.split_inclusive('\n').collect();
    let mut random = Random(7);
    let mut seen = [0; 2];
    for round in 0..150 {
        let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let at = random.below(changed.len());
        match round % 5 {
            0 => drop(changed.remove(at)),
            1 => {
                let line = changed[random.below(changed.len())].clone();
                changed.insert(at, line);
            }
            // A number becomes another one.
            2 | 3 => {
                let numbers = [
                    "0",
                    "1",
                    "7",
                    "4294967295",
                    "18446744073709551615",
                    "-1",
                    "null",
                ];
                let digits: Vec<usize> = changed[at]
                    .match_indices(char::is_numeric)
                    .map(|(at, _)| at)
                    .collect();
                let Some(place) = digits.get(random.below(digits.len().max(1))) else {
                    continue;
                };
                let number = numbers[random.below(numbers.len())];
                changed[at].replace_range(place..&(place + 1), number);
            }
            // A word becomes another one.
            _ => {
                let words: Vec<&str> = lines[at].split('"').collect();
                let word = words[random.below(words.len())];
                let other = lines[random.below(lines.len())]
                    .split('"')
                    .nth(3)
                    .unwrap_or("");
                changed[at] = lines[at].replacen(word, other, 1);
            }
        }
        std::fs::write(&file, sealed(&changed.concat())).unwrap();
        let run = reported(&project, &[&file]);
        let refused = matches!(run.code, 102 | 103);
        assert!(
            refused || matches!(run.code, 0 | 100),
            "{round}: {}\n{}\n{}",
            run.code,
            run.stderr,
            changed[at.min(changed.len() - 1)]
        );
        assert!(!run.stderr.contains("panicked at"), "{}", run.stderr);
        seen[usize::from(refused)] += 1;
    }
    assert!(seen[0] > 10 && seen[1] > 10, "{seen:?}");
}
