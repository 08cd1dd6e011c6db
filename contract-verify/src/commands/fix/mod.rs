//! `check --fix`: mends mistakes that have one right answer, and touches nothing else of
//! the file.
//!
//! A diagnostic says in its help what was probably meant. An answer is taken only if
//! nothing else is as near, and kept only if the mistake is gone when the file is read
//! again and no key is there twice.

mod answer;
mod slip;

use std::fmt;
use std::path::Path;

use contract_spec::{Diagnostic, LineIndex, Reading, Source, judge, read_with};
use serde::Serialize;

use answer::{Answer, answer};

use crate::callees::Library;
use crate::contracts::{ContractFile, Contracts, load};
use crate::error::{Error, Result};

/// More mistakes than this in one file are no slips of the finger.
const MOST: usize = 1000;

/// What was done about a mistake, or why nothing was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Change {
    file: String,
    /// Of the mended file, from 1.
    line: usize,
    /// From 1, in characters.
    column: usize,
    code: &'static str,
    /// Whether the file was changed.
    done: bool,
    message: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            code,
            ..
        } = self;
        let what = if self.done { "fixed" } else { "left alone" };
        write!(
            f,
            "{what} {file}:{line}:{column}: {} [{code}]",
            self.message
        )
    }
}

/// Mends files in place.
pub(super) fn fix(contracts: &Contracts, root: &Path) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let library = contracts.library();
    for (path, file) in &contracts.files {
        let (text, of_file) = mend(file, root, &library);
        if text != file.source.text {
            std::fs::write(path, text).map_err(|error| {
                let path = path.clone();
                Error::Write { path, error }
            })?;
        }
        changes.extend(of_file);
    }
    Ok(changes)
}

/// The mended text of a file, and what was changed on the way.
fn mend(file: &ContractFile, root: &Path, library: &Library<'_>) -> (String, Vec<Change>) {
    let mut source = file.source.clone();
    let mut now = file.reading.clone();
    let mut changes: Vec<Change> = Vec::new();
    let mut refused = Vec::new();
    while changes.len() < MOST {
        let open = now.diagnostics.iter().find_map(|diagnostic| {
            let known = refused.iter().any(|other| *other == key(diagnostic));
            if known {
                None
            } else {
                Some((diagnostic, answer(&source, diagnostic)?))
            }
        });
        let Some((diagnostic, answer)) = open else {
            break;
        };
        let (line, column) =
            LineIndex::new(&source.text).line_column(diagnostic.primary.span.start);
        let change = |done, message| Change {
            file: source.path.clone(),
            line,
            column,
            code: diagnostic.code,
            done,
            message,
        };
        match answer {
            Answer::Several(message) => {
                refused.push(key(diagnostic));
                changes.push(change(false, message));
            }
            Answer::One(edit) => {
                let mended = edit.apply(&source);
                let then = reading(root, &mended, library);
                if is_better(&now, &then, diagnostic) {
                    changes.push(change(true, edit.message));
                    (source, now) = (mended, then);
                } else {
                    refused.push(key(diagnostic));
                    let message = format!("{} would make another mistake", edit.message);
                    changes.push(change(false, message.replace("is now", "as")));
                }
            }
        }
    }
    (source.text, changes)
}

/// What the contract would be with another text.
fn reading(root: &Path, source: &Source, library: &Library<'_>) -> Reading {
    let mut reading = read_with(source, &mut load(root)).0;
    let found = judge(&reading.contract, source, library);
    reading.add(found);
    reading
}

/// What stays the same of a mistake when something else is mended.
fn key(diagnostic: &Diagnostic) -> (&'static str, String) {
    (diagnostic.code, diagnostic.message.clone())
}

fn is_better(before: &Reading, after: &Reading, mended: &Diagnostic) -> bool {
    let same = |reading: &Reading| {
        reading
            .diagnostics
            .iter()
            .filter(|d| key(d) == key(mended))
            .count()
    };
    let torn = |reading: &Reading| {
        let worst = reading
            .diagnostics
            .iter()
            .filter(|d| matches!(d.code, "RC100" | "RC110"));
        worst.count()
    };
    same(after) < same(before) && torn(after) <= torn(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alone(text: &str) -> Reading {
        contract_spec::check(&Source::new("contracts/payments.toml", text))
    }

    fn mended(text: &str) -> (String, Vec<String>) {
        let root = Path::new("");
        let source = Source::new("contracts/payments.toml", text);
        let reading = alone(text);
        let file = ContractFile::new("", source, reading);
        let nobody = Library::new(std::iter::empty());
        let (text, changes) = mend(&file, root, &nobody);
        (text, changes.iter().map(Change::to_string).collect())
    }

    #[test]
    fn a_key_with_a_slip_of_the_finger_is_mended_and_its_line_kept() {
        let (text, changes) = mended(
            "format = 1\n[interface.g]\nkind   = \"http\"  # why\n  timout = '2s' # how long\n",
        );
        assert_eq!(
            text,
            "format = 1\n[interface.g]\nkind   = \"http\"  # why\n  timeout = '2s' # how long\n"
        );
        assert_eq!(
            changes,
            ["fixed contracts/payments.toml:4:3: `timout` is now `timeout` [RC101]"]
        );
    }

    #[test]
    fn kinds_modes_names_and_words_are_mended() {
        let (text, changes) = mended(
            "format = 1\n[interface.gateway]\nkind = 'htttp'\n[retry.quick]\nmax_attempts = 2\njitter = \"ful\"\n\
             [function.f]\nidempotency = \"saef\"\n[function.f.on.gatway]\n\
             timout = { returns = \"A\", retry = \"quik\" }\nnot_found = { returns = \"E::B\" }\n",
        );
        assert!(text.contains("kind = 'http'"), "{text}");
        assert!(text.contains("jitter = \"full\""), "{text}");
        assert!(text.contains("idempotency = \"safe\""), "{text}");
        assert!(text.contains("[function.f.on.gateway]"), "{text}");
        assert!(
            text.contains("timeout = { returns = \"A\", retry = \"quick\" }"),
            "{text}"
        );
        assert!(text.contains("not_found = { returns = \"B\" }"), "{text}");
        assert_eq!(changes.len(), 7, "{changes:#?}");
    }

    #[test]
    fn the_format_is_added_behind_what_speaks_to_editors() {
        let (text, _) = mended(
            "#:schema ../contract.schema.json\r\n# Payments\r\n[interface.g]\r\nkind = \"http\"\r\n",
        );
        assert_eq!(
            text,
            "#:schema ../contract.schema.json\r\nformat = 1\r\n\r\n# Payments\r\n[interface.g]\r\nkind = \"http\"\r\n"
        );
        assert_eq!(mended("").0, "format = 1\n\n");
        assert!(
            mended("\u{feff}[interface.g]\nkind = \"http\"\n")
                .0
                .starts_with("\u{feff}format = 1\n\n[")
        );
    }

    #[test]
    fn quotes_are_put_around_a_text_that_lacks_them() {
        let (text, _) = mended("format = 1\n[interface.g]\nkind = http\ntimeout = 2s\n");
        assert_eq!(
            text,
            "format = 1\n[interface.g]\nkind = \"http\"\ntimeout = \"2s\"\n"
        );
    }

    #[test]
    fn of_two_equally_near_names_none_is_taken() {
        let (text, changes) = mended(
            "format = 1\n[interface.db_a]\nkind = \"http\"\n[interface.db_b]\nkind = \"http\"\n\
             [function.f]\n[function.f.on.db_c]\n",
        );
        assert!(text.contains("on.db_c"), "{text}");
        assert_eq!(
            changes,
            [
                "left alone contracts/payments.toml:7:16: `db_c` may be meant as `db_a` or as `db_b` [RC109]"
            ]
        );
    }

    #[test]
    fn a_name_that_is_taken_is_not_given_twice() {
        let text =
            "format = 1\n[interface.g]\nkind = \"http\"\ntimeout = \"1s\"\ntimout = \"2s\"\n";
        let (after, changes) = mended(text);
        assert_eq!(after, text);
        assert_eq!(
            changes,
            [
                "left alone contracts/payments.toml:5:1: `timout` as `timeout` would make another mistake [RC101]"
            ]
        );
    }

    #[test]
    fn numbers_that_count_something_else_are_left_to_people() {
        for key in ["retries", "max_retries", "attempts", "max_times"] {
            let text = format!("format = 1\n[retry.r]\n{key} = 3\n");
            assert_eq!(mended(&text).0, text);
        }
    }

    #[test]
    fn what_is_right_stays_as_it_is() {
        for rule in contract_spec::rules() {
            assert_eq!(mended(rule.good).0, rule.good, "{}", rule.code);
        }
    }

    #[test]
    fn mending_ends_and_never_makes_things_worse() {
        for rule in contract_spec::rules() {
            let before = alone(rule.bad);
            let (text, _) = mended(rule.bad);
            let after = alone(&text);
            assert!(before.has_errors() || !after.has_errors(), "{}", rule.code);
            assert_eq!(mended(&text).0, text, "{}", rule.code);
        }
    }
}
