//! Rules about trying again.

use super::{Judge, define};
use crate::diagnostic::Diagnostic;

define!(
    UNCAPPED,
    "RC107",
    "uncapped-retry",
    Error,
    Some(uncapped),
    "a retry policy does not say when it gives up",
    "Without `max_attempts` a lasting failure is tried again for ever: the caller waits, the load \
     on the failing side grows, and no error is ever returned. Retries without a cap, or with an \
     unsafe one, are among the most frequent retry bugs that were found in eight large \
     systems.\n\n\
     `max_attempts` is the total, the first attempt included.\n\n\
     Source: Stoica et al., WASABI, SOSP 2024; gRPC A6.",
);

fn uncapped(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for retry in &contract.retries {
        let key = format!("{}.max_attempts", *retry.name);
        if retry.max_attempts.is_some() || contract.is_unread("retry", &key) {
            continue;
        }
        let message = format!("the retry policy `{}` never gives up", *retry.name);
        judge.report(
            Diagnostic::new(&UNCAPPED, retry.name.span.clone(), message)
                .help("max_attempts = 3, the first attempt included"),
        );
    }
}
