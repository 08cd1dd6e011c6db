//! Rules about what is tried again, and whether it may be.

use super::{Judge, define};
use crate::catalog::Retryability;
use crate::diagnostic::Diagnostic;
use crate::model::{Effect, Function, Idempotency, Mode, RetryPolicy, Spanned};

define!(
    UNKNOWN_OUTCOME,
    "RC150",
    "retry-unknown-outcome",
    Error,
    Some(unknown_outcome),
    "something is tried again that may have been done, and may not run twice",
    "A time-out does not say that nothing happened: the request may have been received and carried \
     out before the answer was lost. Sending it again charges the card twice, unless the operation \
     changes nothing (`idempotency = \"safe\"`) or carries a key by which the other side knows a \
     repetition (`idempotency = \"key\"`). A function that does not say may not be repeated.\n\n\
     Where it is certain that nothing was applied, the mode can say so: `effect = \"none\"`.\n\n\
     Source: AIP-155; the retry behaviour of Smithy clients; gRPC A6. The AWS SDK for Rust says of \
     its own time-outs that the request may have been sent and received.",
);

define!(
    PERMANENT,
    "RC151",
    "retry-permanent",
    Error,
    Some(permanent),
    "something is tried again that will fail again",
    "The same request gets the same answer: what was refused is refused again, what is not there \
     does not appear. Such retries delay the error, load the other side, and hide from the reader \
     what the failure is. Taking a lasting failure for a passing one is the largest class of wrong \
     retry decisions that have been studied.\n\n\
     Source: Stoica et al., WASABI, SOSP 2024; AIP-194.",
);

/// A mode that is retried, with its policy if that is known.
pub(super) fn retried<'c>(
    judge: &Judge<'c>,
    mode: &'c Mode,
) -> Option<(&'c Spanned<String>, &'c RetryPolicy)> {
    let name = mode.retry.as_ref().filter(|_| !mode.is_waived())?;
    Some((name, judge.contract.retry(name)?))
}

pub(super) fn may_run_twice(function: &Function) -> bool {
    let idempotency = function.idempotency.as_ref().map(|i| i.value);
    matches!(idempotency, Some(Idempotency::Safe | Idempotency::Key))
}

/// Whether the same request is known to fail again.
fn stays(judge: &Judge<'_>, mode: &Mode) -> bool {
    judge
        .contract
        .facts(mode)
        .is_some_and(|f| f.retryability == Retryability::No)
}

fn unknown_outcome(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        if may_run_twice(function)
            || contract.is_unread(format_args!("function.{}.idempotency", *function.name))
        {
            continue;
        }
        for mode in &function.modes {
            let Some((retry, _)) = retried(judge, mode) else {
                continue;
            };
            // Of what fails again anyhow, the retry is wrong for that reason already.
            if contract.effect(mode) == Effect::None || stays(judge, mode) {
                continue;
            }
            // A called function may be one that can run twice, if not here.
            let callee = judge.view.callee(&mode.interface);
            if callee.is_some_and(|callee| may_run_twice(callee.function))
                || judge.view.is_in_the_dark(&mode.interface)
            {
                continue;
            }
            let done = match contract.effect(mode) {
                Effect::Applied => "the request was carried out",
                Effect::Partial => "a part of the request was carried out",
                _ => "the request may have been carried out",
            };
            let why = match &function.idempotency {
                Some(_) => format!("`{}` must not run twice", *function.name),
                None => format!("`{}` does not say that it may run twice", *function.name),
            };
            let message = format!("`{}` is retried although {done}, and {why}", mode.id());
            let mut diagnostic = Diagnostic::new(&UNKNOWN_OUTCOME, retry.span.clone(), message)
                .help("take the retry out, or send a key and write idempotency = \"key\", or write idempotency = \"safe\" if the function changes nothing");
            if let Some(said) = &function.idempotency {
                diagnostic = diagnostic.also(said.span.clone(), "it says so here");
            }
            judge.report(diagnostic);
        }
    }
}

fn permanent(judge: &mut Judge<'_>) {
    for function in &judge.contract.functions {
        for mode in &function.modes {
            if let Some((retry, _)) = retried(judge, mode)
                && stays(judge, mode)
            {
                let facts = judge.contract.facts(mode);
                let message = format!("`{}` is retried and will fail again", mode.id());
                judge.found.push(
                    Diagnostic::new(&PERMANENT, retry.span.clone(), message)
                        .label(facts.map_or("", |f| f.summary))
                        .help("take the retry out and return the error at once"),
                );
            }
        }
    }
}
