//! Advice on what is declared and never used.
//!
//! A file without functions is there to be included, so nothing in it is unused.

use std::collections::HashSet;

use super::advise;
use crate::diagnostic::Diagnostic;
use crate::model::Spanned;
use crate::nearest::nearest;
use crate::rules::Judge;

advise!(
    UNUSED_INTERFACE,
    "RC140",
    "unused-interface",
    Warning,
    Some(unused_interfaces),
    "no function declares how an interface fails",
    "The interface is declared, so somebody calls it; but no function says what happens when it \
     fails. Usually an `on` table was forgotten, and with it all the failures of the interface.\n\n\
     Source: rustc's `dead_code` lint, for the same reason; Yuan et al., OSDI 2014, on handlers that were \
     never written.",
);

advise!(
    UNUSED_RETRY,
    "RC141",
    "unused-retry",
    Warning,
    Some(unused_retries),
    "no mode uses a retry policy",
    "The policy reads as if something were tried again, and nothing is. Usually the `retry` of a \
     mode was forgotten, or the policy outlived its use.\n\n\
     Source: rustc's `dead_code` lint, for the same reason.",
);

advise!(
    UNUSED_ERROR,
    "RC142",
    "unused-error",
    Warning,
    Some(unused_errors),
    "no function returns a shared enum",
    "`[error.NAME]` is held against the code only through the functions that name it. One that no \
     function names is held against nothing and says nothing.\n\n\
     Source: rustc's `dead_code` lint, for the same reason.",
);

advise!(
    UNUSED_KIND,
    "RC143",
    "unused-kind",
    Warning,
    Some(unused_kinds),
    "no interface is of a kind that the file declares",
    "A kind of one's own is worth its lines when an interface is of that kind: its mandatory modes \
     are demanded there and nowhere else.\n\n\
     Source: rustc's `dead_code` lint, for the same reason.",
);

advise!(
    IDLE_BUDGET,
    "RC144",
    "idle-budget",
    Warning,
    Some(idle_budgets),
    "a call budget limits an interface that the function does not use",
    "`max_calls` limits how often one call of the function may call an interface. If the function \
     has no `on` table for the interface, either the limit is idle, or calls are made whose \
     failures nobody decided on.\n\n\
     Source: this format, version 1: `max_calls` is there to break N+1 queries, which needs calls.",
);

fn unused_interfaces(judge: &mut Judge<'_>) {
    let functions = &judge.contract.functions;
    let on = functions.iter().flat_map(|f| &f.interfaces);
    let budgets = functions
        .iter()
        .flat_map(|f| &f.max_calls)
        .map(|(name, _)| name);
    let names: Vec<&Spanned<String>> = judge.contract.interfaces.iter().map(|i| &i.name).collect();
    for name in unused(judge, &names, on.chain(budgets)) {
        let message = format!("no function says how `{}` fails", **name);
        let function = functions.first().map_or("NAME", |f| f.name.as_str());
        judge.found.push(
            Diagnostic::new(&UNUSED_INTERFACE, name.span.clone(), message).help(format!(
                "[function.{function}.on.{}], or leave the interface out",
                **name
            )),
        );
    }
}

fn unused_retries(judge: &mut Judge<'_>) {
    let modes = judge.contract.functions.iter().flat_map(|f| &f.modes);
    let used = modes.filter_map(|m| m.retry.as_ref());
    let names: Vec<&Spanned<String>> = judge.contract.retries.iter().map(|r| &r.name).collect();
    for name in unused(judge, &names, used) {
        let message = format!("nothing is retried by `{}`", **name);
        judge.found.push(
            Diagnostic::new(&UNUSED_RETRY, name.span.clone(), message).help(format!(
                "retry = \"{}\" at a mode, or leave the policy out",
                **name
            )),
        );
    }
}

fn unused_errors(judge: &mut Judge<'_>) {
    let functions = &judge.contract.functions;
    let named: HashSet<&str> = functions
        .iter()
        .filter_map(|f| f.error.as_ref())
        .map(|e| e.rsplit("::").next().unwrap_or(e))
        .collect();
    if functions.is_empty() {
        return;
    }
    for error in &judge.contract.errors {
        if !named.contains(error.name.as_str()) {
            let name = error.name.as_str();
            let message = format!("no function returns `{name}`");
            judge.found.push(
                Diagnostic::new(&UNUSED_ERROR, error.name.span.clone(), message).help(format!(
                    "error = \"{name}\" at a function, or leave the table out"
                )),
            );
        }
    }
}

fn unused_kinds(judge: &mut Judge<'_>) {
    let used = judge.contract.interfaces.iter().map(|i| &i.kind);
    let names: Vec<&Spanned<String>> = judge.contract.kinds.iter().map(|k| &k.name).collect();
    for name in unused(judge, &names, used) {
        let message = format!("no interface is of kind `{}`", **name);
        judge.found.push(
            Diagnostic::new(&UNUSED_KIND, name.span.clone(), message).help(format!(
                "kind = \"{}\" at an interface, or leave the kind out",
                **name
            )),
        );
    }
}

/// The names that are never used, nor misspelled where they should be.
fn unused<'c>(
    judge: &Judge<'c>,
    names: &[&'c Spanned<String>],
    uses: impl Iterator<Item = &'c Spanned<String>>,
) -> Vec<&'c Spanned<String>> {
    if judge.contract.functions.is_empty() {
        return Vec::new();
    }
    let used: HashSet<&str> = uses.map(|u| u.as_str()).collect();
    let declared: HashSet<&str> = names.iter().map(|n| n.as_str()).collect();
    let left: Vec<&'c Spanned<String>> = names
        .iter()
        .copied()
        .filter(|n| !used.contains(n.as_str()))
        .take(100)
        .collect();
    // Where a use names nothing, that was reported, and the declaration is not to blame.
    let candidates = || left.iter().map(|n| n.as_str());
    let unknown = used.iter().filter(|u| !declared.contains(**u)).take(100);
    let meant: HashSet<&str> = unknown.filter_map(|u| nearest(u, candidates())).collect();
    left.into_iter()
        .filter(|n| !meant.contains(n.as_str()))
        .collect()
}

fn idle_budgets(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        let used: HashSet<&str> = function.interfaces.iter().map(|on| on.as_str()).collect();
        for (interface, _) in &function.max_calls {
            let known = contract.interface(interface).is_some();
            if known && !used.contains(interface.as_str()) {
                let message = format!(
                    "`{}` has a budget for `{}` and no `on` table",
                    *function.name, **interface
                );
                judge.report(
                    Diagnostic::new(&IDLE_BUDGET, interface.span.clone(), message)
                        .help(format!("[function.{}.on.{}]", *function.name, **interface)),
                );
            }
        }
    }
}
