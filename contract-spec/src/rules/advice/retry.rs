//! Advice on what is tried again, where that is not wrong in itself.

use super::{advise, is_unread};
use crate::catalog::{OTHER, Retryability};
use crate::diagnostic::Diagnostic;
use crate::facts::AnyKind;
use crate::model::Effect;
use crate::rules::Judge;
use crate::rules::retry::{may_run_twice, retried};

advise!(
    RETRIED_CATCH_ALL,
    "RC152",
    "retried-catch-all",
    Warning,
    Some(retried_catch_all),
    "failures that nobody named are tried again",
    "`other` stands for all that the named modes do not cover, lasting failures included. Name the \
     failures that pass by themselves and retry those.\n\n\
     Source: AIP-194, which retries one code and no other; WASABI, SOSP 2024.",
);

advise!(
    STALE_CREDENTIAL,
    "RC153",
    "stale-credential",
    Warning,
    Some(stale_credential),
    "a refused credential is tried more than twice",
    "A second attempt makes sense after the credential was renewed, and only then. If the new one \
     is refused as well, it is not the credential's age, and further attempts may lock the account \
     out.\n\n\
     Source: RFC 6750 on expired tokens; lock-out policies of identity providers.",
);

advise!(
    STATEMENT_RETRY,
    "RC154",
    "statement-retry",
    Warning,
    Some(statement_retry),
    "after a conflict the statement is tried again instead of the transaction",
    "After a serialization failure or a deadlock the transaction is lost, and every statement in it \
     fails from then on. What can be tried again is the whole transaction, from its first read, \
     after a rollback: `rollback = true` says so, and the verifier looks for it.\n\n\
     Source: PostgreSQL documentation, section 13.5; AIP-194 on `ABORTED`.",
);

fn retried_catch_all(judge: &mut Judge<'_>) {
    for function in judge.contract.functions.iter().filter(|f| may_run_twice(f)) {
        for mode in function.modes.iter().filter(|m| *m.name.value == *OTHER) {
            let open = judge
                .contract
                .kind_of(&mode.interface)
                .is_none_or(AnyKind::is_open);
            if let Some((retry, _)) = retried(judge, mode)
                && !open
            {
                let message = format!("`{}` is retried, whatever it is", mode.id());
                judge.found.push(
                    Diagnostic::new(&RETRIED_CATCH_ALL, retry.span.clone(), message)
                        .help("name the failures that pass by themselves and retry those"),
                );
            }
        }
    }
}

fn stale_credential(judge: &mut Judge<'_>) {
    for mode in judge.contract.functions.iter().flat_map(|f| &f.modes) {
        let Some((retry, policy)) = retried(judge, mode) else {
            continue;
        };
        let refreshed = judge
            .contract
            .facts(mode)
            .is_some_and(|f| f.retryability == Retryability::Refresh && f.effect == Effect::None);
        let attempts = policy.max_attempts.as_ref().map_or(0, |n| n.value);
        if refreshed && attempts > 2 {
            let message = format!("`{}` is tried {attempts} times", mode.id());
            judge.found.push(
                Diagnostic::new(&STALE_CREDENTIAL, retry.span.clone(), message).help(
                    "a policy of its own with max_attempts = 2, after the credential was renewed",
                ),
            );
        }
    }
}

fn statement_retry(judge: &mut Judge<'_>) {
    for function in &judge.contract.functions {
        for mode in &function.modes {
            let kind = judge.contract.kind_of(&mode.interface).map(AnyKind::name);
            let facts = judge.contract.facts(mode);
            let transaction = facts.is_some_and(|f| f.retryability == Retryability::Transaction);
            let said = mode.rollback.as_ref().is_some_and(|r| r.value)
                || is_unread(judge.contract, function, mode, "rollback");
            if let Some((retry, _)) = retried(judge, mode)
                && transaction
                && !said
                && matches!(kind, Some("database" | "queue"))
            {
                let message = format!("`{}` is retried without a rollback", mode.id());
                judge.found.push(
                    Diagnostic::new(&STATEMENT_RETRY, retry.span.clone(), message)
                        .help(format!("retry = \"{}\", rollback = true", **retry)),
                );
            }
        }
    }
}
