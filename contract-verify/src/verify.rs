//! One run, from the workspace to the report.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use contract_spec::Source;

use crate::baseline;
use crate::build::{self, Binary};
use crate::cli::Arguments;
use crate::codes;
use crate::contracts::{self, Contracts};
use crate::draw;
use crate::error::{Error, Result};
use crate::exit;
use crate::inventory::{self, Inventory};
use crate::judge::{self, Case, count};
use crate::observe::observe;
use crate::parallel;
use crate::policy::{self, Date, Policy};
use crate::process::Watchdog;
use crate::prove::{self, Proofs};
use crate::report::{FORMAT, Level, Outcome as ReportOutcome, Report, Summary};
use crate::status::{self, Status};
use crate::tests::{Outcome, Run, Runner, Test};
use crate::workspace::Workspace;

/// A report, the contracts it is about, and the folder that its paths are relative to.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) report: Report,
    pub(crate) contracts: Contracts,
    pub(crate) root: PathBuf,
}

pub(crate) fn verify(arguments: &Arguments, status: Status) -> Result<Verified> {
    let workspace = Workspace::load(&arguments.selection)?;
    let root = workspace.root();
    workspace.probe_features()?;
    let policy = policy(&root)?;
    let named = policy.baseline.as_ref().map(|path| root.join(path));
    let named = arguments.baseline.clone().or(named);
    let baseline = baseline::Chosen::new(named, arguments.write_baseline)?;
    let mut contracts = Contracts::load(&workspace)?;
    // A contract that cannot be read makes the build fail, with less to say about it.
    if let Some(report) = mistakes(&contracts) {
        return Ok(Verified {
            report,
            contracts,
            root,
        });
    }
    // A build may take minutes, and would come to the same.
    if contracts.files.is_empty() && !contracts::is_attribute_used(&workspace)? {
        return Err(Error::NoContracts);
    }
    let watchdog = Watchdog::default();
    leave_nothing_behind(&watchdog);
    let scratch = Scratch::new(
        &workspace
            .target_directory(arguments)
            .join("verify-contracts"),
        status,
    )?;
    let plan = scratch.path().join("plan.jsonl");
    let mut build = build::build(&workspace, arguments, &plan)?;
    let all = !policy.required.is_empty();
    let inventory = inventory::find(&workspace, &build, &mut contracts, all)?;
    let required = policy.required.findings(
        &inventory.uncontracted,
        &inventory.contracted,
        workspace.is_whole(),
    );
    let Inventory {
        subjects, hidden, ..
    } = inventory;
    if let Some(report) = mistakes(&contracts) {
        return Ok(Verified {
            report,
            contracts,
            root,
        });
    }
    if contracts.files.is_empty() {
        return Err(Error::NoContracts);
    }
    let runner = Runner::new(
        std::mem::take(&mut build.binaries),
        scratch.path(),
        watchdog,
    );
    let limit = Duration::from_secs(arguments.test_timeout);
    let jobs = jobs(arguments);
    let tests = list(&workspace, &runner, limit, jobs)?;
    let chosen: Vec<usize> = (0..tests.len())
        .filter(|test| !tests[*test].ignored)
        .collect();
    if chosen.is_empty() {
        return Err(Error::NoTests);
    }
    status.say("Recording", &count(chosen.len(), "test"));
    let began = Instant::now();
    let runs = parallel::map(jobs, &chosen, |test| runner.run(&tests[*test], None, limit))?;
    status.done("Recorded", &count(runs.len(), "test"), began);
    let runs: Vec<(usize, Run)> = chosen.into_iter().zip(runs).collect();
    let mut durations = vec![Duration::ZERO; tests.len()];
    let mut failing = Vec::new();
    let mut should_panic = BTreeSet::new();
    for (test, run) in &runs {
        durations[*test] = run.duration;
        if run.should_panic {
            should_panic.insert(*test);
        }
        if let Some(mut how) = how_it_fails(&run.outcome, limit) {
            status.show(&tests[*test].id, &run.output);
            if jobs > 1 && runner.run(&tests[*test], None, limit)?.outcome == Outcome::Passed {
                how.push_str(
                    " beside other tests, and passes alone (`--jobs 1` runs one at a time)",
                );
            }
            failing.push((*test, how));
        }
    }
    let passed = runs
        .iter()
        .filter(|(_, run)| run.outcome == Outcome::Passed);
    let observed = observe(
        subjects,
        &contracts,
        passed.map(|(test, run)| (*test, &run.evidence)),
    );
    let proofs = if failing.is_empty() {
        status.say(
            "Breaking",
            &format!("{}, each in turn", count(observed.exits.len(), "exit")),
        );
        let began = Instant::now();
        let proofs = prove::prove(&runner, &tests, &durations, &observed, jobs)?;
        status.done(
            "Ran",
            &format!("{} with a mutant", count(proofs.runs, "test")),
            began,
        );
        proofs
    } else {
        Proofs::default()
    };
    let mut report = judge::judge(&Case {
        contracts: &contracts,
        tests: &tests,
        observed: &observed,
        proofs: &proofs,
        failing: &failing,
        should_panic: &should_panic,
        policy: &policy,
        hidden: &hidden,
        today: Date::of(SystemTime::now()),
        undependent: &contracts::without_dependency(&workspace)?,
        required: &required,
    });
    if let Some(baseline) = baseline {
        baseline.apply(&mut report, &root, true, status)?;
    }
    Ok(Verified {
        report,
        contracts,
        root,
    })
}

/// The project's policy, or the default one.
pub(crate) fn policy(root: &Path) -> Result<Policy> {
    let path = root.join(policy::FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Policy::default()),
        Err(error) => return Err(Error::Read { path, error }),
    };
    let source = Source::new(policy::FILE, text);
    let (policy, mistakes) = policy::read(&source);
    if mistakes.is_empty() {
        return Ok(policy);
    }
    let mut drawn = String::new();
    for mistake in &mistakes {
        draw::diagnostic(&mut drawn, &source, mistake);
    }
    Err(Error::Policy(drawn))
}

/// On an interrupt, takes every running test along.
fn leave_nothing_behind(watchdog: &Watchdog) {
    let watchdog = watchdog.clone();
    let handled = ctrlc::set_handler(move || {
        watchdog.close();
        status::error("interrupted: there is no verdict");
        std::process::exit(exit::INTERRUPTED.into());
    });
    // Only a second handler in one process is refused, and there is none.
    debug_assert!(handled.is_ok());
}

/// How many things to run at once.
fn jobs(arguments: &Arguments) -> usize {
    match arguments.jobs {
        Some(jobs) => jobs.get(),
        None => std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
    }
}

fn list(workspace: &Workspace, runner: &Runner, limit: Duration, jobs: usize) -> Result<Vec<Test>> {
    let several = runner
        .binaries
        .windows(2)
        .any(|pair| pair[0].package != pair[1].package);
    let binaries: Vec<usize> = (0..runner.binaries.len()).collect();
    let lists = parallel::map(jobs, &binaries, |binary| {
        let prefix = prefix(workspace, &runner.binaries[*binary], several);
        runner.list(*binary, &prefix, limit)
    })?;
    Ok(lists.into_iter().flatten().collect())
}

/// What stands before the names of a binary's tests: nothing where they are unambiguous.
fn prefix(workspace: &Workspace, binary: &Binary, several_packages: bool) -> String {
    let mut prefix = String::new();
    if several_packages {
        prefix.push_str(&workspace.metadata[&binary.package].name);
        prefix.push_str("::");
    }
    if !binary.target.is_lib() && !binary.target.is_proc_macro() {
        prefix.push_str(&binary.target.name);
        prefix.push_str("::");
    }
    prefix
}

fn how_it_fails(outcome: &Outcome, limit: Duration) -> Option<String> {
    match outcome {
        Outcome::Passed => None,
        Outcome::Failed => Some("fails".into()),
        Outcome::Crashed(how) => Some(format!("crashes ({how})")),
        Outcome::TimedOut => Some(format!(
            "hangs: it was ended after {} s (`--test-timeout` gives it longer)",
            limit.as_secs()
        )),
    }
}

/// The report on contracts that cannot be worked with, if there are any.
fn mistakes(contracts: &Contracts) -> Option<Report> {
    if !contracts
        .files
        .values()
        .any(|file| file.reading.has_errors())
    {
        return None;
    }
    let findings = contracts.findings();
    let level = |level| {
        findings
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    };
    Some(Report {
        format: FORMAT,
        outcome: ReportOutcome::Failed,
        summary: Summary {
            errors: level(Level::Error),
            warnings: level(Level::Warning),
            ..Summary::default()
        },
        functions: Vec::new(),
        findings,
        known: Vec::new(),
    })
}

/// Whether a report says that tests cannot be trusted.
pub(crate) fn tests_failed(report: &Report) -> bool {
    let untrusted = [codes::TEST_FAILS.code, codes::TEST_FLAKES.code];
    report
        .findings
        .iter()
        .any(|finding| untrusted.contains(&finding.code))
}

/// The run's own files, gone when it ends.
struct Scratch {
    folder: tempfile::TempDir,
    /// Held to the end: another build into the same place would exchange the
    /// test binaries under our hands.
    _lock: File,
}

impl Scratch {
    fn new(parent: &Path, status: Status) -> Result<Self> {
        let unwritable = |error| Error::Write {
            path: parent.to_owned(),
            error,
        };
        std::fs::create_dir_all(parent).map_err(unwritable)?;
        let lock = File::create(parent.join(".lock")).map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                status.say(
                    "Blocking",
                    "waiting for another run of verify-contracts in the same target directory",
                );
                lock.lock().map_err(unwritable)?;
            }
            // Some network file systems know no locks; cargo goes on there, too.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(unwritable(error)),
        }
        clear(parent).map_err(unwritable)?;
        let folder = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(parent)
            .map_err(unwritable)?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Takes away what runs left that were ended before they could do so themselves.
fn clear(parent: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(parent)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("run-") {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
