//! Walks tables: which keys are there, which should not be, in the order of the file.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

use toml::Spanned as Placed;
use toml::de::{DeTable, DeValue};

use super::duration::excerpt;
use super::syntax::{self, Syntax};
use crate::diagnostic::Diagnostic;
use crate::model::{Contract, Span};
use crate::nearest::nearest;
use crate::order;
use crate::rules::shape;

/// Collects what is wrong while a file is read.
pub(super) struct Reader {
    syntax: Syntax,
    diagnostics: Vec<Diagnostic>,
    unread: BTreeSet<String>,
}

impl Reader {
    /// Parses the text.
    pub(super) fn open(text: &str) -> (Placed<DeTable<'_>>, Self) {
        let (table, syntax, diagnostics) = syntax::parse(text);
        (
            table,
            Self {
                syntax,
                diagnostics,
                unread: BTreeSet::new(),
            },
        )
    }

    /// Hands over what was found.
    pub(super) fn close(self, mut contract: Contract) -> (Contract, Vec<Diagnostic>) {
        contract.unread = self.unread;
        contract.broken = self.syntax.is_broken();
        (contract, self.diagnostics)
    }

    /// Reports something that stands in the file.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if self.syntax.trusts(&diagnostic.primary.span) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports something that does not stand in the file, unless broken syntax may
    /// have swallowed it.
    pub(super) fn report_absent(&mut self, diagnostic: Diagnostic) {
        if !self.syntax.is_broken() {
            self.report(diagnostic);
        }
    }

    /// Notes that a key is there although it could not be read.
    pub(super) fn unread(&mut self, path: String) {
        self.unread.insert(path);
    }

    /// Whether a key of a table is there although it could not be read.
    pub(super) fn is_unread(&self, table: &str, key: &str) -> bool {
        !self.unread.is_empty() && self.unread.contains(&join(table, key))
    }

    /// Opens a table that has these keys and no others.
    pub(super) fn fields<'t>(
        &mut self,
        table: &'t DeTable<'t>,
        span: Span,
        path: String,
        what: &str,
        allowed: &[&str],
    ) -> Fields<'t> {
        let fields = Fields::new(table, span, path);
        for entry in fields.entries() {
            if !allowed.contains(&entry.key) {
                self.unknown_key(&entry, what, allowed);
            }
        }
        fields
    }

    fn unknown_key(&mut self, entry: &Entry<'_>, what: &str, allowed: &[&str]) {
        let message = format!("{what} has no key `{}`", excerpt(entry.key));
        let mut help = String::new();
        let mut meant = nearest(entry.key, allowed.iter().copied());
        if allowed.contains(&"max_attempts") && ATTEMPTS.contains(&entry.key) {
            help = "`max_attempts` counts all attempts, the first one included; ".to_owned();
            meant = Some("max_attempts");
        } else if let Some(near) = meant {
            help = format!("did you mean `{near}`? ");
        }
        if let Some(meant) = meant {
            // It is there, if under a wrong name: nobody need hear that it is missing.
            self.unread(join(&entry.table, meant));
        }
        help = format!("{help}the keys are {}", list(allowed.iter().copied()));
        self.report(
            Diagnostic::new(&shape::UNKNOWN_KEY, entry.key_span.clone(), message).help(help),
        );
    }
}

/// Keys of other tools, some of which count the first attempt and some of which do not.
const ATTEMPTS: [&str; 5] = [
    "retries",
    "max_retries",
    "attempts",
    "max_tries",
    "max_times",
];

/// `a`, `b`, `c`.
pub(crate) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|w| format!("`{w}`")).collect();
    quoted.join(", ")
}

fn join(table: &str, key: &str) -> String {
    if table.is_empty() {
        key.to_owned()
    } else {
        format!("{table}.{key}")
    }
}

/// The entries of one table.
pub(super) struct Fields<'t> {
    /// Where the table stands: its header, or its braces.
    pub(super) span: Span,
    /// `interface.gateway`; empty for the file itself.
    pub(super) path: Rc<str>,
    entries: Vec<(&'t Placed<Cow<'t, str>>, &'t Placed<DeValue<'t>>)>,
}

impl<'t> Fields<'t> {
    pub(super) fn new(table: &'t DeTable<'t>, span: Span, path: String) -> Self {
        let mut entries: Vec<_> = table.iter().collect();
        order::sort(&mut entries, &|a, b| {
            a.0.span().start.cmp(&b.0.span().start)
        });
        Self {
            span,
            path: path.into(),
            entries,
        }
    }

    /// Every entry, in the order of the file.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry<'t>> {
        (0..self.entries.len()).map(|at| self.entry(at))
    }

    /// The entry of that key.
    pub(super) fn get(&self, key: &str) -> Option<Entry<'t>> {
        let at = self.entries.iter().position(|(k, _)| k.get_ref() == key)?;
        Some(self.entry(at))
    }

    fn entry(&self, at: usize) -> Entry<'t> {
        let (key, value) = self.entries[at];
        Entry {
            table: Rc::clone(&self.path),
            key: key.get_ref(),
            key_span: key.span(),
            value: value.get_ref(),
            span: value.span(),
        }
    }
}

/// One key and its value.
pub(super) struct Entry<'t> {
    table: Rc<str>,
    pub(super) key: &'t str,
    pub(super) key_span: Span,
    pub(super) value: &'t DeValue<'t>,
    pub(super) span: Span,
}

impl Entry<'_> {
    /// `interface.gateway.timeout`.
    pub(super) fn path(&self) -> String {
        join(&self.table, self.key)
    }

    /// From the key to the end of the value.
    pub(super) fn whole(&self) -> Span {
        self.key_span.start.min(self.span.start)..self.key_span.end.max(self.span.end)
    }
}
