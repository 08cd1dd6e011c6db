//! `check`: contracts by themselves, then the sources as far as they stand. No build.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::SystemTime;

use serde::Serialize;

use super::fix::{self, Change};
use super::{Answer, json, sources};
use crate::cli::{Check, Format};
use crate::codes;
use crate::contracts::Contracts;
use crate::draw;
use crate::error::{Error, Result};
use crate::exit;
use crate::judge::count;
use crate::policy::{self, Date, Policy};
use crate::report::{FORMAT, Finding, Level, Outcome};
use crate::verify::policy;
use crate::workspace::Workspace;

/// What `check --format json` prints. Its form is a public promise.
#[derive(Debug, Serialize)]
struct Report {
    format: u32,
    outcome: Outcome,
    summary: Summary,
    /// What `--fix` did, and what it could not.
    fixed: Vec<Change>,
    /// In the order of files and lines.
    findings: Vec<Finding>,
}

#[derive(Debug, Default, Serialize)]
struct Summary {
    files: usize,
    functions: usize,
    modes: usize,
    errors: usize,
    warnings: usize,
}

/// What was looked at.
struct Looked {
    contracts: Contracts,
    /// What the sources have to say.
    sources: Vec<Finding>,
    policy: Policy,
    /// The folder that paths are relative to.
    root: PathBuf,
}

pub(super) fn check(arguments: &Check) -> Result<Answer> {
    let mut looked = look(arguments)?;
    let mut fixed = Vec::new();
    if arguments.fix {
        fixed = fix::fix(&looked.contracts, &looked.root)?;
        if !fixed.is_empty() {
            looked = look(arguments)?;
        }
    }
    let report = report(&looked, fixed);
    let text = match arguments.format {
        Format::Human => human(&looked, &report),
        Format::Json => json(&report)?,
    };
    let code = match report.outcome {
        Outcome::Passed => exit::PASSED,
        Outcome::Failed | Outcome::Incomplete => exit::FINDINGS,
    };
    Ok(Answer { text, code })
}

fn look(arguments: &Check) -> Result<Looked> {
    let looked = if arguments.paths.is_empty() {
        let workspace = Workspace::load_members(&arguments.selection)?;
        let mut contracts = Contracts::load_all(&workspace)?;
        let policy = policy(&workspace.root())?;
        let sources = sources::findings(&workspace, &mut contracts, &policy)?;
        contracts.judge(Some(&workspace))?;
        Looked {
            contracts,
            sources,
            policy,
            root: workspace.root(),
        }
    } else {
        Looked {
            contracts: Contracts::of_paths(&arguments.paths)?,
            sources: Vec::new(),
            policy: Policy::default(),
            root: PathBuf::new(),
        }
    };
    // Without a contract, and without an attribute that asks for one, nothing was checked.
    if looked.contracts.files.is_empty() && looked.sources.is_empty() {
        return Err(Error::NoContracts);
    }
    Ok(looked)
}

/// What was found, as far as the project's policy does not say otherwise. A contract that
/// is refused is refused by the compiler too, whatever the policy.
fn found(looked: &Looked) -> Vec<Finding> {
    let of_contracts = looked.contracts.findings();
    let (mut found, mut rest): (Vec<Finding>, Vec<Finding>) = of_contracts
        .into_iter()
        .partition(|finding| finding.level == Level::Error);
    rest.extend(looked.sources.iter().cloned());
    policy::apply(&looked.policy, &mut rest, Date::of(SystemTime::now()));
    // Most allowances are for what only a run can find, so only a run misses it.
    rest.retain(|finding| finding.code != codes::UNUSED_ALLOWANCE.code);
    found.extend(rest);
    found.sort_by(|a, b| {
        (&a.file, a.line, a.column, a.code).cmp(&(&b.file, b.line, b.column, b.code))
    });
    found
}

fn report(looked: &Looked, fixed: Vec<Change>) -> Report {
    let findings = found(looked);
    let level = |level| {
        findings
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    };
    let mut summary = Summary {
        files: looked.contracts.files.len(),
        errors: level(Level::Error),
        warnings: level(Level::Warning),
        ..Summary::default()
    };
    for function in looked
        .contracts
        .files
        .values()
        .flat_map(|file| &file.contract().functions)
    {
        summary.functions += 1;
        summary.modes += function.modes.len();
    }
    Report {
        format: FORMAT,
        outcome: if summary.errors == 0 {
            Outcome::Passed
        } else {
            Outcome::Failed
        },
        summary,
        fixed,
        findings,
    }
}

fn human(looked: &Looked, report: &Report) -> String {
    let mut text = String::new();
    draw::findings(&mut text, &report.findings, &looked.contracts, &looked.root);
    for change in &report.fixed {
        let _written = writeln!(text, "{change}");
    }
    let summary = &report.summary;
    let _written = write!(
        text,
        "checked {} with {} and {}",
        count(summary.files, "contract"),
        count(summary.functions, "function"),
        count(summary.modes, "failure mode"),
    );
    let mut mark = ':';
    for (number, what) in [(summary.errors, "error"), (summary.warnings, "warning")] {
        if number > 0 {
            let _written = write!(text, "{mark} {}", count(number, what));
            mark = ',';
        }
    }
    text.push('\n');
    text
}
