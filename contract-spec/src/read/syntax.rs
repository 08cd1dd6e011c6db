//! From text to TOML, and how far the TOML can be trusted where it is broken.
//!
//! The parser goes on after a mistake, but then puts lines where they do not
//! belong. What follows from such a line is not reported: one mistake, one
//! diagnostic.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, Error};

use super::duration::excerpt;
use crate::diagnostic::Diagnostic;
use crate::lines::LineIndex;
use crate::model::Span;
use crate::order;
use crate::rules::shape;

/// A file that is no TOML at all need not be answered line by line.
const MOST: usize = 50;

/// What was learned about the syntax of a file.
#[derive(Debug, Default)]
pub(super) struct Syntax {
    /// Whether anything may have been lost.
    broken: bool,
    /// Bytes whose contents may have landed in the wrong place, in order.
    doubtful: Vec<Range<usize>>,
}

impl Syntax {
    /// Whether what was read at this place stands there beyond doubt.
    pub(super) fn trusts(&self, span: &Span) -> bool {
        !self
            .doubtful
            .iter()
            .any(|range| range.contains(&span.start))
    }

    /// Whether something that seems to be absent may only have been lost.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }
}

/// Parses a file, with all of its syntax errors.
pub(super) fn parse(text: &str) -> (Spanned<DeTable<'_>>, Syntax, Vec<Diagnostic>) {
    let (table, mut errors) = DeTable::parse_recoverable(text);
    let mut syntax = Syntax::default();
    let mut diagnostics = Vec::new();
    if errors.is_empty() {
        return (table, syntax, diagnostics);
    }
    let start = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
    order::sort(&mut errors, &|a, b| start(a).cmp(&start(b)));
    let lines = LineIndex::new(text);
    let end = torn_from(&errors).unwrap_or(usize::MAX);
    let mut last_line = 0;
    for error in &errors {
        let span = error.span().map_or(0..0, |s| on_character(text, s));
        let (line, _) = lines.line_column(span.start);
        if diagnostics.len() == MOST {
            let rest = "and more: this does not look like a contract";
            diagnostics.push(Diagnostic::new(&shape::SYNTAX, span, rest));
            syntax.broken = true;
            syntax.doubtful.push(0..text.len() + 1);
            break;
        }
        if error.message() == "duplicate key" {
            diagnostics.push(duplicate(text, span));
            continue;
        }
        syntax.broken = true;
        if line == last_line {
            continue;
        }
        last_line = line;
        let whole = error.span().is_none() || span.start >= end;
        syntax.doubtful.push(doubtful(&lines, text, line, whole));
        diagnostics.push(report(text, error, span));
        if whole {
            break;
        }
    }
    (table, syntax, diagnostics)
}

/// Where an array, an inline table or a text begins to swallow what follows it.
fn torn_from(errors: &[Error]) -> Option<usize> {
    let starts = |message: &str, words: &[&str]| words.iter().any(|w| message.contains(w));
    let torn = [
        "unclosed array,",
        "unclosed inline",
        "multi-line",
        "cannot recurse",
    ];
    if !errors.iter().any(|e| starts(e.message(), &torn)) {
        return None;
    }
    let signs = [
        &torn[..],
        &[
            "between array",
            "in array",
            "inline table",
            "key-value pairs",
        ],
    ]
    .concat();
    errors
        .iter()
        .filter(|e| starts(e.message(), &signs))
        .filter_map(Error::span)
        .map(|s| s.start)
        .min()
}

/// The line itself; below a broken header, all lines up to the next header.
fn doubtful(lines: &LineIndex<'_>, text: &str, line: usize, to_the_end: bool) -> Range<usize> {
    let start = lines.start(line);
    if to_the_end {
        return start..text.len() + 1;
    }
    let header = |line: usize| lines.line(line).trim_start().starts_with('[');
    let mut last = line;
    if header(line) {
        while last < lines.lines() && !header(last + 1) {
            last += 1;
        }
    }
    start..lines.start(last) + lines.line(last).len() + 1
}

fn duplicate(text: &str, span: Span) -> Diagnostic {
    let key = excerpt(text.get(span.clone()).unwrap_or_default());
    Diagnostic::new(&shape::DUPLICATE, span, format!("`{key}` is there already"))
        .help("keep one of the two")
}

fn report(text: &str, error: &Error, span: Span) -> Diagnostic {
    let written = text.get(span.clone()).unwrap_or_default();
    let message = error.message();
    if message.starts_with("string values must be quoted") {
        if written.trim().is_empty() {
            return Diagnostic::new(&shape::SYNTAX, span, "the value is missing");
        }
        let shown = excerpt(written);
        return Diagnostic::new(&shape::SYNTAX, span, format!("`{shown}` needs quotes"))
            .help(format!("\"{shown}\""));
    }
    let what = match message {
        "recursion limit" => "keys are nested too deeply",
        "cannot recurse further; max recursion depth met" => "values are nested too deeply",
        other => other,
    };
    Diagnostic::new(&shape::SYNTAX, span, format!("not TOML: {what}"))
}

/// A span whose ends lie between characters.
fn on_character(text: &str, span: Span) -> Span {
    let fit = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = fit(span.start);
    start..fit(span.end).max(start)
}
