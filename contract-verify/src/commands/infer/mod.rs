//! `infer`: the draft of a contract, from code that is there, and which code needs one most.
//!
//! What is guessed is marked as a guess, and what a failure is to become is never guessed:
//! it is what the code does now, as far as the names of variants show, or a gap.

mod calls;
mod libraries;
mod rank;
mod types;

use std::fmt::Write as _;

use contract_spec::prompt::ErrorEnum;
use contract_spec::{AnyKind, catalog, nearest, snake_case};

use super::Answer;
use super::code::{self, Sources, error_name, functions};
use super::draft::{self, Interface, Mode, Remarks, pascal};
use crate::cli::Infer;
use crate::error::{Error, Result};
use crate::workspace::Workspace;
use calls::{Called, Calls, calls};
use types::Types;

/// What the names of variants begin with that stand for bad input.
const INPUT: &[&str] = &[
    "Invalid",
    "Missing",
    "Malformed",
    "Empty",
    "TooLarge",
    "TooLong",
    "TooShort",
    "OutOf",
    "Bad",
];

pub(super) fn infer(arguments: &Infer) -> Result<Answer> {
    let workspace = Workspace::load_members(&arguments.selection)?;
    let mut all = Vec::new();
    for package in workspace.packages() {
        let sources = code::read(&workspace, package)?;
        let types = Types::of(&sources);
        all.push((sources, types));
    }
    match &arguments.function {
        Some(path) => Ok(Answer::plain(draft(&all, path)?)),
        None => Ok(Answer::plain(rank::ranked(&all))),
    }
}

/// A function that may be meant.
struct Candidate {
    /// Crate, modules, type, name.
    path: Vec<String>,
    package: usize,
    file: usize,
    line: usize,
    error: Option<String>,
    calls: Calls,
}

fn draft(all: &[(Sources, Types)], wanted: &str) -> Result<String> {
    let words: Vec<&str> = wanted.split("::").map(str::trim).collect();
    let mut candidates = Vec::new();
    let mut paths = Vec::new();
    for (package, (sources, types)) in all.iter().enumerate() {
        for (index, file) in sources.files.iter().enumerate() {
            functions(&file.text, &mut |mut function| {
                let name = function.signature.ident.to_string();
                let mut path: Vec<String> = file
                    .modules
                    .iter()
                    .chain(function.around)
                    .cloned()
                    .collect();
                path.push(name);
                paths.push(path.join("::"));
                if path.len() < words.len()
                    || !words
                        .iter()
                        .rev()
                        .zip(path.iter().rev())
                        .all(|(a, b)| a == b)
                {
                    return;
                }
                candidates.push(Candidate {
                    path,
                    package,
                    file: index,
                    line: function.signature.ident.span().start().line,
                    error: error_name(function.signature),
                    calls: calls(types, index, &mut function),
                });
            });
        }
    }
    let [candidate] = candidates.as_slice() else {
        let message = if candidates.is_empty() {
            let help = nearest(wanted, paths.iter().map(String::as_str)).map_or_else(
                || {
                    "crate, modules, type and name, or the last parts of that: `payments::charge`"
                        .to_owned()
                },
                |near| format!("did you mean `{near}`?"),
            );
            format!(
                "there is no function `{}` with a body in the selected packages\n  help: {help}",
                wanted.escape_debug()
            )
        } else {
            let all: Vec<String> = candidates
                .iter()
                .map(|one| format!("`{}`", one.path.join("::")))
                .collect();
            format!(
                "`{}` may be {}\n  help: say more of its path, or choose a package with `-p`",
                wanted.escape_debug(),
                all.join(" or ")
            )
        };
        return Err(Error::Usage(message));
    };
    let (sources, _) = &all[candidate.package];
    Ok(text(sources, candidate))
}

/// The draft itself.
fn text(sources: &Sources, candidate: &Candidate) -> String {
    let function = snake(candidate.path.last().map_or("", String::as_str));
    let file = &sources.files[candidate.file];
    let module = file
        .modules
        .iter()
        .skip(1)
        .next_back()
        .or(file.modules.first());
    let stem = snake(module.map_or("", String::as_str));
    let found = candidate
        .error
        .as_ref()
        .and_then(|name| sources.error_enum(name, candidate.file));
    let error = candidate
        .error
        .clone()
        .unwrap_or_else(|| pascal(&function) + "Error");
    let mut unused = found.as_ref().map_or_else(Vec::new, names);
    let known = unused.clone();
    let mut interfaces: Vec<Interface> = Vec::new();
    for called in &candidate.calls.called {
        interfaces.push(interface(called, &known, &mut unused, &error));
    }
    let mut text = format!(
        "{}\n# Drafted from {}:{}, for contracts/{stem}.toml: what it calls was guessed from types and paths, and what is to\n# happen on each failure is yours to say. Nothing is true before every DECIDE is gone.\n",
        draft::HEAD.trim_end(),
        file.shown,
        candidate.line
    );
    for unknown in &candidate.calls.unknown {
        let _written = writeln!(
            text,
            "# DECIDE: `{unknown}` may fail, and what it calls is not known: is it an interface?"
        );
    }
    if found.is_none() {
        let _written = writeln!(
            text,
            "# DECIDE: no enum `{error}` was found; the attribute needs one, with a variant for each `returns`."
        );
    }
    if interfaces.is_empty() {
        text.push_str("# DECIDE: no call to anything outside was seen.\n");
    }
    text.push_str(&draft::tables(
        &function,
        &error,
        &interfaces,
        Remarks::Beside,
    ));
    own(&mut text, &function, &unused);
    text
}

fn names(found: &ErrorEnum) -> Vec<String> {
    found
        .variants
        .iter()
        .map(|(name, _)| name.clone())
        .collect()
}

/// An interface with its modes, each returned as the variant that its name fits.
fn interface(
    called: &Called,
    known: &[String],
    unused: &mut Vec<String>,
    error: &str,
) -> Interface {
    let kind = called.library.kind;
    let modes = catalog::kind(kind).map_or_else(Vec::new, |kind| {
        draft::modes(&called.name, AnyKind::Known(kind))
    });
    let library = called.library.path.split("::").next().unwrap_or_default();
    // One variant for whatever the library says is what `#[from]` makes of it.
    let whole = ["Io", ""]
        .iter()
        .filter(|_| kind == "filesystem")
        .map(|word| (*word).to_owned());
    let whole: Vec<String> = [pascal(&called.name), pascal(library), pascal(kind)]
        .into_iter()
        .flat_map(|name| [format!("{name}Error"), name])
        .chain(whole)
        .collect();
    let modes = modes.into_iter().map(|mode| {
        let rest: &[&str] = match mode.name.as_str() {
            catalog::OTHER => &["Unexpected", "Other", "Unknown"],
            _ => &[],
        };
        let exact: Vec<String> = [
            format!("{}{}", pascal(&called.name), pascal(&mode.name)),
            pascal(&mode.name),
        ]
        .into_iter()
        .chain(rest.iter().map(|name| (*name).to_owned()))
        .collect();
        let fits = |names: &[String]| names.iter().find(|name| known.contains(name)).cloned();
        let (variant, why) = match fits(&exact).or_else(|| fits(&whole)) {
            Some(variant) => (variant, "Guessed from the variant's name.".to_owned()),
            None => (
                mode.variant.clone(),
                format!("`{error}` has no variant for it yet."),
            ),
        };
        unused.retain(|name| *name != variant);
        Mode {
            variant,
            decide: format!("{why} {}", mode.decide),
            ..mode
        }
    });
    let mut modes: Vec<Mode> = modes.collect();
    // A mode that need not be decided on, and that the code has decided on all the same.
    for facts in catalog::kind(kind).into_iter().flat_map(|kind| kind.modes) {
        let exact = [
            format!("{}{}", pascal(&called.name), pascal(facts.name)),
            pascal(facts.name),
        ];
        let there = modes.iter().any(|mode| mode.name == facts.name);
        if let Some(at) = unused
            .iter()
            .position(|name| exact.contains(name))
            .filter(|_| !there)
        {
            let mode = Mode {
                name: facts.name.to_owned(),
                variant: unused.remove(at),
                decide: "Guessed from the variant's name.".to_owned(),
            };
            modes.insert(modes.len().saturating_sub(1), mode);
        }
    }
    Interface {
        name: called.name.clone(),
        kind: kind.to_owned(),
        contract: None,
        modes,
        declared: false,
        guessed: Some(format!(
            "{} leads to `{}`",
            called.from, called.library.path
        )),
    }
}

/// The variants that no interface was found for: validation, and business rules.
fn own(text: &mut String, function: &str, unused: &[String]) {
    let is_input = |name: &&String| INPUT.iter().any(|word| name.starts_with(word));
    let (input, domain): (Vec<&String>, Vec<&String>) = unused.iter().partition(is_input);
    for (table, variants, why) in [
        (catalog::INPUT, input, "Is this what bad input gives?"),
        (
            catalog::DOMAIN,
            domain,
            "Is this a business rule, or a failure of an interface?",
        ),
    ] {
        if variants.is_empty() {
            continue;
        }
        let _written = writeln!(text, "\n[function.{function}.on.{table}]");
        for variant in variants {
            let _written = writeln!(
                text,
                "{} = {{ returns = \"{variant}\" }}  # DECIDE: {why}",
                snake(&snake_case(variant))
            );
        }
    }
}

/// A name as a contract takes it.
fn snake(name: &str) -> String {
    let tame = name.trim_start_matches("r#").to_lowercase();
    let tame: String = tame
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let tame = tame.trim_matches('_');
    if tame.starts_with(|c: char| c.is_ascii_lowercase()) {
        tame.to_owned()
    } else {
        format!("f_{tame}")
    }
}
