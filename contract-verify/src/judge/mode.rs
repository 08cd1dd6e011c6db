//! What is said of one failure mode, and of what calls did against their contract.

use std::collections::{BTreeMap, BTreeSet};

use contract_spec::{catalog, model};

use super::{Judge, Place, listed, reason};
use crate::codes;
use crate::contracts::ContractFile;
use crate::kept::explored::Mark;
use crate::prove::Proof;
use crate::report::{Branch, Level, Mode, Verdict};

impl Judge<'_> {
    /// Whether an exploration injected a mode of a function.
    fn is_explored(&self, subject: usize, mode: &str) -> bool {
        let subject = &self.case.observed.subjects[subject];
        self.case.explored.contains(&Mark {
            package: subject.package.clone(),
            path: subject.path.clone(),
            function: subject.id.clone(),
            mode: mode.to_owned(),
        })
    }

    /// A function by its contract, and by its path where several have that contract: what is
    /// said of a line in the contract has no other place that would tell them apart.
    fn called(&self, subject: usize) -> String {
        let all = &self.case.observed.subjects;
        let id = &all[subject].id;
        if all.iter().filter(|other| other.id == *id).count() > 1 {
            format!("`{id}` (`{}`)", all[subject].path)
        } else {
            format!("`{id}`")
        }
    }

    pub(super) fn mode(
        &mut self,
        key: (usize, usize),
        file: &ContractFile,
        contract: &model::Function,
        branches: &BTreeMap<usize, Branch>,
        required: Verdict,
    ) -> Mode {
        let declared = &contract.modes[key.1];
        let seen = self.case.observed.modes.get(&key);
        let mut tests = BTreeSet::new();
        let mut proofs: Vec<&Proof> = Vec::new();
        let mut verdict = Verdict::Missing;
        if let Some(seen) = seen {
            for (exit, share) in &seen.exits {
                tests.extend(share.tests());
                proofs.extend(self.case.proofs.modes.get(&(key, exit.clone())));
            }
            tests.extend(seen.recovered.tests());
            proofs.extend(self.case.proofs.recoveries.get(&key));
            if proofs.iter().any(|proof| proof.is_proven()) {
                verdict = Verdict::Proven;
            } else if !tests.is_empty() {
                verdict = Verdict::Entered;
            }
        }
        let recovers = match &declared.outcome {
            Some(model::Outcome::Recovers(reason)) => Some(reason.value.clone()),
            _ => None,
        };
        if matches!(declared.outcome, Some(model::Outcome::Waived(_))) {
            verdict = Verdict::Waived;
        }
        let unclear = seen.filter(|seen| tests.is_empty() && !seen.unclear.is_empty());
        let weak = if verdict == Verdict::Entered {
            proofs.first().copied()
        } else {
            None
        };
        let recovery = recovers.is_some();
        let judged = Mode {
            id: declared.id(),
            returns: declared.returns().map(|variant| variant.value.clone()),
            recovers,
            verdict,
            required,
            reason: match unclear {
                Some(_) if recovery => {
                    Some("the failed call does not tell which of its modes it was".into())
                }
                Some(_) => {
                    Some("it cannot be told from another mode that returns the same variant".into())
                }
                None => weak.and_then(reason),
            },
            tests: self.names(&tests),
            explored: self.is_explored(key.0, &declared.id()),
            mutants: self.mutants(&proofs, &tests),
        };
        let place = || Place::in_contract(file, declared.name.span.start);
        let id = self.called(key.0);
        let how = match (&judged.returns, &judged.recovers) {
            (Some(variant), _) => format!("asserts on `{variant}`"),
            (None, Some(_)) => "asserts on the value that is returned instead".into(),
            (None, None) => "asserts on the outcome".into(),
        };
        match verdict {
            Verdict::Missing => match unclear {
                Some(unclear) => {
                    let entering = self.names(&unclear.unclear);
                    let why = if recovery {
                        "the failed call does not tell which of its modes it was"
                    } else {
                        "another mode returns the same variant"
                    };
                    let message = format!(
                        "whether a test enters `{}` of {id} cannot be told: {why}; seen in {}",
                        judged.id,
                        listed(&entering)
                    );
                    let otherwise = if recovery {
                        ""
                    } else {
                        ", or give the mode a variant of its own"
                    };
                    let help = format!(
                        "mark the call, `external!({}, …)`, with an error that implements `FailureModes`{otherwise}",
                        declared.interface.value
                    );
                    self.find(
                        codes::MODES_ALIKE,
                        required,
                        verdict,
                        message,
                        key.0,
                        Some(&judged.id),
                        place(),
                        help,
                    );
                }
                None => {
                    let interface = declared.interface.value.as_str();
                    let message = format!("no test enters `{}` of {id}", judged.id);
                    let explained = self.explained(key, contract, &judged);
                    let help = match left_unshown(interface, &judged, branches, &explained) {
                        // Another test would leave it as it is.
                        Some(variant) => format!(
                            "tests do leave with `{variant}`, and no call to `{interface}` was seen to fail before: \
                             `external!({interface}, …)` must tell what it was given; turn on the feature of \
                             `resilience-contract` for the library of that type (`reqwest`, `sqlx`, `redis`, `tonic` …), or \
                             implement `FailureModes` for it"
                        ),
                        None => {
                            let made = match interface {
                                catalog::INPUT => "with input that is wrong in this way".to_owned(),
                                catalog::DOMAIN => "in which this rule says no".to_owned(),
                                _ => format!("in which `{interface}` fails in this way"),
                            };
                            format!("write a test {made}, and that {how}")
                        }
                    };
                    self.find(
                        codes::MODE_MISSING,
                        required,
                        verdict,
                        message,
                        key.0,
                        Some(&judged.id),
                        place(),
                        help,
                    );
                }
            },
            // Where the branch itself is not proven, that has been said.
            Verdict::Entered if self.said_by_branch(key, branches) => {}
            Verdict::Entered => {
                let message = format!(
                    "`{}` of {id} is not proven: no test that enters it notices another outcome; entered by {}",
                    judged.id,
                    listed(&judged.tests)
                );
                let help = format!(
                    "have one of these tests fail in another way than it does now: one that {how}"
                );
                self.find(
                    codes::MODE_ENTERED,
                    required,
                    verdict,
                    message,
                    key.0,
                    Some(&judged.id),
                    place(),
                    help,
                );
            }
            Verdict::Proven | Verdict::Waived => {}
        }
        judged
    }

    /// The branches through which another mode was seen to leave with the variant of this one:
    /// that tests leave there says nothing of this one.
    fn explained(
        &self,
        (subject, mode): (usize, usize),
        contract: &model::Function,
        judged: &Mode,
    ) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for (other, declared) in contract.modes.iter().enumerate() {
            let returns = declared.returns().map(|variant| &variant.value);
            if other == mode || returns != judged.returns.as_ref() {
                continue;
            }
            let seen = self.case.observed.modes.get(&(subject, other));
            for exit in seen.into_iter().flat_map(|seen| seen.exits.keys()) {
                found.insert(exit.branch as usize);
            }
        }
        found
    }

    pub(super) fn said_by_branch(
        &self,
        key: (usize, usize),
        branches: &BTreeMap<usize, Branch>,
    ) -> bool {
        let exits = self
            .case
            .observed
            .modes
            .get(&key)
            .into_iter()
            .flat_map(|seen| seen.exits.keys());
        exits
            .filter_map(|exit| branches.get(&(exit.branch as usize)))
            .any(|branch| branch.verdict == Verdict::Entered)
    }

    pub(super) fn breaches(&mut self, index: usize) {
        let case = self.case;
        let of_function = (index, "", String::new())..(index + 1, "", String::new());
        for breached in case
            .observed
            .breaches
            .range(of_function)
            .map(|(_, breached)| breached)
        {
            let subject = &case.observed.subjects[index];
            let place = Place {
                file: subject.file.clone(),
                line: subject.line,
                column: subject.column,
            };
            let message = format!(
                "`{}`: {}; seen in {}",
                subject.id,
                breached.breach.message,
                listed(&self.names(&breached.tests))
            );
            let (code, mode) = (breached.breach.code, breached.breach.mode.as_deref());
            self.push(
                code,
                breached.breach.level,
                message,
                Some(index),
                mode,
                Some(place),
                Some(breached.breach.help.clone()),
            );
            if let Some(last) = self.findings.last_mut() {
                last.timeline.clone_from(&breached.timeline);
            }
        }
    }

    /// Interfaces of a function that no trace shows a call to.
    pub(super) fn never_called(
        &mut self,
        index: usize,
        file: &ContractFile,
        contract: &model::Function,
    ) {
        let subject = &self.case.observed.subjects[index];
        let Some(marked) = self.case.observed.marked.get(&index) else {
            // No test calls the function at all, and that has been said.
            return;
        };
        let mut interfaces: Vec<&model::Spanned<String>> = Vec::new();
        for mode in &contract.modes {
            let declared = file.contract().interface(&mode.interface).is_some();
            if declared
                && !interfaces
                    .iter()
                    .any(|known| known.value == mode.interface.value)
            {
                interfaces.push(&mode.interface);
            }
        }
        let unmarked: Vec<_> = interfaces
            .into_iter()
            .filter(|interface| !marked.contains(&interface.value))
            .collect();
        for interface in unmarked {
            let place = Place::in_contract(file, interface.span.start);
            let message = format!(
                "no test shows a call of `{}` to `{}`",
                subject.id, interface.value
            );
            let help = format!(
                "mark the call, `external!({}, …)`, or take the interface out of the contract",
                interface.value
            );
            // Without any mark in it, the function has just begun to be under contract.
            let level = if marked.is_empty() {
                Level::Note
            } else {
                codes::NEVER_CALLED.level
            };
            self.push(
                codes::NEVER_CALLED,
                level,
                message,
                Some(index),
                None,
                Some(place),
                Some(help),
            );
        }
    }
}

/// The variant of an interface's failure with which a test leaves, though the call was not seen
/// to fail in this way, and no other failure explains it.
fn left_unshown<'m>(
    interface: &str,
    mode: &'m Mode,
    branches: &BTreeMap<usize, Branch>,
    explained: &BTreeSet<usize>,
) -> Option<&'m str> {
    let variant = mode.returns.as_deref()?;
    let is_called = !matches!(interface, catalog::INPUT | catalog::DOMAIN);
    let left = branches.iter().any(|(index, branch)| {
        !branch.tests.is_empty() && branch.variants == [variant] && !explained.contains(index)
    });
    (is_called && left).then_some(variant)
}
