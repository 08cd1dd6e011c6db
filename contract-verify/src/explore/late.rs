//! What nobody waited for any more has timed out.
//!
//! A call that takes too long tells nobody so: whoever puts a limit around it drops its future,
//! and a trace shows a call that was called off. Where the fault was that it took too long, it
//! is known why.

use contract_spec::evidence::{Call, Fault, Outcome, TIMEOUT, Trace};
use contract_spec::model;

use crate::contracts::Contracts;
use crate::evidence::Evidence;
use crate::observe::contract_of;
use crate::subjects::Subjects;

/// Has the calls that were called off because they took too long fail in the mode `timeout`, where
/// what the function made of it leaves no doubt.
pub(super) fn time_out(evidence: &mut Evidence, subjects: &mut Subjects, contracts: &Contracts) {
    for process in &mut evidence.processes {
        for trace in &mut process.traces {
            let Some(function) = process.functions.get(&trace.function) else {
                continue;
            };
            let subject = subjects.of_probe(function, contracts);
            let Some((_, function)) = contract_of(contracts, &subjects.all()[subject]) else {
                continue;
            };
            let calls = 0..trace.calls.len();
            let late = calls.filter(|call| is_late(trace, *call, function));
            for call in late.collect::<Vec<_>>() {
                fail(&mut trace.calls[call]);
            }
        }
    }
}

fn fail(call: &mut Call) {
    call.failed = true;
    call.mode = Some(TIMEOUT.to_owned());
}

/// Whether a call took too long for its function, and the function shows what it makes of that:
/// it says so in its own words, or it goes on as if nothing had been and without another answer.
/// An error of other words may be about something else that happened meanwhile.
fn is_late(trace: &Trace, index: usize, function: &model::Function) -> bool {
    let call = &trace.calls[index];
    let fault = call.explored.as_ref().and_then(|e| e.injected.as_ref());
    let fault: Option<Fault> = fault.and_then(|fault| fault.parse().ok());
    let waited = fault.is_some_and(|fault| fault.declared_mode() == TIMEOUT);
    if !call.cancelled || !waited {
        return false;
    }
    let mut modes = function.modes.iter();
    let mode = modes.find(|mode| *mode.interface == call.interface && *mode.name == TIMEOUT);
    match trace.outcome {
        Outcome::Err => {
            let returns = mode.and_then(model::Mode::returns);
            returns.is_some_and(|returns| trace.variant.as_ref() == Some(&returns.value))
        }
        Outcome::Ok => !trace.calls.iter().any(|other| {
            let instead = other.interface == call.interface && !other.failed && !other.cancelled;
            instead && other.end_us >= call.start_us
        }),
        Outcome::Panicked | Outcome::Cancelled => false,
    }
}
