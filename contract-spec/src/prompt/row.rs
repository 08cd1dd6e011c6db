//! What is said of one failure mode: a row of the table, and a sentence.

use std::fmt::Write as _;

use super::{Language, Subject, code, quoted};
use crate::catalog::{CONTRACT, DOMAIN, INPUT, OTHER};
use crate::model::{Effect, Idempotency, Jitter, Level, Mode, Outcome, RetryPolicy};
use crate::read::write_duration;

/// How many delays are listed; whoever needs more has the formula beside them.
const DELAYS: usize = 4;

/// The head of the table.
pub(super) const HEAD: &str = "| mode | what happened | ends with | handling | effect on the other side | log |\n|---|---|---|---|---|---|\n";

/// The failure modes as a table, in the contract's order.
pub(super) fn table(subject: &Subject<'_>, language: Language) -> String {
    let mut text = HEAD.to_owned();
    for mode in &subject.function.modes {
        let _written = writeln!(text, "{}", row(subject, mode, language));
    }
    text
}

/// One failure mode as a row of the table.
pub fn row(subject: &Subject<'_>, mode: &Mode, language: Language) -> String {
    format!(
        "| {} | {} | {} | {} | {} | {} |",
        code(&mode.id()),
        trigger(subject, mode),
        ending(subject, mode, language),
        handling(subject, mode),
        effect(subject.contract.effect(mode)),
        log(subject, mode),
    )
}

/// What has happened when the mode is entered.
pub(super) fn trigger(subject: &Subject<'_>, mode: &Mode) -> String {
    let words = mode.name.replace('_', " ");
    if let Some(facts) = subject.contract.facts(mode) {
        // The catalog's own words are ours; those of a custom kind are somebody's.
        return match subject.contract.kind_of(&mode.interface) {
            Some(crate::AnyKind::Custom(_)) if !facts.summary.is_empty() => quoted(facts.summary),
            Some(crate::AnyKind::Known(_)) => facts.summary.to_owned(),
            _ => words,
        };
    }
    match (mode.interface.as_str(), mode.name.as_str()) {
        (_, OTHER) => format!(
            "Whatever fails at {} and is none of its other modes.",
            code(&mode.interface)
        ),
        (INPUT, _) => format!("The input is refused: {}.", code(&words)),
        (DOMAIN, _) => format!("A business rule says no: {}.", code(&words)),
        _ => match callee(subject, mode) {
            Some(id) => format!(
                "{} fails with its variant for {}.",
                code(id),
                code(&mode.name)
            ),
            None => format!("{}.", code(&words)),
        },
    }
}

/// The contract that an interface stands for.
pub(super) fn callee<'a>(subject: &Subject<'a>, mode: &Mode) -> Option<&'a str> {
    let interface = subject.contract.interface(&mode.interface)?;
    let id = interface.contract.as_ref()?;
    (interface.kind.value == CONTRACT).then_some(id.value.as_str())
}

fn ending(subject: &Subject<'_>, mode: &Mode, language: Language) -> String {
    match &mode.outcome {
        Some(Outcome::Returns(variant)) => {
            code(&language.variant(subject.function, &variant.value))
        }
        Some(Outcome::Recovers(_)) => "a value".to_owned(),
        Some(Outcome::Waived(_)) | None => "—".to_owned(),
    }
}

fn handling(subject: &Subject<'_>, mode: &Mode) -> String {
    let mut parts = Vec::new();
    if let Some(policy) = policy(subject, mode) {
        parts.push(retry(policy));
    }
    if mode
        .rollback
        .as_ref()
        .is_some_and(|rollback| rollback.value)
    {
        parts.push("roll the transaction back".to_owned());
    }
    match &mode.outcome {
        Some(Outcome::Recovers(reason)) => parts.push(format!("recover: {}", quoted(reason))),
        Some(Outcome::Waived(reason)) => {
            parts.push(format!(
                "nothing to do, it cannot happen: {}",
                quoted(reason)
            ));
        }
        Some(Outcome::Returns(_)) if parts.is_empty() => parts.push("leave at once".to_owned()),
        Some(Outcome::Returns(_)) => parts.push("then leave".to_owned()),
        None => {}
    }
    parts.join("; ")
}

/// The policy by which a mode is retried.
pub(super) fn policy<'a>(subject: &Subject<'a>, mode: &Mode) -> Option<&'a RetryPolicy> {
    subject.contract.retry(mode.retry.as_ref()?)
}

/// How many attempts there are in all.
pub(super) fn attempts(policy: &RetryPolicy) -> u32 {
    policy
        .max_attempts
        .as_ref()
        .map_or(1, |number| number.value)
}

fn retry(policy: &RetryPolicy) -> String {
    let mut text = format!(
        "{}: {} attempts in all",
        code(&policy.name),
        attempts(policy)
    );
    let waits: Vec<String> = policy.delays().map(write_duration).collect();
    if let Some((first, _)) = waits.split_first() {
        let shown = &waits[..waits.len().min(DELAYS)];
        let rest = if waits.len() > DELAYS { ", …" } else { "" };
        let all = if waits.len() > 1 && waits.iter().all(|wait| wait == first) {
            format!("each {first}")
        } else {
            format!("{}{rest}", shown.join(", "))
        };
        let upto = match policy.jitter.value {
            Jitter::None => "waiting",
            Jitter::Full => "waiting anything up to",
            Jitter::Equal => "waiting half to all of",
        };
        let _written = write!(text, ", {upto} {all} between them");
    }
    text
}

/// What the failed request has done.
fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "none",
        Effect::Maybe => "**unknown**: it may have been applied",
        Effect::Partial => "**part** of it was applied",
        Effect::Applied => "it **was** applied",
    }
}

fn log(subject: &Subject<'_>, mode: &Mode) -> String {
    let Some(log) = &mode.log else {
        return "—".to_owned();
    };
    format!("{}: {}", log.level.name(), fields(subject, mode).join(", "))
}

/// The fields of the event that a mode demands; what policy asks for where the contract
/// names none.
pub(super) fn fields(subject: &Subject<'_>, mode: &Mode) -> Vec<String> {
    let named = mode.log.as_ref().and_then(|log| log.fields.as_ref());
    if let Some(named) = named {
        return named.iter().map(|field| code(field)).collect();
    }
    let service = subject
        .contract
        .interface(&mode.interface)
        .and_then(|interface| interface.service.as_ref());
    let mut fields = vec!["the correlation id".to_owned()];
    if let Some(service) = service {
        fields.push(format!("the service {}", quoted(service)));
    }
    fields.push("the error's own text".to_owned());
    fields
}

/// The level at which a mode is logged.
pub(super) fn level(mode: &Mode) -> Option<Level> {
    mode.log.as_ref().map(|log| log.value.level)
}

/// "When …, then …", with every number that a test can count.
pub(super) fn sentence(subject: &Subject<'_>, mode: &Mode, language: Language) -> Option<String> {
    let function = subject.function;
    let name = code(&language.function_name(function));
    let interface = code(&mode.interface);
    let mut then = Vec::new();
    let when = match (mode.interface.as_str(), policy(subject, mode)) {
        (INPUT | DOMAIN, _) => format!("{} applies", code(&mode.id())),
        (_, Some(policy)) => {
            let attempts = attempts(policy);
            let key = match function.idempotency.as_ref().map(|word| word.value) {
                Some(Idempotency::Key) => ", each with the same idempotency key",
                _ => "",
            };
            then.push(format!("has called {interface} {attempts} times{key}"));
            format!(
                "{interface} fails with {} on attempt {attempts} of {attempts}",
                code(&mode.name)
            )
        }
        (_, None) => format!("{interface} fails with {}", code(&mode.name)),
    };
    let outcome = match mode.outcome.as_ref()? {
        Outcome::Waived(_) => return None,
        Outcome::Returns(variant) => format!(
            "{} {}",
            language.returns(),
            code(&language.variant(function, &variant.value))
        ),
        Outcome::Recovers(reason) => format!("succeeds all the same ({})", quoted(reason)),
    };
    then.insert(0, outcome);
    if policy(subject, mode).is_none() && !matches!(mode.interface.as_str(), INPUT | DOMAIN) {
        then.push("does not call it again for that".to_owned());
    }
    if mode
        .rollback
        .as_ref()
        .is_some_and(|rollback| rollback.value)
    {
        then.push("has rolled its transaction back".to_owned());
    }
    if let Some(level) = level(mode) {
        then.push(format!("has logged one event at {}", code(level.name())));
    }
    let last = then.pop().unwrap_or_default();
    let then = match then.as_slice() {
        [] => last,
        then => format!("{} and {last}", then.join(", ")),
    };
    let mut text = format!("When {when}, then {name} {then}.");
    if let Some(policy) = policy(subject, mode).filter(|policy| attempts(policy) > 1) {
        let _written = write!(
            text,
            " When an attempt before the last one fails so and the next succeeds, then {name} succeeds ({} attempts at most).",
            attempts(policy)
        );
    }
    Some(text)
}
