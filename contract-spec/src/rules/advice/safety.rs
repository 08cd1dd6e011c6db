//! Advice on recoveries that close everybody's eyes.

use super::{advise, is_unread};
use crate::catalog::{OTHER, Retryability};
use crate::diagnostic::Diagnostic;
use crate::model::Outcome;
use crate::rules::Judge;
use crate::rules::safety::is_door;

advise!(
    SILENT_RECOVERY,
    "RC181",
    "silent-recovery",
    Warning,
    Some(silent_recovery),
    "the function recovers from an outage and nobody hears of it",
    "A recovery hides a failure from the caller, which is its purpose, and without a log event also \
     from those who run the service. The cache can then be down for weeks. Log at `warn`: it was \
     handled, and somebody should look.\n\n\
     What is expected in normal operation (nothing under the key, no such row) needs no event.\n\n\
     Source: Lou et al., Oathkeeper, OSDI 2022, on semantic violations that nothing signals.",
);

fn silent_recovery(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        for mode in &function.modes {
            let Some(Outcome::Recovers(reason)) = &mode.outcome else {
                continue;
            };
            let Some(kind) = contract.kind_of(&mode.interface).filter(|k| !k.is_open()) else {
                continue;
            };
            let outage = contract.facts(mode).is_some_and(|f| {
                matches!(
                    f.retryability,
                    Retryability::Yes
                        | Retryability::Idempotent
                        | Retryability::Hint
                        | Retryability::Refresh
                )
            });
            let logged = mode.log.is_some() || is_unread(contract, function, mode, "log");
            if logged || is_door(kind, &mode.name) || !(outage || *mode.name.value == *OTHER) {
                continue;
            }
            let message = format!("nobody hears of `{}`", mode.id());
            judge.report(
                Diagnostic::new(&SILENT_RECOVERY, reason.span.clone(), message)
                    .help("log = \"warn\""),
            );
        }
    }
}
