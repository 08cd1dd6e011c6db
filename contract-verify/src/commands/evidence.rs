//! `run`, `merge` and `report`: evidence that is gathered in one place and used in another.

use std::path::Path;

use super::Answer;
use crate::cli::{Merge, Report, Run};
use crate::error::{Error, Result};
use crate::exit;
use crate::judge::count;
use crate::kept::key::digest;
use crate::shards::{Shard, Whole, fit};
use crate::status::Status;
use crate::verify::{self, Found, Ran, Setting, conclude};
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
    let workspace = Workspace::named(arguments.manifest.clone(), &whole.inputs().packages);
    let workspace = workspace.map_err(|error| match error {
        Error::UnknownPackage(name) => elsewhere(&format!("there is no package `{name}`")),
        other => other,
    })?;
    is_of(&workspace.root(), &whole)?;
    let mut setting = Setting::of(workspace, Some(&arguments.reporting))?;
    for (package, path) in whole.contracts() {
        let path = setting.root.join(path);
        setting.contracts.read(&setting.root, package, &path)?;
    }
    let known = |path: &String| whole.inputs().files.contains_key(path);
    let mut contracts = setting.contracts.files.values();
    if let Some(new) = contracts.find(|file| !known(&file.source.path)) {
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
    };
    let report = conclude(&setting, &found, &whole.replay(), 1, status)?;
    answer(&setting.verified(report), &arguments.reporting, status)
}

fn read(files: &[std::path::PathBuf]) -> Result<Whole> {
    let shards = files.iter().map(|path| Shard::read(path));
    fit(shards.collect::<Result<_>>()?)
}

/// The files that the evidence is of are those that lie here.
fn is_of(root: &Path, whole: &Whole) -> Result<()> {
    let mut differing = Vec::new();
    for (path, known) in &whole.inputs().files {
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

fn elsewhere(what: &str) -> Error {
    Error::Refused(format!(
        "it is not of this checkout: {what}\n  \
         help: check out what it was gathered from, or run all parts again"
    ))
}
