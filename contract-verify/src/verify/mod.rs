//! One run, from the workspace to the report.
//!
//! `setting` is what holds whatever is built; `prepare` builds, and lists the tests; `conclude`
//! goes from answers to the report. `part` runs tests for somebody else to conclude from.

mod conclude;
mod part;
mod prepare;
mod scratch;
mod setting;

pub(crate) use conclude::{Found, conclude, tests_failed};
pub(crate) use part::{Ran, of_part, run};
pub(crate) use prepare::{Prepared, jobs};
pub(crate) use setting::{Setting, policy};

use std::path::{Path, PathBuf};

use contract_spec::evidence::file::Inputs;

use crate::archive;
use crate::cli::{Arguments, Build};
use crate::contracts::Contracts;
use crate::error::{Error, Result};
use crate::kept::key::digest;
use crate::last;
use crate::record::Record;
use crate::report::Report;
use crate::status::Status;
use prepare::{Site, inputs};

/// A report, the contracts it is about, and the folder that its paths are relative to.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) report: Report,
    pub(crate) contracts: Contracts,
    pub(crate) root: PathBuf,
}

/// The main job: all of it. Its report is kept for `prompt --for repair`.
pub(crate) fn verify(arguments: &Arguments, status: Status) -> Result<Verified> {
    let options = &arguments.options;
    let mut setting = Setting::load(
        &options.selection,
        &options.features,
        Some(&arguments.reporting),
    )?;
    let report = report(&mut setting, arguments, status)?;
    let folder = setting.workspace.target_directory(options);
    let verified = setting.verified(report);
    last::keep(&folder.join("verify-contracts"), &verified.report)?;
    Ok(verified)
}

fn report(setting: &mut Setting, arguments: &Arguments, status: Status) -> Result<Report> {
    let options = &arguments.options;
    if let Some(report) = setting.mistakes() {
        return Ok(report);
    }
    let outputs = arguments.reporting.outputs.iter().map(|(_, path)| path);
    let named = setting.policy.baseline.as_ref();
    let own: Vec<PathBuf> = outputs
        .chain(&arguments.reporting.baseline)
        .filter_map(|path| std::path::absolute(path).ok())
        .chain(named.map(|baseline| setting.root.join(baseline)))
        .collect();
    let Some(mut prepared) = Prepared::new(setting, options, &own, status)? else {
        return setting.mistakes().ok_or(Error::NoContracts);
    };
    let chosen = prepared.runnable()?;
    let record = match &arguments.evidence {
        Some(path) => Some(Record::begin(
            path,
            &prepared.plan(setting, options, None)?,
        )?),
        None => None,
    };
    let explored = prepared.explored(setting, options, status);
    let inventory = std::mem::take(&mut prepared.inventory);
    let tests = prepared.tests.clone();
    let live = prepared.live(options, record, status);
    let found = Found {
        inventory: &inventory,
        tests: &tests,
        plain: live.plain(&chosen)?,
        explored,
    };
    let report = conclude(setting, &found, &live, live.jobs, status)?;
    live.end()?;
    Ok(report)
}

/// Builds into an archive; the report on contracts that are mistaken, if they are.
pub(crate) fn build(arguments: &Build, status: Status) -> Result<Option<Verified>> {
    let options = &arguments.options;
    let setting = Setting::load(&options.selection, &options.features, None)?;
    if let Some(report) = setting.mistakes() {
        return Ok(Some(setting.verified(report)));
    }
    let site = Site::new(&setting.workspace, options, status)?;
    let build = site.build(&setting, options)?;
    let inputs = inputs(&setting, options, &build)?;
    archive::pack(
        &setting.workspace,
        options,
        &build,
        inputs,
        &arguments.archive,
    )?;
    Ok(None)
}

/// The files that a run was about are those that lie here.
pub(crate) fn is_here(root: &Path, inputs: &Inputs) -> Result<()> {
    let mut differing = Vec::new();
    for (path, known) in &inputs.files {
        match digest(&root.join(path)) {
            Ok(digest) if digest == *known => {}
            Ok(_) => differing.push(format!("`{path}` differs")),
            Err(_) => differing.push(format!("`{path}` is missing")),
        }
    }
    let more = match differing.len() {
        0 => return Ok(()),
        1 => String::new(),
        number => format!(", and {} more of its files", number - 1),
    };
    Err(elsewhere(&format!("{}{more}", differing[0])))
}

/// What was gathered or built is not of this checkout.
pub(crate) fn elsewhere(what: &str) -> Error {
    Error::Refused(format!(
        "it is not of this checkout: {what}\n  \
         help: check out what it was gathered from, or run all parts again"
    ))
}
