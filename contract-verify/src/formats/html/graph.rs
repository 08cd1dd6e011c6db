//! Who calls what: each interface, and other contracted functions, with those that call them.
//! A graph as a table, which reads on a phone and aloud, and drawn.

use std::collections::BTreeMap;

use super::about::About;
use super::drawing::{self, Call, Node};
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
    for ((kind, label), callers) in &called {
        put!(page; "<tr><th scope=\"row\">");
        match report
            .functions
            .iter()
            .position(|f| *kind == "contract" && f.id == *label)
        {
            Some(callee) => put!(page; "<a href=\"#f" (callee) "\">" (label) "</a>"),
            None => put!(page; "<code>" (label) "</code>"),
        }
        put!(page; "</th><td>" (kind) "</td><td><ul class=\"chips\">");
        for (index, verdict) in callers {
            let verdict = verdict.map_or("waived", Verdict::name);
            put!(page; "<li><a class=\"chip " (verdict) "\" href=\"#f" (index) "\">" (&report.functions[*index].id)
                "<span class=\"sr\">: " (verdict) "</span></a></li>");
        }
        put!(page; "</ul></td></tr>\n");
    }
    put!(page; "</tbody></table>\n");
    let (nodes, calls) = graph(report, &called, false);
    // What one database holds together may be a whole service: then each file has its own.
    if drawing::is_too_large(nodes.len(), &calls) {
        let (nodes, calls) = graph(report, &called, true);
        drawing::draw(page, &nodes, &calls);
    } else {
        drawing::draw(page, &nodes, &calls);
    }
    put!(page; "</section>\n");
}

/// The same as a graph: the functions of the report, and behind them what they call; with
/// `apart`, the interfaces of each contract file by themselves.
fn graph<'a>(
    report: &'a Report,
    called: &BTreeMap<Called<'a>, Vec<(usize, Option<Verdict>)>>,
    apart: bool,
) -> (Vec<Node<'a>>, Vec<Call>) {
    let mut nodes: Vec<Node<'_>> = Vec::new();
    for function in &report.functions {
        let least = function.modes.iter().map(|mode| mode.verdict).min();
        let class = least.map_or("waived", Verdict::name);
        nodes.push(Node {
            name: &function.id,
            remark: class,
            class,
        });
    }
    let mut calls = Vec::new();
    for ((kind, label), callers) in called {
        let functions = report.functions.iter();
        let callee = functions
            .enumerate()
            .find(|(_, function)| *kind == "contract" && function.id == *label)
            .map(|(index, _)| index);
        let mut of_files: BTreeMap<&str, usize> = BTreeMap::new();
        for (from, verdict) in callers {
            let id = report.functions[*from].id.as_str();
            let file = match id.rsplit_once('.') {
                Some((file, _)) if apart => file,
                _ => "",
            };
            let to = callee.unwrap_or_else(|| {
                *of_files.entry(file).or_insert_with(|| {
                    nodes.push(Node {
                        name: label,
                        remark: kind,
                        class: "outside",
                    });
                    nodes.len() - 1
                })
            });
            let verdict = verdict.map_or("waived", Verdict::name);
            calls.push(Call {
                from: *from,
                to,
                verdict,
            });
        }
    }
    (nodes, calls)
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
