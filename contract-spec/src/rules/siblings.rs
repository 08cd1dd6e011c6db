//! The files of called functions, where nobody knows more than the folder they lie in.

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
        let mut open: Vec<String> = Vec::new();
        for stem in called_files(contract, source) {
            open.push(sibling(source, stem));
        }
        while let Some(path) = open.pop() {
            if self.files.len() >= MOST_CALLED {
                return;
            }
            if self.get(&path).is_some() {
                continue;
            }
            let Ok(text) = load(&path) else {
                self.files.push((path, None));
                continue;
            };
            let source = Source::new(path.as_str(), text);
            let contract = read_with(&source, load).0.contract;
            for stem in called_files(&contract, &source) {
                open.push(sibling(&source, stem));
            }
            self.files.push((path, Some((source, contract))));
        }
    }

    /// The files that were there.
    pub(super) fn into_sources(self) -> Vec<Source> {
        let mut sources = Vec::new();
        for (_, file) in self.files {
            if let Some((source, _)) = file {
                sources.push(source);
            }
        }
        order::sort(&mut sources, &|a: &Source, b| a.path.cmp(&b.path));
        sources
    }

    /// What became of a path that was looked for.
    fn get(&self, path: &str) -> Option<&Option<Sibling>> {
        let mut files = self.files.iter();
        files.find(|(of, _)| of == path).map(|(_, file)| file)
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

/// The first halves of the ids of other files' functions that a contract calls, each once
/// and in the order of the alphabet.
pub fn called_files<'c>(contract: &'c Contract, source: &Source) -> Vec<&'c str> {
    let mut stems = stems(contract, source);
    for included in &contract.included {
        stems.append(&mut self::stems(&included.contract, source));
    }
    order::sort(&mut stems, &|a, b| a.cmp(b));
    stems.dedup();
    stems
}

/// The same of a contract's own interfaces, as often as they are there.
fn stems<'c>(contract: &'c Contract, source: &Source) -> Vec<&'c str> {
    let mut stems = Vec::new();
    for interface in &contract.interfaces {
        if *interface.kind.value == *CONTRACT
            && let Some(id) = &interface.contract
            && local(id, source).is_none()
            && let Some((stem, _)) = split_id(id)
        {
            stems.push(stem);
        }
    }
    stems
}
