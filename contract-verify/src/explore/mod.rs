//! Having interfaces fail while passing tests run, and judging what comes of it.
//!
//! `calls` knows what a run called and how that could fail, `plan` which faults to try
//! next, `runs` makes the runs, `late` knows what timed out in them, `arrival` tells whether their faults happened, `verdict` holds them against contracts and invariants, `modes` says what was explored,
//! `report` is the form for machines and `show` the one for people.

mod arrival;
mod budget;
mod calls;
mod late;
mod modes;
mod plan;
mod report;
mod runs;
mod show;
mod verdict;

use std::time::Instant;

use contract_spec::nearest;

use crate::answer;
use crate::cli::{self, Format, ReportFormat, Reporting};
use crate::commands::{Answer, json};
use crate::error::{Error, Result};
use crate::exit;
use crate::judge::count;
use crate::observe::TestIndex;
use crate::status::Status;
use crate::tests::Test;
use crate::verify::{Prepared, Setting, jobs, of_part};
pub(crate) use report::SCHEMA;
use report::{Exploration, Outcome};
use runs::Explorer;

/// The job.
pub(crate) fn explore(arguments: &cli::Explore) -> Result<Answer> {
    let options = &arguments.options;
    let status = Status::of(options.voice);
    let mut setting = Setting::load(&options.selection, &options.features, None)?;
    setting.workspace.injects = true;
    let mistaken = |setting: Setting| -> Result<Answer> {
        let report = setting.mistakes().ok_or(Error::NoContracts)?;
        let reporting = Reporting {
            format: match arguments.format {
                Format::Human => ReportFormat::Human,
                Format::Json => ReportFormat::Json,
            },
            ..Reporting::default()
        };
        answer(&setting.verified(report), &reporting, status)
    };
    if setting.mistakes().is_some() {
        return mistaken(setting);
    }
    let Some(prepared) = Prepared::new(&mut setting, options, &[], status)? else {
        return mistaken(setting);
    };
    let runnable = prepared.runnable()?;
    let part = arguments.partition.map(|part| part.0);
    let chosen: Vec<TestIndex> = of_part(&runnable, part).collect();
    if chosen.is_empty() {
        return Err(Error::NoTestsInPart(runnable.len()));
    }
    let chosen = only(&arguments.only, &prepared.tests, chosen)?;
    // Before anything runs: whoever edits a source meanwhile has not explored that.
    let origin = prepared.origin(&setting, options, status);
    let began = Instant::now();
    status.say("Exploring", &count(chosen.len(), "test"));
    let explorer = Explorer {
        runner: &prepared.runner,
        tests: &prepared.tests,
        contracts: &setting.contracts,
        subjects: &prepared.inventory.subjects,
        arguments,
        jobs: beside(options),
        status,
    };
    let explored = explorer.explore(&chosen)?;
    status.done("Made", &count(explored.runs.len(), "run"), began);
    let case = verdict::Case {
        setting: &setting,
        tests: &prepared.tests,
        subjects: &prepared.inventory.subjects,
        explored: &explored,
        whole: arguments.only.is_empty() && arguments.partition.is_none(),
        given: !arguments.faults.is_empty(),
        flags: flags(arguments),
    };
    let (exploration, marks) = verdict::judge(&case);
    if let Some(origin) = origin.filter(|_| arguments.faults.is_empty()) {
        origin.keep(marks, status);
    }
    let code = match exploration.outcome {
        Outcome::Failed => exit::FINDINGS,
        _ if exploration.summary.failing > 0 => exit::TESTS,
        Outcome::Incomplete => exit::EVIDENCE,
        Outcome::Passed => exit::PASSED,
    };
    let text = match arguments.format {
        Format::Human => show::render(&exploration, &setting.contracts, &setting.root),
        Format::Json => json(&exploration)?,
    };
    Ok(Answer { text, code })
}

/// How many runs there are beside each other. Most wait between attempts, which takes no
/// processor.
fn beside(options: &cli::Options) -> usize {
    match options.jobs {
        Some(_) => jobs(options),
        None => jobs(options) * WAITING,
    }
}

/// For one run that computes, so many may wait.
const WAITING: usize = 3;

/// The tests that were asked for, of those that are run.
fn only(names: &[String], tests: &[Test], chosen: Vec<TestIndex>) -> Result<Vec<TestIndex>> {
    if names.is_empty() {
        return Ok(chosen);
    }
    let known = |name: &&String| chosen.iter().any(|test| tests[*test].id == **name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let near = nearest(unknown, chosen.iter().map(|test| &*tests[*test].id));
        let help = near.map(|near| format!("\n  help: did you mean `{near}`?"));
        return Err(Error::Usage(format!(
            "there is no test `{unknown}` that is run{}",
            help.unwrap_or_default()
        )));
    }
    let wanted = |test: &TestIndex| names.contains(&tests[*test].id);
    Ok(chosen.into_iter().filter(wanted).collect())
}

/// The flags that select what was explored, for the command that does it again.
fn flags(arguments: &cli::Explore) -> String {
    let options = &arguments.options;
    let workspace = &options.selection.workspace;
    let mut flags = String::new();
    let mut flag = |text: &str| {
        flags.push(' ');
        flags.push_str(text);
    };
    for package in &workspace.package {
        flag(&format!("-p {package}"));
    }
    if workspace.workspace || workspace.all {
        flag("--workspace");
    }
    for package in &workspace.exclude {
        flag(&format!("--exclude {package}"));
    }
    if !options.features.features.is_empty() {
        flag(&format!(
            "--features {}",
            options.features.features.join(",")
        ));
    }
    if options.features.all_features {
        flag("--all-features");
    }
    if options.features.no_default_features {
        flag("--no-default-features");
    }
    if options.release {
        flag("--release");
    }
    if let Some(profile) = &options.profile {
        flag(&format!("--profile {profile}"));
    }
    flags
}

impl Exploration {
    /// Whether nothing was wrong and nothing was left to do.
    fn settle(&mut self) {
        self.outcome = match (self.summary.errors, self.summary.cut) {
            (0, 0) if self.summary.failing == 0 => Outcome::Passed,
            (0, _) => Outcome::Incomplete,
            _ => Outcome::Failed,
        };
    }
}
