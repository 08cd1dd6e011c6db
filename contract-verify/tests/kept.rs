//! What is kept between runs: nothing runs again that would do the same, and nothing is
//! used that is out of date.

mod support;

use std::path::{Path, PathBuf};

use support::{Project, Run, WALK, run, target_dir, verifier, walk};

/// Every test leaves a letter in a file, so that whoever runs it is seen.
const SOURCE: &str = walk!(
    r#"
#[cfg(test)]
fn seen() {
    use std::io::Write;
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(NOTE).unwrap();
    file.write_all(b"x").unwrap();
}
#[test] fn empty() { seen(); assert_eq!(step(0), Err(StepError::Empty)); }
#[test] fn far() { seen(); assert_eq!(step(10), Err(StepError::TooFar)); }
"#
);

struct Walk {
    project: Project,
    /// Lies outside of the package, so that it is no file of it.
    note: tempfile::NamedTempFile,
}

impl Walk {
    fn new() -> Self {
        let note = tempfile::NamedTempFile::new().unwrap();
        let project = Project::new(&[("contracts/walk.toml", WALK)]);
        let walk = Self { project, note };
        walk.source(SOURCE);
        walk
    }

    fn source(&self, source: &str) {
        let note = format!("const NOTE: &str = {:?};\n", self.note.path());
        self.project
            .write("src/lib.rs", format!("{source}\n#[cfg(test)] {note}"));
    }

    /// How many tests have run since the last time this was asked.
    fn ran(&self) -> u64 {
        let length = self.note.path().metadata().unwrap().len();
        std::fs::write(self.note.path(), "").unwrap();
        length
    }

    /// A first run, which keeps its answers.
    fn known() -> (Self, Run) {
        let walk = Self::new();
        let first = walk.project.verify(&[]);
        assert_eq!(first.code, 0, "{}\n{}", first.stdout, first.stderr);
        assert!(walk.ran() > 2);
        (walk, first)
    }

    /// The file in which the answers are kept.
    fn file(&self) -> PathBuf {
        let folder = target_dir().join("verify-contracts/kept");
        let package = std::thread::current().name().unwrap().replace("::", "_");
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                let text = std::fs::read_to_string(path).unwrap_or_default();
                text.contains(&format!("{package}::step"))
            })
            .collect();
        files.sort_by_key(|path| path.metadata().unwrap().modified().unwrap());
        files.pop().expect("kept answers")
    }
}

#[test]
fn with_nothing_changed_nothing_runs_and_the_same_is_said() {
    let (walk, first) = Walk::known();
    let second = walk.project.verify(&[]);
    assert_eq!(walk.ran(), 0, "{}", second.stderr);
    assert_eq!((second.code, &second.stdout), (first.code, &first.stdout));
    assert!(second.stderr.contains("2 unchanged"), "{}", second.stderr);
}

#[test]
fn fresh_runs_everything() {
    let (walk, first) = Walk::known();
    let fresh = walk.project.verify(&["--fresh"]);
    assert!(walk.ran() > 2);
    assert_eq!(fresh.stdout, first.stdout);
}

#[test]
fn a_test_whose_source_changed_runs_again() {
    let (walk, _) = Walk::known();
    let weak = SOURCE.replace(
        "assert_eq!(step(0), Err(StepError::Empty))",
        "assert!(step(0).is_err())",
    );
    walk.source(&weak);
    let second = walk.project.verify(&[]);
    assert!(walk.ran() > 2);
    assert_eq!(second.code, 100, "{}\n{}", second.stdout, second.stderr);
    // And the answers of before are there still, for the source of before.
    walk.source(SOURCE);
    assert_eq!(walk.project.verify(&[]).code, 0);
    assert_eq!(walk.ran(), 0);
}

#[test]
fn a_contract_that_changed_is_judged_as_it_now_stands() {
    let (walk, _) = Walk::known();
    let contract = WALK.replace(
        "too_far = { returns = \"TooFar\" }",
        "too_far = { returns = \"TooFar\" }\ntoo_near = { returns = \"Empty\" }",
    );
    walk.project.write("contracts/walk.toml", contract);
    let second = walk.project.report();
    // Two modes with one variant cannot be told apart.
    assert_eq!(second.code, 100, "{}\n{}", second.stdout, second.stderr);
    assert_eq!(second.findings("RC308").len(), 2, "{}", second.stdout);
}

#[test]
fn a_policy_that_changed_runs_nothing_and_is_heeded() {
    let (walk, _) = Walk::known();
    let policy = "[require]\nfunctions = [\"nowhere::*\"]\n";
    walk.project.write(".config/verify-contracts.toml", policy);
    let second = walk.project.report();
    assert_eq!(walk.ran(), 0);
    assert_eq!(second.findings("RC513").len(), 1, "{}", second.stdout);
    let policy = format!("baseline = \".config/known.toml\"\n{policy}");
    walk.project.write(".config/verify-contracts.toml", policy);
    assert_eq!(walk.project.verify(&["--write-baseline"]).code, 0);
    assert_eq!(walk.project.verify(&[]).code, 0);
    assert_eq!(walk.ran(), 0);
}

#[test]
fn a_file_of_the_package_that_tests_may_read_counts() {
    let (walk, _) = Walk::known();
    walk.project.write("data/steps.txt", "1");
    walk.project.verify(&[]);
    assert!(walk.ran() > 2);
    walk.project.verify(&[]);
    assert_eq!(walk.ran(), 0);
    walk.project.write("data/steps.txt", "2");
    walk.project.verify(&[]);
    assert!(walk.ran() > 2);
}

#[test]
fn so_do_packages_that_are_data_and_hidden_folders_and_not_those_of_tools() {
    let (walk, _) = Walk::known();
    let fixture = "tests/fixtures/app";
    walk.project.write(
        &format!("{fixture}/Cargo.toml"),
        "[package]\nname = \"app\"\n[workspace]\n",
    );
    walk.project.write(".golden/steps.txt", "1");
    walk.project.verify(&[]);
    assert!(walk.ran() > 2);
    for (path, counts) in [
        (&*format!("{fixture}/src/main.rs"), true),
        (".golden/steps.txt", true),
        (".vscode/settings.json", false),
        (".git/HEAD", false),
    ] {
        walk.project.write(path, "fn main() {}");
        walk.project.verify(&[]);
        assert_eq!(walk.ran() > 0, counts, "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_of_the_workspace_counts_where_a_link_leads_to_it() {
    let walk = Walk::new();
    let manifest = std::fs::read_to_string(walk.project.path().join("Cargo.toml")).unwrap();
    let member = manifest.replace("[workspace]\n", "");
    walk.project.write("walk/Cargo.toml", member);
    walk.project
        .write("Cargo.toml", "[workspace]\nmembers = [\"walk\"]\n");
    for path in ["src", "contracts"] {
        let from = walk.project.path().join(path);
        std::fs::rename(from, walk.project.path().join("walk").join(path)).unwrap();
    }
    walk.project.write("shared/steps.txt", "1");
    walk.project.write("apart/steps.txt", "1");
    let link = |to: &str, at: &str| {
        std::os::unix::fs::symlink(to, walk.project.path().join("walk").join(at)).unwrap();
    };
    link("../shared", "data");
    // In circles, which must end.
    link("..", "up");
    link(".", "here");
    assert_eq!(walk.project.verify(&[]).code, 0);
    assert!(walk.ran() > 2);
    assert_eq!(walk.project.verify(&[]).code, 0);
    assert_eq!(walk.ran(), 0);
    walk.project.write("shared/steps.txt", "2");
    walk.project.verify(&[]);
    assert!(walk.ran() > 2);
    walk.project.write("apart/steps.txt", "2");
    walk.project.verify(&[]);
    assert_eq!(walk.ran(), 0);
}

#[test]
fn another_environment_counts_and_that_of_a_shell_does_not() {
    let (walk, _) = Walk::known();
    let with = |name: &str| run(verifier(walk.project.path()).env(name, "7"));
    with("COLUMNS");
    assert_eq!(walk.ran(), 0);
    with("DATABASE_URL");
    assert!(walk.ran() > 2);
}

#[test]
fn a_feature_counts() {
    let (walk, _) = Walk::known();
    let manifest = std::fs::read_to_string(walk.project.path().join("Cargo.toml")).unwrap();
    walk.project
        .write("Cargo.toml", format!("{manifest}\n[features]\nlong = []\n"));
    let source = SOURCE.replace(
        "length > 9",
        "length > if cfg!(feature = \"long\") { 8 } else { 9 }",
    );
    walk.source(&source);
    walk.project.verify(&[]);
    assert!(walk.ran() > 2);
    walk.project.verify(&["--features", "long"]);
    assert!(walk.ran() > 2);
    walk.project.verify(&[]);
    assert_eq!(walk.ran(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn another_version_of_this_program_counts() {
    let (walk, _) = Walk::known();
    let other = walk.note.path().with_extension("other");
    let mut program = std::fs::read(env!("CARGO_BIN_EXE_cargo-verify-contracts")).unwrap();
    program.extend(b"another version");
    std::fs::write(&other, program).unwrap();
    std::fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = std::process::Command::new(&other);
    let same = verifier(walk.project.path());
    command
        .arg("verify-contracts")
        .current_dir(walk.project.path());
    for (key, value) in same.get_envs() {
        match value {
            Some(value) => command.env(key, value),
            None => command.env_remove(key),
        };
    }
    let run = run(&mut command);
    let _gone = std::fs::remove_file(&other);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(walk.ran() > 2);
}

fn damaged(damage: &dyn Fn(&Path)) {
    let (walk, first) = Walk::known();
    damage(&walk.file());
    let second = walk.project.verify(&[]);
    assert!(walk.ran() > 2);
    assert!(second.stderr.contains("warning"), "{}", second.stderr);
    assert!(second.stderr.contains("is not used"), "{}", second.stderr);
    assert_eq!((second.code, &second.stdout), (first.code, &first.stdout));
    let third = walk.project.verify(&[]);
    assert_eq!(walk.ran(), 0);
    assert!(!third.stderr.contains("warning"), "{}", third.stderr);
}

#[test]
fn answers_that_were_cut_short_are_not_used_and_said() {
    damaged(&|path| {
        let bytes = std::fs::read(path).unwrap();
        std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    });
}

#[test]
fn answers_that_were_altered_are_not_used_and_said() {
    damaged(&|path| {
        let text = std::fs::read_to_string(path).unwrap();
        let altered = text.replacen("\"killed\"", "\"survived\"", 1);
        assert_ne!(altered, text);
        std::fs::write(path, altered).unwrap();
    });
}

#[test]
fn answers_of_another_binary_are_not_used_and_said() {
    let (other, _) = Walk::known();
    let other = std::fs::read(other.file()).unwrap();
    damaged(&|path| std::fs::write(path, &other).unwrap());
}

#[test]
fn what_failed_is_asked_again() {
    let (walk, _) = Walk::known();
    // Fails as long as a file outside of the package is there.
    let flag = walk.note.path().with_extension("flag");
    walk.source(&format!(
        "{SOURCE}\n#[test] fn moody() {{ seen(); assert!(!std::path::Path::new({flag:?}).exists()); }}\n"
    ));
    std::fs::write(&flag, "").unwrap();
    let failing = walk.project.verify(&[]);
    assert_eq!(failing.code, 102, "{}\n{}", failing.stdout, failing.stderr);
    std::fs::remove_file(&flag).unwrap();
    let mended = walk.project.verify(&[]);
    assert_eq!(mended.code, 0, "{}\n{}", mended.stdout, mended.stderr);
    assert!(walk.ran() > 0);
    walk.project.verify(&[]);
    assert_eq!(walk.ran(), 0);
}

#[test]
fn what_flakes_is_asked_again() {
    let (walk, _) = Walk::known();
    // Passes every other time.
    walk.source(&SOURCE.replace(
        "fn empty() { seen();",
        "fn empty() { seen(); let odd = std::fs::read(NOTE).unwrap().len() % 2 == 1; assert!(odd || step(0) == Ok(0));",
    ));
    let flaky = walk.project.verify(&["--jobs", "1"]);
    assert_eq!(flaky.code, 102, "{}\n{}", flaky.stdout, flaky.stderr);
    walk.ran();
    walk.project.verify(&["--jobs", "1"]);
    assert!(walk.ran() > 0);
}
