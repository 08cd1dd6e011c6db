//! Breaking each failure branch, and seeing whether a test notices.
//!
//! A mutant is tried only with tests that entered its branch, the quickest
//! first. What counts as noticing is a test that fails as tests fail, in a run
//! in which the mutant really changed something.

mod alternatives;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contract_spec::evidence::{Mutant, Operator, file};

use crate::answers::{Answers, Trial};
use crate::error::Result;
use crate::observe::{Exit, ModeKey, Observed, Share, TestIndex};
use crate::parallel;
use crate::tests::Test;
use crate::touched::Scope;
use alternatives::{alternatives, not_mutatable, unmade};

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// This test noticed.
    Killed(TestIndex),
    /// Every test that entered the branch passed all the same.
    Survived,
    /// No test noticed, and not every test could be asked.
    Undecided(String),
    /// No value of the other variant can be made, so nobody was asked.
    NotMade,
}

/// A mutant and its fate.
#[derive(Debug, Clone)]
pub(crate) struct Tried {
    pub(crate) operator: Operator,
    pub(crate) fate: Fate,
}

/// What was found out about one exit, or about a mode's share of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proof {
    pub(crate) mutants: Vec<Tried>,
    /// Why nothing could be tried.
    pub(crate) not_mutatable: Option<String>,
}

impl Proof {
    fn made(&self) -> impl Iterator<Item = &Tried> {
        self.mutants
            .iter()
            .filter(|tried| tried.fate != Fate::NotMade)
    }

    /// Whether a failure that is reported wrongly, or not at all, would be noticed.
    pub(crate) fn is_proven(&self) -> bool {
        self.not_mutatable.is_none()
            && self.made().next().is_some()
            && self
                .made()
                .all(|tried| matches!(tried.fate, Fate::Killed(_)))
    }
}

/// All proofs.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    pub(crate) exits: HashMap<Exit, Proof>,
    pub(crate) modes: HashMap<(ModeKey, Exit), Proof>,
    pub(crate) recoveries: HashMap<ModeKey, Proof>,
    /// Tests that failed when nothing was changed, after they had passed.
    pub(crate) flaky: BTreeSet<TestIndex>,
}

/// How thoroughly to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thoroughness {
    /// Until a verdict stands.
    Enough,
    /// Also what a verdict needs only if other tests, which are run elsewhere, kill what
    /// survives here.
    ForOthers,
}

/// What is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Of<'a> {
    pub(crate) tests: &'a [Test],
    /// How long each test took.
    pub(crate) durations: &'a [Duration],
    pub(crate) observed: &'a Observed,
    /// The functions that are to be tried.
    pub(crate) scope: &'a Scope,
}

struct Prover<'a> {
    answers: &'a dyn Answers,
    tests: &'a [Test],
    durations: &'a [Duration],
    observed: &'a Observed,
    thoroughness: Thoroughness,
    trials: Mutex<HashMap<(Mutant, TestIndex), Trial>>,
}

/// Tries every mutant of everything that was observed in the functions of the scope.
pub(crate) fn prove(
    answers: &dyn Answers,
    of: &Of<'_>,
    thoroughness: Thoroughness,
    jobs: usize,
) -> Result<Proofs> {
    let Of {
        tests,
        durations,
        observed,
        scope,
    } = *of;
    let prover = Prover {
        answers,
        tests,
        durations,
        observed,
        thoroughness,
        trials: Mutex::new(HashMap::new()),
    };
    let exits: Vec<(&Exit, &Share)> = observed
        .exits
        .iter()
        .filter(|(exit, _)| scope.has(exit.subject))
        .collect();
    let proven = parallel::map(jobs, &exits, |(exit, share)| {
        prover
            .exit(exit, share, None)
            .map(|proof| ((*exit).clone(), proof))
    })?;
    let shares: Vec<(ModeKey, &Exit, &Share)> = observed
        .modes
        .iter()
        .filter(|(mode, _)| scope.has(mode.0))
        .flat_map(|(mode, seen)| seen.exits.iter().map(|(exit, share)| (*mode, exit, share)))
        .collect();
    let modes = parallel::map(jobs, &shares, |(mode, exit, share)| {
        prover
            .exit(exit, share, observed.exits.get(*exit))
            .map(|proof| ((*mode, (*exit).clone()), proof))
    })?;
    let recovered = observed
        .modes
        .iter()
        .filter(|(mode, seen)| scope.has(mode.0) && !seen.recovered.by_test.is_empty());
    let recovered: Vec<(ModeKey, &Share)> = recovered
        .map(|(mode, seen)| (*mode, &seen.recovered))
        .collect();
    let recoveries = parallel::map(jobs, &recovered, |(mode, share)| {
        prover.recovery(*mode, share).map(|proof| (*mode, proof))
    })?;
    let mut proofs = Proofs {
        exits: proven.into_iter().collect(),
        modes: modes.into_iter().collect(),
        recoveries: recoveries.into_iter().collect(),
        flaky: BTreeSet::new(),
    };
    proofs.flaky = prover.failing_unchanged(jobs)?;
    proofs.distrust_flaky();
    Ok(proofs)
}

/// Which calls a mutant changes.
#[derive(Debug, Clone, Copy)]
enum Reach<'a> {
    /// Everything that leaves by an exit.
    Exit,
    /// What leaves by an exit in one mode; this is all that leaves there.
    Mode(&'a Share),
    /// Calls that ended well after a failure.
    Recovery,
}

impl Prover<'_> {
    /// Tries an exit; with the whole exit's share, only the part in one mode.
    fn exit(&self, exit: &Exit, share: &Share, whole: Option<&Share>) -> Result<Proof> {
        let errors = self.observed.enums.get(&exit.subject);
        let alternatives = alternatives(errors, &exit.variant);
        let mut proof = Proof::default();
        if alternatives.is_empty() {
            proof.not_mutatable = Some(match errors {
                Some(errors) => not_mutatable(errors, &exit.variant),
                None => "the probe did not see the error enum".into(),
            });
        }
        let reach = whole.map_or(Reach::Exit, Reach::Mode);
        for to in alternatives {
            let operator = Operator::Misreport {
                branch: exit.branch,
                from: exit.variant.clone(),
                to,
            };
            let tried = self.tried(exit.subject, operator, share, reach)?;
            let killed = matches!(tried.fate, Fate::Killed(_));
            proof.mutants.push(tried);
            if !killed && self.thoroughness == Thoroughness::Enough {
                break;
            }
        }
        for to in unmade(errors, &exit.variant) {
            let operator = Operator::Misreport {
                branch: exit.branch,
                from: exit.variant.clone(),
                to,
            };
            let fate = Fate::NotMade;
            proof.mutants.push(Tried { operator, fate });
        }
        if errors.is_some_and(|errors| errors.swallow) {
            let operator = Operator::Swallow {
                branch: exit.branch,
                from: exit.variant.clone(),
            };
            let tried = self.tried(exit.subject, operator, share, reach)?;
            proof.mutants.push(tried);
        }
        Ok(proof)
    }

    fn recovery(&self, (subject, _): ModeKey, share: &Share) -> Result<Proof> {
        let mut proof = Proof::default();
        let errors = self.observed.enums.get(&subject);
        if !errors.is_some_and(|errors| errors.variants.iter().any(|variant| variant.sample)) {
            proof.not_mutatable = Some("no variant of the error enum can be made".into());
            return Ok(proof);
        }
        let tried = self.tried(subject, Operator::Unrecover, share, Reach::Recovery)?;
        proof.mutants.push(tried);
        Ok(proof)
    }

    fn tried(
        &self,
        subject: usize,
        operator: Operator,
        share: &Share,
        reach: Reach<'_>,
    ) -> Result<Tried> {
        let mut order: Vec<(TestIndex, &BTreeSet<String>)> = share
            .by_test
            .iter()
            .map(|(test, own)| (*test, own))
            .collect();
        order.sort_by_key(|(test, _)| self.durations[*test]);
        let mut undecided: BTreeMap<TestIndex, String> = BTreeMap::new();
        for (test, own) in order {
            match self.asked(subject, &operator, test, own, reach)?.fate {
                file::Fate::Killed => {
                    let fate = Fate::Killed(test);
                    return Ok(Tried { operator, fate });
                }
                file::Fate::Survived => {}
                file::Fate::Undecided(reason) => {
                    undecided.insert(test, format!("`{}` {reason}", self.tests[test].id));
                }
            }
        }
        let fate = match undecided.into_values().next() {
            Some(reason) => Fate::Undecided(reason),
            None => Fate::Survived,
        };
        Ok(Tried { operator, fate })
    }

    /// Asks one test. What it is asked depends on nothing but what this test showed
    /// itself, so that it can be asked on a machine that runs no other one.
    fn asked(
        &self,
        subject: usize,
        operator: &Operator,
        test: TestIndex,
        own: &BTreeSet<String>,
        reach: Reach<'_>,
    ) -> Result<Trial> {
        let mutant = |when| Mutant {
            function: self.observed.subjects[subject].key.clone(),
            when,
            operator: operator.clone(),
        };
        let only = || mutant(Some(own.iter().cloned().collect()));
        match reach {
            Reach::Exit => self.trial(mutant(None), test),
            Reach::Recovery => self.trial(only(), test),
            // Where the mode has the exit to itself, the trial is that of the exit, and
            // nothing runs again, unless the mutant has led to calls in other modes.
            Reach::Mode(whole) if whole.by_test.get(&test) == Some(own) => {
                let trial = self.trial(mutant(None), test)?;
                if trial.changed.is_subset(own) {
                    Ok(trial)
                } else {
                    self.trial(only(), test)
                }
            }
            // What leaves there in another mode stays as it is.
            Reach::Mode(_) => self.trial(only(), test),
        }
    }

    fn trial(&self, mutant: Mutant, test: TestIndex) -> Result<Trial> {
        let key = (mutant, test);
        if let Some(known) = self.trials().get(&key) {
            return Ok(known.clone());
        }
        let trial = self.answers.trial(test, &key.0)?;
        self.trials().insert(key, trial.clone());
        Ok(trial)
    }

    /// The tests that noticed something and fail all the same with nothing changed.
    fn failing_unchanged(&self, jobs: usize) -> Result<BTreeSet<TestIndex>> {
        let killers: BTreeSet<TestIndex> = self
            .trials()
            .iter()
            .filter(|(_, trial)| trial.fate == file::Fate::Killed)
            .map(|((_, test), _)| *test)
            .collect();
        let killers: Vec<TestIndex> = killers.into_iter().collect();
        let passes = parallel::map(jobs, &killers, |test| {
            Ok((*test, self.answers.passes_again(*test)?))
        })?;
        Ok(passes
            .into_iter()
            .filter(|(_, passes)| !passes)
            .map(|(test, _)| test)
            .collect())
    }

    fn trials(&self) -> MutexGuard<'_, HashMap<(Mutant, TestIndex), Trial>> {
        self.trials.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Proofs {
    fn distrust_flaky(&mut self) {
        let all = self
            .exits
            .values_mut()
            .chain(self.modes.values_mut())
            .chain(self.recoveries.values_mut());
        for tried in all.flat_map(|proof| &mut proof.mutants) {
            if let Fate::Killed(test) = tried.fate
                && self.flaky.contains(&test)
            {
                tried.fate = Fate::Undecided(
                    "the test that failed also fails when nothing is changed".into(),
                );
            }
        }
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn only_if_every_mutant_was_killed_is_it_proven() {
        let tried = |fate| Tried {
            operator: Operator::Swallow {
                branch: 0,
                from: "A".into(),
            },
            fate,
        };
        let proof = |mutants| Proof {
            mutants,
            not_mutatable: None,
        };
        assert!(proof(vec![tried(Fate::Killed(0))]).is_proven());
        assert!(!proof(vec![]).is_proven());
        assert!(!proof(vec![tried(Fate::Killed(0)), tried(Fate::Survived)]).is_proven());
        assert!(proof(vec![tried(Fate::Killed(0)), tried(Fate::NotMade)]).is_proven());
        assert!(!proof(vec![tried(Fate::NotMade)]).is_proven());
        let undecided = tried(Fate::Undecided(String::new()));
        assert!(!proof(vec![tried(Fate::Killed(0)), undecided]).is_proven());
        let swallowed_only = Proof {
            mutants: vec![tried(Fate::Killed(0))],
            not_mutatable: Some(String::new()),
        };
        assert!(!swallowed_only.is_proven());
    }
}
