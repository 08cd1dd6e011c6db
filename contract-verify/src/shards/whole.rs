//! Everything that was found out about all tests.

use std::path::Path;
use std::time::Duration;

use contract_spec::evidence::file::{Inputs, Line};

use super::read::Shard;
use crate::answers::{Plain, Replay, Trial};
use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::inventory::Inventory;
use crate::observe::TestIndex;
use crate::record::Plan;
use crate::sealed::Sealer;
use crate::tests::{Entry, Test};

/// The parts, put together.
#[derive(Debug)]
pub(crate) struct Whole {
    all: Shard,
}

impl Whole {
    /// Puts together what fits.
    pub(super) fn of(shards: Vec<Shard>) -> Self {
        let mut shards = shards.into_iter();
        let mut all = shards.next().unwrap_or_else(|| Shard {
            shown: String::new(),
            plan: Plan::default(),
            plain: Default::default(),
            trials: Default::default(),
            again: Default::default(),
        });
        for shard in shards {
            all.plain.extend(shard.plain);
            all.trials.extend(shard.trials);
            all.again.extend(shard.again);
        }
        all.plan.header.partition = None;
        Self { all }
    }

    /// What the runs were about.
    pub(crate) fn inputs(&self) -> &Inputs {
        &self.all.plan.header.inputs
    }

    /// Whether demands of a policy can be judged.
    pub(crate) fn has_places(&self) -> bool {
        self.all.plan.header.places
    }

    /// The paths of contracts that functions carry, and the packages of these.
    pub(crate) fn contracts(&self) -> impl Iterator<Item = (&str, &str)> {
        let listed = self.all.plan.listed.iter();
        listed.filter_map(|listed| Some((&*listed.package, &*listed.contract.as_ref()?.0)))
    }

    /// How many tests were run.
    pub(crate) fn tests_run(&self) -> usize {
        self.all.plain.len()
    }

    /// What the sources showed.
    pub(crate) fn inventory(&self, root: &Path) -> Inventory {
        let plan = &self.all.plan;
        let files = plan.header.inputs.files.keys().cloned().collect();
        Inventory::of_record(root, &plan.listed, &plan.hidden, &plan.places, files)
    }

    /// The tests, as reports speak of them.
    pub(crate) fn tests(&self) -> Vec<Test> {
        let tests = self.all.plan.tests.iter().map(|test| Test {
            id: test.id.clone(),
            binary: 0,
            entry: if test.whole {
                Entry::Whole
            } else {
                Entry::Named(test.id.clone())
            },
            ignored: test.ignored,
        });
        tests.collect()
    }

    /// How the tests went with nothing changed.
    pub(crate) fn plain(&self) -> Result<Vec<(TestIndex, Plain)>> {
        let plain = self.all.plain.iter().map(|(test, (run, probes))| {
            let plain = Plain {
                failure: run.failure.clone(),
                duration: Duration::from_micros(run.duration_us),
                should_panic: run.should_panic,
                evidence: Evidence::parse(probes)?,
            };
            Ok((*test, plain))
        });
        plain.collect()
    }

    /// What they answered besides.
    pub(crate) fn replay(&self) -> Replay {
        let trials = self.all.trials.iter().map(|(key, trial)| {
            let trial = Trial {
                fate: trial.fate.clone(),
                changed: trial.changed.clone(),
            };
            (key.clone(), trial)
        });
        Replay {
            names: self
                .all
                .plan
                .tests
                .iter()
                .map(|test| test.id.clone())
                .collect(),
            trials: trials.collect(),
            again: self
                .all
                .again
                .iter()
                .map(|(test, passes)| (*test, *passes))
                .collect(),
        }
    }

    /// Writes it all into one file. It is there whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let mut sealer = Sealer::default();
        let mut text = String::new();
        for line in self.all.plan.lines() {
            text += &sealer.line(&line);
        }
        for (run, probes) in self.all.plain.values() {
            text += &sealer.run(run.clone(), probes);
        }
        for trial in self.all.trials.values() {
            text += &sealer.line(&Line::Trial(trial.clone()));
        }
        for (test, passes) in &self.all.again {
            let (test, passes) = (*test, *passes);
            let again = contract_spec::evidence::file::Again { test, passes };
            text += &sealer.line(&Line::Again(again));
        }
        text += &sealer.end();
        std::fs::write(path, text).map_err(|error| Error::Write {
            path: path.to_owned(),
            error,
        })
    }
}
