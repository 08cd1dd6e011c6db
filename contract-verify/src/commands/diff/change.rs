//! The comparison of two states of contracts, from where their callers stand.
//!
//! A change is major where a promise becomes weaker or callers meet a failure they do
//! not know; minor where a promise is added or becomes stronger; a patch where only
//! words change. Pure: contracts in, changes out.

use std::collections::{BTreeMap, BTreeSet};

use contract_spec::Contract;
use contract_spec::model::{Function, Mode, SharedError};
use serde::Serialize;

use super::promise;

/// A step of a version, as semantic versioning counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// Nothing changed.
    #[default]
    None,
    /// Nothing that callers could notice.
    Patch,
    /// More than before.
    Minor,
    /// Something breaks callers.
    Major,
}

impl Step {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Change {
    pub(super) step: Step,
    /// A few words, joined by hyphens, that stay the same.
    pub(super) change: &'static str,
    /// The function's id, or that of a shared enum: `payments.error.StoreError`.
    pub(super) subject: String,
    /// The failure mode, where it is about one.
    pub(super) mode: Option<String>,
    pub(super) message: String,
}

/// Contract files by their stems.
pub(super) type State<'c> = BTreeMap<String, &'c Contract>;

/// Every difference, by subject, the gravest of each first.
pub(super) fn compare(old: &State<'_>, new: &State<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    functions(&mut changes, &by_id(old), &by_id(new));
    shared_errors(&mut changes, &errors_by_id(old), &errors_by_id(new));
    changes.sort_by(|a, b| (&a.subject, b.step, &a.mode).cmp(&(&b.subject, a.step, &b.mode)));
    changes
}

/// The step that all changes together demand.
pub(super) fn step(changes: &[Change]) -> Step {
    changes
        .iter()
        .map(|change| change.step)
        .max()
        .unwrap_or_default()
}

type Functions<'c> = BTreeMap<String, (&'c Contract, &'c Function)>;

fn by_id<'c>(state: &State<'c>) -> Functions<'c> {
    let files = state.iter();
    let functions = files.flat_map(|(stem, contract)| {
        let named = move |function: &'c Function| {
            (format!("{stem}.{}", *function.name), (*contract, function))
        };
        contract.functions.iter().map(named)
    });
    functions.collect()
}

fn functions(changes: &mut Vec<Change>, old: &Functions<'_>, new: &Functions<'_>) {
    let gone: Vec<&String> = old.keys().filter(|id| !new.contains_key(*id)).collect();
    let mut come: Vec<&String> = new.keys().filter(|id| !old.contains_key(*id)).collect();
    for id in gone {
        let same = |other: &str| {
            handlings(old[id].1) == handlings(new[other].1) && !old[id].1.modes.is_empty()
        };
        let heir = come
            .iter()
            .position(|other| same(other))
            .map(|at| come.remove(at));
        let (change, message) = match heir {
            Some(heir) => (
                "function-renamed",
                format!("the contract is called `{heir}` now"),
            ),
            None => (
                "function-removed",
                "the function has no contract any more".to_owned(),
            ),
        };
        changes.push(Change {
            step: Step::Major,
            change,
            subject: id.clone(),
            mode: None,
            message,
        });
    }
    for id in come {
        changes.push(Change {
            step: Step::Minor,
            change: "function-added",
            subject: id.clone(),
            mode: None,
            message: "the function is new".to_owned(),
        });
    }
    for (id, before) in old {
        if let Some(after) = new.get(id) {
            let mut pair = Pair {
                subject: id,
                old: *before,
                new: *after,
                changes,
            };
            pair.variants();
            pair.modes();
            promise::of_function(&mut pair);
        }
    }
}

/// What a function does on its modes, apart from all names of policies.
fn handlings(function: &Function) -> Vec<(String, Option<String>)> {
    let handling = |mode: &Mode| {
        (
            mode.id(),
            mode.returns().map(|variant| variant.value.clone()),
        )
    };
    function.modes.iter().map(handling).collect()
}

/// A function in both states.
pub(super) struct Pair<'a, 'c> {
    subject: &'a str,
    pub(super) old: (&'c Contract, &'c Function),
    pub(super) new: (&'c Contract, &'c Function),
    changes: &'a mut Vec<Change>,
}

impl Pair<'_, '_> {
    pub(super) fn push(
        &mut self,
        step: Step,
        change: &'static str,
        mode: Option<&Mode>,
        message: String,
    ) {
        self.changes.push(Change {
            step,
            change,
            subject: self.subject.to_owned(),
            mode: mode.map(Mode::id),
            message,
        });
    }
}

fn errors_by_id<'c>(state: &State<'c>) -> BTreeMap<String, &'c SharedError> {
    let errors = state.iter().flat_map(|(stem, contract)| {
        let named = move |error: &'c SharedError| (format!("{stem}.error.{}", *error.name), error);
        contract.errors.iter().map(named)
    });
    errors.collect()
}

/// Enums that are declared once are matched on as a whole.
fn shared_errors(
    changes: &mut Vec<Change>,
    old: &BTreeMap<String, &SharedError>,
    new: &BTreeMap<String, &SharedError>,
) {
    let names = |error: &SharedError| -> BTreeSet<String> {
        error
            .variants
            .iter()
            .map(|variant| variant.value.clone())
            .collect()
    };
    let mut push = |step, change, subject: &String, message: String| {
        changes.push(Change {
            step,
            change,
            subject: subject.clone(),
            mode: None,
            message,
        });
    };
    for (id, before) in old {
        let Some(after) = new.get(id) else {
            push(
                Step::Minor,
                "enum-removed",
                id,
                "the enum is not declared any more".to_owned(),
            );
            continue;
        };
        let (before, after) = (names(before), names(after));
        for gone in before.difference(&after) {
            push(
                Step::Major,
                "variant-removed",
                id,
                format!("the enum lost `{gone}`"),
            );
        }
        for come in after.difference(&before) {
            push(
                Step::Major,
                "variant-added",
                id,
                format!("the enum has `{come}`, which callers do not know"),
            );
        }
    }
    for id in new.keys().filter(|id| !old.contains_key(*id)) {
        push(
            Step::Minor,
            "enum-added",
            id,
            "the enum is declared now".to_owned(),
        );
    }
}
