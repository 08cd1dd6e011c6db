//! What is said of one branch, and of places that the probes see dimly.

use std::collections::BTreeSet;

use contract_spec::evidence::Operator;

use super::{Judge, Place, listed, reason};
use crate::codes::{self, Code};
use crate::observe::{Exit, Share, TestIndex};
use crate::prove::{Fate, Proof};
use crate::report::{Branch, Verdict};

impl Judge<'_> {
    pub(super) fn branch(&mut self, index: usize, branch: usize, required: Verdict) -> Branch {
        let observed = self.case.observed;
        let subject = &observed.subjects[index];
        let place = &subject.branches[branch];
        let exits: Vec<(&Exit, &Share)> = observed
            .exits_of(index, u32::try_from(branch).ok())
            .collect();
        let proofs: Vec<&Proof> = exits
            .iter()
            .filter_map(|(exit, _)| self.case.proofs.exits.get(exit))
            .collect();
        let verdict = if exits.is_empty() {
            Verdict::Missing
        } else if proofs.len() == exits.len() && proofs.iter().all(|proof| proof.is_proven()) {
            Verdict::Proven
        } else {
            Verdict::Entered
        };
        let tests: BTreeSet<TestIndex> =
            exits.iter().flat_map(|(_, share)| share.tests()).collect();
        let weak = proofs.iter().find(|proof| !proof.is_proven()).copied();
        let judged = Branch {
            file: subject.file.clone(),
            line: place.line,
            column: place.column,
            kind: place.form.clone(),
            verdict,
            reason: weak.and_then(reason),
            variants: exits.iter().map(|(exit, _)| exit.variant.clone()).collect(),
            tests: self.names(&tests),
            mutants: self.mutants(&proofs, &tests),
        };
        let place = Place {
            file: judged.file.clone(),
            line: judged.line,
            column: judged.column,
        };
        match verdict {
            Verdict::Missing => {
                let message = format!("no test makes `{}` leave here with an error", subject.id);
                let help =
                    "write a test that makes this fail and asserts on the variant".to_owned();
                self.find(
                    codes::BRANCH_MISSING,
                    required,
                    verdict,
                    message,
                    index,
                    None,
                    place,
                    help,
                );
            }
            // Each variant needs an assertion of its own, in a test of its own.
            Verdict::Entered => {
                for (exit, share) in exits {
                    let proof = self.case.proofs.exits.get(exit);
                    if proof.is_some_and(Proof::is_proven) {
                        continue;
                    }
                    let tests = self.names(&share.tests());
                    let (code, message, help) = self.entered(&subject.id, proof, &tests);
                    let place = place.clone();
                    self.find(code, required, verdict, message, index, None, place, help);
                }
            }
            Verdict::Proven | Verdict::Waived => {}
        }
        judged
    }

    /// What to say of a branch that is entered and no more.
    pub(super) fn entered(
        &self,
        id: &str,
        weak: Option<&Proof>,
        tests: &[String],
    ) -> (Code, String, String) {
        let entered_by = format!("entered by {}", listed(tests));
        let Some(weak) = weak else {
            let message =
                format!("`{id}` leaves here with an error, and nothing was tried: {entered_by}");
            return (
                codes::UNDECIDED,
                message,
                "mend the tests that fail, and run this again".into(),
            );
        };
        if let Some(reason) = &weak.not_mutatable {
            let message = format!("this branch of `{id}` cannot be proven: {reason}; {entered_by}");
            let help = "give the enum a second variant that can be made (unit, or with payloads that have a `Default`)";
            return (codes::NOT_MUTATABLE, message, help.into());
        }
        let survivor = weak
            .mutants
            .iter()
            .find(|tried| tried.fate == Fate::Survived);
        if let Some(survivor) = survivor {
            let change = match &survivor.operator {
                Operator::Misreport { from, to, .. } => format!("`{from}` was replaced by `{to}`"),
                Operator::Swallow { from, .. } => format!("`{from}` was replaced by an `Ok`"),
                Operator::Unrecover => "the recovery was replaced by an error".into(),
                Operator::OneAttempt { .. } => "only one attempt was made".into(),
                Operator::OneTooMany { .. } => "one attempt more was made".into(),
            };
            let message = format!(
                "this branch of `{id}` is not proven: {change} here, and no test noticed; {entered_by}"
            );
            let variant = match &survivor.operator {
                Operator::Misreport { from, .. } | Operator::Swallow { from, .. } => from.as_str(),
                _ => "…",
            };
            let help = format!(
                "assert on the variant, `assert!(matches!(result, Err(…::{variant} …)))`, not on `is_err()`"
            );
            return (codes::BRANCH_ENTERED, message, help);
        }
        let reason = reason(weak).unwrap_or_default();
        let message = format!(
            "whether this branch of `{id}` is proven could not be decided: {reason}; {entered_by}"
        );
        let help =
            "make the test end with a failed assertion when the error is another one".to_owned();
        (codes::UNDECIDED, message, help)
    }

    /// Places of a function that the probes see dimly.
    pub(super) fn places(&mut self, index: usize) {
        let subject = &self.case.observed.subjects[index];
        let place = |(line, column): (u32, u32)| Place {
            file: subject.file.clone(),
            line,
            column,
        };
        if subject.rewritten {
            let message = format!(
                "another attribute changed `{}` before it was compiled with probes",
                subject.id
            );
            let help = "put `#[resilience_contract]` above the other attributes of the function"
                .to_owned();
            let at = place((subject.line, subject.column));
            self.push(
                codes::REWRITTEN,
                codes::REWRITTEN.level,
                message,
                Some(index),
                None,
                Some(at),
                Some(help),
            );
        }
        for at in &subject.opaque {
            let message = format!(
                "whether this macro can leave `{}` with an error is not known",
                subject.id
            );
            let help = "write what leaves the function outside of the macro call, if anything does"
                .to_owned();
            self.push(
                codes::OPAQUE,
                codes::OPAQUE.level,
                message,
                Some(index),
                None,
                Some(place(*at)),
                Some(help),
            );
        }
    }

    pub(super) fn unmarked(&mut self, index: usize, variant: &str, tests: &BTreeSet<TestIndex>) {
        let subject = &self.case.observed.subjects[index];
        let message = format!(
            "`{variant}` left `{}` by a place that no probe sees; seen in {}",
            subject.id,
            listed(&self.names(tests))
        );
        let place = Place {
            file: subject.file.clone(),
            line: subject.line,
            column: subject.column,
        };
        let help = "take the `return` or the `?` out of the macro call, so that it stands in the function itself".to_owned();
        self.push(
            codes::UNMARKED,
            codes::UNMARKED.level,
            message,
            Some(index),
            None,
            Some(place),
            Some(help),
        );
    }
}
