//! A rule about limits that contradict each other.

use super::{Judge, define};
use crate::diagnostic::Diagnostic;
use crate::read::write_duration;

define!(
    TIMEOUT_OVER_DEADLINE,
    "RC171",
    "timeout-over-deadline",
    Error,
    Some(timeout_over_deadline),
    "one attempt may take longer than the whole call",
    "The deadline ends the call before the timeout of the interface is reached, so the timeout is \
     dead, and with it the mode that handles it: `timeout` is never entered in production, whatever \
     the tests say.\n\n\
     Source: IC2E 2018 on limits that contradict each other.",
);

fn timeout_over_deadline(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        let Some(deadline) = &function.deadline else {
            continue;
        };
        for on in &function.interfaces {
            let Some(interface) = contract.interface(on) else {
                continue;
            };
            let Some(timeout) = &interface.timeout else {
                continue;
            };
            if timeout.value <= deadline.value {
                continue;
            }
            let message = format!(
                "`{}` may take {}, and the whole call {}",
                *interface.name,
                write_duration(timeout.value),
                write_duration(deadline.value)
            );
            let help = format!(
                "a deadline of more than {}, or a shorter timeout",
                write_duration(timeout.value)
            );
            let diagnostic =
                Diagnostic::new(&TIMEOUT_OVER_DEADLINE, deadline.span.clone(), message).help(help);
            let own = contract.interfaces.get(&interface.name).is_some();
            judge.found.push(match own {
                true => diagnostic.also(timeout.span.clone(), "the timeout"),
                false => diagnostic,
            });
        }
    }
}
