//! The calls to interfaces that a run made, and how each could have failed.

use std::collections::HashMap;

use contract_spec::catalog::OTHER;
use contract_spec::evidence::{Explored, TIMEOUT, Trace};
use contract_spec::model::{self, Effect, Outcome};

use crate::contracts::{ContractFile, Contracts};
use crate::evidence::Evidence;
use crate::inventory::Subject;
use crate::observe::contract_of;
use crate::subjects::Subjects;

/// A place in the source that calls an interface.
pub(super) type Place = (String, String);

/// One call to an interface in the course of a contracted function.
#[derive(Debug, Clone)]
pub(super) struct Called {
    /// The function, among the subjects that were given.
    pub(super) subject: usize,
    pub(super) place: Place,
    pub(super) failed: bool,
    /// Its place in the order in which the calls of its process began. Times do not tell: those
    /// of a paused clock are all the same.
    pub(super) order: usize,
    pub(super) explored: Explored,
}

/// The calls of a run that faults could be injected into, in the order in which they began;
/// by processes, where there are several. `subjects` learns of functions that only a probe shows.
pub(super) fn of_run(
    evidence: &Evidence,
    subjects: &mut Subjects,
    contracts: &Contracts,
) -> Vec<Called> {
    let mut calls = Vec::new();
    for process in &evidence.processes {
        let mut here = Vec::new();
        let numbers = process.functions.iter();
        let known: Vec<(u32, usize)> = numbers
            .map(|(number, function)| (*number, subjects.of_probe(function, contracts)))
            .collect();
        let begun = process.steps.iter().enumerate();
        let begun = begun.map(|(order, step)| ((step.interface.as_str(), step.number), order));
        // Of several steps of one call the first is its beginning.
        let begun: HashMap<(&str, u32), usize> = begun.rev().collect();
        for trace in &process.traces {
            let subject = known.iter().find(|(number, _)| *number == trace.function);
            let Some((_, subject)) = subject else {
                continue;
            };
            let explored = trace.calls.iter().filter_map(|call| {
                let explored = call.explored.clone()?;
                let order = begun.get(&(call.interface.as_str(), explored.number));
                Some(Called {
                    subject: *subject,
                    place: (call.interface.clone(), call.site.clone()),
                    failed: call.failed || call.cancelled,
                    order: order.copied().unwrap_or_default(),
                    explored,
                })
            });
            here.extend(explored);
        }
        here.sort_by_key(|call| call.order);
        calls.extend(here);
    }
    calls
}

/// What tells one run from another, but for times and texts.
///
/// Nothing where no call could have had a fault: then there is nothing to tell apart.
pub(super) fn shape(evidence: &Evidence) -> Vec<(usize, String)> {
    let traces = evidence.processes.iter().flat_map(|p| &p.traces);
    let mut calls = traces.flat_map(|trace| &trace.calls);
    if !calls.any(|call| call.explored.is_some()) {
        return Vec::new();
    }
    let processes = evidence.processes.iter().enumerate();
    let of_process = processes.flat_map(|(index, process)| {
        let traces = process.traces.iter();
        traces.flat_map(move |trace| {
            let path = process.functions.get(&trace.function);
            let path = path.map_or("", |function| &function.path);
            steps(path, trace)
                .into_iter()
                .map(move |step| (index, step))
        })
    });
    let mut shape: Vec<(usize, String)> = of_process.collect();
    // Threads end in any order.
    shape.sort_unstable();
    shape
}

fn steps(path: &str, trace: &Trace) -> Vec<String> {
    let mut steps: Vec<String> = trace
        .calls
        .iter()
        .map(|call| {
            let number = call.explored.as_ref().map(|explored| explored.number);
            format!(
                "{path} {} {number:?} {} {} {} {:?}",
                call.interface, call.site, call.failed, call.cancelled, call.mode
            )
        })
        .collect();
    let (outcome, variant) = (trace.outcome, &trace.variant);
    steps.push(format!(
        "{path} {outcome:?} {variant:?} {}",
        trace.calls.len()
    ));
    steps
}

/// One way in which a call can fail, as its function's contract has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'c> {
    pub(super) function: &'c model::Function,
    pub(super) mode: &'c model::Mode,
    /// How often it is tried, where it is tried again.
    pub(super) attempts: Option<u32>,
    pub(super) effect: Effect,
}

/// The failure modes of an interface that a function's contract declares and that can happen.
pub(super) fn ways<'c>(
    contracts: &'c Contracts,
    subject: &Subject,
    interface: &str,
) -> Vec<Way<'c>> {
    let Some((file, function)) = contract_of(contracts, subject) else {
        return Vec::new();
    };
    let modes = function.modes.iter();
    let modes = modes.filter(|mode| *mode.interface == interface && !is_waived(mode));
    modes.map(|mode| way(file, function, mode)).collect()
}

pub(super) fn is_waived(mode: &model::Mode) -> bool {
    matches!(mode.outcome, Some(Outcome::Waived(_)))
}

fn way<'c>(
    file: &'c ContractFile,
    function: &'c model::Function,
    mode: &'c model::Mode,
) -> Way<'c> {
    let contract = file.contract();
    let policy = mode.retry.as_ref().and_then(|name| contract.retry(name));
    let attempts = policy.and_then(|policy| policy.max_attempts.as_ref());
    Way {
        function,
        mode,
        attempts: attempts.map(|attempts| attempts.value),
        effect: contract.effect(mode),
    }
}

/// The mode to inject for one that is declared, and how many values bear it: itself, or, for
/// `other`, one that can be made and has no line of its own in the contract. Which of these can
/// really happen at the call nobody says, so no more than one of them stands for the rest.
pub(super) fn injected<'a>(way: &'a Way<'_>, explored: &'a Explored) -> Option<(&'a str, u32)> {
    let name = way.mode.name.as_str();
    let modes = &explored.injectable;
    let has_line = |mode: &&String| {
        let of_interface = way.function.modes.iter();
        let mut of_interface = of_interface.filter(|m| *m.interface == *way.mode.interface);
        of_interface.any(|declared| *declared.name == ***mode)
    };
    let mode = if modes.iter().any(|mode| mode == name) {
        name
    } else {
        let rest = modes.iter().find(|mode| !has_line(mode));
        rest.filter(|_| name == OTHER)?
    };
    let values = modes.iter().filter(|other| *other == mode).count();
    Some((mode, u32::try_from(values).unwrap_or(u32::MAX)))
}

/// Whether a call can be had to wait for ever as the way in which it times out: where it cannot
/// say that it took too long, whoever calls has to put an end to it.
pub(super) fn can_hang(way: &Way<'_>, explored: &Explored) -> bool {
    let says = |mode: &String| mode.contains(TIMEOUT);
    *way.mode.name == TIMEOUT
        && explored.unlimited
        && explored.whole
        && !explored.injectable.iter().any(says)
}
