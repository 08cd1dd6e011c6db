//! `infer`: the draft of a contract, from code that is there, and which code needs one most.
//!
//! What is guessed is marked as a guess, and what a failure is to become is never guessed:
//! it is what the code does now, as far as the names of variants show, or a gap.

mod calls;
mod chain;
mod error;
mod libraries;
mod rank;
mod types;
mod variants;

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use contract_spec::nearest;
use quote::ToTokens;

use super::Answer;
use super::code::{self, Sources, functions};
use super::draft::{self, Remarks, pascal};
use crate::cli::Infer;
use crate::error::{Error, Result};
use crate::workspace::Workspace;
use calls::{Calls, calls};
use error::{Given, given};
use types::Types;
use variants::{Variants, named};

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
    error: Given,
    /// What its body names behind a `::`.
    named: BTreeSet<String>,
    calls: Calls,
}

fn draft(all: &[(Sources, Types)], wanted: &str) -> Result<String> {
    let words: Vec<&str> = wanted.split("::").map(str::trim).collect();
    let mut candidates = Vec::new();
    let mut paths = Vec::new();
    // How many functions give an enum.
    let mut givers: HashMap<(usize, Given), usize> = HashMap::new();
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
                let owner = function.around.last().map(String::as_str);
                let error = given(types, index, owner, function.signature);
                *givers.entry((package, error.clone())).or_default() += 1;
                let line = function.signature.ident.span().start().line;
                let place = format!("{}:{line}", file.shown);
                let ends = path.len() >= words.len()
                    && words
                        .iter()
                        .rev()
                        .zip(path.iter().rev())
                        .all(|(a, b)| a == b);
                if !ends && place != wanted {
                    return;
                }
                candidates.push(Candidate {
                    path,
                    package,
                    file: index,
                    line,
                    error,
                    named: named(function.body.to_token_stream()),
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
            let names: Vec<String> = candidates
                .iter()
                .map(|one| {
                    let file = &all[one.package].0.files[one.file];
                    format!("`{}` ({}:{})", one.path.join("::"), file.shown, one.line)
                })
                .collect();
            let first = candidates.first().map_or_else(String::new, |one| {
                let file = &all[one.package].0.files[one.file];
                format!("{}:{}", file.shown, one.line)
            });
            format!(
                "`{}` may be {}\n  help: say more of its path, choose a package with `-p`, or say where it stands: `{first}`",
                wanted.escape_debug(),
                names.join(" or ")
            )
        };
        return Err(Error::Usage(message));
    };
    let giver = (candidate.package, candidate.error.clone());
    let shared = givers.get(&giver).is_some_and(|times| *times > 1);
    Ok(text(&all[candidate.package], candidate, shared))
}

/// The draft itself.
fn text((sources, types): &(Sources, Types), candidate: &Candidate, shared: bool) -> String {
    let function = snake(candidate.path.last().map_or("", String::as_str));
    let file = &sources.files[candidate.file];
    let module = file
        .modules
        .iter()
        .skip(1)
        .next_back()
        .or(file.modules.first());
    let stem = snake(module.map_or("", String::as_str));
    let found = match &candidate.error {
        Given::Own(name, file) => sources.error_enum(name, *file).map(|found| (found, *file)),
        Given::Other(_) | Given::Foreign(_) | Given::Nothing | Given::Unknown => None,
    };
    let error = match &candidate.error {
        Given::Own(name, _) | Given::Other(name) => name.clone(),
        Given::Foreign(_) | Given::Nothing | Given::Unknown => pascal(&function) + "Error",
    };
    let found = found.as_ref().map(|(found, file)| (found, *file));
    let mut variants = Variants::of(types, &error, found, &candidate.named, shared);
    let called = candidate.calls.called.iter();
    let interfaces: Vec<_> = called.map(|called| variants.interface(called)).collect();
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
        let why = match &candidate.error {
            Given::Own(..) | Given::Other(_) => {
                format!("`{error}` is no enum of this crate that was found")
            }
            Given::Foreign(written) => {
                format!("it gives {written}, which is no enum of this crate")
            }
            Given::Nothing => "it gives no `Result`, so nobody learns of its failures".to_owned(),
            Given::Unknown => "which error it gives was not seen".to_owned(),
        };
        let _written = writeln!(
            text,
            "# DECIDE: {why}; the attribute needs an enum `{error}`, with a variant for each `returns`."
        );
    }
    if interfaces.is_empty() && candidate.calls.unknown.is_empty() {
        text.push_str("# DECIDE: no call to anything outside was seen.\n");
    }
    variants.declared(&mut text);
    text.push_str(&draft::tables(
        &function,
        &error,
        &interfaces,
        Remarks::Beside,
    ));
    variants.own(&mut text, &function);
    text
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
