//! Answers of tests that are run now, or were with the same binary in the same surroundings.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use contract_spec::evidence::{Mutant, file::Fate};

use super::{Answers, Plain, Trial};
use crate::error::Result;
use crate::judge::count;
use crate::kept::Kept;
use crate::observe::{Observed, TestIndex};
use crate::parallel;
use crate::progress::Progress;
use crate::record::Record;
use crate::status::Status;
use crate::tests::{Outcome, Run, Runner, Test};

/// Runs tests, and remembers and writes down what they answer.
#[derive(Debug)]
pub(crate) struct Live<'a> {
    pub(crate) runner: &'a Runner,
    pub(crate) tests: &'a [Test],
    /// How long a test may take with nothing changed.
    pub(crate) limit: Duration,
    pub(crate) jobs: usize,
    pub(crate) status: Status,
    /// Held while a test runs: beside itself, it may fail for what the two share.
    turns: Vec<Mutex<()>>,
    durations: Mutex<Vec<Duration>>,
    trials: Mutex<HashMap<(TestIndex, Mutant), Trial>>,
    again: Mutex<HashMap<TestIndex, bool>>,
    kept: Kept,
    record: Option<Record>,
    /// While mutants are tried.
    breaking: Mutex<Option<Progress>>,
}

impl<'a> Live<'a> {
    pub(crate) fn new(
        runner: &'a Runner,
        tests: &'a [Test],
        limit: Duration,
        jobs: usize,
        status: Status,
        kept: Kept,
        record: Option<Record>,
    ) -> Self {
        Self {
            runner,
            tests,
            limit,
            jobs,
            status,
            turns: tests.iter().map(|_| Mutex::default()).collect(),
            durations: Mutex::new(vec![Duration::ZERO; tests.len()]),
            trials: Mutex::default(),
            again: Mutex::default(),
            kept,
            record,
            breaking: Mutex::default(),
        }
    }

    /// How tests go with nothing changed, in the order in which they are named.
    pub(crate) fn plain(&self, chosen: &[TestIndex]) -> Result<Vec<(TestIndex, Plain)>> {
        let kept = chosen
            .iter()
            .filter(|test| self.kept.knows(&self.tests[**test]));
        let unchanged = match kept.count() {
            0 => String::new(),
            kept => format!(" ({kept} unchanged since they were)"),
        };
        let tests = count(chosen.len(), "test");
        self.status.say("Recording", &format!("{tests}{unchanged}"));
        let began = Instant::now();
        let progress = Progress::of(self.status, "Recording", Some(chosen.len())).ticking();
        let runs = parallel::map(self.jobs, chosen, |test| {
            let of = &self.tests[*test];
            progress.step(&of.id);
            if let Some(kept) = self.kept.plain(of)? {
                if kept.evidence.is_unheard() {
                    self.runner.leave_unheard(of);
                }
                return Ok((kept, None));
            }
            let mut run = self.runner.run(of, None, self.limit)?;
            if run.outcome != Outcome::Passed
                && let Some(unheard) = self.runner.run_unheard(of, self.limit)?
            {
                run = unheard;
            }
            let failure = how_it_fails(&run.outcome, self.limit);
            let Run {
                duration,
                evidence,
                should_panic,
                output,
                ..
            } = run;
            let output = failure.is_some().then_some(output);
            let plain = Plain {
                evidence: if failure.is_some() {
                    Default::default()
                } else {
                    evidence
                },
                failure,
                duration,
                should_panic,
            };
            Ok((plain, output))
        })?;
        drop(progress);
        self.status
            .done("Recorded", &count(runs.len(), "test"), began);
        let mut plain = Vec::with_capacity(runs.len());
        for (test, (mut run, output)) in chosen.iter().copied().zip(runs) {
            lock(&self.durations)[test] = run.duration;
            if let (Some(how), Some(output)) = (&mut run.failure, output) {
                self.status.show(&self.tests[test].id, &output);
                if self.jobs > 1 && self.passes(test, self.limit)? {
                    how.push_str(
                        " beside other tests, and passes alone (`--jobs 1` runs one at a time)",
                    );
                }
            }
            self.kept.keep_plain(&self.tests[test], &run);
            if let Some(record) = &self.record {
                record.plain(test, &run)?;
            }
            plain.push((test, run));
        }
        Ok(plain)
    }

    /// Says that all is done: what may be used again is kept, and the record is ended.
    pub(crate) fn end(&self) -> Result<()> {
        self.kept.save(self.status);
        match &self.record {
            Some(record) => record.end(),
            None => Ok(()),
        }
    }

    fn passes(&self, test: TestIndex, limit: Duration) -> Result<bool> {
        let run = self.runner.run(&self.tests[test], None, limit)?;
        Ok(run.outcome == Outcome::Passed)
    }

    /// How long a test may take with something changed: room enough for a busy machine,
    /// and an end for a test that hangs.
    fn patience(&self, test: TestIndex) -> Duration {
        let duration = lock(&self.durations)[test];
        Duration::from_secs(10).max(duration * 10)
    }

    fn tried(&self, test: TestIndex, mutant: &Mutant) -> Result<Trial> {
        let run = self
            .runner
            .run(&self.tests[test], Some(mutant), self.patience(test))?;
        let changed = run.evidence.was_mutated();
        let undecided = |reason: &str| Fate::Undecided(reason.to_owned());
        let fate = match run.outcome {
            Outcome::Failed if changed => Fate::Killed,
            Outcome::Passed if changed => Fate::Survived,
            Outcome::Failed => undecided("failed before the branch was changed"),
            Outcome::Passed => undecided("did not come to the branch a second time"),
            Outcome::Crashed(how) => {
                Fate::Undecided(format!("crashed when the branch was changed ({how})"))
            }
            Outcome::TimedOut => undecided("ran out of time when the branch was changed"),
        };
        Ok(Trial {
            fate,
            changed: run.evidence.changed(),
        })
    }
}

impl Answers for Live<'_> {
    fn begin(&self, observed: &Observed) {
        let exits = count(observed.exits.len(), "exit");
        self.status
            .say("Breaking", &format!("{exits}, each in turn"));
        let progress = Progress::of(self.status, "Breaking", None).ticking();
        *lock(&self.breaking) = Some(progress);
    }

    fn done(&self, began: Instant) {
        *lock(&self.breaking) = None;
        let trials = count(lock(&self.trials).len(), "test");
        let kept = match self.kept.used() {
            0 => String::new(),
            kept => format!("; {} kept from earlier runs", count(kept, "answer")),
        };
        self.status
            .done("Ran", &format!("{trials} with a mutant{kept}"), began);
    }

    fn trial(&self, test: TestIndex, mutant: &Mutant) -> Result<Trial> {
        let _turn = lock(&self.turns[test]);
        let key = (test, mutant.clone());
        if let Some(known) = lock(&self.trials).get(&key) {
            return Ok(known.clone());
        }
        let of = &self.tests[test];
        if let Some(breaking) = &*lock(&self.breaking) {
            breaking.step(&of.id);
        }
        let trial = match self.kept.trial(of, mutant) {
            Some(kept) => kept,
            None => self.tried(test, mutant)?,
        };
        self.kept.keep_trial(of, mutant, &trial);
        if let Some(record) = &self.record {
            record.trial(test, mutant, &trial)?;
        }
        lock(&self.trials).insert(key, trial.clone());
        Ok(trial)
    }

    /// Twice, because a test that fails every second time passes once.
    fn passes_again(&self, test: TestIndex) -> Result<bool> {
        let _turn = lock(&self.turns[test]);
        if let Some(known) = lock(&self.again).get(&test) {
            return Ok(*known);
        }
        let of = &self.tests[test];
        let limit = self.patience(test);
        let passes = self.kept.passed_again(of)
            || (self.passes(test, limit)? && self.passes(test, limit)?);
        self.kept.keep_again(of, passes);
        if let Some(record) = &self.record {
            record.again(test, passes)?;
        }
        lock(&self.again).insert(test, passes);
        Ok(passes)
    }
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
