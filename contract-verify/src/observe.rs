//! What the traces of the passing tests show: which branch was left by, with
//! which variant, in which failure mode, in which test.
//!
//! Nothing is concluded here from what a trace does not say: where two modes
//! cannot be told apart, both stay unseen and the reason is kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use contract_spec::catalog;
use contract_spec::evidence::{Errors, Outcome, Trace, signature, standing};
use contract_spec::model::{self, Mode};

use crate::behave::{self, Breach, Looked, Loops, View};
use crate::contracts::{ContractFile, Contracts};
use crate::evidence::{Evidence, Recorded};
use crate::hear::{self, Nested};
use crate::inventory::Subject;
use crate::policy;
use crate::subjects::Subjects;
use crate::timeline::timeline;

/// The index of a test.
pub(crate) type TestIndex = usize;

/// A branch, and the variant that left through it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Exit {
    pub(crate) subject: usize,
    pub(crate) branch: u32,
    pub(crate) variant: String,
}

/// A failure mode of a function, by its index in the contract.
pub(crate) type ModeKey = (usize, usize);

/// In which tests something was seen, and which failures stood then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) by_test: BTreeMap<TestIndex, BTreeSet<String>>,
}

impl Share {
    fn add(&mut self, seen: &Seen<'_>) {
        let signatures = self.by_test.entry(seen.test).or_default();
        signatures.insert(signature(&seen.trace.calls));
    }

    /// The tests in which it was seen.
    pub(crate) fn tests(&self) -> BTreeSet<TestIndex> {
        self.by_test.keys().copied().collect()
    }
}

/// What was seen of a failure mode.
#[derive(Debug, Default)]
pub(crate) struct ModeSeen {
    /// How the function left.
    pub(crate) exits: BTreeMap<Exit, Share>,
    /// Where it went on after the failure.
    pub(crate) recovered: Share,
    /// Traces that may have been this mode or another.
    pub(crate) unclear: BTreeSet<TestIndex>,
}

/// Everything seen.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    pub(crate) subjects: Vec<Subject>,
    pub(crate) enums: HashMap<usize, Errors>,
    pub(crate) exits: BTreeMap<Exit, Share>,
    pub(crate) modes: BTreeMap<ModeKey, ModeSeen>,
    /// Errors that left by a place without a probe.
    pub(crate) unmarked: BTreeMap<(usize, String), BTreeSet<TestIndex>>,
    /// What calls of a function did against its contract.
    pub(crate) breaches: BTreeMap<BreachKey, Breached>,
    /// The interfaces that each function's traces show calls to.
    pub(crate) marked: HashMap<usize, BTreeSet<String>>,
    /// Whether the log events that modes demand could be heard.
    pub(crate) looked: BTreeMap<ModeKey, LookedFor>,
    /// The retry policies in use, by function and numbers.
    pub(crate) retries: BTreeMap<(usize, String), Retried>,
}

/// Whether the log event of a mode could be heard.
#[derive(Debug, Default)]
pub(crate) struct LookedFor {
    /// In some test it could.
    pub(crate) heard: bool,
    /// Why it could not, and where.
    pub(crate) unheard: BTreeMap<String, BTreeSet<TestIndex>>,
}

/// The use of a retry policy.
#[derive(Debug, Default)]
pub(crate) struct Retried {
    /// The tests in which it handed out a delay: something was tried again.
    pub(crate) again: BTreeSet<TestIndex>,
    /// The tests in which it had no delay left: the last attempt failed, too.
    pub(crate) exhausted: BTreeSet<TestIndex>,
}

/// What the traces are held against beside their contracts.
#[derive(Debug)]
pub(crate) struct Against {
    /// What log events must carry.
    pub(crate) log: policy::Log,
    /// Crates that log where nobody listens, by the packages that depend on them.
    pub(crate) other_loggers: HashMap<String, &'static str>,
}

/// The function, the code and the message of a breach.
pub(crate) type BreachKey = (usize, &'static str, String);

/// A breach, the tests that show it, and how one of them did.
#[derive(Debug)]
pub(crate) struct Breached {
    pub(crate) breach: Breach,
    pub(crate) tests: BTreeSet<TestIndex>,
    pub(crate) timeline: Vec<String>,
}

/// The contract's side of a subject.
pub(crate) fn contract_of<'a>(
    contracts: &'a Contracts,
    subject: &Subject,
) -> Option<(&'a ContractFile, &'a model::Function)> {
    let (path, name) = subject.contract.as_ref()?;
    let file = contracts.get(path)?;
    Some((file, file.contract().function(name)?))
}

/// A trace with the test and the subject it belongs to.
struct Seen<'a> {
    test: TestIndex,
    subject: usize,
    trace: &'a Trace,
    process: &'a Recorded,
    nested: Rc<Nested<'a>>,
}

/// Reads the evidence of the passing tests.
pub(crate) fn observe<'a>(
    subjects: Vec<Subject>,
    contracts: &Contracts,
    evidence: impl IntoIterator<Item = (TestIndex, &'a Evidence)>,
    against: &Against,
) -> Observed {
    observe_assuming(subjects, contracts, evidence, against, 0)
}

/// The most interfaces of a function of which every combination is assumed.
const ASSUMED: u32 = 5;

/// What tests that are run elsewhere may show besides: that calls to further interfaces
/// are marked, which makes clear what is not clear here. Every combination, as
/// [`observe_assuming`] takes it.
pub(crate) fn assumptions(observed: &Observed, contracts: &Contracts) -> Vec<u32> {
    let unmarked = observed.marked.iter().map(|(index, marked)| {
        let contract = contract_of(contracts, &observed.subjects[*index]);
        contract.map_or(0, |(_, function)| unmarked(function, marked).len())
    });
    let most = u32::try_from(unmarked.max().unwrap_or_default()).unwrap_or(u32::MAX);
    if most <= ASSUMED {
        (0..1 << most).collect()
    } else {
        vec![0, u32::MAX]
    }
}

/// The interfaces of a function to which no call is marked.
fn unmarked<'f>(function: &'f model::Function, marked: &BTreeSet<String>) -> BTreeSet<&'f str> {
    let interfaces = function
        .modes
        .iter()
        .map(|mode| mode.interface.value.as_str());
    interfaces
        .filter(|name| {
            !marked.contains(*name) && !matches!(*name, catalog::INPUT | catalog::DOMAIN)
        })
        .collect()
}

/// Reads the evidence of the passing tests, assuming of each function that calls to those
/// of its unmarked interfaces are marked whose bit is set.
pub(crate) fn observe_assuming<'a>(
    subjects: Vec<Subject>,
    contracts: &Contracts,
    evidence: impl IntoIterator<Item = (TestIndex, &'a Evidence)>,
    against: &Against,
    assumed: u32,
) -> Observed {
    let mut observed = Observed::default();
    let mut subjects = Subjects::new(subjects);
    let mut seen = Vec::new();
    for (test, evidence) in evidence {
        for process in &evidence.processes {
            let mut by_number: HashMap<u32, usize> = HashMap::new();
            for (number, function) in &process.functions {
                let subject = subjects.of_probe(function, contracts);
                by_number.insert(*number, subject);
                if let Some(errors) = process.errors.get(number) {
                    observed
                        .enums
                        .entry(subject)
                        .or_insert_with(|| errors.clone());
                }
            }
            let nested = Rc::new(hear::nested(process));
            for trace in &process.traces {
                if let Some(subject) = by_number.get(&trace.function) {
                    seen.push(Seen {
                        test,
                        subject: *subject,
                        trace,
                        process,
                        nested: Rc::clone(&nested),
                    });
                }
            }
        }
    }
    observed.subjects = subjects.into_all();
    let mut marked = marked_interfaces(&seen);
    if assumed != 0 {
        for (index, marked) in &mut marked {
            let Some((_, function)) = contract_of(contracts, &observed.subjects[*index]) else {
                continue;
            };
            let unmarked = unmarked(function, marked).into_iter().enumerate();
            let chosen = unmarked.filter(|(bit, _)| {
                assumed
                    .checked_shr(*bit as u32)
                    .is_none_or(|rest| rest & 1 == 1)
            });
            let chosen: Vec<String> = chosen.map(|(_, name)| name.to_owned()).collect();
            marked.extend(chosen);
        }
    }
    let mut loops: HashMap<usize, Loops> = HashMap::new();
    for seen in &seen {
        let of_function = loops.entry(seen.subject).or_default();
        of_function.extend(behave::loops(seen.trace));
    }
    // Looked up once: there may be a million traces.
    let mut known = HashMap::new();
    for seen in &seen {
        observed.exit(seen);
        observed.retried(seen);
        let subject = &observed.subjects[seen.subject];
        let contract = known
            .entry(seen.subject)
            .or_insert_with(|| contract_of(contracts, subject));
        if let Some((file, function)) = *contract {
            let other = against.other_loggers.get(&subject.package).copied();
            let modes = observed.mode(seen, function, &marked[&seen.subject]);
            let view = View {
                contract: file.contract(),
                function,
                trace: seen.trace,
                loops: &loops[&seen.subject],
                modes: &modes,
                heard: &hear::heard(seen.trace, &seen.nested, &seen.process.loose, other),
                policy: &against.log,
            };
            observed.behaviour(seen, &view);
        }
    }
    observed.marked = marked;
    observed
}

/// The interfaces whose calls each function marks with `external!`.
fn marked_interfaces(seen: &[Seen<'_>]) -> HashMap<usize, BTreeSet<String>> {
    let mut marked: HashMap<usize, BTreeSet<String>> = HashMap::new();
    for seen in seen {
        let interfaces = seen.trace.calls.iter().map(|call| call.interface.clone());
        marked.entry(seen.subject).or_default().extend(interfaces);
    }
    marked
}

impl Observed {
    /// What was seen to leave a function; by one of its branches, if one is given.
    pub(crate) fn exits_of(
        &self,
        subject: usize,
        branch: Option<u32>,
    ) -> impl Iterator<Item = (&Exit, &Share)> {
        let first = |subject, branch| Exit {
            subject,
            branch,
            variant: String::new(),
        };
        let end = match branch {
            Some(branch) => first(subject, branch.saturating_add(1)),
            None => first(subject + 1, 0),
        };
        self.exits.range(first(subject, branch.unwrap_or(0))..end)
    }

    fn exit(&mut self, seen: &Seen<'_>) {
        let (Outcome::Err, Some(variant)) = (seen.trace.outcome, &seen.trace.variant) else {
            return;
        };
        match seen.trace.branch {
            Some(branch) => {
                let exit = Exit {
                    subject: seen.subject,
                    branch,
                    variant: variant.clone(),
                };
                self.exits.entry(exit).or_default().add(seen);
            }
            None => {
                let place = (seen.subject, variant.clone());
                self.unmarked.entry(place).or_default().insert(seen.test);
            }
        }
    }

    fn retried(&mut self, seen: &Seen<'_>) {
        for retry in &seen.trace.seen.retries {
            let key = (seen.subject, retry.policy.clone());
            let retried = self.retries.entry(key).or_default();
            if !retry.delays_us.is_empty() {
                retried.again.insert(seen.test);
            }
            if retry.exhausted {
                retried.exhausted.insert(seen.test);
            }
        }
    }

    fn behaviour(&mut self, seen: &Seen<'_>, view: &View<'_>) {
        let held = behave::hold(view);
        for (mode, looked) in held.looked {
            let for_mode = self.looked.entry((seen.subject, mode)).or_default();
            match looked {
                Looked::Seen => for_mode.heard = true,
                Looked::Unseen(reason) => {
                    for_mode
                        .unheard
                        .entry(reason)
                        .or_default()
                        .insert(seen.test);
                }
            }
        }
        for breach in held.breaches {
            let subject = &self.subjects[seen.subject];
            let branch = seen
                .trace
                .branch
                .and_then(|branch| subject.branches.get(branch as usize));
            let place =
                branch.map(|branch| format!("{}:{}:{}", subject.file, branch.line, branch.column));
            let key = (seen.subject, breach.code.code, breach.message.clone());
            let breached = self.breaches.entry(key).or_insert_with(|| Breached {
                breach,
                tests: BTreeSet::new(),
                timeline: timeline(view, place.as_deref()),
            });
            breached.tests.insert(seen.test);
        }
    }

    /// Notes the modes that a call was in, and gives back those beyond doubt.
    fn mode(
        &mut self,
        seen: &Seen<'_>,
        function: &model::Function,
        marked: &BTreeSet<String>,
    ) -> Vec<usize> {
        let trace = seen.trace;
        if trace.outcome == Outcome::Ok {
            let (certain, unclear) = recoveries(trace, function);
            let certain: Vec<usize> = certain.into_iter().collect();
            for mode in &certain {
                let mode = self.modes.entry((seen.subject, *mode)).or_default();
                mode.recovered.add(seen);
            }
            for mode in unclear {
                let mode = self.modes.entry((seen.subject, mode)).or_default();
                mode.unclear.insert(seen.test);
            }
            return certain;
        }
        let (Outcome::Err, Some(variant)) = (trace.outcome, &trace.variant) else {
            return Vec::new();
        };
        let candidates = candidates(trace, variant, function, marked);
        let [mode] = candidates[..] else {
            for mode in candidates {
                let unclear = &mut self.modes.entry((seen.subject, mode)).or_default().unclear;
                unclear.insert(seen.test);
            }
            return Vec::new();
        };
        if let Some(branch) = trace.branch {
            let exit = Exit {
                subject: seen.subject,
                branch,
                variant: variant.clone(),
            };
            let entry = self.modes.entry((seen.subject, mode)).or_default();
            entry.exits.entry(exit).or_default().add(seen);
        }
        vec![mode]
    }
}

/// The modes with a declared recovery that a successful call went on after, and those
/// that it may have: where a failed call does not tell its mode, it can be any of them.
fn recoveries(trace: &Trace, function: &model::Function) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let recovers = |mode: &usize| {
        matches!(
            function.modes[*mode].outcome,
            Some(model::Outcome::Recovers(_))
        )
    };
    let (mut certain, mut unclear) = (BTreeSet::new(), BTreeSet::new());
    for call in standing(&trace.calls) {
        let possible = behave::possible(function, call);
        let found = if possible.len() == 1 {
            &mut certain
        } else {
            &mut unclear
        };
        found.extend(possible.into_iter().filter(recovers));
    }
    (certain, unclear)
}

/// The modes that an error can have come from, by their index; one if it is certain.
fn candidates(
    trace: &Trace,
    variant: &str,
    function: &model::Function,
    marked: &BTreeSet<String>,
) -> Vec<usize> {
    let returned = |mode: &Mode| {
        mode.returns()
            .is_some_and(|returns| returns.value == variant)
    };
    let mut found: BTreeSet<usize> = standing(&trace.calls)
        .flat_map(|call| behave::possible(function, call))
        .filter(|mode| returned(&function.modes[*mode]))
        .collect();
    // Beside what is seen to have failed: the function's own decision, or a call that
    // is not marked. If one of these returns the same variant, there is no telling.
    let unseen = function.modes.iter().enumerate();
    let unseen =
        unseen.filter(|(_, mode)| !marked.contains(&mode.interface.value) && returned(mode));
    found.extend(unseen.map(|(index, _)| index));
    found.into_iter().collect()
}

#[cfg(test)]
mod tests;
