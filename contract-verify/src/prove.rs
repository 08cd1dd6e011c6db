//! Breaking each failure branch, and seeing whether a test notices.
//!
//! A mutant is tried only with tests that entered its branch, the quickest
//! first. What counts as noticing is a test that fails as tests fail, in a run
//! in which the mutant really changed something.

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use contract_spec::evidence::{Errors, Mutant, Operator};

use crate::error::Result;
use crate::observe::{Exit, ModeKey, Observed, Share, TestIndex};
use crate::parallel;
use crate::tests::{Outcome, Runner, Test};

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
    /// How often a test ran with a mutant.
    pub(crate) runs: usize,
}

/// The result of one test with one mutant.
#[derive(Debug, Clone)]
enum Trial {
    Killed,
    Survived,
    Undecided(String),
}

struct Prover<'a> {
    runner: &'a Runner,
    tests: &'a [Test],
    durations: &'a [Duration],
    /// Held while a test runs.
    turns: Vec<Mutex<()>>,
    trials: Mutex<HashMap<(Mutant, TestIndex), Trial>>,
}

/// Tries every mutant of everything that was observed.
pub(crate) fn prove(
    runner: &Runner,
    tests: &[Test],
    durations: &[Duration],
    observed: &Observed,
    jobs: usize,
) -> Result<Proofs> {
    let prover = Prover {
        runner,
        tests,
        durations,
        turns: tests.iter().map(|_| Mutex::new(())).collect(),
        trials: Mutex::new(HashMap::new()),
    };
    let exits: Vec<(&Exit, &Share)> = observed.exits.iter().collect();
    let proven = parallel::map(jobs, &exits, |(exit, share)| {
        prover
            .exit(observed, exit, share, None)
            .map(|proof| ((*exit).clone(), proof))
    })?;
    let shares: Vec<(ModeKey, &Exit, &Share)> = observed
        .modes
        .iter()
        .flat_map(|(mode, seen)| seen.exits.iter().map(|(exit, share)| (*mode, exit, share)))
        .collect();
    let modes = parallel::map(jobs, &shares, |(mode, exit, share)| {
        // Where a mode has the exit to itself, the trials are those of the exit, and
        // nothing runs again. Where it shares the exit, what leaves there in another
        // mode stays as it is.
        let alone = observed.exits.get(*exit) == Some(*share);
        let when = (!alone).then_some(&share.signatures);
        prover
            .exit(observed, exit, share, when)
            .map(|proof| ((*mode, (*exit).clone()), proof))
    })?;
    let recovered = observed
        .modes
        .iter()
        .filter(|(_, seen)| !seen.recovered.tests.is_empty());
    let recovered: Vec<(ModeKey, &Share)> = recovered
        .map(|(mode, seen)| (*mode, &seen.recovered))
        .collect();
    let recoveries = parallel::map(jobs, &recovered, |(mode, share)| {
        prover
            .recovery(observed, *mode, share)
            .map(|proof| (*mode, proof))
    })?;
    let mut proofs = Proofs {
        exits: proven.into_iter().collect(),
        modes: modes.into_iter().collect(),
        recoveries: recoveries.into_iter().collect(),
        flaky: BTreeSet::new(),
        runs: prover.trials().len(),
    };
    proofs.flaky = prover.failing_unchanged(jobs)?;
    proofs.distrust_flaky();
    Ok(proofs)
}

impl Prover<'_> {
    fn exit(
        &self,
        observed: &Observed,
        exit: &Exit,
        share: &Share,
        when: Option<&BTreeSet<String>>,
    ) -> Result<Proof> {
        let errors = observed.enums.get(&exit.subject);
        let alternatives = alternatives(errors, &exit.variant);
        let mut proof = Proof::default();
        if alternatives.is_empty() {
            proof.not_mutatable = Some(match errors {
                Some(errors) => not_mutatable(errors, &exit.variant),
                None => "the probe did not see the error enum".into(),
            });
        }
        let mutant = |operator| Mutant {
            function: observed.subjects[exit.subject].key.clone(),
            when: when.map(|when| when.iter().cloned().collect()),
            operator,
        };
        for to in alternatives {
            let operator = Operator::Misreport {
                branch: exit.branch,
                from: exit.variant.clone(),
                to,
            };
            let tried = self.tried(mutant(operator), share)?;
            let killed = matches!(tried.fate, Fate::Killed(_));
            proof.mutants.push(tried);
            if !killed {
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
            proof.mutants.push(self.tried(mutant(operator), share)?);
        }
        Ok(proof)
    }

    fn recovery(&self, observed: &Observed, (subject, _): ModeKey, share: &Share) -> Result<Proof> {
        let mut proof = Proof::default();
        let errors = observed.enums.get(&subject);
        if !errors.is_some_and(|errors| errors.variants.iter().any(|variant| variant.sample)) {
            proof.not_mutatable = Some("no variant of the error enum can be made".into());
            return Ok(proof);
        }
        let mutant = Mutant {
            function: observed.subjects[subject].key.clone(),
            when: Some(share.signatures.iter().cloned().collect()),
            operator: Operator::Unrecover,
        };
        proof.mutants.push(self.tried(mutant, share)?);
        Ok(proof)
    }

    fn tried(&self, mutant: Mutant, share: &Share) -> Result<Tried> {
        let fate = self.fate(&mutant, &share.tests)?;
        let operator = mutant.operator;
        Ok(Tried { operator, fate })
    }

    fn fate(&self, mutant: &Mutant, tests: &BTreeSet<TestIndex>) -> Result<Fate> {
        let mut order: Vec<TestIndex> = tests.iter().copied().collect();
        order.sort_by_key(|test| self.durations[*test]);
        let mut undecided = None;
        for test in order {
            match self.trial(mutant, test)? {
                Trial::Killed => return Ok(Fate::Killed(test)),
                Trial::Survived => {}
                Trial::Undecided(reason) => {
                    undecided.get_or_insert(format!("`{}` {reason}", self.tests[test].id));
                }
            }
        }
        Ok(undecided.map_or(Fate::Survived, Fate::Undecided))
    }

    fn trial(&self, mutant: &Mutant, test: TestIndex) -> Result<Trial> {
        let key = (mutant.clone(), test);
        if let Some(known) = self.trials().get(&key) {
            return Ok(known.clone());
        }
        let run = {
            // Beside itself, a test may fail for what the two share.
            let _turn = self.turns[test]
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            self.runner
                .run(&self.tests[test], Some(mutant), limit(self.durations[test]))?
        };
        let mutated = run.evidence.was_mutated();
        let trial = match run.outcome {
            Outcome::Failed if mutated => Trial::Killed,
            Outcome::Passed if mutated => Trial::Survived,
            Outcome::Failed => Trial::Undecided("failed before the branch was changed".into()),
            Outcome::Passed => Trial::Undecided("did not come to the branch a second time".into()),
            Outcome::Crashed(how) => {
                Trial::Undecided(format!("crashed when the branch was changed ({how})"))
            }
            Outcome::TimedOut => {
                Trial::Undecided("ran out of time when the branch was changed".into())
            }
        };
        self.trials().insert(key, trial.clone());
        Ok(trial)
    }

    /// Runs every test that noticed something twice more, with nothing changed: twice,
    /// because a test that fails every second time passes once.
    fn failing_unchanged(&self, jobs: usize) -> Result<BTreeSet<TestIndex>> {
        let killers: BTreeSet<TestIndex> = self
            .trials()
            .iter()
            .filter(|(_, trial)| matches!(trial, Trial::Killed))
            .map(|((_, test), _)| *test)
            .collect();
        let killers: Vec<TestIndex> = killers.into_iter().collect();
        let passes = parallel::map(jobs, &killers, |test| {
            for _ in 0..2 {
                let run =
                    self.runner
                        .run(&self.tests[*test], None, limit(self.durations[*test]))?;
                if run.outcome != Outcome::Passed {
                    return Ok((*test, false));
                }
            }
            Ok((*test, true))
        })?;
        Ok(passes
            .into_iter()
            .filter(|(_, passes)| !passes)
            .map(|(test, _)| test)
            .collect())
    }

    fn trials(&self) -> std::sync::MutexGuard<'_, HashMap<(Mutant, TestIndex), Trial>> {
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

/// The variants that can take another's place, the nearest in the enum first.
fn alternatives(errors: Option<&Errors>, variant: &str) -> Vec<String> {
    let Some(errors) = errors else {
        return Vec::new();
    };
    let place = errors
        .variants
        .iter()
        .position(|v| v.name == variant)
        .unwrap_or_default();
    let mut others: Vec<(usize, &str)> = errors
        .variants
        .iter()
        .enumerate()
        .filter(|(_, other)| other.sample && other.name != variant)
        .map(|(index, other)| (index.abs_diff(place), other.name.as_str()))
        .collect();
    others.sort_by_key(|(distance, _)| *distance);
    others
        .into_iter()
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// The variants that cannot take another's place, because none of them can be made.
fn unmade(errors: Option<&Errors>, variant: &str) -> Vec<String> {
    let variants = errors.map_or(&[][..], |errors| &errors.variants);
    let unmade = variants
        .iter()
        .filter(|other| !other.sample && other.name != variant);
    unmade.map(|other| other.name.clone()).collect()
}

fn not_mutatable(errors: &Errors, variant: &str) -> String {
    let name = &errors.name;
    let others: Vec<&str> = errors
        .variants
        .iter()
        .filter(|v| v.name != variant)
        .map(|v| v.name.as_str())
        .collect();
    match others.first() {
        None => format!(
            "not mutatable: `{name}` has one variant, so that there is no other to take its place and nothing for a test to tell apart"
        ),
        Some(other) => format!(
            "not mutatable: no other variant of `{name}` can be made; say how on one of them: \
             `#[failure(sample = {name}::{other}(…))]`"
        ),
    }
}

/// Room enough for a busy machine, and an end for a test that hangs.
fn limit(duration: Duration) -> Duration {
    Duration::from_secs(10).max(duration * 10)
}

#[cfg(test)]
mod unit {
    use super::*;
    use contract_spec::evidence::Variant;

    fn errors(variants: &[(&str, bool)]) -> Errors {
        let variant = |(name, sample): &(&str, bool)| Variant {
            name: (*name).to_owned(),
            sample: *sample,
        };
        Errors {
            function: 1,
            name: "E".into(),
            variants: variants.iter().map(variant).collect(),
            swallow: false,
        }
    }

    #[test]
    fn alternatives_are_the_others_that_can_be_made_nearest_first() {
        let errors = errors(&[("A", true), ("B", true), ("C", false), ("D", true)]);
        assert_eq!(alternatives(Some(&errors), "D"), ["B", "A"]);
        assert_eq!(alternatives(Some(&errors), "A"), ["B", "D"]);
        assert_eq!(unmade(Some(&errors), "A"), ["C"]);
        assert!(unmade(Some(&errors), "C").is_empty());
    }

    #[test]
    fn an_enum_without_an_alternative_says_what_is_missing() {
        let one = errors(&[("A", true)]);
        assert!(alternatives(Some(&one), "A").is_empty());
        assert!(not_mutatable(&one, "A").contains("has one variant"));
        let none = errors(&[("A", true), ("B", false)]);
        assert!(alternatives(Some(&none), "A").is_empty());
        assert!(not_mutatable(&none, "A").contains("sample = E::B"));
    }

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
