//! All functions on one screen: the filters, and a row of verdicts for each.

use std::collections::BTreeSet;

use super::page::{Page, put};
use crate::report::{Function, Mode, Report, Verdict};

/// What the rows can be filtered by. Without the script it is not shown, and everything is.
pub(super) fn filters(page: &mut Page, report: &Report) {
    put!(page; "<form id=\"filters\" role=\"search\" aria-label=\"Filter the functions\" hidden>\n\
        <label class=\"find\">Find <input type=\"search\" name=\"q\" placeholder=\"function, mode, variant, file, code\" \
        autocomplete=\"off\" spellcheck=\"false\"></label>\n\
        <fieldset><legend>With a failure mode that is</legend>");
    for verdict in [
        Verdict::Missing,
        Verdict::Entered,
        Verdict::Proven,
        Verdict::Waived,
    ] {
        put!(page; "<label><input type=\"checkbox\" name=\"verdict\" value=\"" (verdict.name()) "\"> "
            (verdict.name()) "</label>");
    }
    put!(page; "</fieldset>\n");
    select(
        page,
        "tier",
        ["critical", "standard", "experimental"].into(),
    );
    let packages: BTreeSet<&str> = report.functions.iter().map(|f| &*f.package).collect();
    if packages.len() > 1 {
        select(page, "package", packages);
    }
    put!(page; "<label><input type=\"checkbox\" name=\"findings\" value=\"1\"> with findings</label>\n\
        <button type=\"reset\">Show all</button>\n\
        <p id=\"count\" role=\"status\"></p>\n</form>\n");
}

fn select(page: &mut Page, name: &'static str, values: BTreeSet<&str>) {
    put!(page; "<label class=\"choice\">" (name) " <select name=\"" (name) "\"><option value=\"\">all</option>");
    for value in values {
        put!(page; "<option>" (value) "</option>");
    }
    put!(page; "</select></label>\n");
}

/// Functions × failure modes. A row carries what the filters look at.
pub(super) fn table(page: &mut Page, report: &Report) {
    put!(page; "<section id=\"overview\" aria-labelledby=\"overview-title\">\n\
        <h2 id=\"overview-title\">Verdicts</h2>\n");
    if report.functions.is_empty() {
        put!(page; "<p>There is no contracted function.</p></section>\n");
        return;
    }
    put!(page; "<table class=\"grid\" role=\"table\"><thead role=\"rowgroup\"><tr role=\"row\">\
        <th scope=\"col\" role=\"columnheader\">Function</th><th scope=\"col\" role=\"columnheader\">Branches proven</th>\
        <th scope=\"col\" role=\"columnheader\">Failure modes</th></tr></thead>\n<tbody role=\"rowgroup\">\n");
    for (index, function) in report.functions.iter().enumerate() {
        row(page, report, index, function);
    }
    put!(page; "</tbody></table>\n</section>\n");
}

fn row(page: &mut Page, report: &Report, index: usize, function: &Function) {
    let verdicts: BTreeSet<&str> = function.modes.iter().map(|m| m.verdict.name()).collect();
    let of_it = report
        .findings
        .iter()
        .filter(|finding| finding.function.as_ref() == Some(&function.id));
    let codes: Vec<&str> = of_it.map(|finding| finding.code).collect();
    put!(page; "<tr role=\"row\" data-f=\"f" (index) "\" data-tier=\"" (function.tier) "\" data-package=\"" (&function.package)
        "\" data-findings=\"" (codes.len()) "\" data-verdicts=\"");
    for verdict in verdicts {
        put!(page; (verdict) " ");
    }
    put!(page; "\" data-text=\"" (&function.path) " " (&function.file));
    for code in codes.iter().collect::<BTreeSet<_>>() {
        put!(page; " " (code));
    }
    for variant in function
        .modes
        .iter()
        .filter_map(|mode| mode.returns.as_ref())
    {
        put!(page; " " (variant));
    }
    put!(page; "\"><th scope=\"row\" role=\"rowheader\"><a href=\"#f" (index) "\">" (&function.id) "</a> ");
    tier(page, function);
    let proven = proven(function);
    let state = if proven == function.branches.len() {
        "proven"
    } else {
        "missing"
    };
    put!(page; "</th><td role=\"cell\" class=\"count " (state) "\">" (proven) "/" (function.branches.len())
        "</td><td role=\"cell\"><ul class=\"chips\">");
    for (number, mode) in function.modes.iter().enumerate() {
        chip(page, index, number, mode);
    }
    put!(page; "</ul></td></tr>\n");
}

fn chip(page: &mut Page, function: usize, number: usize, mode: &Mode) {
    let verdict = mode.verdict.name();
    put!(page; "<li><a class=\"chip " (verdict) "\" href=\"#f" (function) "-m" (number) "\">" (&mode.id)
        "<span class=\"sr\">: " (verdict) "</span></a></li>");
}

/// The tier, where it is not the usual one.
pub(super) fn tier(page: &mut Page, function: &Function) {
    if function.tier != "standard" {
        put!(page; "<span class=\"tier\">" (function.tier) "</span>");
    }
}

/// How many of its branches are proven.
pub(super) fn proven(function: &Function) -> usize {
    let branches = function.branches.iter();
    branches
        .filter(|branch| branch.verdict == Verdict::Proven)
        .count()
}
