//! Mistakes and findings in the lines that they are about, as rustc draws them.
//!
//! Knows how a mistake looks, not whether it is one, nor where the text goes.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level as Drawn, Renderer, Snippet};
use contract_spec::Source;
use contract_spec::diagnostic::{Diagnostic, Label, Severity};

use crate::contracts::{Contracts, Key};
use crate::report::{Finding, Level};

/// Finds the other files that a mistake points to, by their paths.
type Others<'s> = &'s dyn Fn(&str) -> Option<&'s Source>;

/// Draws what is wrong at one place of a contract, and at those that it disagrees with.
pub(crate) fn diagnostic(text: &mut String, source: &Source, diagnostic: &Diagnostic) {
    let level = match diagnostic.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info => Level::Note,
    };
    mistake(text, source, diagnostic, level, &|_| None);
}

fn mistake(
    text: &mut String,
    source: &Source,
    diagnostic: &Diagnostic,
    level: Level,
    others: Others<'_>,
) {
    let mark = |kind: AnnotationKind, label: &Label| -> Annotation<'_> {
        let place = kind.span(fit(&source.text, &label.span));
        match label.text.as_str() {
            "" => place,
            words => place.label(words.to_owned()),
        }
    };
    let (here, elsewhere): (Vec<&Label>, Vec<&Label>) = diagnostic
        .secondary
        .iter()
        .partition(|label| label.file.is_none());
    let snippet = Snippet::source(&*source.text)
        .path(&*source.path)
        .annotation(mark(AnnotationKind::Primary, &diagnostic.primary))
        .annotations(
            here.into_iter()
                .map(|label| mark(AnnotationKind::Context, label)),
        );
    let title = drawn(level)
        .primary_title(&*diagnostic.message)
        .id(diagnostic.code);
    let mut group = title.element(snippet);
    for label in elsewhere {
        let Some(file) = &label.file else { continue };
        group = match others(&file.path) {
            Some(other) => {
                let place = AnnotationKind::Context.span(fit(&other.text, &label.span));
                let place = place.label(label.text.to_owned());
                group.element(
                    Snippet::source(&*other.text)
                        .path(&*other.path)
                        .annotation(place),
                )
            }
            None => {
                let (path, line, column) = (&file.path, file.line, file.column);
                group.element(
                    Drawn::NOTE.message(format!("{} ({path}:{line}:{column})", label.text)),
                )
            }
        };
    }
    render(text, group, diagnostic.help.as_deref());
}

fn drawn(level: Level) -> Drawn<'static> {
    match level {
        Level::Error => Drawn::ERROR,
        Level::Warning => Drawn::WARNING,
        Level::Note => Drawn::NOTE,
    }
}

/// Draws findings. Those about contracts by themselves have more to show than a finding
/// holds; other files are read again for their lines, relative to `root`.
pub(crate) fn findings(
    text: &mut String,
    findings: &[Finding],
    contracts: &Contracts,
    root: &Path,
) {
    let own = contracts.mistakes();
    let texts = contracts.sources();
    let mut sources = HashMap::new();
    for finding in findings {
        if let Some((source, diagnostic)) = own.get(&Key::of(finding)) {
            mistake(text, source, diagnostic, finding.level, &|path| {
                texts.get(path).copied()
            });
            continue;
        }
        let source = finding.file.as_ref().map(|file| {
            let read = || std::fs::read_to_string(root.join(file)).unwrap_or_default();
            &*sources.entry(file).or_insert_with(read)
        });
        draw(text, finding, source.map(String::as_str));
    }
}

fn draw(text: &mut String, finding: &Finding, source: Option<&str>) {
    let level = drawn(finding.level);
    let mut group = Group::with_title(level.primary_title(&*finding.message).id(finding.code));
    if let (Some(source), Some(file), Some(line)) = (source, &finding.file, finding.line) {
        let span = span(source, line, finding.column.unwrap_or(1));
        let annotation = AnnotationKind::Primary.span(span);
        group = group.element(Snippet::source(source).path(&**file).annotation(annotation));
    }
    if !finding.timeline.is_empty() {
        let steps = finding.timeline.join("\n");
        group = group.element(Drawn::NOTE.message(format!("what happened\n{steps}")));
    }
    render(text, group, finding.help.as_deref());
}

/// The help comes last, where the eye ends.
fn render<'t>(text: &mut String, mut group: Group<'t>, help: Option<&'t str>) {
    if let Some(help) = help {
        group = group.element(Drawn::HELP.message(help.trim_end()));
    }
    let _written = writeln!(text, "{}\n", Renderer::styled().render(&[group]));
}

/// The bytes of the word, the string, or else the character, at a line and column.
fn span(source: &str, line: u32, column: u32) -> Range<usize> {
    let line = usize::try_from(line).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let begin: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = &source[begin.min(source.len())..];
    let start = begin
        + rest
            .char_indices()
            .nth(column)
            .map_or(0, |(offset, _)| offset);
    let rest = &source[start.min(source.len())..];
    let word = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .map(char::len_utf8)
        .sum();
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let string = rest
        .strip_prefix('"')
        .and_then(|inside| inside.lines().next()?.find('"'));
    start..start + string.map_or(usize::max(word, first), |inside| inside + 2)
}

/// A span whose ends lie in the text and between characters.
fn fit(text: &str, span: &Range<usize>) -> Range<usize> {
    let between = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = between(span.start);
    start..between(span.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(text: &str) -> String {
        let source = Source::new("contracts/payments.toml", text);
        let mut out = String::new();
        for mistake in contract_spec::check(&source).diagnostics {
            diagnostic(&mut out, &source, &mistake);
        }
        anstream::adapter::strip_str(&out).to_string()
    }

    #[test]
    fn a_place_is_the_word_or_the_character_there() {
        let source = "a\n  ü = returned?;\n";
        assert_eq!(&source[span(source, 2, 7)], "returned");
        assert_eq!(&source[span(source, 2, 15)], "?");
        assert_eq!(&source[span(source, 2, 3)], "ü");
        assert_eq!(&source[span(source, 9, 9)], "");
        assert_eq!(&"f(\"a b\")"[span("f(\"a b\")", 1, 3)], "\"a b\"");
        assert_eq!(&"f(\"a\nb\""[span("f(\"a\nb\"", 1, 3)], "\"");
        assert_eq!(&source[span("", 1, 1)], "");
    }

    #[test]
    fn a_mistake_is_drawn_with_the_other_place_and_its_help_last() {
        insta::assert_snapshot!(drawing(
            "format = 1\n\n[interface.g]\nkind = \"domain\"\n\n[function.f.on.input]\n\
             missing = { returns = \"A\", recovers = \"the default will do\" }\n"
        ));
    }

    #[test]
    fn mistakes_of_odd_texts_can_be_drawn() {
        for text in [
            "",
            "\u{feff}",
            "\r\n",
            "ü",
            "format = 1\n[function.ü]\n",
            "a = \"",
            "\0",
            "[",
            "=\n",
        ] {
            drawing(text);
        }
    }

    #[test]
    fn places_outside_the_text_or_inside_a_character_are_moved_into_it() {
        assert_eq!(fit("aü", &(2..9)), 1..3);
        let (start, end) = (4, 2);
        assert_eq!(fit("", &(start..end)), 0..0);
    }
}
