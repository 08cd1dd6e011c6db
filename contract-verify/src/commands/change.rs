//! The comparison of two states of contracts, from where their callers stand.
//!
//! A change is major where a promise becomes weaker or callers meet a failure they do
//! not know; minor where a promise is added or becomes stronger; a patch where only
//! words change. Pure: contracts in, changes out.

use std::collections::{BTreeMap, BTreeSet};

use contract_spec::Contract;
use contract_spec::model::{Function, Mode, Outcome, SharedError};
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
        let same = |other: &&String| {
            handlings(old[id].1) == handlings(new[*other].1) && !old[id].1.modes.is_empty()
        };
        let heir = come
            .iter()
            .position(|other| same(&other))
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

    fn variants(&mut self) {
        let names = |function: &Function| -> BTreeSet<String> {
            function
                .variants()
                .iter()
                .map(|variant| variant.value.clone())
                .collect()
        };
        let (old, new) = (names(self.old.1), names(self.new.1));
        for gone in old.difference(&new) {
            let message = format!("`{gone}` is never returned any more");
            self.push(Step::Major, "variant-removed", None, message);
        }
        for come in new.difference(&old) {
            let message = format!("`{come}` is returned, which callers do not know");
            self.push(Step::Major, "variant-added", None, message);
        }
    }

    fn modes(&mut self) {
        let (old, new) = (self.old.1, self.new.1);
        let find = |function: &'_ Function, like: &Mode| {
            function.modes.iter().any(|mode| mode.id() == like.id())
        };
        let gone: Vec<&Mode> = old.modes.iter().filter(|mode| !find(new, mode)).collect();
        let mut come: Vec<&Mode> = new.modes.iter().filter(|mode| !find(old, mode)).collect();
        for mode in gone {
            let same = |other: &&Mode| {
                mode.interface.value == other.interface.value
                    && mode.returns().is_some()
                    && alike(mode, other)
            };
            if let Some(at) = come.iter().position(|other| same(&other)) {
                let message = format!("the mode is called `{}` now", come.remove(at).id());
                self.push(Step::Major, "mode-renamed", Some(mode), message);
            } else {
                self.removed(mode);
            }
        }
        for mode in come {
            self.added(mode);
        }
        for before in &old.modes {
            if let Some(after) = new.modes.iter().find(|mode| mode.id() == before.id()) {
                self.outcome(before, after);
                promise::of_mode(self, before, after);
            }
        }
    }

    fn removed(&mut self, mode: &Mode) {
        let still = self
            .new
            .1
            .interfaces
            .iter()
            .any(|on| on.value == mode.interface.value);
        let (step, message) = match &mode.outcome {
            Some(Outcome::Waived(_)) => (Step::Patch, "the waived mode is gone"),
            _ if still => (Step::Major, "what happens then is not promised any more"),
            _ => (
                Step::Minor,
                "the function does not use the interface any more",
            ),
        };
        self.push(step, "mode-removed", Some(mode), message.to_owned());
    }

    fn added(&mut self, mode: &Mode) {
        let (step, message) = match &mode.outcome {
            Some(Outcome::Returns(variant)) => (
                Step::Minor,
                format!("the mode is new and returns `{}`", **variant),
            ),
            Some(Outcome::Recovers(_)) => (
                Step::Minor,
                "the mode is new and is recovered from".to_owned(),
            ),
            Some(Outcome::Waived(_)) => (Step::Patch, "the mode is new and waived".to_owned()),
            None => (Step::Minor, "the mode is new".to_owned()),
        };
        self.push(step, "mode-added", Some(mode), message);
    }

    fn outcome(&mut self, old: &Mode, new: &Mode) {
        use Outcome::{Recovers, Returns, Waived};
        let (Some(before), Some(after)) = (&old.outcome, &new.outcome) else {
            return;
        };
        let (step, change, message) = match (before, after) {
            (Returns(a), Returns(b)) if a.value != b.value => {
                let message = format!("returns `{}` now, and `{}` before", **b, **a);
                (Step::Major, "returns-changed", message)
            }
            (Returns(a), Recovers(_)) => {
                let message = format!("is recovered from now, and returned `{}` before", **a);
                (Step::Major, "recovers-instead", message)
            }
            (Returns(a), Waived(_)) => {
                let message = format!("is waived now, and returned `{}` before", **a);
                (Step::Major, "waived-instead", message)
            }
            (Recovers(_), Waived(_)) => (
                Step::Major,
                "waived-instead",
                "is waived now, and was recovered from before".to_owned(),
            ),
            (Recovers(_), Returns(b)) => {
                let message = format!("returns `{}` now, and was recovered from before", **b);
                (Step::Major, "returns-instead", message)
            }
            (Waived(_), Returns(b)) => {
                let message = format!("returns `{}` now, and was waived before", **b);
                (Step::Minor, "returns-instead", message)
            }
            (Waived(_), Recovers(_)) => (
                Step::Minor,
                "recovers-instead",
                "is recovered from now, and was waived before".to_owned(),
            ),
            (Recovers(a), Recovers(b)) | (Waived(a), Waived(b)) if a.value != b.value => (
                Step::Patch,
                "reason-changed",
                "has another reason".to_owned(),
            ),
            _ => return,
        };
        self.push(step, change, Some(new), message);
    }
}

/// Whether two modes end alike.
fn alike(a: &Mode, b: &Mode) -> bool {
    a.returns().map(|variant| &variant.value) == b.returns().map(|variant| &variant.value)
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

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
