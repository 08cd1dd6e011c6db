//! Advice on error enums: what a caller can tell apart, and who owns which names.

use std::collections::{HashMap, HashSet};

use super::advise;
use crate::catalog::{CONTRACT, Retryability};
use crate::diagnostic::Diagnostic;
use crate::model::{Effect, Function, Mode, Spanned};
use crate::order;
use crate::read::snake_case;
use crate::rules::Judge;

advise!(
    INDISTINGUISHABLE,
    "RC130",
    "indistinguishable-modes",
    Warning,
    Some(indistinguishable),
    "one variant stands for failures that pass and failures that stay",
    "A caller acts on the variant, and on nothing else. Where the same variant is returned for a \
     failure that passes by itself (a time-out, a server that is down) and for one that stays (a \
     request that was refused, something that is not there), the caller either repeats in vain or \
     gives up too early. Two failures may share a variant if every caller should do the same \
     about both.\n\n\
     Source: AIP-193, on one code per reaction of the client.",
);

advise!(
    TOO_MANY_VARIANTS,
    "RC131",
    "too-many-variants",
    Info,
    Some(too_many_variants),
    "a function returns more variants than its callers can handle",
    "Callers that face more than a dozen variants write a catch-all, and all the distinctions are \
     lost. A variant stands for a reaction, not for a cause: the cause belongs in the source of \
     the error and in the log.\n\n\
     Source: Hejlsberg on checked exceptions that grew to forty and eighty, and were then caught \
     by empty handlers.",
);

advise!(
    FOREIGN_VOCABULARY,
    "RC132",
    "foreign-vocabulary",
    Info,
    Some(foreign_vocabulary),
    "a function repeats the failures of another one by one",
    "Every variant of the called function comes back under its old name. The caller of this \
     function then knows what lies below it, and every new failure down there changes the errors \
     up here. Translate into the words of this layer: several failures below are often one \
     above.\n\n\
     Source: AIP-193 on errors that leak how a service is built.",
);

advise!(
    UNDECLARED_SHARED_ENUM,
    "RC133",
    "undeclared-shared-enum",
    Warning,
    Some(undeclared_shared_enum),
    "functions share an enum and list different variants of it",
    "Without an `[error.NAME]` table the modes of a function must cover its enum exactly. Two \
     functions that name the same enum and return different variants cannot both do that, and the \
     compiler will refuse one of them. Declare the enum once with all of its variants; each \
     function then lists what it can return, and any other variant that leaves it is a finding.\n\n\
     Source: this format, version 1: enum and contract are held against each other both ways.",
);

/// Whether a failure passes by itself; `None` where nobody can say.
fn passes(judge: &Judge<'_>, mode: &Mode) -> Option<bool> {
    let facts = judge.contract.facts(mode)?;
    match facts.retryability {
        Retryability::Yes | Retryability::Idempotent | Retryability::Hint => Some(true),
        Retryability::No if matches!(facts.effect, Effect::None | Effect::Applied) => Some(false),
        _ => None,
    }
}

fn indistinguishable(judge: &mut Judge<'_>) {
    for function in &judge.contract.functions {
        let mut passing: HashMap<&str, &Mode> = HashMap::new();
        let mut staying: HashMap<&str, &Mode> = HashMap::new();
        for mode in &function.modes {
            let seen = match passes(judge, mode) {
                Some(true) => &mut passing,
                Some(false) => &mut staying,
                None => continue,
            };
            if let Some(variant) = mode.returns() {
                seen.entry(variant).or_insert(mode);
            }
        }
        for variant in function.variants() {
            let name = variant.as_str();
            let (Some(passing), Some(staying)) = (passing.get(name), staying.get(name)) else {
                continue;
            };
            let message = format!(
                "no caller can tell `{}`, which may pass, from `{}`, which will not: both are `{name}`",
                passing.id(),
                staying.id(),
            );
            let span = |mode: &Mode| mode.returns().map_or(mode.span.clone(), |v| v.span.clone());
            judge.found.push(
                Diagnostic::new(&INDISTINGUISHABLE, span(staying), message)
                    .label("trying again does not help")
                    .also(span(passing), "trying again may help")
                    .help(format!("give `{}` a variant of its own", staying.id())),
            );
        }
    }
}

const MANY: usize = 12;

fn too_many_variants(judge: &mut Judge<'_>) {
    for function in &judge.contract.functions {
        let count = function.variants().len();
        if count > MANY {
            let message = format!("`{}` returns {count} variants", *function.name);
            judge.found.push(
                Diagnostic::new(&TOO_MANY_VARIANTS, function.name.span.clone(), message)
                    .help("let failures share a variant where callers do the same about them"),
            );
        }
    }
}

fn foreign_vocabulary(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    for function in &contract.functions {
        for (on, modes) in function.by_interface() {
            if contract
                .interface(on)
                .is_none_or(|i| *i.kind.value != *CONTRACT)
            {
                continue;
            }
            let returned: Vec<(&Mode, &Spanned<String>)> = modes
                .iter()
                .filter_map(|m| Some((m, m.returns()?)))
                .collect();
            let same = |(mode, variant): &(&Mode, &Spanned<String>)| {
                mode.name.value == snake_case(variant)
            };
            if returned.len() >= 4 && returned.iter().all(same) {
                let message = format!(
                    "`{}` repeats the failures of `{}` one by one",
                    *function.name, **on
                );
                judge.report(
                    Diagnostic::new(&FOREIGN_VOCABULARY, on.span.clone(), message)
                        .help("name what the failures mean for the callers of this function"),
                );
            }
        }
    }
}

fn undeclared_shared_enum(judge: &mut Judge<'_>) {
    let contract = judge.contract;
    // The first function of each enum, and its variants.
    let mut first: HashMap<&str, (&Function, Vec<&str>)> = HashMap::new();
    let mut reported: HashSet<&str> = HashSet::new();
    for function in &contract.functions {
        let Some(error) = &function.error else {
            continue;
        };
        let name = error.as_str();
        if contract.shared_error(name).is_some() || contract.incomplete {
            continue;
        }
        let Some((before, variants)) = first.get(name) else {
            first.insert(name, (function, sorted(function)));
            continue;
        };
        let here = sorted(function);
        if *variants == here || !reported.insert(name) {
            continue;
        }
        let mut all = variants.clone();
        all.extend(here);
        order::sort(&mut all, &|a, b| a.cmp(b));
        all.dedup();
        let message = format!(
            "`{}` and `{}` share `{name}` and list different variants",
            *before.name, *function.name
        );
        let last = name.rsplit("::").next().unwrap_or(name);
        let variants: Vec<String> = all.iter().take(20).map(|v| format!("\"{v}\"")).collect();
        let mut diagnostic = Diagnostic::new(&UNDECLARED_SHARED_ENUM, error.span.clone(), message)
            .help(format!(
                "[error.{last}]\nvariants = [{}]",
                variants.join(", ")
            ));
        if let Some(error) = &before.error {
            diagnostic = diagnostic.also(error.span.clone(), "the other function");
        }
        judge.report(diagnostic);
    }
}

fn sorted(function: &Function) -> Vec<&str> {
    let mut names: Vec<&str> = function.variants().iter().map(|v| v.as_str()).collect();
    order::sort(&mut names, &|a, b| a.cmp(b));
    names
}
