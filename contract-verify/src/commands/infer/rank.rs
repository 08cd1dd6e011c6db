//! Which functions need a contract most.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use contract_spec::source::{instrument, silent};

use super::super::code::{Sources, functions, is_for_tests};
use super::calls::calls;
use super::types::Types;
use crate::judge::count;

/// How many are listed.
const SHOWN: usize = 25;

/// What a call to something outside, a silent failure and a way out weigh.
const WEIGHTS: (usize, usize, usize) = (3, 5, 1);

/// A function without a contract.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    score: std::cmp::Reverse<usize>,
    path: String,
    place: String,
    why: String,
}

/// The functions of some packages, those that need a contract most first.
pub(super) fn ranked(all: &[(Sources, Types)]) -> String {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (sources, types) in all {
        for (index, file) in sources
            .files
            .iter()
            .enumerate()
            .filter(|(index, file)| file.shipped && !types.is_for_tests(*index))
        {
            functions(&file.text, &mut |mut function| {
                let line = function.signature.ident.span().start().line;
                if is_for_tests(function.attributes) {
                    return;
                }
                seen.insert((file.shown.as_str(), line));
                if sources.is_contracted(index, line) {
                    return;
                }
                let calls = calls(types, index, &mut function);
                let silences = silent::find(function.body, &[], &mut |_| None)
                    .silences
                    .len();
                let (branches, _) = instrument(function.signature, function.body, |_, _, _| {});
                let times: usize = calls.called.iter().map(|called| called.times).sum();
                // Who calls nothing outside hides at most what somebody else has seen.
                if times + calls.awaited == 0 {
                    return;
                }
                let outside = times + calls.awaited;
                let score = WEIGHTS.0 * outside + WEIGHTS.1 * silences + WEIGHTS.2 * branches.len();
                let mut path: Vec<&str> = file
                    .modules
                    .iter()
                    .chain(function.around)
                    .map(String::as_str)
                    .collect();
                let name = function.signature.ident.to_string();
                path.push(&name);
                let mut kinds: Vec<&str> = calls
                    .called
                    .iter()
                    .map(|called| called.library.kind)
                    .collect();
                kinds.sort_unstable();
                kinds.dedup();
                let kinds = if kinds.is_empty() {
                    "not known".to_owned()
                } else {
                    kinds.join(", ")
                };
                let mut why = format!("{} outside ({kinds})", count(outside, "call"));
                if silences > 0 {
                    let _written = write!(why, ", {}", count(silences, "silence"));
                }
                if !branches.is_empty() {
                    let _written = write!(why, ", {} out", count(branches.len(), "way"));
                }
                found.push(Ranked {
                    score: std::cmp::Reverse(score),
                    path: path.join("::"),
                    place: format!("{}:{line}", file.shown),
                    why,
                });
            });
        }
    }
    found.sort();
    // A file may belong to more than one target.
    found.dedup_by(|a, b| a.place == b.place);
    show(&found, seen.len())
}

fn show(found: &[Ranked], seen: usize) -> String {
    if found.is_empty() {
        return "no function without a contract calls anything outside, as far as types and paths show\n".to_owned();
    }
    let mut text = format!(
        "{} of {} call something outside and have no contract, those that need one most first:\n\n",
        found.len(),
        count(seen, "function")
    );
    for ranked in found.iter().take(SHOWN) {
        let _written = writeln!(
            text,
            "{:>4}  {}  {}\n      {}",
            ranked.score.0, ranked.path, ranked.place, ranked.why
        );
    }
    if let Some(more) = found.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _written = writeln!(text, "      and {more} more");
    }
    text.push_str("\n`cargo verify-contracts infer PATH` drafts a contract.\n");
    text
}
