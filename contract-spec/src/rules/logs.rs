//! A rule about what must never be logged.

use std::collections::HashMap;

use super::{Judge, define};
use crate::diagnostic::Diagnostic;
use crate::model::{Function, Mode, Spanned};

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
pub(super) fn fields(mode: &Mode) -> impl Iterator<Item = &Spanned<String>> {
    mode.log.iter().filter_map(|l| l.fields.as_ref()).flatten()
}

/// The fields that must never be logged, by their names.
pub(super) fn sensitive(function: &Function) -> HashMap<&str, &Spanned<String>> {
    let sensitive = function.sensitive.iter();
    sensitive.map(|field| (field.as_str(), field)).collect()
}

fn sensitive_field(judge: &mut Judge<'_>) {
    for function in &judge.contract.functions {
        let sensitive = sensitive(function);
        if sensitive.is_empty() {
            continue;
        }
        for field in function.modes.iter().flat_map(fields) {
            if let Some(said) = sensitive.get(field.as_str()) {
                let message = format!("`{}` must not be logged", **field);
                judge.found.push(
                    Diagnostic::new(&SENSITIVE_FIELD, field.span.clone(), message)
                        .also(said.span.clone(), "sensitive")
                        .help("leave the field out, or log an id that leads to it"),
                );
            }
        }
    }
}
