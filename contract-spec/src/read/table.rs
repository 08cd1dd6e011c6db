//! Walks tables: which keys are there, which should not be, in the order of the file.

use std::ops::Range;
use std::rc::Rc;

use toml_spanner::{ArrayStyle, Item, Table, TableStyle, Value};

use super::duration::excerpt;
use super::syntax::{Mistakes, header_of};
use crate::diagnostic::Diagnostic;
use crate::model::{Contract, Span};
use crate::nearest::nearest;
use crate::order;
use crate::rules::shape;

/// Collects what is wrong while a file is read.
pub(super) struct Reader {
    /// Whether broken syntax may have swallowed something.
    broken: bool,
    /// Values that stand for what could not be read.
    stand_ins: Vec<Range<usize>>,
    diagnostics: Vec<Diagnostic>,
    /// Keys that are there although they could not be read.
    unread: Vec<String>,
}

impl Reader {
    /// Begins with what is wrong with the syntax.
    pub(super) fn new(mistakes: Mistakes) -> Self {
        Self {
            broken: mistakes.broken,
            stand_ins: mistakes.stand_ins,
            diagnostics: mistakes.found,
            unread: Vec::new(),
        }
    }

    /// Hands over what was found.
    pub(super) fn close(self, mut contract: Contract) -> (Contract, Vec<Diagnostic>) {
        contract.unread = self.unread;
        contract.broken = self.broken;
        (contract, self.diagnostics)
    }

    /// Reports something that stands in the file.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        let place = diagnostic.primary.span.start;
        if !self.stand_ins.iter().any(|value| value.contains(&place)) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports something that does not stand in the file, unless broken syntax may
    /// have swallowed it.
    pub(super) fn report_absent(&mut self, diagnostic: Diagnostic) {
        if !self.broken {
            self.report(diagnostic);
        }
    }

    /// Notes that a key is there although it could not be read.
    pub(super) fn unread(&mut self, path: String) {
        self.unread.push(path);
    }

    /// Whether a key of the file itself is among those noted so far.
    pub(super) fn has_unread(&self, key: &str) -> bool {
        self.unread.iter().any(|unread| unread == key)
    }

    /// To be called when all is read, before [`Self::is_unread`].
    pub(super) fn sort_unread(&mut self) {
        order::sort(&mut self.unread, &|a, b| a.cmp(b));
    }

    /// Whether a key of a table is there although it could not be read.
    pub(super) fn is_unread(&self, table: &str, key: &str) -> bool {
        !self.unread.is_empty() && self.unread.binary_search(&join(table, key)).is_ok()
    }

    /// Opens a table that has these keys and no others.
    pub(super) fn fields<'t>(
        &mut self,
        entry: &Entry<'t>,
        table: &'t Table<'t>,
        what: &str,
        allowed: &[&str],
    ) -> Fields<'t> {
        self.known(Fields::new(entry, table), what, allowed)
    }

    /// Reports the keys that a table should not have.
    pub(super) fn known<'t>(
        &mut self,
        mut fields: Fields<'t>,
        what: &str,
        allowed: &[&str],
    ) -> Fields<'t> {
        for entry in &fields.entries {
            if !allowed.contains(&entry.key)
                && let Some(meant) = self.unknown_key(entry, what, allowed)
            {
                // It is there, if under a wrong name: nobody need hear that it is missing.
                self.unread(join(&fields.path, meant));
                fields.misspelled.push(meant.to_owned());
            }
        }
        fields
    }

    /// Reports a key, and says which one is probably meant.
    fn unknown_key<'k>(
        &mut self,
        entry: &Entry<'_>,
        what: &str,
        allowed: &[&'k str],
    ) -> Option<&'k str> {
        let message = format!("{what} has no key `{}`", excerpt(entry.key));
        let mut help = String::new();
        let mut meant = nearest(entry.key, allowed.iter().copied());
        if allowed.contains(&"max_attempts") && ATTEMPTS.contains(&entry.key) {
            help = "`max_attempts` counts all attempts, the first one included; ".to_owned();
            meant = Some("max_attempts");
        } else if let Some(near) = meant {
            help = format!("did you mean `{near}`? ");
        }
        help = format!("{help}the keys are {}", list(allowed));
        self.report(
            Diagnostic::new(&shape::UNKNOWN_KEY, entry.key_span.clone(), message).help(help),
        );
        meant
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
pub(crate) fn list<S: AsRef<str>>(words: &[S]) -> String {
    let mut list = String::new();
    for word in words {
        if !list.is_empty() {
            list.push_str(", ");
        }
        list = list + "`" + word.as_ref() + "`";
    }
    list
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
    /// In the order of the file.
    entries: Vec<Entry<'t>>,
    /// The keys that were probably meant where unknown ones stand.
    misspelled: Vec<String>,
}

impl<'t> Fields<'t> {
    /// Those of the file itself.
    pub(super) fn of_file(text: &'t str, table: &'t Table<'t>) -> Self {
        Self::placed(text, table, 0..0, "".into())
    }

    /// Those of a table that stands under a key.
    pub(super) fn new(entry: &Entry<'t>, table: &'t Table<'t>) -> Self {
        Self::placed(entry.text, table, entry.span.clone(), entry.path().into())
    }

    fn placed(text: &'t str, table: &'t Table<'t>, span: Span, path: Rc<str>) -> Self {
        let mut entries = Vec::new();
        for (key, value) in table {
            let (mut key_span, mut span) = (key.span.range(), value.span().range());
            let is_under_header = match value.value() {
                Value::Table(table) => table.style() == TableStyle::Header,
                Value::Array(array) => array.style() == ArrayStyle::Header,
                _ => false,
            };
            // Its own header, and not one of a table in it that stands before.
            if is_under_header && let Some((header, name)) = header_of(text, span.clone()) {
                (key_span, span) = (name, header);
            }
            entries.push(Entry {
                text,
                table: Rc::clone(&path),
                key: key.name,
                key_span,
                value,
                span,
            });
        }
        order::sort(&mut entries, &|a, b| {
            a.key_span.start.cmp(&b.key_span.start)
        });
        Self {
            span,
            path,
            entries,
            misspelled: Vec::new(),
        }
    }

    /// Every entry, in the order of the file.
    pub(super) fn entries(&self) -> &[Entry<'t>] {
        &self.entries
    }

    /// Whether a key is there under a wrong name.
    pub(super) fn is_misspelled(&self, key: &str) -> bool {
        self.misspelled.iter().any(|meant| meant == key)
    }

    /// The entry of that key.
    pub(super) fn get(&self, key: &str) -> Option<&Entry<'t>> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

/// One key and its value.
pub(super) struct Entry<'t> {
    /// The file.
    text: &'t str,
    table: Rc<str>,
    pub(super) key: &'t str,
    pub(super) key_span: Span,
    pub(super) value: &'t Item<'t>,
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
