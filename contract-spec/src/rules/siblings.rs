//! The files of called functions, where nobody knows more than the folder they lie in.

use std::collections::BTreeSet;

use super::callee::Callees;
use crate::catalog::CONTRACT;
use crate::model::Contract;
use crate::order;
use crate::read::{Load, Source, beside, local, read_with, split_id};

/// More files than any chain of calls leads through.
const MOST_CALLED: usize = 256;

/// The files of called functions, in the folder of their callers.
#[derive(Default)]
pub(super) struct Siblings {
    /// By path; nothing for one that is not there.
    files: Vec<(String, Option<Sibling>)>,
}

/// A file that was read.
type Sibling = (Source, Contract);

impl Siblings {
    /// Reads the files of the functions that a contract calls, and those that they call.
    pub(super) fn follow(&mut self, source: &Source, contract: &Contract, load: Load<'_>) {
        let mut open = self.wanted(source, contract);
        while let Some(path) = open.pop() {
            if self.files.len() >= MOST_CALLED {
                return;
            }
            if self.get(&path).is_some() {
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
            self.files.push((path, file));
        }
    }

    /// The files that were there.
    pub(super) fn into_sources(mut self) -> Vec<Source> {
        order::sort(&mut self.files, &|a, b| a.0.cmp(&b.0));
        let files = self.files.into_iter().filter_map(|(_, file)| file);
        files.map(|(source, _)| source).collect()
    }

    /// What became of a path that was looked for.
    fn get(&self, path: &str) -> Option<&Option<Sibling>> {
        let mut files = self.files.iter();
        files.find(|(of, _)| of == path).map(|(_, file)| file)
    }

    fn wanted(&self, source: &Source, contract: &Contract) -> Vec<String> {
        let stems = called_files(contract, source).into_iter();
        stems.map(|stem| sibling(source, stem)).collect()
    }
}

impl Callees for Siblings {
    fn file(&self, from: &Source, stem: &str) -> Option<(&Contract, &Source)> {
        let (source, contract) = self.get(&sibling(from, stem))?.as_ref()?;
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
