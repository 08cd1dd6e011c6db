//! Rules about recoveries that open a door, or close everybody's eyes.

use super::{Judge, define};
use crate::catalog::{OTHER, Retryability};
use crate::diagnostic::Diagnostic;
use crate::facts::AnyKind;
use crate::model::Outcome;

define!(
    FAIL_OPEN,
    "RC180",
    "fail-open",
    Error,
    Some(fail_open),
    "the function goes on although it was not let in, or does not know with whom it talks",
    "A refused credential, a missing permission, an invalid token, a certificate that nobody \
     vouches for: on each of these the only safe result is an error. A function that returns \
     success instead lets the unauthorized pass, or trusts a stranger. A credential that can be \
     renewed is renewed and tried again (`retry`); if it is refused even then, the error is \
     returned.\n\n\
     Source: the SEI CERT rules on error handling; an audit log of a password manager whose events \
     were lost through `unwrap_or(())`.",
);

define!(
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

/// Modes by which an interface says: not you, or not me.
fn is_door(kind: AnyKind<'_>, mode: &str) -> bool {
    match (kind, kind.name()) {
        (AnyKind::Known(_), "auth") => mode != OTHER,
        (AnyKind::Known(_), "dns_tls") => {
            matches!(mode, "tls_untrusted" | "tls_expired" | "tls_name_mismatch")
        }
        (AnyKind::Known(_), "database") => mode == "permission",
        (AnyKind::Known(_), "queue") => mode == "auth",
        (AnyKind::Known(_), "cache") => false,
        _ => matches!(
            mode,
            "unauthorized"
                | "forbidden"
                | "unauthenticated"
                | "permission_denied"
                | "access_denied"
        ),
    }
}

fn fail_open(judge: &mut Judge<'_>) {
    for mode in judge.contract.functions.iter().flat_map(|f| &f.modes) {
        let Some(kind) = judge
            .contract
            .kind_of(&mode.interface)
            .filter(|k| !k.is_open())
        else {
            continue;
        };
        if let Some(Outcome::Recovers(reason)) = &mode.outcome
            && is_door(kind, &mode.name)
        {
            let message = format!("`{}` recovers: the function fails open", mode.id());
            judge.found.push(
                Diagnostic::new(&FAIL_OPEN, reason.span.clone(), message).help(format!(
                    "{} = {{ returns = \"…\", log = \"error\" }}",
                    *mode.name
                )),
            );
        }
    }
}

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
            let logged = mode.log.is_some() || contract.is_mode_unread(function, mode, "log");
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
