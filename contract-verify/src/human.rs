//! The report for people: a table of functions and failure modes, the findings
//! in their source lines as rustc draws them, one headline.

use std::fmt::Write as _;
use std::path::Path;

use clap::builder::styling::{AnsiColor, Style};

use crate::contracts::Contracts;
use crate::draw;
use crate::judge::count;
use crate::report::{Mode, MutantOutcome, Outcome, Report, Verdict};

/// How much to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Detail {
    /// Name every mutant.
    pub(crate) mutants: bool,
}

/// Renders a report; source files are read again for their lines, relative to `root`.
pub(crate) fn render(
    report: &Report,
    contracts: &Contracts,
    root: &Path,
    detail: Detail,
) -> String {
    let mut text = String::new();
    draw::findings(&mut text, &report.findings, contracts, root);
    for function in &report.functions {
        table(&mut text, function, detail);
    }
    headline(&mut text, report);
    text
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
    let any_explored = function.modes.iter().any(|mode| mode.explored);
    for mode in &function.modes {
        let style = style(mode.verdict);
        let _written = writeln!(
            text,
            "  {:id_width$}  {:outcome_width$}  {style}{:7}{style:#}  {dim}{}{}{dim:#}",
            mode.id,
            outcome(mode),
            mode.verdict.name(),
            // A column of its own, where there is anything to say in it.
            match (any_explored, mode.explored) {
                (false, _) => "",
                (true, true) => "explored  ",
                (true, false) => "          ",
            },
            tests(&mode.tests),
        );
        if is_indirect(mode) {
            let _written = writeln!(
                text,
                "  {:id_width$}  {:outcome_width$}  {dim}indirect: no test names the variant{dim:#}",
                "", ""
            );
        }
    }
    let proven = function
        .branches
        .iter()
        .filter(|branch| branch.verdict == Verdict::Proven)
        .count();
    let _written = writeln!(
        text,
        "  {proven} of {} proven",
        count(function.branches.len(), "error branch").replace("branchs", "branches")
    );
    for degraded in &function.degraded {
        let _written = writeln!(
            text,
            "  lets a failure go  {dim}{}:{}:{}{dim:#}  {}",
            function.file, degraded.line, degraded.column, degraded.reason
        );
    }
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
                    MutantOutcome::Killed => {
                        let test = mutant.test.as_deref().unwrap_or_default();
                        let how = if mutant.indirect {
                            " (indirect: no test names the variant)"
                        } else {
                            ""
                        };
                        format!("killed by {test}{how}")
                    }
                    MutantOutcome::Survived => "survived".to_owned(),
                    MutantOutcome::Undecided => {
                        format!(
                            "undecided: {}",
                            mutant.reason.as_deref().unwrap_or_default()
                        )
                    }
                    MutantOutcome::NotMade => "not tried, no value of it can be made".to_owned(),
                };
                let _written = writeln!(text, "      {change}: {fate}");
            }
        }
    }
    text.push('\n');
}

/// Whether everything was noticed by what the code made of it, and by no test that names it.
fn is_indirect(mode: &Mode) -> bool {
    let killed = mode.mutants.iter();
    let mut killed = killed
        .filter(|mutant| mutant.from.is_some() && mutant.outcome == MutantOutcome::Killed)
        .peekable();
    killed.peek().is_some() && killed.all(|mutant| mutant.indirect)
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
    if summary.left_out > 0 {
        let left = count(summary.left_out, "function");
        let _written = write!(more, "; the diff does not touch {left}");
    }
    if summary.known > 0 {
        let _written = write!(more, "; {} known", summary.known);
    }
    let escapes = [
        (summary.recovered, "`recovers` of contracts"),
        (summary.degraded, "`degrade!` in the code"),
    ];
    let escapes: Vec<String> = escapes
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} by {what}"))
        .collect();
    if !escapes.is_empty() {
        let _written = writeln!(
            text,
            "failures that may be lost for a reason: {}",
            escapes.join(", ")
        );
    }
    let _written = writeln!(
        text,
        "{style}{incomplete}error branches proven: {}/{}{style:#}{more}",
        summary.branches_proven, summary.branches
    );
}
