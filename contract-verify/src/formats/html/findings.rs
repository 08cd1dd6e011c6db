//! What is wrong, each with its lines, what happened, and what to do.

use super::page::{Page, put};
use super::source::Sources;
use crate::report::{Finding, Level, Report};

/// All that is wrong.
pub(super) fn section(page: &mut Page, report: &Report, sources: &mut Sources<'_>) {
    if report.findings.is_empty() {
        return;
    }
    put!(page; "<section id=\"findings\" aria-labelledby=\"findings-title\">\n<h2 id=\"findings-title\">Findings</h2>\n");
    // What fails the run comes first.
    let mut findings: Vec<_> = report.findings.iter().enumerate().collect();
    findings.sort_by_key(|(_, finding)| finding.level);
    for (index, finding) in findings {
        put!(page; "<article id=\"n" (index) "\" class=\"finding " (level(finding)) "\"");
        let of = report
            .functions
            .iter()
            .position(|function| finding.function.as_ref() == Some(&function.id));
        if let Some(of) = of {
            put!(page; " data-f=\"f" (of) "\"");
        }
        page.raw(">");
        body(page, finding, sources);
        if let (Some(of), Some(function)) = (of, &finding.function) {
            put!(page; "<p class=\"of\"><a href=\"#f" (of) "\">" (function) "</a></p>");
        }
        put!(page; "</article>\n");
    }
    put!(page; "</section>\n");
}

/// What the baseline knows.
pub(super) fn known(page: &mut Page, report: &Report, sources: &mut Sources<'_>) {
    if report.known.is_empty() {
        return;
    }
    put!(page; "<section id=\"known\"><details><summary><h2>Known from the baseline: " (report.known.len())
        "</h2></summary>\n");
    for finding in &report.known {
        put!(page; "<article class=\"finding known\">");
        body(page, finding, sources);
        put!(page; "</article>\n");
    }
    put!(page; "</details></section>\n");
}

fn body(page: &mut Page, finding: &Finding, sources: &mut Sources<'_>) {
    put!(page; "<h3><span class=\"level " (level(finding)) "\">" (level(finding)) "</span> <code>" (finding.code)
        "</code> ");
    page.prose(&finding.message);
    page.raw("</h3>");
    if let Some(file) = &finding.file {
        put!(page; "<p class=\"place\"><code>" (file));
        for number in [finding.line, finding.column].into_iter().flatten() {
            put!(page; ":" (number));
        }
        put!(page; "</code></p>");
        if let Some(line) = finding.line {
            sources.excerpt(page, file, line, finding.column);
        }
    }
    timeline(page, &finding.timeline);
    if let Some(help) = &finding.help {
        page.raw("<p class=\"help\"><b>help</b> ");
        page.prose(help);
        page.raw("</p>");
    }
}

/// `0.005 ms  api → timeout`, a line for each step.
fn timeline(page: &mut Page, steps: &[String]) {
    if steps.is_empty() {
        return;
    }
    put!(page; "<details class=\"happened\" open><summary>What happened in the call</summary><ol class=\"timeline\">");
    for step in steps {
        match step.trim_start().split_once("  ") {
            Some((time, step)) => {
                put!(page; "<li><span class=\"time\">" (time) "</span> " (step) "</li>")
            }
            None => put!(page; "<li>" (step) "</li>"),
        }
    }
    put!(page; "</ol></details>");
}

/// The word of its level.
pub(super) fn level(finding: &Finding) -> &'static str {
    match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}
