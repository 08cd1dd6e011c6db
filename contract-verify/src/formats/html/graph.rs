//! Who calls what: each interface, and other contracted functions, with those that call them.
//! A graph as a table, which reads on a phone and aloud.

use std::collections::BTreeMap;

use super::about::About;
use super::page::{Page, put};
use crate::contracts::Contracts;
use crate::report::{Function, Report, Verdict};

/// What is called: its kind, and the name that logs know it by.
type Called<'c> = (&'c str, &'c str);

/// Nothing is drawn where nothing is called.
pub(super) fn section(page: &mut Page, report: &Report, contracts: &Contracts) {
    let mut called: BTreeMap<Called<'_>, Vec<(usize, Option<Verdict>)>> = BTreeMap::new();
    for (index, function) in report.functions.iter().enumerate() {
        let Some(about) = About::of(contracts, function) else {
            continue;
        };
        for (name, kind, label) in about.calls() {
            let callers = called.entry((kind, label)).or_default();
            callers.push((index, worst(function, name)));
        }
    }
    if called.is_empty() {
        return;
    }
    put!(page; "<section id=\"graph\" aria-labelledby=\"graph-title\">\n<h2 id=\"graph-title\">Who calls what</h2>\n\
        <table class=\"modes\"><thead><tr><th scope=\"col\">What is called</th><th scope=\"col\">Kind</th>\
        <th scope=\"col\">By, with the least that is shown of its failures</th></tr></thead><tbody>\n");
    for ((kind, label), callers) in called {
        put!(page; "<tr><th scope=\"row\">");
        match report
            .functions
            .iter()
            .position(|f| kind == "contract" && f.id == label)
        {
            Some(callee) => put!(page; "<a href=\"#f" (callee) "\">" (label) "</a>"),
            None => put!(page; "<code>" (label) "</code>"),
        }
        put!(page; "</th><td>" (kind) "</td><td><ul class=\"chips\">");
        for (index, verdict) in callers {
            let verdict = verdict.map_or("waived", Verdict::name);
            put!(page; "<li><a class=\"chip " (verdict) "\" href=\"#f" (index) "\">" (&report.functions[index].id)
                "<span class=\"sr\">: " (verdict) "</span></a></li>");
        }
        put!(page; "</ul></td></tr>\n");
    }
    put!(page; "</tbody></table>\n</section>\n");
}

/// The least that is shown of the failures of one interface.
fn worst(function: &Function, interface: &str) -> Option<Verdict> {
    let modes = function.modes.iter();
    modes
        .filter(|mode| {
            mode.id
                .rsplit_once('.')
                .is_some_and(|(of, _)| of == interface)
        })
        .map(|mode| mode.verdict)
        .min()
}
