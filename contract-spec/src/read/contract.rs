//! Reads the file's own keys, its interfaces, retry policies and shared enums.

use toml_spanner::Table;

use super::FORMAT;
use super::duration::excerpt;
use super::table::{Entry, Fields, Reader};
use super::word::{is_identifier, is_snake, to_snake};
use crate::catalog;
use crate::diagnostic::Diagnostic;
use crate::model::{Backoff, Contract, Interface, Jitter, RetryPolicy, SharedError, Spanned};
use crate::named::{HasName, Named};
use crate::rules::shape;

const TOP: [&str; 7] = [
    "format",
    "include",
    "kind",
    "interface",
    "retry",
    "error",
    "function",
];
const INTERFACE: [&str; 4] = ["kind", "service", "timeout", "contract"];
const RETRY: [&str; 6] = [
    "max_attempts",
    "backoff",
    "initial_delay",
    "multiplier",
    "max_delay",
    "jitter",
];

impl Reader {
    /// Reads the whole file.
    pub(super) fn contract(&mut self, text: &str, root: &Table<'_>) -> Contract {
        let top = self.known(Fields::of_file(text, root), "a contract", &TOP);
        self.format(&top);
        let includes = top.get("include");
        let includes = includes.and_then(|e| self.words(e, is_file, INCLUDABLE));
        Contract {
            includes: includes.unwrap_or_default(),
            incomplete: self.has_unread("include"),
            kinds: self.section(&top, "kind", "ledger_api", Self::custom_kind),
            interfaces: self.section(&top, "interface", "gateway", Self::interface),
            retries: self.section(&top, "retry", "standard", Self::retry),
            errors: self.section(&top, "error", "StoreError", Self::shared_error),
            functions: self.section(&top, "function", "charge", Self::function),
            ..Contract::default()
        }
    }

    fn format(&mut self, top: &Fields<'_>) {
        let Some(entry) = top.get("format") else {
            if top.is_misspelled("format") {
                return;
            }
            let message = "the file does not say which format it has";
            let diagnostic = Diagnostic::new(&shape::MISSING_KEY, 0..0, message);
            self.report_absent(diagnostic.help(format!("format = {FORMAT}")));
            return;
        };
        let Some(format) = self.integer(entry, 0..=u32::MAX) else {
            return;
        };
        if *format != FORMAT {
            let message = format!("format {} is unknown: this version reads format 1", *format);
            let diagnostic = Diagnostic::new(&shape::FORMAT, format.span, message);
            self.report(diagnostic.help(format!("format = {FORMAT}")));
        }
    }

    /// Every table under one of the file's keys.
    fn section<T: HasName>(
        &mut self,
        top: &Fields<'_>,
        key: &str,
        example: &str,
        read: fn(&mut Self, &Entry<'_>, &Table<'_>) -> Option<T>,
    ) -> Named<T> {
        let help = format!("one table each: [{key}.{example}]");
        let mut all = Vec::new();
        let section = top.get(key).and_then(|e| Some((self.table(e, &help)?, e)));
        let Some((table, entry)) = section else {
            return Named::default();
        };
        for entry in Fields::new(entry, table).entries() {
            if let Some(table) = self.table(entry, &help)
                && let Some(one) = read(self, entry, table)
            {
                all.push(one);
            }
        }
        all.into()
    }

    /// The name that a key gives to something of the contract's own.
    pub(super) fn own_name(&mut self, entry: &Entry<'_>) -> Spanned<String> {
        if !is_snake(entry.key) {
            let message = format!(
                "`{}` is no name: lowercase letters, digits and `_`, a letter first",
                excerpt(entry.key)
            );
            let diagnostic = Diagnostic::new(&shape::BAD_NAME, entry.key_span.clone(), message);
            self.report(diagnostic.help(tame_name(entry.key)));
        }
        Spanned::new(entry.key.to_owned(), entry.key_span.clone())
    }

    /// Reports a key that must be there; nothing stands for it in the meantime.
    pub(super) fn missing_key(&mut self, fields: &Fields<'_>, key: &str, help: &str) {
        if fields.is_misspelled(key) {
            return;
        }
        let message = format!("`{}` lacks `{key}`", fields.path);
        let diagnostic = Diagnostic::new(&shape::MISSING_KEY, fields.span.clone(), message);
        self.report_absent(diagnostic.help(help));
    }

    fn interface(&mut self, entry: &Entry<'_>, table: &Table<'_>) -> Option<Interface> {
        let name = self.own_name(entry);
        if matches!(name.as_str(), catalog::INPUT | catalog::DOMAIN) {
            let message = format!("`{}` is always there and is not declared", *name);
            let help = format!("write [function.NAME.on.{}] and no interface", *name);
            self.report(Diagnostic::new(&shape::BAD_NAME, name.span.clone(), message).help(help));
        }
        let what = "an interface";
        let fields = self.fields(entry, table, what, &INTERFACE);
        let kind = match fields.get("kind") {
            Some(entry) => self.string(entry),
            None => {
                self.missing_key(&fields, "kind", "kind = \"http\"");
                None
            }
        };
        let of_contract = kind
            .as_ref()
            .is_some_and(|k| *k.value == *catalog::CONTRACT);
        let contract = match fields.get("contract") {
            Some(entry) if kind.is_some() && !of_contract => {
                let message = "`contract` belongs to interfaces with kind = \"contract\" only";
                let diagnostic = Diagnostic::new(&shape::IDLE_KEY, entry.whole(), message);
                self.report(diagnostic.help("leave it out, or write kind = \"contract\""));
                None
            }
            Some(entry) => self.named(entry, is_id, "an id such as \"payments.charge\""),
            None if of_contract => {
                self.missing_key(&fields, "contract", "contract = \"payments.charge\"");
                None
            }
            None => None,
        };
        Some(Interface {
            name,
            kind: kind.unwrap_or_else(|| Spanned::new(String::new(), fields.span.clone())),
            service: fields.get("service").and_then(|e| self.string(e)),
            timeout: fields.get("timeout").and_then(|e| self.duration(e, false)),
            contract,
        })
    }

    fn retry(&mut self, entry: &Entry<'_>, table: &Table<'_>) -> Option<RetryPolicy> {
        let name = self.own_name(entry);
        let what = "a retry policy";
        let fields = self.fields(entry, table, what, &RETRY);
        let backoff = fields.get("backoff").and_then(|e| {
            self.word(
                e,
                &[
                    ("exponential", Backoff::Exponential),
                    ("constant", Backoff::Constant),
                ],
            )
        });
        let jitter = fields.get("jitter").and_then(|e| {
            let words = [
                ("none", Jitter::None),
                ("full", Jitter::Full),
                ("equal", Jitter::Equal),
            ];
            self.word(e, &words)
        });
        if let Some(entry) = fields.get("multiplier")
            && backoff
                .as_ref()
                .is_some_and(|b| b.value == Backoff::Constant)
        {
            let message = "a constant backoff multiplies nothing";
            let diagnostic = Diagnostic::new(&shape::IDLE_KEY, entry.whole(), message);
            self.report(
                diagnostic.help("leave `multiplier` out, or write backoff = \"exponential\""),
            );
        }
        Some(RetryPolicy {
            max_attempts: fields
                .get("max_attempts")
                .and_then(|e| self.integer(e, 1..=1000)),
            backoff: backoff
                .unwrap_or_else(|| Spanned::new(Backoff::Exponential, name.span.clone())),
            initial_delay: fields
                .get("initial_delay")
                .and_then(|e| self.duration(e, true)),
            multiplier: fields.get("multiplier").and_then(|e| self.factor(e)),
            max_delay: fields
                .get("max_delay")
                .and_then(|e| self.duration(e, false)),
            jitter: jitter.unwrap_or_else(|| Spanned::new(Jitter::Full, name.span.clone())),
            name,
        })
    }

    fn shared_error(&mut self, entry: &Entry<'_>, table: &Table<'_>) -> Option<SharedError> {
        if !is_identifier(entry.key) {
            let message = format!("`{}` is no name of a Rust enum", excerpt(entry.key));
            let diagnostic = Diagnostic::new(&shape::BAD_NAME, entry.key_span.clone(), message);
            self.report(diagnostic.help("[error.StoreError]"));
        }
        let what = "a shared error";
        let fields = self.fields(entry, table, what, &["variants"]);
        let variants = match fields.get("variants") {
            Some(entry) => self.words(entry, is_identifier, "the name of a variant"),
            None => {
                self.missing_key(
                    &fields,
                    "variants",
                    "variants = [\"NotFound\", \"Unavailable\"]",
                );
                None
            }
        };
        // Without its variants nothing could be held against the enum.
        Some(SharedError {
            name: Spanned::new(entry.key.to_owned(), entry.key_span.clone()),
            variants: variants?,
        })
    }
}

const INCLUDABLE: &str = "the relative path of a TOML file, with forward slashes";

/// A path that means the same on every machine.
fn is_file(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    text.ends_with(".toml")
        && !text.contains(['\\', ':', '\0'])
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.trim() == *part)
}

/// A name that would do.
pub(super) fn tame_name(word: &str) -> String {
    let tame = to_snake(word);
    match is_snake(&tame) {
        true => format!("write `{}`", excerpt(&tame)),
        false => "write a word such as `gateway`".to_owned(),
    }
}

/// `payments.charge`, with more words in front for contracts in directories.
fn is_id(text: &str) -> bool {
    let word = |w: &str| {
        w.starts_with(|c: char| c.is_ascii_alphabetic())
            && w.chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    text.split('.').count() >= 2 && text.split('.').all(word)
}
