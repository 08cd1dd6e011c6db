//! Reads single values, and says what was expected where something else stands.

use std::ops::RangeInclusive;
use std::time::Duration;

use toml_spanner::{Item, Kind, Table, Value};

use super::duration::{self, excerpt};
use super::table::{Entry, Reader, list};
use crate::diagnostic::Diagnostic;
use crate::model::{Span, Spanned};
use crate::named::Names;
use crate::nearest::nearest;
use crate::rules::shape;

/// What stands there, with its article.
fn found(value: &Item<'_>) -> &'static str {
    match value.kind() {
        Kind::String => "a string",
        Kind::Integer => "an integer",
        Kind::Float => "a float",
        Kind::Boolean => "a boolean",
        Kind::DateTime => "a date",
        Kind::Array => "an array",
        Kind::Table => "a table",
    }
}

/// What one may write for a key, where nothing better is known.
fn example(key: &str) -> Option<&'static str> {
    Some(match key {
        "format" => "format = 1",
        "include" => "include = [\"common.toml\"]",
        "kind" => "kind = \"http\"",
        "service" => "service = \"acme-payments\"",
        "timeout" => "timeout = \"2s\"",
        "contract" => "contract = \"payments.charge\"",
        "max_attempts" => "max_attempts = 3",
        "initial_delay" => "initial_delay = \"100ms\"",
        "multiplier" => "multiplier = 2.0",
        "max_delay" => "max_delay = \"2s\"",
        "variants" => "variants = [\"NotFound\", \"Unavailable\"]",
        "summary" => "summary = \"Charges a card and records the order\"",
        "error" => "error = \"ChargeError\"",
        "deadline" => "deadline = \"10s\"",
        "sensitive" => "sensitive = [\"card_number\"]",
        "returns" => "returns = \"Timeout\"",
        "retry" => "retry = \"standard\"",
        "log" => "log = \"error\", \"warn\", \"info\", \"debug\" or \"trace\"",
        "fields" => "fields = [\"correlation_id\", \"order_id\"]",
        "rollback" => "rollback = true",
        "mandatory" => "mandatory = true",
        "rust" => "rust = \"`Reply::Frozen`\"",
        _ => return None,
    })
}

impl Reader {
    /// A value of the wrong type.
    pub(super) fn wrong_type(&mut self, entry: &Entry<'_>, expected: &str, help: Option<String>) {
        let message = format!(
            "`{}`: expected {expected}, found {}",
            entry.key,
            found(entry.value)
        );
        self.wrong(entry, entry.span.clone(), message, help);
    }

    /// A value that cannot be used, at some place inside it.
    pub(super) fn wrong(
        &mut self,
        entry: &Entry<'_>,
        span: Span,
        message: String,
        help: Option<String>,
    ) {
        let help = help.or_else(|| example(entry.key).map(str::to_owned));
        let mut diagnostic = Diagnostic::new(&shape::WRONG_VALUE, span, message);
        diagnostic.help = help;
        self.report(diagnostic);
        self.unread(entry.path());
    }

    /// A table.
    pub(super) fn table<'t>(&mut self, entry: &Entry<'t>, help: &str) -> Option<&'t Table<'t>> {
        let table = entry.value.as_table();
        if table.is_none() {
            self.wrong_type(entry, "a table", Some(help.to_owned()));
        }
        table
    }

    /// A text that is not empty.
    pub(super) fn string(&mut self, entry: &Entry<'_>) -> Option<Spanned<String>> {
        match entry.value.as_str() {
            Some(text) if !text.trim().is_empty() => {
                Some(Spanned::new(text.to_owned(), entry.span.clone()))
            }
            Some(_) => {
                let message = format!("`{}`: expected a text, found an empty one", entry.key);
                self.wrong(entry, entry.span.clone(), message, None);
                None
            }
            None => {
                self.wrong_type(entry, "a string", None);
                None
            }
        }
    }

    /// A text, empty or not: whether it is good enough is for a rule to say.
    pub(super) fn reason(&mut self, entry: &Entry<'_>) -> Option<Spanned<String>> {
        match entry.value.as_str() {
            Some(text) => Some(Spanned::new(text.to_owned(), entry.span.clone())),
            None => {
                let help = format!("{} = \"why this is so\"", entry.key);
                self.wrong_type(entry, "a reason, as a string", Some(help));
                None
            }
        }
    }

    /// A text of a certain form.
    pub(super) fn named(
        &mut self,
        entry: &Entry<'_>,
        form: fn(&str) -> bool,
        expected: &str,
    ) -> Option<Spanned<String>> {
        let text = self.string(entry)?;
        if form(&text) {
            return Some(text);
        }
        let message = format!(
            "`{}`: expected {expected}, found \"{}\"",
            entry.key,
            excerpt(&text)
        );
        self.bad_name(entry, text.span, message);
        None
    }

    fn bad_name(&mut self, entry: &Entry<'_>, span: Span, message: String) {
        let mut diagnostic = Diagnostic::new(&shape::BAD_NAME, span, message);
        diagnostic.help = example(entry.key).map(str::to_owned);
        self.report(diagnostic);
        self.unread(entry.path());
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(
        &mut self,
        entry: &Entry<'_>,
        words: &[(&str, T)],
    ) -> Option<Spanned<T>> {
        let mut names = Vec::new();
        for (name, _) in words {
            names.push(*name);
        }
        let (_, value) = words.get(self.which(entry, &names)?)?;
        Some(Spanned::new(*value, entry.span.clone()))
    }

    /// The place of a word among the few that there can be.
    fn which(&mut self, entry: &Entry<'_>, names: &[&str]) -> Option<usize> {
        let one_of = format!("one of {}", list(names));
        let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let any = Some(format!("{} = {}", entry.key, quoted.join(" or ")));
        let Some(text) = entry.value.as_str() else {
            self.wrong_type(entry, &one_of, any);
            return None;
        };
        if let Some(place) = names.iter().position(|name| *name == text) {
            return Some(place);
        }
        let message = format!(
            "`{}`: expected {one_of}, found \"{}\"",
            entry.key,
            excerpt(text)
        );
        let help =
            nearest(text, names.iter().copied()).map(|near| format!("{} = \"{near}\"", entry.key));
        self.wrong(entry, entry.span.clone(), message, help.or(any));
        None
    }

    /// A whole number within bounds.
    pub(super) fn integer(
        &mut self,
        entry: &Entry<'_>,
        bounds: RangeInclusive<u32>,
    ) -> Option<Spanned<u32>> {
        let help = example(entry.key).map(str::to_owned);
        let help = help.or_else(|| Some(format!("{} = {}", excerpt(entry.key), bounds.start())));
        let Some(written) = entry.value.as_i128() else {
            self.wrong_type(entry, "a whole number", help);
            return None;
        };
        if let Ok(number) = u32::try_from(written)
            && bounds.contains(&number)
        {
            return Some(Spanned::new(number, entry.span.clone()));
        }
        let limits = match *bounds.end() {
            u32::MAX => format!("a whole number of at least {}", bounds.start()),
            most => format!("a whole number from {} to {most}", bounds.start()),
        };
        let message = format!("`{}`: expected {limits}, found {written}", entry.key);
        self.wrong(entry, entry.span.clone(), message, help);
        None
    }

    /// A factor by which something grows.
    pub(super) fn factor(&mut self, entry: &Entry<'_>) -> Option<Spanned<f64>> {
        let number = match entry.value.value() {
            Value::Float(number) => *number,
            Value::Integer(number) => number.as_f64(),
            _ => {
                self.wrong_type(entry, "a number", None);
                return None;
            }
        };
        if (1.0..=1000.0).contains(&number) {
            return Some(Spanned::new(number, entry.span.clone()));
        }
        let message = format!("`{}`: expected a number from 1.0 to 1000.0", entry.key);
        self.wrong(
            entry,
            entry.span.clone(),
            message,
            Some(format!("{} = 2.0", entry.key)),
        );
        None
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, entry: &Entry<'_>) -> Option<Spanned<bool>> {
        match entry.value.as_bool() {
            Some(value) => Some(Spanned::new(value, entry.span.clone())),
            None => {
                self.wrong_type(entry, "`true` or `false`", None);
                None
            }
        }
    }

    /// A duration; nothing at all only where it makes sense.
    pub(super) fn duration(&mut self, entry: &Entry<'_>, zero: bool) -> Option<Spanned<Duration>> {
        let text = match entry.value.value() {
            Value::String(text) => text,
            Value::Integer(number) => {
                let number = number.as_i128();
                let help = format!(
                    "name the unit: {0} = \"{number}s\" or {0} = \"{number}ms\"",
                    entry.key
                );
                self.wrong_type(entry, "a duration such as \"2s\"", Some(help));
                return None;
            }
            _ => {
                self.wrong_type(entry, "a duration such as \"2s\"", None);
                return None;
            }
        };
        match duration::parse(text) {
            Ok(duration) if duration.is_zero() && !zero => {
                let message = format!("`{}` cannot be zero", entry.key);
                let help = format!("name a limit, {} = \"2s\", or leave the key out", entry.key);
                self.wrong(entry, entry.span.clone(), message, Some(help));
                None
            }
            Ok(duration) => Some(Spanned::new(duration, entry.span.clone())),
            Err(wrong) => {
                let message = format!("`{}`: {}", entry.key, wrong.message);
                self.wrong(entry, entry.span.clone(), message, Some(wrong.help));
                None
            }
        }
    }

    /// A list of words of a certain form, each once.
    pub(super) fn words(
        &mut self,
        entry: &Entry<'_>,
        form: fn(&str) -> bool,
        expected: &str,
    ) -> Option<Vec<Spanned<String>>> {
        let Some(array) = entry.value.as_array() else {
            self.wrong_type(entry, "an array of strings", None);
            return None;
        };
        let mut all = Vec::new();
        for item in array {
            let span = item.span().range();
            let Some(text) = item.as_str() else {
                let message = format!("`{}`: expected a string, found {}", entry.key, found(item));
                self.wrong(entry, span, message, None);
                continue;
            };
            if !form(text) {
                let message = format!(
                    "`{}`: expected {expected}, found \"{}\"",
                    entry.key,
                    excerpt(text)
                );
                self.bad_name(entry, span, message);
            } else {
                all.push((text, span));
            }
        }
        let names = Names::of(all.len(), &|at| all[at].0);
        let mut words = Vec::new();
        for (at, (text, span)) in all.iter().enumerate() {
            match names.place(text) {
                Some(first) if first < at => {
                    let message = format!("`{}` is there already", excerpt(text));
                    self.report(
                        Diagnostic::new(&shape::DUPLICATE, span.clone(), message)
                            .also(all[first].1.clone(), "first here")
                            .help("keep one of the two"),
                    );
                }
                _ => words.push(Spanned::new((*text).to_owned(), span.clone())),
            }
        }
        Some(words)
    }
}
