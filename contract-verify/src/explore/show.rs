//! An exploration for people.

use std::fmt::Write as _;
use std::path::Path;

use clap::builder::styling::{AnsiColor, Style};

use super::report::{Exploration, Function, Outcome};
use crate::contracts::Contracts;
use crate::draw;
use crate::judge::count;
use crate::report::Finding;

/// More plans that were cut are only counted.
const MOST_CUT: usize = 10;

pub(super) fn render(exploration: &Exploration, contracts: &Contracts, root: &Path) -> String {
    let mut text = String::new();
    let findings = exploration.findings.iter();
    let findings: Vec<Finding> = findings
        .map(|found| {
            let mut finding = found.finding.clone();
            let help = finding.help.as_deref().unwrap_or_default();
            finding.help = Some(format!("{help}\nto see it again: {}", found.reproduce));
            finding
        })
        .collect();
    draw::findings(&mut text, &findings, contracts, root);
    for function in &exploration.functions {
        table(&mut text, function);
    }
    left_out(&mut text, exploration);
    headline(&mut text, exploration);
    text
}

fn table(text: &mut String, function: &Function) {
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let (green, yellow) = (
        AnsiColor::Green.on_default(),
        AnsiColor::Yellow.on_default().bold(),
    );
    let _written = writeln!(
        text,
        "{bold}{}{bold:#}  {dim}{}  {}:{}{dim:#}",
        function.id, function.path, function.file, function.line
    );
    let width = function.modes.iter().map(|mode| mode.id.len()).max();
    let width = width.unwrap_or_default();
    for mode in &function.modes {
        let (style, word) = match mode.explored {
            true => (green, "explored"),
            false => (yellow, "not explored"),
        };
        let why = match &mode.reason {
            Some(reason) => reason.clone(),
            None => count(mode.runs, "run"),
        };
        let _written = writeln!(
            text,
            "  {:width$}  {style}{word}{style:#}  {dim}{why}{dim:#}",
            mode.id
        );
    }
    text.push('\n');
}

fn left_out(text: &mut String, exploration: &Exploration) {
    for left in &exploration.left_out {
        let with = match left.faults.as_slice() {
            [] => String::new(),
            faults => format!(" with `{}`", faults.join("`, `")),
        };
        let _written = writeln!(text, "left out: `{}`{with}: {}", left.test, left.reason);
    }
    for cut in exploration.cut.iter().take(MOST_CUT) {
        let faults = cut.faults.join("`, `");
        let _written = writeln!(text, "not run: `{}` with `{faults}`", cut.test);
    }
    if let Some(more) = exploration.cut.len().checked_sub(MOST_CUT + 1) {
        let _written = writeln!(text, "not run: {} more", more + 1);
    }
    if !exploration.left_out.is_empty() || !exploration.cut.is_empty() {
        text.push('\n');
    }
}

fn headline(text: &mut String, exploration: &Exploration) {
    let summary = &exploration.summary;
    let style = match exploration.outcome {
        Outcome::Passed => AnsiColor::Green.on_default().bold(),
        Outcome::Failed | Outcome::Incomplete => AnsiColor::Red.on_default().bold(),
    };
    let mut incomplete = String::new();
    if summary.cut > 0 {
        let _written = writeln!(
            incomplete,
            "INCOMPLETE: the budget left no room for {}, and for what would have followed from them",
            count(summary.cut, "run")
        );
    }
    if summary.failing > 0 {
        let tests = count(summary.failing, "test");
        let _written = writeln!(incomplete, "INCOMPLETE: {tests} with nothing injected fail");
    }
    let mut more = String::new();
    for (number, what) in [(summary.errors, "error"), (summary.warnings, "warning")] {
        if number > 0 {
            let _written = write!(more, "; {}", count(number, what));
        }
    }
    let _written = writeln!(
        text,
        "{style}{incomplete}failure modes explored: {}/{}{style:#} in {} of {}{more}",
        summary.modes_explored,
        summary.modes,
        count(summary.runs, "run"),
        count(summary.tests, "test"),
    );
}
