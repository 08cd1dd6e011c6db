//! From text to TOML, with every syntax error.
//!
//! The parser stops at the first mistake. What the mistake spoils is blanked out, so that
//! every place stays what it is, and the rest is parsed again: one mistake, one diagnostic,
//! and nothing is said about what was blanked out. Where it is a value alone, its key stays:
//! it is there, and may be wrong too.

use std::borrow::Cow;
use std::ops::Range;

use toml_spanner::{Arena, Error, ErrorKind, Table};

use super::duration::excerpt;
use super::wording::Stop;
use crate::diagnostic::Diagnostic;
use crate::lines::LineIndex;
use crate::model::Span;
use crate::rules::shape;

/// A file that is no TOML at all need not be answered line by line.
const MOST: usize = 50;

/// So many bytes are looked through to find where a statement begins or ends.
const FAR: usize = 1 << 21;

/// The syntax errors of a file.
#[derive(Default)]
pub(super) struct Mistakes {
    /// Whether anything may have been lost.
    pub(super) broken: bool,
    /// Values that stand for what could not be read.
    pub(super) stand_ins: Vec<Range<usize>>,
    /// In the order in which they were found.
    pub(super) found: Vec<Diagnostic>,
}

/// Parses a file, and reads what can be read of it.
pub(super) fn parse<T>(text: &str, read: fn(&str, &Table<'_>, Mistakes) -> T) -> T {
    let lines = LineIndex::new(text);
    let mut mistakes = Mistakes::default();
    let mut readable = Cow::Borrowed(text);
    loop {
        let arena = Arena::new();
        let error = match toml_spanner::parse(&readable, &arena) {
            Ok(document) => return read(text, document.table(), mistakes),
            Err(error) => error,
        };
        let statement = Statement::around(&readable, &lines, &error);
        let mut stand_in = false;
        let mut spoiled = if mistakes.found.len() == MOST {
            let rest = "and more: this does not look like a contract";
            let place = on_character(text, error.span().range());
            mistakes
                .found
                .push(Diagnostic::new(&shape::SYNTAX, place, rest).help("mend what comes first"));
            mistakes.broken = true;
            0..text.len()
        } else {
            mistakes.add(text, &lines, &error, &statement);
            stand_in = statement.is_value;
            statement.spoiled
        };
        // What is blank already cannot be what is wrong.
        if readable[spoiled.clone()].trim().is_empty() {
            spoiled = 0..text.len();
            stand_in = false;
        }
        let mut mended = readable[..spoiled.start].to_owned();
        if stand_in {
            // A number as wide as what stands there first: its place ends between characters.
            let first = readable[spoiled.clone()].chars().next();
            for _ in 0..first.map_or(1, char::len_utf8) {
                mended.push('1');
            }
            mistakes.stand_ins.push(spoiled.clone());
        }
        for byte in &readable.as_bytes()[mended.len()..spoiled.end] {
            mended.push(if *byte == b'\n' { '\n' } else { ' ' });
        }
        mended.push_str(&readable[spoiled.end..]);
        readable = Cow::Owned(mended);
    }
}

/// The statement in which a mistake stands.
struct Statement {
    /// The line where it begins.
    first: usize,
    /// The line where the mistake stands.
    line: usize,
    /// What cannot be read on its account.
    spoiled: Range<usize>,
    /// Whether that is all behind the `=`.
    is_value: bool,
}

impl Statement {
    fn around(text: &str, lines: &LineIndex<'_>, error: &Error) -> Self {
        let (line, _) = lines.line_column(error.span().start as usize);
        // All that stands before the mistake is sound: where the statement begins, what is
        // above is whole.
        let mut first = line;
        let mut far = 0;
        while far < FAR && !is_whole(&text[..lines.start(first)]) {
            far += lines.start(first);
            first -= 1;
        }
        let start = lines.start(first);
        let here = lines.line(line);
        let mut is_value = false;
        let spoiled = if first < line || is_header(here) || was_header(here) {
            start..lines.start(next_header(lines, first))
        } else if matches!(
            error.kind(),
            ErrorKind::DuplicateKey { .. } | ErrorKind::DottedKeyInvalidType { .. }
        ) {
            start..end_of_statement(text, lines, line)
        } else if goes_on(here) {
            start..lines.start(next_header(lines, first))
        } else if let Some(value) = value_of(here) {
            is_value = true;
            start + value..start + here.len()
        } else {
            start..start + here.len()
        };
        Self {
            first,
            line,
            spoiled,
            is_value,
        }
    }
}

/// Where a statement ends that is sound in itself.
fn end_of_statement(text: &str, lines: &LineIndex<'_>, first: usize) -> usize {
    let from = lines.start(first);
    let mut far = 0;
    let mut line = first + 1;
    loop {
        let end = lines.start(line);
        far += end - from;
        if end == text.len() || far > FAR || is_whole(&text[from..end]) {
            return end;
        }
        line += 1;
    }
}

/// Where the value begins, if what stands before it is a sound key.
fn value_of(line: &str) -> Option<usize> {
    let value = line.find('=')? + 1;
    let is_key = is_whole(&format!("{}0", &line[..value]));
    (value < line.len() && is_key).then_some(value)
}

fn is_whole(text: &str) -> bool {
    toml_spanner::parse(text, &Arena::new()).is_ok()
}

/// The next line that is a header; one more than there are, if none is.
fn next_header(lines: &LineIndex<'_>, line: usize) -> usize {
    let mut next = line + 1;
    while next <= lines.lines() && !is_header(lines.line(next)) {
        next += 1;
    }
    next
}

fn is_header(line: &str) -> bool {
    let line = line.trim_start_matches(['\u{feff}', ' ', '\t']);
    let inside = line.trim_start_matches('[');
    inside.len() < line.len() && inside.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Whether a line that is no TOML was meant for a header: `interface.gateway]`, `-[interface.gateway]`.
/// What follows belongs to that table, and not to the one above.
fn was_header(line: &str) -> bool {
    let code = line.split('#').next().unwrap_or_default().trim();
    let path = code.trim_end_matches(']');
    let is_key = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    path.len() < code.len() && path.ends_with(is_key) && !path.contains(['=', ',', '"', '{'])
}

/// Whether what is wrong in a line without a header may reach beyond it.
fn goes_on(line: &str) -> bool {
    let count = |wanted: char| line.chars().filter(|c| *c == wanted).count();
    count('[') > count(']')
        || count('{') > count('}')
        || line.contains("\"\"\"")
        || line.contains("'''")
}

impl Mistakes {
    fn add(&mut self, text: &str, lines: &LineIndex<'_>, error: &Error, statement: &Statement) {
        let place = on_character(text, error.span().range());
        let header =
            |table: Span| header_of(text, table.clone()).map_or(table, |(header, _)| header);
        let twice = match error.kind() {
            ErrorKind::DuplicateKey { first } => Some((first.range(), place.clone())),
            ErrorKind::DuplicateTable { first, .. } => {
                Some((header(first.range()), header(place.clone())))
            }
            _ => None,
        };
        let Some((first, key)) = twice else {
            self.broken = true;
            self.found
                .push(not_toml(text, lines, error, place, statement));
            return;
        };
        // Of a table that is there twice, the second is not read.
        self.broken |= is_header(lines.line(statement.line));
        let name = excerpt(text.get(key.clone()).unwrap_or_default());
        self.found.push(
            Diagnostic::new(&shape::DUPLICATE, key, format!("`{name}` is there already"))
                .also(first, "first here")
                .help("keep one of the two"),
        );
    }
}

fn not_toml(
    text: &str,
    lines: &LineIndex<'_>,
    error: &Error,
    place: Span,
    statement: &Statement,
) -> Diagnostic {
    let stop = Stop {
        text,
        begins: lines.start(statement.first),
        line: lines.start(statement.line),
        place: place.clone(),
    };
    let wording = stop.wording(error);
    let start = lines.start(statement.first);
    let begins = start..start + lines.line(statement.first).len();
    let goes_over_lines = statement.first < statement.line;
    // Nothing is left to point at but the statement.
    let is_at_end = goes_over_lines && text[place.start..].trim().is_empty();
    let at = match is_at_end {
        true => begins.clone(),
        false => wording.place.unwrap_or(place),
    };
    let mut said = Diagnostic::new(&shape::SYNTAX, at, wording.message).help(wording.help);
    if let Some(first) = wording.first {
        said = said.also(first, "first here");
    }
    if goes_over_lines && !is_at_end {
        said = said.also(begins, "in what begins here");
    }
    said
}

/// The header that a table begins with, and the last key in it; nothing for a table that has none.
pub(super) fn header_of(text: &str, table: Span) -> Option<(Span, Span)> {
    let written = text.get(table.clone())?;
    let keys = written.trim_start_matches('[');
    let brackets = written.len() - keys.len();
    if brackets == 0 {
        return None;
    }
    let first = table.start + brackets;
    let mut key = first;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in keys.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '.' => key = first + at + 1,
            None if c == ']' => {
                let end = first + at;
                return Some((table.start..end + brackets, trimmed(text, key..end)));
            }
            None => {}
        }
    }
    None
}

/// Without the blanks around it.
fn trimmed(text: &str, span: Span) -> Span {
    let word = &text[span.clone()];
    let start = span.start + word.len() - word.trim_start().len();
    start..start + word.trim().len()
}

/// A span of whole characters.
fn on_character(text: &str, span: Span) -> Span {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = span.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}
