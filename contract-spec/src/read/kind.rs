//! Reads kinds that the catalog does not have: the same facts, by the same words.

use toml_spanner::Table;

use super::duration::excerpt;
use super::function::EFFECTS;
use super::table::{Entry, Fields, Reader};
use crate::catalog::{self, Retryability, Surface};
use crate::diagnostic::Diagnostic;
use crate::model::{CustomKind, CustomMode, Effect, Spanned};
use crate::named::Named;
use crate::rules::shape;

const KIND: [&str; 2] = ["summary", "mode"];
const MODE: [&str; 6] = ["mandatory", "effect", "retry", "surface", "summary", "rust"];

const RETRYABILITIES: [(&str, Retryability); 6] = [
    ("yes", Retryability::Yes),
    ("idempotent", Retryability::Idempotent),
    ("transaction", Retryability::Transaction),
    ("refresh", Retryability::Refresh),
    ("hint", Retryability::Hint),
    ("no", Retryability::No),
];
const SURFACES: [(&str, Surface); 2] = [("err", Surface::Err), ("ok", Surface::Ok)];

const EXAMPLE: &str =
    "one line for each failure mode: timeout = { effect = \"maybe\", retry = \"idempotent\" }";

impl Reader {
    pub(super) fn custom_kind(
        &mut self,
        entry: &Entry<'_>,
        table: &Table<'_>,
    ) -> Option<CustomKind> {
        let name = self.own_name(entry);
        if catalog::kind(&name).is_some() {
            let message = format!("the catalog has a kind `{}` already", excerpt(&name));
            let diagnostic = Diagnostic::new(&shape::DUPLICATE, name.span.clone(), message);
            self.report(diagnostic.help("choose another name: the facts of the catalog stand"));
            return None;
        }
        let fields = self.fields(entry, table, "a kind", &KIND);
        let mut kind = CustomKind {
            summary: fields.get("summary").and_then(|e| self.string(e)),
            modes: Named::default(),
            name,
        };
        let Some(modes) = fields.get("mode") else {
            self.missing_key(&fields, "mode", EXAMPLE);
            return Some(kind);
        };
        if let Some(table) = self.table(modes, EXAMPLE) {
            let modes = Fields::new(modes, table);
            let mut read = Vec::new();
            for mode in modes.entries() {
                if let Some(mode) = self.custom_mode(mode) {
                    read.push(mode);
                }
            }
            kind.modes = read.into();
        }
        Some(kind)
    }

    fn custom_mode(&mut self, entry: &Entry<'_>) -> Option<CustomMode> {
        let name = self.own_name(entry);
        if *name.value == *catalog::OTHER {
            let message = "`other` is a mode of every kind and is not declared";
            let diagnostic = Diagnostic::new(&shape::DUPLICATE, name.span.clone(), message);
            self.report(diagnostic.help("leave the line out"));
            return None;
        }
        let table = self.table(entry, EXAMPLE)?;
        let what = "a mode of a kind";
        let fields = self.fields(entry, table, what, &MODE);
        Some(CustomMode {
            mandatory: fields
                .get("mandatory")
                .and_then(|e| self.boolean(e))
                .is_some_and(|m| m.value),
            // Until the mistake is mended, the assumptions under which least is allowed.
            effect: self
                .fact(&fields, "effect", &EFFECTS)
                .unwrap_or(Effect::Maybe),
            retryability: self
                .fact(&fields, "retry", &RETRYABILITIES)
                .unwrap_or(Retryability::No),
            surface: fields
                .get("surface")
                .and_then(|e| self.word(e, &SURFACES))
                .map_or(Surface::Err, |s| s.value),
            summary: fields.get("summary").and_then(|e| self.string(e)),
            rust: fields.get("rust").and_then(|e| self.string(e)),
            name,
        })
    }

    /// A fact that must be stated.
    fn fact<T: Copy>(&mut self, fields: &Fields<'_>, key: &str, words: &[(&str, T)]) -> Option<T> {
        let Some(entry) = fields.get(key) else {
            let help = words
                .first()
                .map_or_else(String::new, |w| format!("{key} = \"{}\"", w.0));
            self.missing_key(fields, key, &help);
            return None;
        };
        self.word(entry, words).map(|Spanned { value, .. }| value)
    }
}
