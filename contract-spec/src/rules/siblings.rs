//! The files of called functions, where nobody knows more than the folder they lie in.

use std::collections::{BTreeMap, BTreeSet};

use super::callee::Callees;
use crate::catalog::CONTRACT;
use crate::model::Contract;
use crate::read::{Load, Source, beside, local, read_with, split_id};

/// More files than any chain of calls leads through.
const MOST_CALLED: usize = 256;

/// The files of called functions, in the folder of their callers.
#[derive(Default)]
pub(super) struct Siblings {
    /// By path; `None` for one that is not there.
    files: BTreeMap<String, Option<(Source, Contract)>>,
}

impl Siblings {
    /// Reads the files of the functions that a contract calls, and those that they call.
    pub(super) fn follow(&mut self, source: &Source, contract: &Contract, load: Load<'_>) {
        let mut open = self.wanted(source, contract);
        while let Some(path) = open.pop() {
            if self.files.len() >= MOST_CALLED {
                return;
            }
            if self.files.contains_key(&path) {
                continue;
            }
            let file = load(&path).ok().map(|text| {
                let source = Source::new(path.clone(), text);
                let contract = read_with(&source, load).0.contract;
                (source, contract)
            });
            if let Some((source, contract)) = &file {
                open.extend(self.wanted(source, contract));
            }
            self.files.insert(path, file);
        }
    }

    /// The files that were there.
    pub(super) fn into_sources(self) -> Vec<Source> {
        let files = self.files.into_values().flatten();
        files.map(|(source, _)| source).collect()
    }

    fn wanted(&self, source: &Source, contract: &Contract) -> Vec<String> {
        let stems = called_files(contract, source).into_iter();
        stems.map(|stem| sibling(source, stem)).collect()
    }
}

impl Callees for Siblings {
    fn file(&self, from: &Source, stem: &str) -> Option<(&Contract, &Source)> {
        let (source, contract) = self.files.get(&sibling(from, stem))?.as_ref()?;
        Some((contract, source))
    }
}

/// The file of that stem beside another.
fn sibling(from: &Source, stem: &str) -> String {
    beside(&from.path, &format!("{stem}.toml"))
}

/// The first halves of the ids of other files' functions that a contract calls, each once.
pub fn called_files<'c>(contract: &'c Contract, source: &Source) -> BTreeSet<&'c str> {
    let own = contract.interfaces.iter();
    let included = contract
        .included
        .iter()
        .flat_map(|i| &i.contract.interfaces);
    own.chain(included)
        .filter(|interface| *interface.kind.value == *CONTRACT)
        .filter_map(|interface| interface.contract.as_ref())
        .filter(|id| local(id, source).is_none())
        .filter_map(|id| Some(split_id(id)?.0))
        .collect()
}
