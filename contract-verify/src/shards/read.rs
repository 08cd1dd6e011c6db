//! One file of evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use contract_spec::evidence::file::{self, Line, Partition};

use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::observe::TestIndex;
use crate::record::Plan;
use crate::sealed::{Opened, open};

/// What a file holds.
#[derive(Debug)]
pub(crate) struct Shard {
    /// The file's path, as it was given.
    pub(super) shown: String,
    pub(super) plan: Plan,
    /// How tests went with nothing changed, and what their probes wrote.
    pub(super) plain: BTreeMap<TestIndex, (file::Run, String)>,
    /// By test, and by mutant.
    pub(super) trials: BTreeMap<(TestIndex, String), file::Trial>,
    pub(super) again: BTreeMap<TestIndex, bool>,
}

impl Shard {
    /// Reads a file and sees that it holds together.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| {
            Error::Refused(format!(
                "{shown} cannot be read: {error}\n  \
                 help: collect the files of every part before they are put together"
            ))
        })?;
        Self::parse(&shown, &bytes).map_err(|why| {
            Error::Refused(format!(
                "{shown}: {why}\n  \
                 help: run that part again, and pass its file on as it was written"
            ))
        })
    }

    /// Reads the content of a file.
    pub(super) fn parse(shown: &str, bytes: &[u8]) -> std::result::Result<Self, String> {
        let mut lines = open(bytes)?.into_iter();
        let Some(Line::Header(header)) = lines.next().map(|opened| opened.line) else {
            return Err("it is no evidence of a run".to_owned());
        };
        let mut shard = Self {
            shown: shown.to_owned(),
            plan: Plan {
                header,
                listed: Vec::new(),
                hidden: Vec::new(),
                places: Vec::new(),
                tests: Vec::new(),
            },
            plain: BTreeMap::new(),
            trials: BTreeMap::new(),
            again: BTreeMap::new(),
        };
        for opened in lines {
            shard.line(opened)?;
        }
        shard.check()?;
        Ok(shard)
    }

    fn line(&mut self, opened: Opened) -> std::result::Result<(), String> {
        match opened.line {
            Line::Listed(listed) => self.plan.listed.push(listed),
            Line::Hidden(hidden) => self.plan.hidden.push(hidden),
            Line::Place(place) => self.plan.places.push(place),
            Line::Test(test) if test.test == self.plan.tests.len() => self.plan.tests.push(test),
            Line::Test(test) => return Err(format!("test {} is out of order", test.test)),
            Line::Run(run) => {
                self.known(run.test)?;
                Evidence::parse(&opened.probes).map_err(|error| error.to_string())?;
                if self.plain.insert(run.test, (run, opened.probes)).is_some() {
                    return Err("a test was run twice".to_owned());
                }
            }
            Line::Trial(trial) => {
                self.known(trial.test)?;
                let key = (trial.test, trial.mutant.clone());
                if self.trials.insert(key, trial).is_some() {
                    return Err("a mutant was tried twice with one test".to_owned());
                }
            }
            Line::Again(again) => {
                self.known(again.test)?;
                if self.again.insert(again.test, again.passes).is_some() {
                    return Err("a test was run again twice".to_owned());
                }
            }
            Line::Header(_) | Line::Binary(_) | Line::End(_) => {
                return Err("it holds what does not belong there".to_owned());
            }
        }
        Ok(())
    }

    fn known(&self, test: TestIndex) -> std::result::Result<(), String> {
        match self.plan.tests.get(test) {
            Some(of) if !of.ignored => Ok(()),
            Some(of) => Err(format!("`{}` was run, and is ignored", of.id)),
            None => Err(format!("there is no test {test}")),
        }
    }

    /// What holds of every file by itself.
    fn check(&self) -> std::result::Result<(), String> {
        if let Some(Partition { index, count }) = self.plan.header.partition
            && !(1..=count).contains(&index)
        {
            return Err(format!("there is no part {index} of {count}"));
        }
        let files = &self.plan.header.inputs.files;
        // Nothing is looked at here that the run did not look at.
        let listed = self.plan.listed.iter().map(|listed| &listed.file);
        let hidden = self.plan.hidden.iter().map(|hidden| &hidden.file);
        let places = self.plan.places.iter().map(|place| &place.file);
        let contracts = self.plan.listed.iter();
        let contracts = contracts.filter_map(|listed| Some(&listed.contract.as_ref()?.0));
        let named: BTreeSet<&String> = listed
            .chain(hidden)
            .chain(places)
            .chain(contracts)
            .collect();
        match named.into_iter().find(|file| !files.contains_key(*file)) {
            Some(file) => Err(format!(
                "it says something of `{file}`, which was not compiled"
            )),
            None => Ok(()),
        }
    }
}
