//! Reading a baseline by hand: every mistake in one pass, each with its line.

use std::fmt::Write as _;
use std::path::Path;

use contract_spec::LineIndex;
use toml::de::{DeTable, DeValue};

use super::{About, Baseline, Entry, FORMAT};
use crate::error::{Error, Result};

impl Baseline {
    /// Reads what [`Self::text`] wrote and people have edited since.
    pub(crate) fn read(path: &Path, text: &str) -> Result<Self> {
        let mut reader = Reader {
            lines: LineIndex::new(text),
            mistakes: String::new(),
            shown: path.display().to_string(),
            baseline: Self::default(),
        };
        match DeTable::parse(text) {
            Ok(table) => reader.file(table.get_ref()),
            Err(error) => {
                let at = error.span().unwrap_or_default().start;
                reader.mistake(at, error.message());
            }
        }
        if reader.mistakes.is_empty() {
            Ok(reader.baseline)
        } else {
            Err(Error::Baseline(reader.mistakes))
        }
    }
}

struct Reader<'a> {
    lines: LineIndex<'a>,
    mistakes: String,
    shown: String,
    baseline: Baseline,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.lines.line_column(offset).0).unwrap_or(u32::MAX)
    }

    fn mistake(&mut self, offset: usize, message: &str) {
        let (line, shown) = (self.line(offset), &self.shown);
        let _written = write!(self.mistakes, "\n  {shown}:{line}: {message}");
    }

    fn file(&mut self, table: &DeTable<'_>) {
        match table
            .get("format")
            .map(|value| (value.span(), integer(value.get_ref())))
        {
            Some((_, Some(FORMAT))) => {}
            Some((span, _)) => self.mistake(span.start, "this program reads `format = 1`"),
            None => self.mistake(0, "`format = 1` is missing: this is no baseline"),
        }
        for (key, value) in table {
            match (&**key.get_ref(), value.get_ref()) {
                ("format", _) => {}
                ("known", DeValue::Array(entries)) => {
                    for entry in entries {
                        match entry.get_ref() {
                            DeValue::Table(table) => self.entry(table, entry.span().start),
                            _ => self.mistake(entry.span().start, "expected `[[known]]`"),
                        }
                    }
                }
                ("known", _) => self.mistake(value.span().start, "expected `[[known]]`"),
                (other, _) => {
                    let message = format!("there is no key `{other}`");
                    self.mistake(key.span().start, &message);
                }
            }
        }
    }

    fn entry(&mut self, table: &DeTable<'_>, start: usize) {
        let before = self.mistakes.len();
        let (mut code, mut function, mut mode, mut file) = (None, None, None, None);
        let mut known = 1;
        for (key, value) in table {
            let at = value.span().start;
            let text = match value.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                _ => None,
            };
            match &**key.get_ref() {
                "count" => match integer(value.get_ref()).and_then(|n| usize::try_from(n).ok()) {
                    Some(number @ 1..) => known = number,
                    _ => self.mistake(at, "`count` is a whole number from 1"),
                },
                name @ ("code" | "function" | "mode" | "file") if text.is_none() => {
                    self.mistake(at, &format!("`{name}` is a text"));
                }
                "code" => code = text,
                "function" => function = text,
                "mode" => mode = text,
                "file" => file = text,
                other => self.mistake(key.span().start, &format!("there is no key `{other}`")),
            }
        }
        let Some(code) = code else {
            if self.mistakes.len() == before {
                self.mistake(start, "the entry has no `code`");
            }
            return;
        };
        let line = self.line(start);
        let about = About {
            code,
            function,
            mode,
            file,
        };
        let entry = self.baseline.entries.entry(about);
        entry.or_insert(Entry { count: 0, line }).count += known;
    }
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    }
}
