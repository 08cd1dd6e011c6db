//! The command lines of cargo.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::cli::Options;
use crate::error::{Error, Result};
use crate::plan::{CAPTURE, PLAN_VARIABLE, runner_variable};
use crate::workspace::Workspace;

/// `cargo test`, with the user's selection and our probes.
pub(super) fn test(workspace: &Workspace, options: &Options) -> Result<Command> {
    let mut command = cargo();
    command.args([
        "test",
        "--tests",
        "--no-fail-fast",
        "--message-format=json-render-diagnostics",
    ]);
    let own = ["--profile", "--jobs", "--quiet"];
    select(&mut command, workspace, options, own)?;
    Ok(command)
}

/// `cargo nextest archive`, of the same.
pub(crate) fn archive(workspace: &Workspace, options: &Options) -> Result<Command> {
    let mut command = nextest();
    command.args(["archive", "--tests"]);
    let own = ["--cargo-profile", "--build-jobs", "--cargo-quiet"];
    select(&mut command, workspace, options, own)?;
    Ok(command)
}

/// `cargo nextest`.
pub(crate) fn nextest() -> Command {
    let mut command = cargo();
    command.arg("nextest");
    command
}

fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    forget_own_package(&mut command);
    command
}

/// The user's selection and our probes; the profile, the number of jobs and quiet have
/// names of their own.
fn select(
    command: &mut Command,
    workspace: &Workspace,
    options: &Options,
    [profile, jobs, quiet]: [&str; 3],
) -> Result<()> {
    if let Some(path) = &options.selection.manifest.manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    for package in workspace.packages() {
        command.arg("--package").arg(&package.id.repr);
    }
    let features = &options.features;
    if features.all_features {
        command.arg("--all-features");
    }
    if features.no_default_features {
        command.arg("--no-default-features");
    }
    for feature in &features.features {
        command.arg("--features").arg(feature);
    }
    command.arg("--features").arg(workspace.probe_features()?);
    let values = [
        (profile, options.profile.clone()),
        ("--target", options.target.clone()),
        (jobs, options.jobs.map(|jobs| jobs.to_string())),
    ];
    for (flag, value) in values {
        if let Some(value) = value {
            command.arg(flag).arg(value);
        }
    }
    let color = match anstream::ColorChoice::global() {
        anstream::ColorChoice::Always => Some("--color=always"),
        anstream::ColorChoice::Never => Some("--color=never"),
        _ => None,
    };
    command.args(color);
    let flags = [
        ("--release", options.release),
        ("--offline", options.selection.offline),
        ("--locked", options.selection.locked),
        ("--frozen", options.selection.frozen),
        (quiet, options.voice.quiet),
    ];
    command.args(
        flags
            .iter()
            .filter(|(_, given)| *given)
            .map(|(flag, _)| flag),
    );
    // What is compiled on the way is shared with the user's own builds, and the
    // results are not: a normal build finds everything as it left it.
    let target = workspace.target_directory(options).join("verify-contracts");
    let build = workspace.build_directory(options);
    command.arg("--target-dir").arg(target);
    command.arg("--config").arg(format!(
        "build.build-dir={}",
        toml_string(&build.to_string_lossy())
    ));
    Ok(())
}

/// Has cargo give its test binaries to us.
pub(crate) fn hand_over(command: &mut Command, triple: &str, plan: &Path) -> Result<()> {
    let this = std::env::current_exe().map_err(Error::Cargo)?;
    let this = this.to_string_lossy().into_owned();
    command.env(PLAN_VARIABLE, plan);
    if this.contains(char::is_whitespace) {
        // Cargo splits the variable at white space, and knows no quotes there.
        let runner = format!(
            "target.{triple}.runner=[{}, {}]",
            toml_string(&this),
            toml_string(CAPTURE)
        );
        command.arg("--config").arg(runner);
    } else {
        command.env(runner_variable(triple), format!("{this} {CAPTURE}"));
    }
    Ok(())
}

/// Takes away what `cargo run` says about this program's own package.
fn forget_own_package(command: &mut Command) {
    for (key, _) in std::env::vars_os() {
        let name = key.to_string_lossy();
        if name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name == "OUT_DIR"
        {
            command.env_remove(&key);
        }
    }
}

/// A TOML basic string.
fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            c if c.is_control() => {
                let _written = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_as_toml() {
        assert_eq!(toml_string(r"C:\a b"), r#""C:\\a b""#);
        assert_eq!(toml_string("a\"ü\n"), "\"a\\\"ü\\u000A\"");
    }
}
