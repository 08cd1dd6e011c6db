//! A rule about recoveries that open a door.

use super::{Judge, define};
use crate::catalog::OTHER;
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

/// Modes by which an interface says: not you, or not me.
pub(super) fn is_door(kind: AnyKind<'_>, mode: &str) -> bool {
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
    for function in &judge.contract.functions {
        for mode in &function.modes {
            if let Some(Outcome::Recovers(reason)) = &mode.outcome
                && let Some(kind) = judge.contract.kind_of(&mode.interface)
                && !kind.is_open()
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
}
