//! Holding the runs of an exploration against contracts and invariants.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::SystemTime;

use contract_spec::evidence::{ABANDONED, Call, Fault, HANGS, Invariant};

use super::arrival::{Arrival, arrival};
use super::report::{Cut, Exploration, FORMAT, Found, LeftOut, Outcome, Summary};
use super::runs::{Explored, Injected};
use crate::behave::{Loops, View};
use crate::codes::{self, Code};
use crate::hear;
use crate::inventory::Subject;
use crate::kept::explored::Mark;
use crate::observe::{Observed, TestIndex, contract_of, observe};
use crate::policy::{self, Date};
use crate::report::{Finding, Level, in_order};
use crate::tests::{self, Test};
use crate::timeline::timeline;
use crate::verify::Setting;

/// What is judged.
pub(super) struct Case<'a> {
    pub(super) setting: &'a Setting,
    pub(super) tests: &'a [Test],
    pub(super) subjects: &'a [Subject],
    pub(super) explored: &'a Explored,
    /// Whether every test was to be explored.
    pub(super) whole: bool,
    /// Whether the faults were given, and none was looked for.
    pub(super) given: bool,
    /// What selects the tests, for the command that runs one of them again.
    pub(super) flags: String,
}

/// The index of a run: first those without faults, then those with them.
type RunIndex = usize;

/// What there is to report, and the failure modes that were explored, by the test binary.
pub(super) fn judge(case: &Case<'_>) -> (Exploration, BTreeMap<usize, BTreeSet<Mark>>) {
    let Case {
        setting, explored, ..
    } = case;
    let references = explored.references.iter().map(|run| &run.evidence);
    let runs = explored.runs.iter().map(|run| &run.evidence);
    let observed = observe(
        case.subjects.to_vec(),
        &setting.contracts,
        references.chain(runs).enumerate(),
        &setting.against(),
    );
    let mut found = Findings::default();
    case.breaches(&observed, &mut found);
    for (index, run) in explored.runs.iter().enumerate() {
        let index = explored.references.len() + index;
        case.arrivals(run, index, &observed.subjects, &mut found);
        case.invariants(run, index, &observed.subjects, &mut found);
    }
    let findings = case.weighed(found);
    let functions = case.functions(&observed.subjects);
    let level = |level| {
        let findings = findings.iter();
        findings.filter(|f| f.finding.level == level).count()
    };
    let modes = || functions.iter().flat_map(|function| &function.modes);
    let mut exploration = Exploration {
        format: FORMAT,
        outcome: Outcome::Passed,
        summary: Summary {
            tests: explored.references.len(),
            failing: explored.left_out.iter().filter(|left| left.fails).count(),
            runs: explored.runs.len(),
            cut: explored.cut.len(),
            modes: modes().count(),
            modes_explored: modes().filter(|mode| mode.explored).count(),
            errors: level(Level::Error),
            warnings: level(Level::Warning),
        },
        left_out: case.left_out(),
        cut: case.cut(),
        functions,
        findings,
    };
    exploration.settle();
    (exploration, case.marks(&observed.subjects))
}

/// Findings, and the runs that show them.
#[derive(Default)]
struct Findings(BTreeMap<FindingKey, (Finding, BTreeSet<RunIndex>)>);

/// The function, the code and the message of a finding.
type FindingKey = (Option<String>, &'static str, String);

impl Findings {
    fn add(&mut self, finding: Finding, run: RunIndex) {
        let key = (
            finding.function.clone(),
            finding.code,
            finding.message.clone(),
        );
        let entry = self
            .0
            .entry(key)
            .or_insert_with(|| (finding, BTreeSet::new()));
        entry.1.insert(run);
    }
}

impl Case<'_> {
    /// What functions did against their contracts.
    fn breaches(&self, observed: &Observed, found: &mut Findings) {
        for ((subject, ..), breached) in &observed.breaches {
            let subject = &observed.subjects[*subject];
            let breach = &breached.breach;
            let mut finding = about(breach.code, Some(subject), &breach.message, &breach.help);
            finding.level = breach.level;
            finding.mode.clone_from(&breach.mode);
            finding.timeline.clone_from(&breached.timeline);
            for run in &breached.tests {
                found.add(finding.clone(), *run);
            }
        }
    }

    /// Whether every fault happened, and whether the function came back from it.
    fn arrivals(
        &self,
        run: &Injected,
        index: RunIndex,
        subjects: &[Subject],
        found: &mut Findings,
    ) {
        let finding = match self.arrival(run) {
            Arrival::All | Arrival::Unclear(_) => return,
            Arrival::NotMet(fault) => {
                // Whether a call has to wait is for time to say, and nobody's promise; and of two
                // failures that have nothing to do with each other, the first may take the way
                // to the second.
                let planned = run.plan.subject.is_some();
                let first = run.plan.faults.first() == Some(fault);
                if (planned && fault.mode == ABANDONED) || (run.plan.pair && !first) {
                    return;
                }
                let message = format!(
                    "`{fault}` of `{}` met no call that could have had it",
                    self.tests[run.plan.test].id
                );
                let help = "name a call that the test makes and a failure that can be made there; \
                            `explore --format json` lists both";
                about(codes::FAULT_NOT_CONSUMED, None, &message, help)
            }
            Arrival::NotBack(fault) => {
                let subject = run.plan.subject.and_then(|subject| subjects.get(subject));
                never_came_back(&run.outcome, fault, subject)
            }
        };
        found.add(finding, index);
    }

    fn arrival<'r>(&self, run: &'r Injected) -> Arrival<'r> {
        let mut references = self.explored.references.iter();
        let reference = references.find(|reference| reference.test == run.plan.test);
        arrival(run, reference.map(|reference| &reference.evidence))
    }

    fn invariants(
        &self,
        run: &Injected,
        index: RunIndex,
        subjects: &[Subject],
        found: &mut Findings,
    ) {
        let invariants = run.evidence.processes.iter().flat_map(|p| &p.invariants);
        for invariant in invariants.filter(|invariant| invariant.held != Some(true)) {
            let subject = run.plan.subject.and_then(|subject| subjects.get(subject));
            let mut finding = broken(invariant);
            finding.function = subject.map(|subject| subject.id.clone());
            finding.timeline = self.timeline(run, subjects);
            let last = run.plan.faults.last();
            finding.mode = last.map(|fault| format!("{}.{}", fault.interface, fault.mode));
            found.add(finding, index);
        }
    }

    /// What happened in the calls of a run that a fault was injected into.
    fn timeline(&self, run: &Injected, subjects: &[Subject]) -> Vec<String> {
        let policy = &self.setting.policy.log;
        let mut lines = Vec::new();
        for process in &run.evidence.processes {
            let nested = hear::nested(process);
            for trace in &process.traces {
                let was =
                    |call: &Call| call.explored.as_ref().is_some_and(|e| e.injected.is_some());
                let id = process.functions.get(&trace.function).map(|f| &f.id);
                let subject = subjects.iter().find(|subject| Some(&subject.id) == id);
                let contract = subject.and_then(|s| contract_of(&self.setting.contracts, s));
                let (true, Some((file, function))) = (trace.calls.iter().any(was), contract) else {
                    continue;
                };
                let view = View {
                    contract: file.contract(),
                    function,
                    trace,
                    loops: &Loops::new(),
                    modes: &[],
                    heard: &hear::heard(trace, &nested, &process.loose, None),
                    policy,
                };
                lines.extend(timeline(&view, None));
            }
        }
        lines
    }

    /// The findings as policy weighs them, each with the run that shows it best.
    fn weighed(&self, found: Findings) -> Vec<Found> {
        let policy = &self.setting.policy;
        let today = Date::of(SystemTime::now());
        let mut all = Vec::new();
        for (finding, runs) in found.0.into_values() {
            let mut one = vec![finding];
            policy::tolerate(policy, &mut one, today);
            let (Some(mut finding), Some(first)) = (one.pop(), runs.first()) else {
                continue;
            };
            let (test, faults) = self.run(*first);
            let name = &self.tests[test].id;
            let with = match faults {
                [] => "with nothing injected".to_owned(),
                faults => format!("with `{}`", texts(faults).join("`, `")),
            };
            let more = match runs.len() {
                1 => String::new(),
                2 => ", and in one run more".to_owned(),
                runs => format!(", and in {} runs more", runs - 1),
            };
            let message = &finding.message;
            finding.message = match &finding.function {
                Some(id) => format!("`{id}`: {message}; {with}, in `{name}`{more}"),
                None => format!("{message}; {with}, in `{name}`{more}"),
            };
            all.push(Found {
                finding,
                test: name.clone(),
                faults: texts(faults),
                runs: runs.len(),
                reproduce: self.command(name, faults),
            });
        }
        let mut order: Vec<Finding> = all.iter().map(|found| found.finding.clone()).collect();
        in_order(&mut order);
        all.sort_by_key(|found| {
            let place = |finding: &Finding| finding.message == found.finding.message;
            order.iter().position(place)
        });
        all
    }

    /// The test and the faults of a run.
    fn run(&self, index: RunIndex) -> (TestIndex, &[Fault]) {
        let references = &self.explored.references;
        match index.checked_sub(references.len()) {
            None => (references[index].test, &[]),
            Some(index) => {
                let plan = &self.explored.runs[index].plan;
                (plan.test, &plan.faults)
            }
        }
    }

    fn command(&self, test: &str, faults: &[Fault]) -> String {
        // A test's name is a path; one with a quote in it is nobody's.
        let mut command = format!(
            "cargo verify-contracts explore{} --only '{test}'",
            self.flags
        );
        for fault in faults {
            let _written = write!(command, " --fault '{fault}'");
        }
        command
    }

    fn left_out(&self) -> Vec<LeftOut> {
        let tests = self.explored.left_out.iter().map(|left| LeftOut {
            test: self.tests[left.test].id.clone(),
            faults: Vec::new(),
            reason: left.reason.clone(),
        });
        let unclear = self.explored.runs.iter().filter_map(|run| {
            let reason = match self.arrival(run) {
                Arrival::Unclear(reason) => reason,
                Arrival::NotMet(fault) if run.plan.pair => {
                    format!("with the other failure, nothing comes to `{fault}`")
                }
                _ => return None,
            };
            Some(LeftOut {
                test: self.tests[run.plan.test].id.clone(),
                faults: texts(&run.plan.faults),
                reason,
            })
        });
        tests.chain(unclear).collect()
    }

    fn cut(&self) -> Vec<Cut> {
        let cut = self.explored.cut.iter().map(|plan| Cut {
            test: self.tests[plan.test].id.clone(),
            faults: texts(&plan.faults),
        });
        cut.collect()
    }
}

fn texts(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(Fault::to_string).collect()
}

/// A function that did not come back from a fault.
fn never_came_back(outcome: &tests::Outcome, fault: &Fault, subject: Option<&Subject>) -> Finding {
    let (interface, mode) = (&fault.interface, fault.declared_mode());
    let limit = "put a time-out around the call or around all of it (`tokio::time::timeout`); if the \
                 client has a limit of its own, have its error say so in a variant for the mode \
                 `timeout`";
    let (message, help) = match outcome {
        tests::Outcome::TimedOut if fault.mode == HANGS => (
            format!("`{interface}` never answered, and nothing ended the wait"),
            limit,
        ),
        outcome => {
            let how = match outcome {
                tests::Outcome::Crashed(how) if how == tests::FOR_EVER => how.clone(),
                tests::Outcome::Crashed(how) => format!("it took the process with it ({how})"),
                _ => "it had not come back when the time was up".to_owned(),
            };
            (
                format!("`{interface}` failed ({mode}), and {how}"),
                "give up after the attempts that the contract allows, with a limit for each",
            )
        }
    };
    let mut finding = about(codes::NEVER_CAME_BACK, subject, &message, help);
    finding.mode = Some(format!("{interface}.{mode}"));
    finding
}

fn about(code: Code, subject: Option<&Subject>, message: &str, help: &str) -> Finding {
    Finding {
        code: code.code,
        level: code.level,
        message: message.to_owned(),
        function: subject.map(|subject| subject.id.clone()),
        mode: None,
        file: subject.map(|subject| subject.file.clone()),
        line: subject.map(|subject| subject.line),
        column: subject.map(|subject| subject.column),
        help: Some(help.to_owned()),
        timeline: Vec::new(),
    }
}

/// An invariant that does not hold, or that nobody could look at.
fn broken(invariant: &Invariant) -> Finding {
    let (code, how, help) = match invariant.held {
        None => (
            codes::INVARIANT_UNSEEN,
            "could not be looked at",
            "have its future wait for nothing that the test's own thread has to do",
        ),
        Some(_) => (
            codes::INVARIANT_BROKEN,
            "does not hold at the end",
            "undo what was half done, or make sure that what may have been done is done once",
        ),
    };
    let reason = invariant.reason.as_ref();
    let reason = reason.map(|reason| format!(": {reason}"));
    let message = format!(
        "the invariant \"{}\" {how}{}",
        invariant.name,
        reason.unwrap_or_default()
    );
    let mut finding = about(code, None, &message, help);
    if let Some((file, line)) = invariant.site.rsplit_once(':') {
        finding.file = Some(file.to_owned());
        finding.line = line.parse().ok();
        finding.column = Some(1);
    }
    finding
}
