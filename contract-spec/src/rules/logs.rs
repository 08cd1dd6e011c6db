//! A rule about what must never be logged.

use super::{Judge, define};
use crate::diagnostic::Diagnostic;
use crate::model::{Function, Mode, Spanned};
use crate::named::Names;

define!(
    SENSITIVE_FIELD,
    "RC192",
    "sensitive-field",
    Error,
    Some(sensitive_field),
    "a field that must not be logged is demanded in a log",
    "`sensitive` lists what never appears in a log, and the verifier looks for it there. A log \
     event that demands such a field cannot be written.\n\n\
     Source: the SEI CERT rules on sensitive information in logs.",
);

/// Every field that a log event of a mode must carry.
pub(super) fn fields(mode: &Mode) -> &[Spanned<String>] {
    match mode.log.as_ref().and_then(|log| log.fields.as_ref()) {
        Some(fields) => fields,
        None => &[],
    }
}

/// The fields that must never be logged, by their names.
pub(super) fn sensitive(function: &Function) -> Names<'_> {
    let fields = &function.sensitive;
    Names::of(fields.len(), &|at| &fields[at])
}

fn sensitive_field(judge: &mut Judge<'_>) {
    for function in &judge.contract.functions {
        if function.sensitive.is_empty() {
            continue;
        }
        let sensitive = sensitive(function);
        for mode in &function.modes {
            for field in fields(mode) {
                let Some(at) = sensitive.place(field) else {
                    continue;
                };
                let said = function.sensitive[at].span.clone();
                let message = format!("`{}` must not be logged", **field);
                judge.found.push(
                    Diagnostic::new(&SENSITIVE_FIELD, field.span.clone(), message)
                        .also(said, "sensitive")
                        .help("leave the field out, or log an id that leads to it"),
                );
            }
        }
    }
}
