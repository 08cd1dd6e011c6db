//! Running the verifier on projects: the fixtures of this crate, and small ones
//! that a test writes itself.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "every test binary uses its own part of this module"
)]

pub(crate) mod folder;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The contract of a function that can fail in two ways, at `contracts/walk.toml`.
pub(crate) const WALK: &str = r#"
format = 1
[function.step]
error = "StepError"
[function.step.on.domain]
nothing = { returns = "Empty" }
too_far = { returns = "TooFar" }
"#;

/// That function, and what a test adds to it.
macro_rules! walk {
    ($more:literal) => {
        concat!(
            r#"
use resilience_contract::{FailureModes, resilience_contract};
#[derive(Debug, PartialEq, FailureModes)]
pub enum StepError { Empty, TooFar }
#[resilience_contract("walk.step")]
pub fn step(length: u32) -> Result<u32, StepError> {
    if length == 0 { return Err(StepError::Empty); }
    if length > 9 { return Err(StepError::TooFar); }
    Ok(length)
}"#,
            $more
        )
    };
}
pub(crate) use walk;

/// A run of the verifier.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The report, of a run with `--format json`.
    pub(crate) fn report(&self) -> Value {
        match serde_json::from_str(&self.stdout) {
            Ok(report) => report,
            Err(error) => panic!("no report: {error}\n{}\n{}", self.stdout, self.stderr),
        }
    }

    /// The codes of the findings about behaviour, of one contract.
    pub(crate) fn behaviour_of(&self, contract: &str) -> Vec<String> {
        let report = self.report();
        let findings = report["findings"].as_array().cloned().unwrap_or_default();
        let of_contract = findings.iter().filter(|f| f["function"] == contract);
        of_contract
            .filter_map(|finding| finding["code"].as_str())
            .filter(|code| code.starts_with("RC4"))
            .map(str::to_owned)
            .collect()
    }

    /// The messages of the findings with a code.
    pub(crate) fn findings(&self, code: &str) -> Vec<String> {
        let report = self.report();
        let findings = report["findings"].as_array().cloned().unwrap_or_default();
        findings
            .iter()
            .filter(|finding| finding["code"] == code)
            .filter_map(|finding| Some(finding["message"].as_str()?.to_owned()))
            .collect()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Where all projects of the tests are built, so that their dependencies are compiled once.
pub(crate) fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects")
}

/// The verifier, in a folder, built into the shared place.
pub(crate) fn verifier(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-verify-contracts"));
    command
        .arg("verify-contracts")
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target_dir())
        .env_remove("CARGO_TERM_COLOR")
        .env_remove("RUSTFLAGS");
    // What cargo says of this package to its tests is no business of another workspace.
    for (key, _) in std::env::vars() {
        if key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_") {
            command.env_remove(key);
        }
    }
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Run {
    match command.output() {
        Ok(output) => output.into(),
        Err(error) => panic!("failed to start {command:?}: {error}"),
    }
}

/// A fixture's folder.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// A project in a folder of its own, gone with the test.
pub(crate) struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// A package with the runtime as its dependency and these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self::named("project with spaces ü", files)
    }

    /// The same, with more dependencies, a line of TOML for each.
    pub(crate) fn depending(dependencies: &str, files: &[(&str, &str)]) -> Self {
        let project = Self::new(files);
        let manifest = std::fs::read_to_string(project.path().join("Cargo.toml"))
            .expect("the manifest of the project");
        let (head, tail) = manifest.split_once("[profile.dev]").expect("a profile");
        project.write(
            "Cargo.toml",
            format!("{head}{dependencies}\n[profile.dev]{tail}"),
        );
        project
    }

    /// The same, in a folder with a name to be chosen.
    pub(crate) fn named(folder: &str, files: &[(&str, &str)]) -> Self {
        Self::within(&std::env::temp_dir(), folder, files)
    }

    /// One without files, below a folder that is made for it.
    pub(crate) fn below(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("a folder for the project");
        Self::within(folder, "project", &[])
    }

    fn within(folder: &Path, name: &str, files: &[(&str, &str)]) -> Self {
        let parent = tempfile::Builder::new()
            .prefix(name)
            .tempdir_in(folder)
            .expect("a folder for the project");
        let project = Self { folder: parent };
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../resilience-contract");
        let manifest = format!(
            "[package]\nname = \"{}\"\nedition = \"2024\"\n[workspace]\n\
             [dependencies]\nresilience-contract = {{ path = {runtime:?} }}\n\
             [profile.dev]\ndebug = false\n",
            package_name()
        );
        project.write("Cargo.toml", &manifest);
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// The project's folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, and the folders it needs.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("folders");
        }
        std::fs::write(path, text).expect("a file of the project");
    }

    /// Runs the verifier.
    pub(crate) fn verify(&self, arguments: &[&str]) -> Run {
        run(verifier(self.path()).args(arguments))
    }

    /// Runs the verifier and reads its report.
    pub(crate) fn report(&self) -> Run {
        self.verify(&["--format", "json", "--quiet"])
    }
}

/// A name for the package of the running test alone: in a shared target
/// directory, cargo tells packages of different workspaces apart by name only.
fn package_name() -> String {
    let thread = std::thread::current();
    thread.name().unwrap_or("project").replace("::", "-")
}
