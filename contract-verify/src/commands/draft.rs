//! The text of a contract that is yet to be thought through: every mode that must be
//! decided on, each returned as a variant of its own.
//!
//! To return a failure hides nothing and guesses nothing, so it is what stands until
//! somebody decides. Pure: names in, text out. For `new`, and for `infer` with what it guesses.

use std::fmt::Write as _;

use contract_spec::AnyKind;
use contract_spec::catalog::{OTHER, Retryability};
use contract_spec::model::Effect;

/// An interface of the new function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interface {
    pub(super) name: String,
    pub(super) kind: String,
    /// The id, where it is another contracted function.
    pub(super) contract: Option<String>,
    /// The modes to decide on.
    pub(super) modes: Vec<Mode>,
    /// Whether the file declares it already.
    pub(super) declared: bool,
    /// What it was guessed from, where it was.
    pub(super) guessed: Option<String>,
}

/// A mode of the new function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mode {
    pub(super) name: String,
    pub(super) variant: String,
    /// What there is to think of.
    pub(super) decide: String,
}

/// The modes that a contract with an interface of this kind must decide on, and `other`.
pub(super) fn modes(interface: &str, kind: AnyKind<'_>) -> Vec<Mode> {
    let mut modes: Vec<Mode> = kind
        .modes()
        .iter()
        .filter(|facts| facts.mandatory)
        .map(|facts| Mode {
            name: facts.name.to_owned(),
            variant: pascal(interface) + &pascal(facts.name),
            decide: format!("{} {}", effect(facts.effect), retry(facts.retryability)),
        })
        .collect();
    modes.push(Mode {
        name: OTHER.to_owned(),
        variant: pascal(interface) + "Unexpected",
        decide: "Whatever is not named above.".to_owned(),
    });
    modes
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "Nothing was applied.",
        Effect::Maybe => "Nobody knows whether it was applied.",
        Effect::Partial => "A part of it was applied.",
        Effect::Applied => "It was applied.",
    }
}

fn retry(retryability: Retryability) -> &'static str {
    match retryability {
        Retryability::Yes => "Trying again can help.",
        Retryability::Idempotent => "Try again only what may run twice.",
        Retryability::Transaction => "Only the whole transaction may be tried again.",
        Retryability::Refresh => "Try again once, after a renewal.",
        Retryability::Hint => "Try again when the other side says so.",
        Retryability::No => "Trying again cannot help.",
    }
}

/// The head of a new file.
pub(super) const HEAD: &str = "#:schema ../contract.schema.json\nformat = 1\n";

/// Whether what is to be decided is said beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remarks {
    /// It is told elsewhere.
    Apart,
    /// As a comment of the line.
    Beside,
}

/// The tables of a function and of the interfaces that are not declared yet.
pub(super) fn tables(
    function: &str,
    error: &str,
    interfaces: &[Interface],
    remarks: Remarks,
) -> String {
    let mut text = String::new();
    for interface in interfaces.iter().filter(|interface| !interface.declared) {
        let Interface { name, kind, .. } = interface;
        text.push('\n');
        if let Some(guessed) = &interface.guessed {
            let _written = writeln!(text, "# DECIDE: guessed, {guessed}.");
        }
        let _written = write!(text, "[interface.{name}]\nkind = \"{kind}\"\n");
        if let Some(id) = &interface.contract {
            let _written = writeln!(text, "contract = \"{id}\"");
        }
    }
    let _written = write!(text, "\n[function.{function}]\nerror = \"{error}\"\n");
    for interface in interfaces {
        let _written = write!(text, "\n[function.{function}.on.{}]\n", interface.name);
        let width = interface
            .modes
            .iter()
            .map(|mode| mode.name.len())
            .max()
            .unwrap_or_default();
        for Mode {
            name,
            variant,
            decide,
        } in &interface.modes
        {
            let _written = write!(text, "{name:width$} = {{ returns = \"{variant}\" }}");
            let _written = match remarks {
                Remarks::Apart => writeln!(text),
                Remarks::Beside => writeln!(text, "  # DECIDE: {decide}"),
            };
        }
    }
    text
}

/// `gateway_timeout` as a variant is named.
pub(super) fn pascal(word: &str) -> String {
    let parts = word.split('_').map(|part| {
        let mut letters = part.chars();
        let first = letters.next().map(char::to_uppercase);
        first
            .into_iter()
            .flatten()
            .chain(letters)
            .collect::<String>()
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract_spec::{Source, catalog, check};

    #[test]
    fn a_draft_of_every_kind_is_a_contract_without_errors() {
        for kind in catalog::kinds()
            .iter()
            .filter(|kind| kind.is_interface() && kind.name != catalog::CONTRACT)
        {
            let interface = Interface {
                name: "outside".to_owned(),
                kind: kind.name.to_owned(),
                contract: None,
                modes: modes("outside", AnyKind::Known(kind)),
                declared: false,
                guessed: None,
            };
            let text = format!(
                "{HEAD}{}",
                tables("work", "WorkError", &[interface], Remarks::Beside)
            );
            let reading = check(&Source::new("contracts/draft.toml", &*text));
            let errors: Vec<_> = reading
                .diagnostics
                .iter()
                .filter(|d| d.is_error())
                .collect();
            assert!(errors.is_empty(), "{}: {errors:#?}\n{text}", kind.name);
        }
    }

    #[test]
    fn words_are_joined_as_rust_joins_them() {
        assert_eq!(pascal("gateway_timeout"), "GatewayTimeout");
        assert_eq!(pascal("s3"), "S3");
        assert_eq!(pascal(""), "");
    }
}
