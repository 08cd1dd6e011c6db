//! Advice on limits that are missing, or kept by nobody.

use std::collections::HashSet;

use super::advise;
use crate::diagnostic::Diagnostic;
use crate::model::{Contract, Effect, Function, Idempotency, Interface, Spanned, Tier};
use crate::read::write_duration;
use crate::rules::Judge;

advise!(
    MISSING_TIMEOUT,
    "RC170",
    "missing-timeout",
    Warning,
    Some(missing_timeout),
    "nothing limits how long an interface may take",
    "An interface that neither answers nor fails holds its caller, the caller's connection and the \
     caller's caller, until nothing is left. Most clients have no limit of their own: reqwest has \
     none, sqlx has none for statements. `timeout` limits one attempt; a `deadline` of the function \
     that covers all attempts will do as well.\n\n\
     Source: IC2E 2018, where missing time-outs are a third of the time-out bugs and most of them \
     leave no message; Nygard, *Release It!*.",
);

advise!(
    MISSING_DEADLINE,
    "RC172",
    "missing-deadline",
    Warning,
    Some(missing_deadline),
    "a critical function that calls interfaces has no deadline",
    "Attempts, delays and several interfaces add up, and a caller waits for the sum. For a function \
     of tier `critical` the sum is part of the promise: `deadline` limits the whole call, retries \
     included, and the verifier holds every trace against it.\n\n\
     Source: Google's SRE book on deadlines and cascading failures.",
);

advise!(
    LATE_CALLEE,
    "RC173",
    "late-callee",
    Warning,
    Some(late_callee),
    "a called function may take longer than its caller has",
    "The caller gives up while the function below still works: the work is done for nobody, and \
     whether it was done is unknown. The deadline of a callee fits into that of its caller.\n\n\
     Source: Google's SRE book, on passing deadlines down.",
);

advise!(
    UNDERSTATED_EFFECT,
    "RC174",
    "understated-effect",
    Warning,
    Some(understated_effect),
    "a failure with unknown outcome is declared to have had none",
    "A limit on one's own side says nothing about the other side: the request may have arrived. \
     `effect = \"none\"` on such a mode takes away the protection against running twice what must \
     run once. It is right where the mode can only occur before anything was sent, and for \
     functions that change nothing, which say `idempotency = \"safe\"`.\n\n\
     Source: the AWS SDK for Rust on its time-out errors; the transaction errors of PostgreSQL \
     whose resolution is unknown.",
);

/// The interfaces that a function uses and that can keep it waiting.
fn slow<'c>(
    contract: &'c Contract,
    function: &'c Function,
) -> impl Iterator<Item = (&'c Spanned<String>, &'c Interface)> {
    function.interfaces.iter().filter_map(|on| {
        let kind = contract.kind_of(on)?;
        kind.mode("timeout")?;
        Some((on, contract.interface(on)?))
    })
}

fn has_deadline(contract: &Contract, function: &Function) -> bool {
    function.deadline.is_some()
        || contract.is_unread(format_args!("function.{}.deadline", *function.name))
}

fn missing_timeout(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    let mut told: HashSet<&str> = HashSet::new();
    for function in contract
        .functions
        .iter()
        .filter(|f| !has_deadline(contract, f))
    {
        for (on, interface) in slow(contract, function) {
            let name = interface.name.as_str();
            let limited = interface.timeout.is_some()
                || contract.is_unread(format_args!("interface.{}.timeout", *interface.name));
            if limited || !told.insert(name) {
                continue;
            }
            let own = contract.interfaces.get(&interface.name).is_some();
            let span = match own {
                true => interface.name.span.clone(),
                false => on.span.clone(),
            };
            let message = format!("nothing limits how long `{name}` may take");
            judge
                .found
                .push(Diagnostic::new(&MISSING_TIMEOUT, span, message).help(
                "timeout = \"2s\" at the interface, or a deadline at every function that uses it",
            ));
        }
    }
}

fn missing_deadline(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        if function.tier.value == Tier::Critical
            && !has_deadline(contract, function)
            && slow(contract, function).next().is_some()
        {
            let message = format!("`{}` is critical and has no deadline", *function.name);
            judge.found.push(
                Diagnostic::new(&MISSING_DEADLINE, function.name.span.clone(), message)
                    .help("deadline = \"10s\""),
            );
        }
    }
}

fn late_callee(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        let Some(deadline) = &function.deadline else {
            continue;
        };
        for on in &function.interfaces {
            let Some(callee) = judge.view.callee(on) else {
                continue;
            };
            let Some(theirs) = &callee.function.deadline else {
                continue;
            };
            if theirs.value > deadline.value {
                let message = format!(
                    "`{}` has {} in all, and `{}` may take {}",
                    *function.name,
                    write_duration(deadline.value),
                    *callee.function.name,
                    write_duration(theirs.value)
                );
                let help = format!("a deadline of {} or more", write_duration(theirs.value));
                let late = Diagnostic::new(&LATE_CALLEE, deadline.span.clone(), message).help(help);
                let place = theirs.span.clone();
                judge
                    .found
                    .push(callee.point(late, judge.view, place, "the deadline below"));
            }
        }
    }
}

fn understated_effect(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        if function
            .idempotency
            .as_ref()
            .is_some_and(|i| i.value == Idempotency::Safe)
        {
            continue;
        }
        for mode in &function.modes {
            let known = contract
                .kind_of(&mode.interface)
                .and_then(|k| k.mode(&mode.name));
            let (Some(said), Some(known)) = (&mode.effect, known) else {
                continue;
            };
            if said.value == Effect::None && known.effect != Effect::None {
                let message = format!("`{}` does not tell that nothing was done", mode.id());
                judge.report(
                    Diagnostic::new(&UNDERSTATED_EFFECT, said.span.clone(), message)
                        .label(known.summary.to_owned())
                        .help(format!(
                            "leave `effect` out: it is \"{}\"",
                            known.effect.name()
                        )),
                );
            }
        }
    }
}
