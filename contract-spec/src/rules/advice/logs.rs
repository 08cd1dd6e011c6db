//! Advice on what is logged, and by whom.

use super::{advise, is_unread};
use crate::catalog::{OTHER, Retryability};
use crate::diagnostic::Diagnostic;
use crate::facts::AnyKind;
use crate::model::{Idempotency, Level, Spanned, Tier};
use crate::rules::Judge;
use crate::rules::logs::{fields, sensitive};

advise!(
    LOGGED_TWICE,
    "RC190",
    "logged-twice",
    Warning,
    Some(logged_twice),
    "a failure that was logged below is logged as an error again",
    "Every layer that logs an error and passes it on makes one failure look like several, and the \
     count of errors means nothing. One layer owns the event, usually the one next to the \
     interface, where the details are known; those above add context to the error and return \
     it.\n\n\
     Source: semgrep's rule on logging an error without handling it; the guidance of OpenTelemetry \
     on recording an error once.",
);

advise!(
    EXPECTED_NEGATIVE,
    "RC191",
    "expected-negative",
    Info,
    Some(expected_negative),
    "something that is not there is logged as an error",
    "That a key or a row is not there is an everyday answer of a cache, and of every function that \
     only looks something up (`idempotency = \"safe\"`), and `error` events are for what somebody \
     must look at. Where its absence really is a fault, the level is right.\n\n\
     Source: OpenTelemetry, on errors that are expected in normal operation.",
);

advise!(
    SECRET_FIELD,
    "RC193",
    "secret-field",
    Warning,
    Some(secret_field),
    "a log demands a field that sounds like a secret",
    "Passwords, tokens, keys and card numbers that reach a log are read by many people and kept for \
     long. Log an id that leads to the record, or a hash, and list the field under `sensitive`.\n\n\
     The rule looks at the last word of the name: `token_id` and `password_age` are no secrets.\n\n\
     Source: the SEI CERT rules on sensitive information in logs.",
);

advise!(
    LOG_WITHOUT_IDENTITY,
    "RC194",
    "log-without-identity",
    Info,
    Some(log_without_identity),
    "a list of log fields has nothing that leads to the request",
    "`fields` replaces the fields of the policy, and with them the one that ties the event to its \
     request. Without a correlation, trace or request id, the event says that something failed and \
     not for whom. Where an enclosing span carries the id, it may be demanded all the same: fields \
     of spans count.\n\n\
     Source: the protocol's demand on log events; OpenTelemetry on correlating logs and traces.",
);

advise!(
    UNLOGGED_FAILURE,
    "RC195",
    "unlogged-failure",
    Warning,
    Some(unlogged_failure),
    "a critical function returns an outage that nobody logs",
    "When an interface of a critical function times out or is down, somebody has to find out from \
     the log, with the name of the service and the id of the request. The caller sees a variant \
     and no more than that. Failures that are the caller's own doing need no event.\n\n\
     Source: the protocol's demand on log events; IC2E 2018, where most missing time-outs left no \
     message.",
);

fn logged_twice(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for mode in contract.functions.iter().flat_map(|f| &f.modes) {
        let Some(log) = mode.log.as_ref().filter(|l| l.level == Level::Error) else {
            continue;
        };
        let Some(callee) = judge.view.callee(&mode.interface) else {
            continue;
        };
        let failures = judge.known.failures(callee);
        let returning = failures.get(&mode.name).into_iter().flat_map(|f| &f.modes);
        let mut logs = returning.filter_map(|below| below.log.as_ref());
        if let Some(first) = logs.find(|below| below.level == Level::Error) {
            let name = callee.function.name.as_str();
            let message = format!("`{}` was logged by `{name}` already", mode.id());
            let twice = Diagnostic::new(&LOGGED_TWICE, log.span.clone(), message)
                .help("leave `log` out here, or log below at \"debug\"");
            let place = first.span.clone();
            judge
                .found
                .push(callee.point(twice, judge.view, place, "logged here first"));
        }
    }
}

fn expected_negative(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        let reads = function
            .idempotency
            .as_ref()
            .is_some_and(|i| i.value == Idempotency::Safe);
        for mode in function
            .modes
            .iter()
            .filter(|m| *m.name.value == *"not_found")
        {
            let kind = contract.kind_of(&mode.interface).map(AnyKind::name);
            let everyday = match kind {
                Some("cache") => true,
                Some("http" | "grpc" | "database" | "object_store") => reads,
                _ => false,
            };
            let Some(log) = mode.log.as_ref().filter(|l| l.level == Level::Error) else {
                continue;
            };
            if everyday && !mode.is_waived() {
                let message = format!("`{}` is logged as an error", mode.id());
                judge.report(
                    Diagnostic::new(&EXPECTED_NEGATIVE, log.span.clone(), message)
                        .help("log = \"info\", or no log"),
                );
            }
        }
    }
}

const SECRETS: [&str; 22] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "authorization",
    "cookie",
    "card_number",
    "pan",
    "cvv",
    "cvc",
    "iban",
    "ssn",
    "private_key",
    "credential",
    "credentials",
    "pin",
    "otp",
    "session_key",
    "bearer",
];

fn is_secret(field: &str) -> bool {
    let last = field
        .rsplit('.')
        .next()
        .unwrap_or(field)
        .replace('-', "_")
        .to_lowercase();
    SECRETS.iter().any(|secret| {
        last.strip_suffix(secret)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    })
}

fn secret_field(judge: &mut Judge<'_>) {
    for function in &judge.contract.functions {
        let sensitive = sensitive(function);
        for field in function.modes.iter().flat_map(fields) {
            if is_secret(field) && !sensitive.has(field) {
                let message = format!("`{}` sounds like a secret", **field);
                judge.found.push(
                    Diagnostic::new(&SECRET_FIELD, field.span.clone(), message).help(format!(
                        "leave it out, and write sensitive = [\"{}\"]",
                        **field
                    )),
                );
            }
        }
    }
}

fn log_without_identity(judge: &mut Judge<'_>) {
    for mode in judge.contract.functions.iter().flat_map(|f| &f.modes) {
        let Some(log) = mode.log.as_ref().filter(|l| l.fields.is_some()) else {
            continue;
        };
        let identity = |f: &Spanned<String>| {
            let name = f.to_lowercase();
            ["correlation", "trace", "request", "span"]
                .iter()
                .any(|word| name.contains(word))
        };
        if !fields(mode).iter().any(identity) {
            let message = format!("the log of `{}` does not lead to the request", mode.id());
            judge.found.push(
                Diagnostic::new(&LOG_WITHOUT_IDENTITY, log.span.clone(), message)
                    .help("fields = [\"correlation_id\", …], or leave `fields` to the policy"),
            );
        }
    }
}

fn unlogged_failure(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in contract
        .functions
        .iter()
        .filter(|f| f.tier.value == Tier::Critical)
    {
        for mode in &function.modes {
            let closed = contract
                .kind_of(&mode.interface)
                .is_some_and(|k: AnyKind<'_>| !k.is_open());
            let outage = *mode.name.value == *OTHER
                || contract.facts(mode).is_some_and(|f| {
                    matches!(
                        f.retryability,
                        Retryability::Yes | Retryability::Idempotent | Retryability::Hint
                    )
                });
            let logged = mode.log.is_some() || is_unread(contract, function, mode, "log");
            if let Some(variant) = mode.returns()
                && closed
                && outage
                && !logged
            {
                let message = format!("`{}` is returned and logged nowhere", mode.id());
                judge.report(
                    Diagnostic::new(&UNLOGGED_FAILURE, variant.span.clone(), message)
                        .help("log = \"error\""),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_the_last_word_of_a_name() {
        for secret in [
            "password",
            "user.password",
            "access_token",
            "X-Api-Key",
            "card_number",
        ] {
            assert!(is_secret(secret), "{secret}");
        }
        for open in [
            "token_id",
            "password_age",
            "spin",
            "order_id",
            "secretary",
            "tokens",
            "japan",
        ] {
            assert!(!is_secret(open), "{open}");
        }
    }
}
