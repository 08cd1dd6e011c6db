//! The run plan, as cargo itself writes it.
//!
//! Cargo is given this very program as the runner of its test binaries. It then
//! hands over each binary with the exact arguments, folder and environment that
//! `cargo test` would have run it with, and nothing of that has to be guessed.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

/// The first argument that turns this program into the runner.
pub(crate) const CAPTURE: &str = "__capture";

/// Names the plan file to the runner.
pub(crate) const PLAN_VARIABLE: &str = "RESILIENCE_CONTRACT_PLAN";

/// One test binary, as cargo would run it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Planned {
    pub(crate) program: PathBuf,
    pub(crate) directory: PathBuf,
    pub(crate) environment: BTreeMap<String, String>,
}

/// The runner: notes what it is asked to run, and runs nothing.
pub(crate) fn capture(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    match note(arguments.next()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo-verify-contracts: failed to note a test binary: {error}");
            ExitCode::FAILURE
        }
    }
}

fn note(program: Option<OsString>) -> std::io::Result<()> {
    let missing = |what| std::io::Error::new(std::io::ErrorKind::InvalidInput, what);
    let program = program.ok_or_else(|| missing("no test binary is named"))?;
    let plan = std::env::var_os(PLAN_VARIABLE).ok_or_else(|| missing("no plan file is named"))?;
    let directory = std::env::current_dir()?;
    let environment = std::env::vars_os().filter_map(|(key, value)| {
        let (key, value) = (key.into_string().ok()?, value.into_string().ok()?);
        let ours = key == PLAN_VARIABLE || is_runner_variable(&key);
        (!ours).then_some((key, value))
    });
    let planned = Planned {
        program: directory.join(program),
        environment: environment.collect(),
        directory,
    };
    let mut line = serde_json::to_vec(&planned)?;
    line.push(b'\n');
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(plan)?
        .write_all(&line)
}

/// The environment variable by which cargo is told the runner of a target.
pub(crate) fn runner_variable(triple: &str) -> String {
    let triple = triple.to_uppercase().replace(['-', '.'], "_");
    format!("CARGO_TARGET_{triple}_RUNNER")
}

fn is_runner_variable(key: &str) -> bool {
    key.starts_with("CARGO_TARGET_") && key.ends_with("_RUNNER")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_variable_is_spelled_as_cargo_spells_it() {
        let variable = runner_variable("thumbv8m.main-none-eabi");
        assert_eq!(variable, "CARGO_TARGET_THUMBV8M_MAIN_NONE_EABI_RUNNER");
        assert!(is_runner_variable(&variable));
        assert!(!is_runner_variable("CARGO_TARGET_DIR"));
    }
}
