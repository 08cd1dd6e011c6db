//! Running tests, or a part of them, for somebody else to conclude from.

use std::path::{Path, PathBuf};
use std::time::Instant;

use contract_spec::evidence::file::{EXTENSION, Partition};

use super::conclude::Found;
use super::is_here;
use super::prepare::{Prepared, Site};
use super::setting::Setting;
use crate::answers::{Answers as _, Live};
use crate::archive;
use crate::cli::Run;
use crate::error::{Error, Result};
use crate::exit;
use crate::judge::count;
use crate::observe::{TestIndex, assumptions, observe, observe_assuming};
use crate::prove::{Of, Thoroughness, prove};
use crate::record::Record;
use crate::status::Status;
use crate::touched::Scope;
use crate::workspace::Workspace;

/// What became of it.
#[derive(Debug)]
pub(crate) enum Ran {
    /// The evidence is written; the exit code says how the tests went.
    Written(u8),
    /// Nothing could be run: contracts are mistaken.
    Mistaken(Box<super::Verified>),
}

/// Runs the tests of a part and writes their evidence.
pub(crate) fn run(arguments: &Run, status: Status) -> Result<Ran> {
    let options = &arguments.options;
    let partition = arguments.partition.map(|part| part.0);
    let (mut setting, archived) = match &arguments.archive {
        None => (
            Setting::load(&options.selection, &options.features, None)?,
            None,
        ),
        Some(archive) => {
            let manifest = &options.selection.manifest;
            let site = Site::new(&Workspace::members(manifest.clone())?, options, status)?;
            let (workspace, build, inputs) =
                archive::unpack(manifest, archive, site.scratch.path())?;
            is_here(&workspace.root(), &inputs)?;
            (Setting::of(workspace, None)?, Some((site, build, inputs)))
        }
    };
    if let Some(report) = setting.mistakes() {
        return Ok(Ran::Mistaken(Box::new(setting.verified(report))));
    }
    let path = arguments.evidence.clone().unwrap_or_else(|| {
        let target = setting.workspace.target_directory(options);
        target.join("verify-contracts").join(name(partition))
    });
    let prepared = match archived {
        None => Prepared::new(&mut setting, options, &[], status)?,
        Some((site, build, inputs)) => {
            Prepared::archived(&mut setting, options, site, build, inputs)?
        }
    };
    let Some(mut prepared) = prepared else {
        let report = setting.mistakes().ok_or(Error::NoContracts)?;
        return Ok(Ran::Mistaken(Box::new(setting.verified(report))));
    };
    let all = prepared.runnable()?;
    let chosen: Vec<TestIndex> = of_part(&all, partition).collect();
    if chosen.is_empty() {
        return Err(Error::NoTestsInPart(all.len()));
    }
    let plan = prepared.plan(&setting, options, partition)?;
    let record = Record::begin(&path, &plan)?;
    let inventory = std::mem::take(&mut prepared.inventory);
    let tests = prepared.tests.clone();
    let live = prepared.live(options, Some(record), status);
    let found = Found {
        inventory: &inventory,
        tests: &tests,
        plain: live.plain(&chosen)?,
        explored: Default::default(),
    };
    let code = if found.failing().is_empty() {
        break_each(&setting, &found, &live, partition.is_some())?;
        exit::PASSED
    } else {
        // Nobody gives a verdict from these; there is nothing to prove.
        exit::TESTS
    };
    live.end()?;
    let what = format!("{}: {}", path.display(), count(chosen.len(), "test"));
    status.say("Wrote", &what);
    Ok(Ran::Written(code))
}

/// Tries every mutant that anybody may want to know of.
fn break_each(setting: &Setting, found: &Found<'_>, live: &Live<'_>, is_part: bool) -> Result<()> {
    let contracts = &setting.contracts;
    let evidence = || found.plain.iter().map(|(test, run)| (*test, &run.evidence));
    let subjects = || found.inventory.subjects.clone();
    let against = setting.against();
    let observed = observe(subjects(), contracts, evidence(), &against);
    live.begin(&observed);
    let began = Instant::now();
    let durations = found.durations();
    let (thoroughness, assumed) = if is_part {
        (Thoroughness::ForOthers, assumptions(&observed, contracts))
    } else {
        (Thoroughness::Enough, vec![0])
    };
    for assumed in assumed {
        let observed = observe_assuming(subjects(), contracts, evidence(), &against, assumed);
        prove(
            live,
            &Of {
                tests: found.tests,
                durations: &durations,
                observed: &observed,
                scope: &Scope::default(),
            },
            thoroughness,
            live.jobs,
        )?;
    }
    live.done(began);
    Ok(())
}

/// The tests of a part, of those that are run: every `count`th.
pub(crate) fn of_part(
    all: &[TestIndex],
    partition: Option<Partition>,
) -> impl Iterator<Item = TestIndex> {
    let (first, step) = match partition {
        Some(Partition { index, count }) => (index.saturating_sub(1), count.max(1)),
        None => (0, 1),
    };
    all.iter()
        .copied()
        .skip(first as usize)
        .step_by(step as usize)
}

fn name(partition: Option<Partition>) -> PathBuf {
    let name = match partition {
        Some(Partition { index, count }) => format!("evidence-{index}-of-{count}"),
        None => "evidence".to_owned(),
    };
    Path::new(&name).with_extension(EXTENSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_belongs_to_one_part() {
        let all: Vec<TestIndex> = (10..21).collect();
        for count in 1..14 {
            let mut parts: Vec<TestIndex> = (1..=count)
                .flat_map(|index| of_part(&all, Some(Partition { index, count })))
                .collect();
            parts.sort_unstable();
            assert_eq!(parts, all);
        }
        assert_eq!(of_part(&all, None).count(), all.len());
    }

    #[test]
    fn a_file_is_named_after_its_part() {
        let part = Partition { index: 1, count: 4 };
        assert_eq!(name(Some(part)), Path::new("evidence-1-of-4.rcev"));
        assert_eq!(name(None), Path::new("evidence.rcev"));
    }
}
