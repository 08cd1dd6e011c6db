//! Which failures a function has, and how each ends: what callers must handle.

use std::collections::BTreeSet;

use contract_spec::model::{Function, Mode, Outcome};

use super::change::{Pair, Step};
use super::handling;

impl Pair<'_, '_> {
    pub(super) fn variants(&mut self) {
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

    pub(super) fn modes(&mut self) {
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
            if let Some(at) = come.iter().position(same) {
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
                handling::of_mode(self, before, after);
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
