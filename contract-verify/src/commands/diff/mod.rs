//! `diff`: what a change of contracts means for those who call the functions.

mod change;
mod handling;
mod outcome;
mod promise;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;

use super::{Answer, json};
use change::{Change, State, Step};

use crate::cli::{Diff, Format};
use crate::contracts::Contracts;
use crate::draw;
use crate::error::{Error, Result};
use crate::exit;
use crate::judge::count;
use crate::report::{FORMAT, Finding};

/// What `diff --format json` prints. Its form is a public promise.
#[derive(Debug, Serialize)]
struct Report {
    format: u32,
    /// `None` where a contract has errors, and nothing can be compared.
    step: Option<Step>,
    /// How many changes break callers.
    breaking: usize,
    changes: Vec<Change>,
    /// What is wrong with the contracts by themselves.
    findings: Vec<Finding>,
}

/// Who names a commit where a folder is meant is told how to have the folder.
fn no_commit(error: Error) -> Error {
    match error {
        Error::Read { path, error } if error.kind() == std::io::ErrorKind::NotFound => {
            let text = "there is no such file or folder\n  help: two folders are compared; \
                        `git worktree add ../before COMMIT` puts those of a commit there, and \
                        `cargo verify-contracts diff ../before/contracts contracts` compares them";
            let error = std::io::Error::new(std::io::ErrorKind::NotFound, text);
            Error::Read { path, error }
        }
        other => other,
    }
}

pub(super) fn diff(arguments: &Diff) -> Result<Answer> {
    let read = |path: &Path| Contracts::of_paths(&[path.to_owned()]).map_err(no_commit);
    let (old, new) = (read(&arguments.old)?, read(&arguments.new)?);
    let refused = |contracts: &Contracts| {
        contracts
            .files
            .values()
            .any(|file| file.reading.has_errors())
    };
    if refused(&old) || refused(&new) {
        return refuse(&old, &new, arguments.format);
    }
    // Two files are compared whatever they are called; of folders, each file with its namesake.
    let both_files = arguments.old.is_file() && arguments.new.is_file();
    let stem = both_files.then_some(arguments.new.as_path());
    let changes = change::compare(
        &state(&old, &arguments.old, stem),
        &state(&new, &arguments.new, stem),
    );
    let step = change::step(&changes);
    let breaking = changes
        .iter()
        .filter(|change| change.step == Step::Major)
        .count();
    let code = if step == Step::Major {
        exit::FINDINGS
    } else {
        exit::PASSED
    };
    let text = match arguments.format {
        Format::Human => human(&changes, step, breaking),
        Format::Json => json(&Report {
            format: FORMAT,
            step: Some(step),
            breaking,
            changes,
            findings: Vec::new(),
        })?,
    };
    Ok(Answer { text, code })
}

/// The files by their stems; `named` gives the only file its name. Included files that
/// lie elsewhere declare no functions of their own.
fn state<'c>(contracts: &'c Contracts, path: &Path, named: Option<&Path>) -> State<'c> {
    let stem = |path: &Path| {
        path.file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let only = path.canonicalize().ok();
    let mut state: BTreeMap<String, &contract_spec::Contract> = BTreeMap::new();
    for (at, file) in &contracts.files {
        let named = named.filter(|_| only.as_ref() == Some(at));
        if named.is_some() || only.as_ref().is_some_and(|folder| at.starts_with(folder)) {
            state.insert(stem(named.unwrap_or(at)), file.contract());
        }
    }
    state
}

fn refuse(old: &Contracts, new: &Contracts, format: Format) -> Result<Answer> {
    let text = match format {
        Format::Human => {
            let mut text = String::new();
            for contracts in [old, new] {
                draw::findings(&mut text, &contracts.findings(), contracts, Path::new(""));
            }
            text.push_str("contracts with errors cannot be compared: mend them first\n");
            text
        }
        Format::Json => json(&Report {
            format: FORMAT,
            step: None,
            breaking: 0,
            changes: Vec::new(),
            findings: old.findings().into_iter().chain(new.findings()).collect(),
        })?,
    };
    let code = exit::FINDINGS;
    Ok(Answer { text, code })
}

fn human(changes: &[Change], step: Step, breaking: usize) -> String {
    let bold = Style::new().bold();
    let mut text = String::new();
    let mut subject = None;
    for change in changes {
        if subject != Some(&change.subject) {
            subject = Some(&change.subject);
            let _written = writeln!(text, "{bold}{}{bold:#}", change.subject);
        }
        let style = style(change.step);
        let mode = change
            .mode
            .as_ref()
            .map_or_else(String::new, |mode| format!("{mode}: "));
        let _written = writeln!(
            text,
            "  {style}{:5}{style:#}  {mode}{}",
            change.step.name(),
            change.message
        );
    }
    let _written = match step {
        Step::None => writeln!(text, "no change: no version step"),
        _ => {
            let style = style(step);
            let changes = count(changes.len(), "change");
            writeln!(
                text,
                "{style}demands a {} step{style:#}: {changes}, {breaking} breaking",
                step.name()
            )
        }
    };
    text
}

fn style(step: Step) -> Style {
    match step {
        Step::Major => AnsiColor::Red.on_default().bold(),
        Step::Minor => AnsiColor::Yellow.on_default(),
        Step::Patch | Step::None => Style::new(),
    }
}
