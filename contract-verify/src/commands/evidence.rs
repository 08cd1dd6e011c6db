//! `build`, `run`, `merge` and `report`: evidence that is gathered in one place and used in another.

use super::Answer;
use crate::cli::{Build, Merge, Report, Run};
use crate::error::{Error, Result};
use crate::exit;
use crate::judge::count;
use crate::shards::{Shard, Whole, fit};
use crate::status::Status;
use crate::verify::{self, Found, Ran, Setting, conclude, elsewhere, is_here};
use crate::workspace::Workspace;
use crate::{answer, cli::Reporting};

pub(super) fn run(arguments: &Run) -> Result<Answer> {
    let status = Status::of(arguments.options.voice);
    match verify::run(arguments, status)? {
        Ran::Written(code) => Ok(Answer {
            text: String::new(),
            code,
        }),
        Ran::Mistaken(verified) => answer(&verified, &Reporting::default(), status),
    }
}

pub(super) fn build(arguments: &Build) -> Result<Answer> {
    let status = Status::of(arguments.options.voice);
    match verify::build(arguments, status)? {
        Some(mistaken) => answer(&mistaken, &Reporting::default(), status),
        None => Ok(Answer {
            text: String::new(),
            code: exit::PASSED,
        }),
    }
}

pub(super) fn merge(arguments: &Merge) -> Result<Answer> {
    let whole = read(&arguments.files)?;
    whole.write(&arguments.output)?;
    let tests = count(whole.tests_run(), "test");
    let from = count(arguments.files.len(), "file");
    let path = arguments.output.display();
    Status::of(arguments.voice).say("Merged", &format!("{from} into {path}: {tests}"));
    Ok(Answer {
        text: String::new(),
        code: exit::PASSED,
    })
}

pub(super) fn report(arguments: &Report) -> Result<Answer> {
    let status = Status::of(arguments.voice);
    let whole = read(&arguments.from)?;
    let workspace = Workspace::members(arguments.manifest.clone())?;
    let workspace = workspace.selecting(&whole.inputs().packages)?;
    is_here(&workspace.root(), whole.inputs())?;
    let mut setting = Setting::of(workspace, Some(&arguments.reporting))?;
    for (package, path) in whole.contracts() {
        let path = setting.root.join(path);
        setting.contracts.read(&setting.root, package, &path)?;
    }
    setting.contracts.judge(Some(&setting.workspace))?;
    let known = |path: &String| whole.inputs().files.contains_key(path);
    let new = setting
        .contracts
        .read_files()
        .find(|(_, file)| !known(&file.source.path));
    if let Some((_, new)) = new {
        return Err(elsewhere(&format!("`{}` is new", new.source.path)));
    }
    if let Some(mistaken) = setting.mistakes() {
        return answer(&setting.verified(mistaken), &arguments.reporting, status);
    }
    if !setting.policy.required.is_empty() && !whole.has_places() {
        return Err(Error::Refused(
            "the policy demands contracts of functions (`[require]`), and did not when the evidence was gathered\n  \
             help: run all parts again"
                .into(),
        ));
    }
    let found = Found {
        inventory: &whole.inventory(&setting.root),
        tests: &whole.tests(),
        plain: whole.plain()?,
        // What somebody explored elsewhere is not part of evidence.
        explored: Default::default(),
    };
    let report = conclude(&setting, &found, &whole.replay(), 1, status)?;
    answer(&setting.verified(report), &arguments.reporting, status)
}

fn read(files: &[std::path::PathBuf]) -> Result<Whole> {
    let shards = files.iter().map(|path| Shard::read(path));
    fit(shards.collect::<Result<_>>()?)
}
