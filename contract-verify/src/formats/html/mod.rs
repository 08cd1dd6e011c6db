//! The report as one HTML file: nothing in it is loaded from elsewhere, and it reads without
//! its script too, which only filters.
//!
//! `page` is the only way for text into it. `overview` is the table of all functions, `findings`
//! what is wrong, `function` each function with its failure modes and branches, `source` the lines
//! they are about, `graph` who calls what (`drawing` and `layout`, as a picture), `about` what the contract says beyond the report.

mod about;
mod drawing;
mod findings;
mod function;
mod graph;
mod layout;
mod overview;
mod page;
mod source;

#[cfg(test)]
mod tests;

use std::path::Path;

use self::page::{Page, put};
use self::source::Sources;
use crate::contracts::Contracts;
use crate::report::{Outcome, Report, Verdict};

/// Renders a report; source files are read again for their lines, relative to `root`.
pub(crate) fn html(report: &Report, contracts: &Contracts, root: &Path) -> String {
    let mut page = Page::default();
    let mut sources = Sources::new(root);
    head(&mut page, report);
    header(&mut page, report);
    overview::filters(&mut page, report);
    put!(page; "<main id=\"main\">");
    overview::table(&mut page, report);
    findings::section(&mut page, report, &mut sources);
    function::section(&mut page, report, contracts, &mut sources);
    graph::section(&mut page, report, contracts);
    findings::known(&mut page, report, &mut sources);
    put!(page; "</main>\n<footer><p>Written by <code>cargo verify-contracts</code> " (env!("CARGO_PKG_VERSION"))
        ". Digest <code class=\"digest\">" (&report.digest) "</code></p></footer>\n<script>");
    page.raw(include_str!("script.js"));
    put!(page; "</script>\n</body>\n</html>\n");
    page.into_html()
}

/// A page may load nothing: this file is all there is, and nothing in it can call home.
fn head(page: &mut Page, report: &Report) {
    let summary = &report.summary;
    put!(page; "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <meta name=\"color-scheme\" content=\"light dark\">\n\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
        script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n<title>"
        (outcome(report)) ": " (summary.branches_proven) "/" (summary.branches)
        " error branches proven</title>\n<style>");
    page.raw(include_str!("style.css"));
    put!(page; "</style>\n</head>\n");
}

fn header(page: &mut Page, report: &Report) {
    let summary = &report.summary;
    put!(page; "<body>\n<a class=\"skip\" href=\"#main\">Skip to the verdicts</a>\n<header>\n\
        <p class=\"title\">Resilience contracts</p>\n<h1><span class=\"outcome " (class(report)) "\">"
        (outcome(report)) "</span> error branches proven: " (summary.branches_proven) "/" (summary.branches)
        "</h1>\n");
    if report.outcome == Outcome::Incomplete {
        put!(page; "<p class=\"incomplete\">Tests fail with nothing changed: no verdict here is final.</p>\n");
    }
    bar(page, summary.proven, summary.entered, summary.missing);
    put!(page; "<dl class=\"facts\">");
    for (name, number) in [
        ("functions", summary.functions),
        ("failure modes", summary.modes),
        ("proven", summary.proven),
        ("entered", summary.entered),
        ("missing", summary.missing),
        ("waived", summary.waived),
        ("errors", summary.errors),
        ("warnings", summary.warnings),
        ("known", summary.known),
        ("let go", summary.degraded),
    ] {
        put!(page; "<div class=\"" (name) "\"><dt>" (name) "</dt><dd>" (number) "</dd></div>");
    }
    put!(page; "</dl>\n</header>\n");
}

/// How many failure modes are where, as a bar; the numbers stand beside it.
fn bar(page: &mut Page, proven: usize, entered: usize, missing: usize) {
    put!(page; "<svg class=\"bar\" aria-hidden=\"true\" width=\"100%\" height=\"10\" preserveAspectRatio=\"none\" viewBox=\"0 0 "
        ((proven + entered + missing).max(1)) " 1\">");
    let mut at = 0;
    for (name, number) in [
        ("proven", proven),
        ("entered", entered),
        ("missing", missing),
    ] {
        put!(page; "<rect class=\"" (name) "\" x=\"" (at) "\" width=\"" (number) "\" height=\"1\"/>");
        at += number;
    }
    put!(page; "</svg>\n");
}

/// A verdict as a word that also has a sign and a colour.
fn verdict(page: &mut Page, verdict: Verdict) {
    put!(page; "<span class=\"verdict " (verdict.name()) "\">" (verdict.name()) "</span>");
}

fn outcome(report: &Report) -> &'static str {
    match report.outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Incomplete => "INCOMPLETE",
    }
}

fn class(report: &Report) -> &'static str {
    match report.outcome {
        Outcome::Passed => "proven",
        Outcome::Failed | Outcome::Incomplete => "missing",
    }
}
