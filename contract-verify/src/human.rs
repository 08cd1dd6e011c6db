//! The report for people: a table of functions and failure modes, the findings
//! in their source lines as rustc draws them, one headline.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level as DrawnLevel, Renderer, Snippet};
use clap::builder::styling::{AnsiColor, Style};

use crate::judge::count;
use crate::report::{Finding, Level, Mode, MutantOutcome, Outcome, Report, Verdict};

/// How much to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Detail {
    /// Name every mutant.
    pub(crate) mutants: bool,
}

/// Renders a report; files are read again for their lines, relative to `root`.
pub(crate) fn render(report: &Report, root: &Path, detail: Detail) -> String {
    let mut text = String::new();
    findings(&mut text, &report.findings, root);
    for function in &report.functions {
        table(&mut text, function, detail);
    }
    headline(&mut text, report);
    text
}

/// Renders findings alone.
pub(crate) fn findings(text: &mut String, findings: &[Finding], root: &Path) {
    let mut sources = HashMap::new();
    for finding in findings {
        let source = finding.file.as_ref().map(|file| {
            sources
                .entry(file.clone())
                .or_insert_with(|| std::fs::read_to_string(root.join(file)).unwrap_or_default())
                .clone()
        });
        draw(text, finding, source.as_deref());
    }
}

fn draw(text: &mut String, finding: &Finding, source: Option<&str>) {
    let level = match finding.level {
        Level::Error => DrawnLevel::ERROR,
        Level::Warning => DrawnLevel::WARNING,
        Level::Note => DrawnLevel::NOTE,
    };
    let mut group: Group<'_> = Group::with_title(level.primary_title(&*finding.message).id(finding.code));
    if let (Some(source), Some(file), Some(line)) = (source, &finding.file, finding.line) {
        let span = span(source, line, finding.column.unwrap_or(1));
        let annotation = AnnotationKind::Primary.span(span);
        group = group.element(Snippet::source(source).path(&**file).annotation(annotation));
    }
    if let Some(help) = &finding.help {
        group = group.element(DrawnLevel::HELP.message(&**help));
    }
    let _written = writeln!(text, "{}\n", Renderer::styled().render(&[group]));
}

/// The bytes of the word, or else the character, at a line and column.
fn span(source: &str, line: u32, column: u32) -> std::ops::Range<usize> {
    let line = usize::try_from(line).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let begin: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = &source[begin.min(source.len())..];
    let start = begin + rest.char_indices().nth(column).map_or(0, |(offset, _)| offset);
    let rest = &source[start.min(source.len())..];
    let word = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
    let first = rest.chars().next().map_or(0, char::len_utf8);
    start..start + usize::max(word, first)
}

fn table(text: &mut String, function: &crate::report::Function, detail: Detail) {
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let _written = writeln!(
        text,
        "{bold}{}{bold:#}  {}  {dim}{}  {}:{}{dim:#}",
        function.id, function.tier, function.path, function.file, function.line
    );
    let width = |of: fn(&Mode) -> usize| function.modes.iter().map(of).max().unwrap_or_default();
    let id_width = width(|mode| mode.id.len());
    let outcome_width = width(|mode| outcome(mode).len());
    for mode in &function.modes {
        let style = style(mode.verdict);
        let _written = writeln!(
            text,
            "  {:id_width$}  {:outcome_width$}  {style}{:7}{style:#}  {dim}{}{dim:#}",
            mode.id,
            outcome(mode),
            mode.verdict.name(),
            tests(&mode.tests),
        );
    }
    let proven = function.branches.iter().filter(|branch| branch.verdict == Verdict::Proven).count();
    let _written = writeln!(text, "  {proven} of {} proven", count(function.branches.len(), "error branch").replace("branchs", "branches"));
    if detail.mutants {
        for branch in &function.branches {
            let style = style(branch.verdict);
            let _written = writeln!(
                text,
                "    {}:{}:{} {} {} {style}{}{style:#}",
                branch.file,
                branch.line,
                branch.column,
                branch.kind,
                branch.variants.join(" | "),
                branch.verdict.name()
            );
            for mutant in &branch.mutants {
                let change = match &mutant.to {
                    Some(to) => format!("{} to {to}", mutant.operator),
                    None => mutant.operator.to_owned(),
                };
                let fate = match mutant.outcome {
                    MutantOutcome::Killed => format!("killed by {}", mutant.test.as_deref().unwrap_or_default()),
                    MutantOutcome::Survived => "survived".to_owned(),
                    MutantOutcome::Undecided => {
                        format!("undecided: {}", mutant.reason.as_deref().unwrap_or_default())
                    }
                };
                let _written = writeln!(text, "      {change}: {fate}");
            }
        }
    }
    text.push('\n');
}

fn outcome(mode: &Mode) -> &str {
    match (&mode.returns, mode.verdict) {
        (Some(variant), _) => variant,
        (None, Verdict::Waived) => "–",
        (None, _) => "recovers",
    }
}

fn tests(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Missing => AnsiColor::Red.on_default().bold(),
        Verdict::Entered => AnsiColor::Yellow.on_default().bold(),
        Verdict::Proven => AnsiColor::Green.on_default(),
        Verdict::Waived => Style::new().dimmed(),
    }
}

fn headline(text: &mut String, report: &Report) {
    let summary = &report.summary;
    let style = match report.outcome {
        Outcome::Passed => AnsiColor::Green.on_default().bold(),
        Outcome::Failed | Outcome::Incomplete => AnsiColor::Red.on_default().bold(),
    };
    let incomplete = if report.outcome == Outcome::Incomplete {
        "INCOMPLETE: tests fail with nothing changed\n"
    } else {
        ""
    };
    let mut more = String::new();
    for (number, what) in [(summary.errors, "error"), (summary.warnings, "warning")] {
        if number > 0 {
            let _written = write!(more, "; {}", count(number, what));
        }
    }
    let _written = writeln!(
        text,
        "{style}{incomplete}error branches proven: {}/{}{style:#}{more}",
        summary.branches_proven, summary.branches
    );
}

#[cfg(test)]
mod tests_of_spans {
    use super::span;

    #[test]
    fn a_place_is_the_word_or_the_character_there() {
        let source = "a\n  ü = returned?;\n";
        assert_eq!(&source[span(source, 2, 7)], "returned");
        assert_eq!(&source[span(source, 2, 15)], "?");
        assert_eq!(&source[span(source, 2, 3)], "ü");
        assert_eq!(&source[span(source, 9, 9)], "");
        assert_eq!(&source[span("", 1, 1)], "");
    }
}
