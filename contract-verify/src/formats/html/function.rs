//! Each function: its failure modes, its branches in their lines, and who looks at them.

use std::path::Path;

use super::about::About;
use super::findings::level;
use super::overview::{proven, tier};
use super::page::{Page, put};
use super::source::Sources;
use super::verdict;
use crate::contracts::Contracts;
use crate::report::{Branch, Function, Mode, Mutant, MutantOutcome, Report, Verdict};

/// More tests are folded away.
const TESTS: usize = 3;

/// All functions, each folded.
pub(super) fn section(
    page: &mut Page,
    report: &Report,
    contracts: &Contracts,
    sources: &mut Sources<'_>,
) {
    if report.functions.is_empty() {
        return;
    }
    put!(page; "<section id=\"functions\" aria-labelledby=\"functions-title\">\n<h2 id=\"functions-title\">Functions</h2>\n");
    for (index, function) in report.functions.iter().enumerate() {
        put!(page; "<details class=\"function\" id=\"f" (index) "\" data-f=\"f" (index) "\"><summary><h3>" (&function.id)
            "</h3> ");
        tier(page, function);
        put!(page; " <span class=\"muted\">" (proven(function)) " of " (function.branches.len())
            " branches proven</span></summary>\n<p class=\"place\"><code>" (&function.path) "</code> <code>"
            (&function.file) ":" (function.line) "</code></p>\n");
        let about = About::of(contracts, function);
        if let Some(about) = about {
            about.head(page, report);
        }
        modes(page, index, function, about);
        branches(page, index, function, sources);
        degraded(page, function, sources);
        findings(page, report, function);
        put!(page; "</details>\n");
    }
    put!(page; "</section>\n");
}

fn modes(page: &mut Page, index: usize, function: &Function, about: Option<About<'_>>) {
    put!(page; "<h4>Failure modes</h4>\n<table class=\"modes\"><thead><tr><th scope=\"col\">Failure</th>\
        <th scope=\"col\">Ends with</th><th scope=\"col\">Verdict</th><th scope=\"col\">Shown by</th></tr></thead><tbody>\n");
    for (number, mode) in function.modes.iter().enumerate() {
        put!(page; "<tr id=\"f" (index) "-m" (number) "\"><th scope=\"row\"><code>" (&mode.id) "</code></th><td>");
        ends(page, mode);
        if let Some(about) = about {
            about.handling(page, mode);
        }
        put!(page; "</td><td>");
        verdict(page, mode.verdict);
        if mode.verdict < mode.required && mode.verdict != Verdict::Waived {
            put!(page; " <span class=\"muted\">" (mode.required.name()) " is demanded</span>");
        }
        if mode.explored {
            put!(page; " <span class=\"badge\">explored</span>");
        }
        reason(page, mode.reason.as_ref());
        put!(page; "</td><td>");
        shown_by(page, &mode.tests, &mode.mutants);
        put!(page; "</td></tr>\n");
    }
    put!(page; "</tbody></table>\n");
}

fn ends(page: &mut Page, mode: &Mode) {
    match (&mode.returns, &mode.recovers, mode.verdict) {
        (Some(variant), _, _) => put!(page; "<code>" (variant) "</code> "),
        (None, Some(reason), _) => {
            put!(page; "a value after all <span class=\"reason\">" (reason) "</span> ");
        }
        (None, None, Verdict::Waived) => put!(page; "cannot happen "),
        (None, None, _) => {}
    }
}

fn branches(page: &mut Page, index: usize, function: &Function, sources: &mut Sources<'_>) {
    if function.branches.is_empty() {
        return;
    }
    put!(page; "<h4>Error branches</h4>\n");
    for (number, branch) in function.branches.iter().enumerate() {
        put!(page; "<div class=\"branch " (branch.verdict.name()) "\" id=\"f" (index) "-b" (number) "\"><p>");
        verdict(page, branch.verdict);
        put!(page; " <code>" (Path::new(&branch.file).display()) ":" (branch.line) ":" (branch.column) "</code> ");
        page.prose(kind(branch));
        for variant in &branch.variants {
            put!(page; " <code>" (variant) "</code>");
        }
        put!(page; "</p>");
        reason(page, branch.reason.as_ref());
        sources.excerpt(page, &branch.file, branch.line, Some(branch.column));
        shown_by(page, &branch.tests, &branch.mutants);
        put!(page; "</div>\n");
    }
}

/// Where a failure is let go, and why.
fn degraded(page: &mut Page, function: &Function, sources: &mut Sources<'_>) {
    if function.degraded.is_empty() {
        return;
    }
    put!(page; "<h4>Let go for a reason</h4>\n");
    for degraded in &function.degraded {
        put!(page; "<div class=\"branch\"><p><code>" (&function.file) ":" (degraded.line) ":" (degraded.column)
            "</code> <span class=\"reason\">" (&degraded.reason) "</span></p>");
        sources.excerpt(page, &function.file, degraded.line, Some(degraded.column));
        put!(page; "</div>\n");
    }
}

fn kind(branch: &Branch) -> &str {
    match &*branch.kind {
        "question_mark" => "leaves by `?`",
        "return" => "returns",
        "tail" => "ends",
        other => other,
    }
}

fn reason(page: &mut Page, reason: Option<&String>) {
    if let Some(reason) = reason {
        put!(page; "<p class=\"reason\">" (reason) "</p>");
    }
}

/// The tests that enter it, and what became of the changes that were tried.
fn shown_by(page: &mut Page, tests: &[String], mutants: &[Mutant]) {
    if tests.is_empty() {
        put!(page; "<span class=\"muted\">no test</span>");
        return;
    }
    let (first, more) = tests.split_at(tests.len().min(TESTS));
    list(page, first);
    if !more.is_empty() {
        put!(page; "<details class=\"more\"><summary>" (more.len()) " more tests</summary>");
        list(page, more);
        put!(page; "</details>");
    }
    if mutants.is_empty() {
        return;
    }
    let count = |outcome| mutants.iter().filter(|m| m.outcome == outcome).count();
    let survived = count(MutantOutcome::Survived);
    put!(page; "<details class=\"more\"");
    if survived > 0 {
        page.raw(" open");
    }
    put!(page; "><summary>" (mutants.len()) " mutants: " (count(MutantOutcome::Killed)) " killed");
    for (number, word) in [
        (survived, " survived"),
        (count(MutantOutcome::Undecided), " undecided"),
        (count(MutantOutcome::NotMade), " not made"),
    ] {
        if number > 0 {
            put!(page; ", " (number) (word));
        }
    }
    put!(page; "</summary><ul class=\"mutants\">");
    for mutant in mutants {
        mutated(page, mutant);
    }
    put!(page; "</ul></details>");
}

fn list(page: &mut Page, tests: &[String]) {
    put!(page; "<ul class=\"tests\">");
    for test in tests {
        put!(page; "<li><code>" (test) "</code></li>");
    }
    put!(page; "</ul>");
}

fn mutated(page: &mut Page, mutant: &Mutant) {
    let (class, word) = match mutant.outcome {
        MutantOutcome::Killed if mutant.indirect => {
            ("killed", "killed indirectly: no test names the variant")
        }
        MutantOutcome::Killed => ("killed", "killed"),
        MutantOutcome::Survived => ("survived", "survived: no test noticed"),
        MutantOutcome::Undecided => ("undecided", "undecided"),
        MutantOutcome::NotMade => ("undecided", "not tried: no value of it can be made"),
    };
    put!(page; "<li class=\"" (class) "\">" (mutant.operator));
    if let Some(from) = &mutant.from {
        put!(page; " <code>" (from) "</code>");
    }
    if let Some(to) = &mutant.to {
        put!(page; " → <code>" (to) "</code>");
    }
    put!(page; " <b>" (word) "</b>");
    if let Some(test) = &mutant.test {
        put!(page; " by <code>" (test) "</code>");
    }
    if let Some(reason) = &mutant.reason {
        put!(page; " (" (reason) ")");
    }
    put!(page; "</li>");
}

/// What is wrong with it, by links.
fn findings(page: &mut Page, report: &Report, function: &Function) {
    let findings = report.findings.iter().enumerate();
    let of_it: Vec<_> = findings
        .filter(|(_, finding)| finding.function.as_ref() == Some(&function.id))
        .collect();
    if of_it.is_empty() {
        return;
    }
    put!(page; "<h4>Findings</h4>\n<ul class=\"links\">");
    for (index, finding) in of_it {
        put!(page; "<li><span class=\"level " (level(finding)) "\">" (level(finding)) "</span> <a href=\"#n" (index) "\">"
            (finding.code) "</a> ");
        page.prose(&finding.message);
        page.raw("</li>");
    }
    put!(page; "</ul>\n");
}
