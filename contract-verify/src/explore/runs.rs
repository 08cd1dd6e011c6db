//! Making the runs of an exploration.

use std::time::Duration;

use contract_spec::evidence::Fault;

use super::arrival;
use super::budget::Budget;
use super::calls::{self, Called};
use super::late;
use super::plan::{Plan, Planner};
use crate::cli;
use crate::contracts::Contracts;
use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::inventory::Subject;
use crate::judge::count;
use crate::observe::TestIndex;
use crate::parallel;
use crate::status::Status;
use crate::subjects::Subjects;
use crate::tests::{Outcome, Run, Runner, Test};

/// One run with faults.
#[derive(Debug)]
pub(super) struct Injected {
    pub(super) plan: Plan,
    pub(super) outcome: Outcome,
    pub(super) evidence: Evidence,
    pub(super) calls: Vec<Called>,
}

/// A test as it goes without faults.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) test: TestIndex,
    pub(super) evidence: Evidence,
    pub(super) calls: Vec<Called>,
    duration: Duration,
}

/// A test that was not explored.
#[derive(Debug)]
pub(super) struct LeftOut {
    pub(super) test: TestIndex,
    pub(super) reason: String,
    pub(super) fails: bool,
}

/// All that was run.
#[derive(Debug, Default)]
pub(super) struct Explored {
    pub(super) references: Vec<Reference>,
    pub(super) left_out: Vec<LeftOut>,
    /// In an order in which the simpler ones come first.
    pub(super) runs: Vec<Injected>,
    /// Plans that the budget left no room for.
    pub(super) cut: Vec<Plan>,
}

#[derive(Debug)]
pub(super) struct Explorer<'a> {
    pub(super) runner: &'a Runner,
    pub(super) tests: &'a [Test],
    pub(super) contracts: &'a Contracts,
    pub(super) subjects: &'a [Subject],
    pub(super) arguments: &'a cli::Explore,
    pub(super) jobs: usize,
    pub(super) status: Status,
}

/// What the first runs of a test showed.
enum First {
    Ready(Evidence, Duration),
    Not(String, bool),
}

impl Explorer<'_> {
    pub(super) fn explore(&self, chosen: &[TestIndex]) -> Result<Explored> {
        let mut explored = Explored::default();
        let mut subjects = Subjects::new(self.subjects.to_vec());
        let first = parallel::map(self.jobs, chosen, |test| self.reference(*test))?;
        for (test, mut first) in chosen.iter().copied().zip(first) {
            if let First::Not(reason, true) = &mut first
                && matches!(self.reference(test)?, First::Ready(..))
            {
                reason.push_str(
                    " beside other tests, and passes alone (`--jobs 1` runs one at a time)",
                );
            }
            match first {
                First::Ready(evidence, duration) => explored.references.push(Reference {
                    test,
                    calls: calls::of_run(&evidence, &mut subjects, self.contracts),
                    evidence,
                    duration,
                }),
                First::Not(reason, fails) => explored.left_out.push(LeftOut {
                    test,
                    reason,
                    fails,
                }),
            }
        }
        let mut durations = vec![Duration::ZERO; self.tests.len()];
        for reference in &explored.references {
            durations[reference.test] = reference.duration;
        }
        let given = &self.arguments.faults;
        for reference in &explored.references {
            for fault in given {
                can_be_made(fault, &reference.calls)?;
            }
        }
        let mut planner = Planner::new(self.contracts, self.arguments.pairs);
        let mut level: Vec<Plan> = Vec::new();
        for reference in &explored.references {
            match given.as_slice() {
                [] => level.extend(planner.first(reference.test, &reference.calls, subjects.all())),
                given => level.push(Plan::given(reference.test, given.to_vec())),
            }
        }
        let waiting = longest(self.contracts);
        let mut budget = Budget::new(self.arguments.budget);
        while !level.is_empty() {
            let room = budget.take(level.len());
            explored.cut.extend(level.drain(room..));
            let runs = parallel::map(self.jobs, &level, |plan| {
                if !budget.is_in_time() {
                    return Ok(None);
                }
                self.injected(plan, durations[plan.test], waiting).map(Some)
            })?;
            let mut next = Vec::new();
            for (plan, run) in std::mem::take(&mut level).into_iter().zip(runs) {
                let Some(mut run) = run else {
                    explored.cut.push(plan);
                    continue;
                };
                let calls = calls::of_run(&run.evidence, &mut subjects, self.contracts);
                if given.is_empty() {
                    next.extend(planner.next(&plan, &calls, subjects.all()));
                }
                late::time_out(&mut run.evidence, &mut subjects, self.contracts);
                explored.runs.push(Injected {
                    plan,
                    outcome: run.outcome,
                    evidence: run.evidence,
                    calls,
                });
            }
            level = next;
        }
        Ok(explored)
    }

    /// Runs a test twice without faults, to know what it does and whether it does it again.
    fn reference(&self, test: TestIndex) -> Result<First> {
        let of = &self.tests[test];
        let limit = Duration::from_secs(self.arguments.options.test_timeout);
        let mut first = self.runner.run_injected(of, &[], limit)?;
        if first.outcome != Outcome::Passed && self.runner.run_unheard(of, limit)?.is_some() {
            first = self.runner.run_injected(of, &[], limit)?;
        }
        let fails = |run: &Run| {
            self.status.show(&of.id, &run.output);
            First::Not(format!("it {}", how(&run.outcome)), true)
        };
        if first.outcome != Outcome::Passed {
            return Ok(fails(&first));
        }
        let shape = calls::shape(&first.evidence);
        if !shape.is_empty() {
            let second = self.runner.run_injected(of, &[], limit)?;
            if second.outcome != Outcome::Passed {
                return Ok(fails(&second));
            }
            if calls::shape(&second.evidence) != shape {
                let reason = "it is not deterministic: with nothing changed, two runs called \
                              interfaces differently, so that a fault would hit now this call and \
                              now that";
                return Ok(First::Not(reason.into(), false));
            }
        }
        Ok(First::Ready(first.evidence, first.duration))
    }

    /// Makes one run; `waiting` is what contracts allow for trying again.
    fn injected(&self, plan: &Plan, duration: Duration, waiting: Duration) -> Result<Run> {
        // Room enough for a busy machine, and an end for what never ends.
        let limit = Duration::from_secs(10).max(duration * 10) + waiting;
        let test = &self.tests[plan.test];
        let run = || self.runner.run_injected(test, &plan.faults, limit);
        let first = run()?;
        let ended = matches!(first.outcome, Outcome::Passed | Outcome::Failed);
        if ended && !happened(&plan.faults, &first.evidence) {
            // What takes now this way and now that may come by the second time.
            return run();
        }
        Ok(first)
    }
}

/// Refuses a fault that somebody gave at a call that cannot have it, as far as is known: of what
/// another failure brings about first, nothing is.
fn can_be_made(fault: &Fault, calls: &[Called]) -> Result<()> {
    let at = |call: &&Called| {
        call.place.0 == fault.interface && call.explored.number == fault.number && !call.failed
    };
    let Some(call) = calls.iter().find(at).filter(|_| fault.is_of_interface()) else {
        return Ok(());
    };
    let modes = &call.explored.injectable;
    let values = modes.iter().filter(|mode| **mode == fault.mode).count();
    if values >= fault.variant as usize {
        return Ok(());
    }
    let mut known = modes.clone();
    known.dedup();
    Err(Error::Usage(format!(
        "`{fault}` cannot be made: `{}` has {} for `{}`\n  help: of this call there can be made: {}",
        call.explored.value,
        count(values, "value"),
        fault.mode,
        match known.is_empty() {
            true => "nothing".to_owned(),
            false => known.join(", "),
        }
    )))
}

/// Whether all of these faults happened.
fn happened(faults: &[Fault], evidence: &Evidence) -> bool {
    faults.iter().all(|fault| arrival::arrived(fault, evidence))
}

/// The longest that a function may take by its contract, where everything fails: its
/// deadline, or else all attempts with the pauses between them.
fn longest(contracts: &Contracts) -> Duration {
    let longest = contracts.files.values().flat_map(|file| {
        let contract = file.contract();
        contract.functions.iter().map(|function| {
            if let Some(deadline) = &function.deadline {
                return deadline.value;
            }
            let attempts = function.modes.iter().filter_map(|mode| {
                let policy = contract.retry(mode.retry.as_ref()?)?;
                let interface = contract.interface(&mode.interface);
                let limit = interface.and_then(|interface| interface.timeout.as_ref());
                Some(policy.longest(limit.map(|limit| limit.value).unwrap_or_default()))
            });
            attempts.fold(Duration::ZERO, Duration::saturating_add)
        })
    });
    longest.max().unwrap_or_default().min(MOST)
}

/// A contract that allows for more has to be held in a test whose clock is paused.
const MOST: Duration = Duration::from_secs(600);

fn how(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed => "passes".into(),
        Outcome::Failed => "fails with nothing injected".into(),
        Outcome::Crashed(how) => format!("crashes with nothing injected ({how})"),
        Outcome::TimedOut => "hangs with nothing injected".into(),
    }
}
