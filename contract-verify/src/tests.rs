//! Listing tests and running one, in a process of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cargo_metadata::PackageId;
use contract_spec::evidence::{
    ENDLESS, EVIDENCE_LOST, EVIDENCE_VARIABLE, FAULTS_VARIABLE, Fault, LOGS_VARIABLE, LogLevel,
    MUTANT_VARIABLE, Mutant, write_faults,
};

use crate::build::Binary;
use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::expectations;
use crate::process::{Finished, Watchdog};

/// One test.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// The name in reports.
    pub(crate) id: String,
    /// The index of its binary.
    pub(crate) binary: usize,
    pub(crate) entry: Entry,
    /// `#[ignore]`: not run, as `cargo test` does not.
    pub(crate) ignored: bool,
}

/// How a test is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// By its name, in libtest or in what speaks its protocol.
    Named(String),
    /// `harness = false` and no list of tests: the whole binary is one test.
    Whole,
}

/// How a run of a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// It failed as tests fail: it said so, or panicked.
    Failed,
    /// It ended in some other way, which proves nothing.
    Crashed(String),
    TimedOut,
}

/// How a run crashes in which an injected failure is tried again and again.
pub(crate) const FOR_EVER: &str = "what failed was tried again without end";

/// One run of a test.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) outcome: Outcome,
    pub(crate) duration: Duration,
    pub(crate) evidence: Evidence,
    /// What it printed, standard error last.
    pub(crate) output: String,
    pub(crate) should_panic: bool,
}

/// Runs the tests of the built binaries.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) binaries: Vec<Binary>,
    scratch: PathBuf,
    runs: AtomicU64,
    watchdog: Watchdog,
    /// From which level on log events are recorded.
    level: LogLevel,
    /// The tests whose log events are not recorded, because they do not pass with that.
    unheard: Mutex<BTreeSet<String>>,
    /// The packages whose tests take turns.
    serial: BTreeSet<PackageId>,
    turn: Mutex<()>,
}

impl Runner {
    pub(crate) fn new(
        binaries: Vec<Binary>,
        scratch: &Path,
        watchdog: Watchdog,
        level: LogLevel,
        serial: BTreeSet<PackageId>,
    ) -> Self {
        Self {
            binaries,
            scratch: scratch.to_owned(),
            runs: AtomicU64::new(0),
            watchdog,
            level,
            unheard: Mutex::default(),
            serial,
            turn: Mutex::default(),
        }
    }

    /// The tests of a binary, in its own order.
    pub(crate) fn list(&self, binary: usize, prefix: &str, limit: Duration) -> Result<Vec<Test>> {
        let Some(all) = self.names(binary, &[], limit)? else {
            return Ok(vec![Test {
                id: prefix.trim_end_matches("::").to_owned(),
                binary,
                entry: Entry::Whole,
                ignored: false,
            }]);
        };
        let ignored = self
            .names(binary, &["--ignored"], limit)?
            .unwrap_or_default();
        let tests = all.into_iter().map(|name| Test {
            id: format!("{prefix}{name}"),
            binary,
            ignored: ignored.contains(&name),
            entry: Entry::Named(name),
        });
        Ok(tests.collect())
    }

    /// `None` if the binary does not list its tests.
    fn names(&self, binary: usize, more: &[&str], limit: Duration) -> Result<Option<Vec<String>>> {
        let mut command = self.command(binary);
        command.args(["--list", "--format", "terse"]).args(more);
        let scratch = self.scratch()?;
        let finished = self.finish(binary, command, &scratch, limit)?;
        let Some(status) = finished.status else {
            return Err(self.unlisted(binary, "it was ended because it took too long"));
        };
        match status.code() {
            Some(0) => {}
            // A `main` of one's own that takes no such arguments.
            Some(_) => return Ok(None),
            None => return Err(self.unlisted(binary, &status.to_string())),
        }
        let names = parse_list(&finished.stdout);
        if names.as_ref().is_some_and(Vec::is_empty) && more.is_empty() {
            // libtest without a test, or a `main` that printed nothing: only libtest counts to zero.
            let mut command = self.command(binary);
            command.arg("--list");
            let finished = self.finish(binary, command, &scratch, limit)?;
            if !finished.stdout.contains("0 tests, 0 benchmarks") {
                return Ok(None);
            }
        }
        Ok(names)
    }

    fn unlisted(&self, binary: usize, how: &str) -> Error {
        let program = self.binaries[binary].planned.program.display();
        Error::Evidence(format!(
            "`{program} --list` does not list its tests: {how}\n  \
             help: run it by hand; a test binary must list its tests without running them"
        ))
    }

    /// Runs a test; with a mutant, if one is given.
    pub(crate) fn run(&self, test: &Test, mutant: Option<&Mutant>, limit: Duration) -> Result<Run> {
        self.run_with(
            test,
            mutant.map(|mutant| (MUTANT_VARIABLE, mutant.to_string())),
            limit,
        )
    }

    /// Runs a test while interfaces fail; without any fault, calls to them are counted.
    pub(crate) fn run_injected(
        &self,
        test: &Test,
        faults: &[Fault],
        limit: Duration,
    ) -> Result<Run> {
        self.run_with(test, Some((FAULTS_VARIABLE, write_faults(faults))), limit)
    }

    /// Runs a test; the probes are asked for what the variable says.
    fn run_with(&self, test: &Test, asked: Option<(&str, String)>, limit: Duration) -> Result<Run> {
        // What keeps them apart in one process does not reach into another.
        let is_serial = self.serial.contains(&self.binaries[test.binary].package);
        let _turn = is_serial.then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner));
        let mut command = self.command(test.binary);
        let scratch = self.scratch()?;
        command.env(EVIDENCE_VARIABLE, &scratch);
        let level = match self.unheard().contains(&test.id) {
            true => "off",
            false => self.level.name(),
        };
        command.env(LOGS_VARIABLE, level);
        let is_mutant = asked
            .as_ref()
            .is_some_and(|(key, _)| *key == MUTANT_VARIABLE);
        command.envs(asked);
        if let Entry::Named(name) = &test.entry {
            command.args(["--exact", name]);
        }
        let finished = self.finish(test.binary, command, &scratch, limit)?;
        let evidence = Evidence::read(&scratch)?;
        let outcome = outcome(&test.entry, &finished)?;
        if !is_mutant && evidence.was_mutated() {
            return Err(Error::Evidence(format!(
                "`{}` sets {MUTANT_VARIABLE} for the processes that it starts; leave it alone",
                test.id
            )));
        }
        // What has been read is of no more use; it would only fill the disk.
        let _left = std::fs::remove_dir_all(&scratch);
        Ok(Run {
            outcome,
            duration: finished.duration,
            evidence,
            should_panic: finished.stdout.contains(" - should panic ... "),
            output: finished.stdout + &finished.stderr,
        })
    }

    /// Runs a test that failed without recording its log events: it may set up logging in
    /// a way that leaves no room for anybody else. The run, if that is what it was.
    pub(crate) fn run_unheard(&self, test: &Test, limit: Duration) -> Result<Option<Run>> {
        self.leave_unheard(test);
        let unheard = self.run(test, None, limit)?;
        self.unheard().remove(&test.id);
        if unheard.outcome != Outcome::Passed
            || self.run(test, None, limit)?.outcome == Outcome::Passed
        {
            return Ok(None);
        }
        self.leave_unheard(test);
        Ok(Some(unheard))
    }

    /// From now on, a test's log events are not recorded.
    pub(crate) fn leave_unheard(&self, test: &Test) {
        self.unheard().insert(test.id.clone());
    }

    fn unheard(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn command(&self, binary: usize) -> Command {
        let binary = &self.binaries[binary];
        let mut command = match binary.runner.split_first() {
            Some((runner, arguments)) => {
                let mut command = Command::new(runner);
                command.args(arguments).arg(&binary.planned.program);
                command
            }
            None => Command::new(&binary.planned.program),
        };
        command
            .current_dir(&binary.planned.directory)
            .env_clear()
            .envs(&binary.planned.environment)
            // A mutant's death is an everyday event; with backtraces it takes
            // thirty times as long.
            .env("RUST_BACKTRACE", "0")
            .env("RUST_LIB_BACKTRACE", "0");
        // One test on its own has nothing to shuffle, and its output is wanted.
        // What is asked of the probes is this run's to say, and nobody else's.
        for variable in [
            "RUST_TEST_SHUFFLE",
            "RUST_TEST_SHUFFLE_SEED",
            "RUST_TEST_NOCAPTURE",
            EVIDENCE_VARIABLE,
            FAULTS_VARIABLE,
            LOGS_VARIABLE,
            MUTANT_VARIABLE,
        ] {
            command.env_remove(variable);
        }
        expectations::keep(&mut command, &binary.planned.directory);
        command
    }

    fn scratch(&self) -> Result<PathBuf> {
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        let path = self.scratch.join(number.to_string());
        match std::fs::create_dir(&path) {
            Ok(()) => Ok(path),
            Err(error) => Err(Error::Write { path, error }),
        }
    }

    fn finish(
        &self,
        binary: usize,
        command: Command,
        scratch: &Path,
        limit: Duration,
    ) -> Result<Finished> {
        self.watchdog
            .run(command, scratch, limit)
            .map_err(|error| Error::Start {
                path: self.binaries[binary].planned.program.clone(),
                error,
            })
    }
}

/// `None` where the output is not a list of tests.
fn parse_list(output: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for line in output.lines() {
        if let Some(name) = line.strip_suffix(": test") {
            names.push(name.to_owned());
        } else if line.strip_suffix(": benchmark").is_none() {
            return None;
        }
    }
    Some(names)
}

fn outcome(entry: &Entry, finished: &Finished) -> Result<Outcome> {
    let Some(status) = finished.status else {
        return Ok(Outcome::TimedOut);
    };
    if status.code() == Some(EVIDENCE_LOST) {
        return Err(Error::Evidence(finished.stderr.trim().to_owned()));
    }
    if status.code() == Some(ENDLESS) {
        return Ok(Outcome::Crashed(FOR_EVER.to_owned()));
    }
    let summary = finished
        .stdout
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("test result: "));
    let outcome = match (entry, status.code(), summary) {
        // Exit status alone would also pass a test that calls `exit(0)`, and one that is not there.
        (Entry::Named(_), Some(0), Some(summary)) if summary.starts_with("ok. 1 passed;") => {
            Outcome::Passed
        }
        (Entry::Named(_), Some(101), Some(summary)) if summary.contains(" 0 passed; 1 failed;") => {
            Outcome::Failed
        }
        (Entry::Named(_), Some(0), None) => {
            Outcome::Crashed("the process ended with 0 before the test did".into())
        }
        (Entry::Named(_), Some(0), Some(_)) => Outcome::Crashed("the test was not run".into()),
        (Entry::Whole, Some(0), _) => Outcome::Passed,
        // A shell's way to say that a signal ended what it ran.
        (Entry::Whole, Some(code), _) if !(0..128).contains(&code) => {
            Outcome::Crashed(format!("exit code {code}"))
        }
        // A panic in `main`, an error out of it, or whatever it says by a number.
        (Entry::Whole, Some(_), _) => Outcome::Failed,
        (_, Some(code), _) => Outcome::Crashed(format!("exit code {code}")),
        (_, None, _) => Outcome::Crashed(status.to_string()),
    };
    Ok(outcome)
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn a_list_is_read_and_free_text_is_not_taken_for_one() {
        let list = "a::b: test\nwith space: test\nbench: benchmark\n";
        assert_eq!(
            parse_list(list),
            Some(vec!["a::b".into(), "with space".into()])
        );
        assert_eq!(parse_list(""), Some(Vec::new()));
        assert_eq!(parse_list("hello\na: test\n"), None);
    }
}
