//! Whether the faults of a run happened, and whether the functions came back from them.

use contract_spec::evidence::{Fault, HANGS, Outcome, Step};

use super::runs::Injected;
use crate::evidence::{Evidence, Recorded};
use crate::tests;

/// What became of the faults of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Arrival<'r> {
    /// They happened, and the functions came back.
    All,
    /// This one met no call that could have had it.
    NotMet(&'r Fault),
    /// The function that this one happened to did not come back.
    NotBack(&'r Fault),
    /// Nothing can be said, and why.
    Unclear(String),
}

/// Whether a fault happened, be it in a call that never ended.
pub(super) fn arrived(fault: &Fault, evidence: &Evidence) -> bool {
    let text = fault.to_string();
    let mut processes = evidence.processes.iter();
    processes.any(|process| at(&text, process).is_some())
}

/// Where a fault happened in a process.
fn at<'e>(fault: &str, process: &'e Recorded) -> Option<&'e Step> {
    let mut steps = process.steps.iter();
    steps.find(|step| step.injected.as_deref() == Some(fault))
}

/// What became of the faults of a run; `reference` is the same test without any.
pub(super) fn arrival<'r>(run: &'r Injected, reference: Option<&Evidence>) -> Arrival<'r> {
    let faults = &run.plan.faults;
    let missing = faults.iter().find(|fault| !arrived(fault, &run.evidence));
    let how = match &run.outcome {
        tests::Outcome::Passed | tests::Outcome::Failed => {
            return missing.map_or(Arrival::All, Arrival::NotMet);
        }
        tests::Outcome::TimedOut => "hangs",
        tests::Outcome::Crashed(_) => "crashes",
    };
    let open = faults
        .iter()
        .rev()
        .find_map(|fault| Some((fault, is_open_in(fault, &run.evidence)?)));
    let hangs = run.outcome == tests::Outcome::TimedOut;
    Arrival::Unclear(match (open, missing) {
        (Some((fault, path)), _) => {
            let serves = reference.is_some_and(|reference| serves(path, reference));
            if !(hangs && serves && fault.mode != HANGS) {
                return Arrival::NotBack(fault);
            }
            "the function waits for its next job, as it does at the end of the test by itself, and \
             the test for something that does not come: its invariants were not looked at"
                .to_owned()
        }
        (None, Some(missing)) => format!("the test {how} before `{missing}` could happen"),
        (None, None) => format!(
            "the function came back, and then the test {how}: its invariants were not looked at"
        ),
    })
}

/// The function of the call that a fault happened in, if that call never ended.
fn is_open_in<'e>(fault: &Fault, evidence: &'e Evidence) -> Option<&'e str> {
    let text = fault.to_string();
    evidence.processes.iter().find_map(|process| {
        let step = at(&text, process)?;
        is_open(step, process).then(|| path(process, step.function))
    })
}

/// Whether the call of the function that a step was made in never ended.
fn is_open(step: &Step, process: &Recorded) -> bool {
    !process.traces.iter().any(|trace| trace.call == step.call)
}

fn path(process: &Recorded, function: u32) -> &str {
    let function = process.functions.get(&function);
    function.map_or("", |function| &function.path)
}

/// Whether a function never comes back in a run without faults: it takes one job after the
/// other, and at the end of the test it waits for the next.
fn serves(function: &str, reference: &Evidence) -> bool {
    let mut serves = false;
    for process in &reference.processes {
        for trace in &process.traces {
            if path(process, trace.function) == function {
                if trace.outcome != Outcome::Cancelled {
                    return false;
                }
                serves = true;
            }
        }
        let mut steps = process.steps.iter();
        serves |=
            steps.any(|step| path(process, step.function) == function && is_open(step, process));
    }
    serves
}
