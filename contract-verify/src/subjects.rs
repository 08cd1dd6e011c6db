//! Which contracted function of the sources a probe belongs to.
//!
//! The sources know the functions that nobody calls; the probes know what was
//! really compiled. Where the two differ, the probes are right.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use contract_spec::evidence::{Branch, Function, function_key};

use crate::contracts::Contracts;
use crate::inventory::{Subject, file_name};

/// A file, as a package's sources show it, with a line and a column in it.
type Place = (String, String, u32, u32);

/// The functions of a run: those that the sources show, and those that only probes do.
#[derive(Debug)]
pub(crate) struct Subjects {
    all: Vec<Subject>,
    by_key: HashMap<String, usize>,
    by_place: HashMap<Place, Vec<usize>>,
}

impl Subjects {
    /// Those that the sources show.
    pub(crate) fn new(all: Vec<Subject>) -> Self {
        let mut subjects = Self {
            all: Vec::with_capacity(all.len()),
            by_key: HashMap::with_capacity(all.len()),
            by_place: HashMap::with_capacity(all.len()),
        };
        for subject in all {
            subjects.add(subject);
        }
        subjects
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Subject] {
        &self.all
    }

    /// All of them; an index keeps its meaning.
    pub(crate) fn into_all(self) -> Vec<Subject> {
        self.all
    }

    fn add(&mut self, subject: Subject) -> usize {
        let index = self.all.len();
        let place = (
            subject.package.clone(),
            subject.file.clone(),
            subject.line,
            subject.column,
        );
        self.by_place.entry(place).or_default().push(index);
        self.by_key.insert(subject.key.clone(), index);
        self.all.push(subject);
        index
    }

    /// What stands at a place whose file the compiler was told to give another folder
    /// (`--remap-path-prefix`): there is one of that name, and the same contract there.
    fn renamed(&self, place: &Place, id: &str) -> Option<&Vec<usize>> {
        let (package, file, line, column) = place;
        let mut found = self
            .by_place
            .iter()
            .filter(|((other, name, at, from), here)| {
                (other, at, from) == (package, line, column)
                    && file_name(name) == file_name(file)
                    && here.iter().all(|index| self.all[*index].id == id)
            });
        let (_, here) = found.next()?;
        found.next().is_none().then_some(here)
    }

    /// The index of the function that a probe belongs to; a new one where no source shows it.
    pub(crate) fn of_probe(&mut self, probe: &Function, contracts: &Contracts) -> usize {
        let Function {
            package,
            path,
            file,
            line,
            column,
            ..
        } = probe;
        let key = function_key(package, path, file, *line, *column);
        let exact = self.by_key.get(&key).copied();
        if let Some(known) = exact.filter(|known| self.all[*known].compiled.is_some()) {
            return known;
        }
        // rustc names files as the system does.
        let file = if cfg!(windows) {
            file.replace('\\', "/")
        } else {
            file.clone()
        };
        let place = (package.clone(), file, *line, *column);
        let here = self.by_place.get(&place);
        let here = here.or_else(|| self.renamed(&place, &probe.id));
        let here = here.cloned().unwrap_or_default();
        // The same place may have been compiled several times, each under its own path: a
        // file in two targets, or a macro that writes one function for many types.
        let uncompiled = |index: &usize| self.all[*index].compiled.is_none();
        let written = exact.or_else(|| here.iter().copied().find(uncompiled));
        let mut subject = match written.or_else(|| here.first().copied()) {
            Some(index) => self.all[index].clone(),
            None => Subject {
                key: String::new(),
                id: probe.id.clone(),
                package: package.clone(),
                path: String::new(),
                file: place.1,
                line: *line,
                column: *column,
                lines: None,
                branches: probe.branches.clone(),
                unlisted: BTreeSet::new(),
                opaque: Vec::new(),
                degraded: Vec::new(),
                rewritten: false,
                compiled: None,
                contract: contract(&self.all, probe, contracts),
            },
        };
        subject.key.clone_from(&key);
        subject.compiled = Some(path.clone());
        agree(&mut subject, &probe.branches);
        if let Some(index) = written {
            // The path that the source shows is the shorter one, and tells enough.
            self.by_key.insert(key, index);
            self.all[index] = subject;
            return index;
        }
        path.clone_into(&mut subject.path);
        for other in here {
            let other = &mut self.all[other];
            if let Some(path) = &other.compiled {
                path.clone_into(&mut other.path);
            }
        }
        self.add(subject)
    }
}

/// Takes the branches as they were compiled. What an attribute above ours added to
/// the body is no branch that anybody wrote: it counts only if it is ever left by.
fn agree(subject: &mut Subject, compiled: &[Branch]) {
    if subject.branches == compiled {
        return;
    }
    let written: Vec<Branch> = std::mem::replace(&mut subject.branches, compiled.to_vec());
    let added = compiled
        .iter()
        .enumerate()
        .filter(|(_, branch)| !written.contains(branch));
    subject.unlisted = added
        .filter_map(|(index, _)| u32::try_from(index).ok())
        .collect();
    subject.rewritten = true;
}

/// Where the contract of a function lies that no source shows.
fn contract(
    subjects: &[Subject],
    probe: &Function,
    contracts: &Contracts,
) -> Option<(PathBuf, String)> {
    let sibling = subjects
        .iter()
        .find(|subject| subject.id == probe.id && subject.package == probe.package);
    if let Some(sibling) = sibling {
        return sibling.contract.clone();
    }
    let (stem, function) = probe.id.rsplit_once('.')?;
    let suffix = format!("contracts/{stem}.toml");
    let mut files = contracts.files.iter();
    let found = files
        .find(|(_, file)| file.package == probe.package && file.source.path.ends_with(&suffix));
    found.map(|(path, _)| (path.clone(), function.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(line: u32) -> Branch {
        Branch {
            form: "question_mark".into(),
            line,
            column: 1,
        }
    }

    fn written() -> Subject {
        Subject {
            key: function_key("p", "c::f", "src/lib.rs", 3, 4),
            id: "a.f".into(),
            package: "p".into(),
            path: "c::f".into(),
            file: "src/lib.rs".into(),
            line: 3,
            column: 4,
            lines: Some((3, 9)),
            branches: vec![branch(5), branch(6)],
            unlisted: BTreeSet::new(),
            opaque: Vec::new(),
            degraded: Vec::new(),
            rewritten: false,
            compiled: None,
            contract: None,
        }
    }

    fn probe(path: &str, branches: Vec<Branch>) -> Function {
        Function {
            number: 1,
            id: "a.f".into(),
            package: "p".into(),
            path: path.into(),
            file: "src/lib.rs".into(),
            line: 3,
            column: 4,
            branches,
        }
    }

    #[test]
    fn a_probe_finds_the_function_that_was_written() {
        let mut subjects = Subjects::new(vec![written()]);
        let contracts = Contracts::default();
        for _ in 0..2 {
            let probe = probe("c::f", vec![branch(5), branch(6)]);
            assert_eq!(subjects.of_probe(&probe, &contracts), 0);
        }
        let all = subjects.into_all();
        assert_eq!(all.len(), 1);
        assert!(!all[0].rewritten && all[0].unlisted.is_empty());
    }

    #[test]
    fn one_place_that_was_compiled_for_two_types_is_two_functions() {
        let mut subjects = Subjects::new(vec![written()]);
        let contracts = Contracts::default();
        let mut index = |path| {
            let probe = probe(path, vec![branch(5), branch(6)]);
            subjects.of_probe(&probe, &contracts)
        };
        assert_eq!(index("c::Users::f"), 0);
        assert_eq!(index("c::Orders::f"), 1);
        assert_eq!(index("c::Users::f"), 0);
        let all = subjects.into_all();
        let paths: Vec<&str> = all.iter().map(|subject| &*subject.path).collect();
        assert_eq!(paths, ["c::Users::f", "c::Orders::f"]);
    }

    #[test]
    fn one_file_in_two_targets_is_two_functions_whichever_is_called_first() {
        let of_binary = Subject {
            key: function_key("p", "tool::f", "src/lib.rs", 3, 4),
            path: "tool::f".into(),
            ..written()
        };
        let mut subjects = Subjects::new(vec![written(), of_binary]);
        let contracts = Contracts::default();
        let mut index = |path| {
            let probe = probe(path, vec![branch(5), branch(6)]);
            subjects.of_probe(&probe, &contracts)
        };
        assert_eq!(index("tool::f"), 1);
        assert_eq!(index("c::f"), 0);
        assert_eq!(index("tool::f"), 1);
        assert_eq!(subjects.into_all().len(), 2);
    }

    #[test]
    fn what_another_attribute_added_is_not_listed() {
        let mut subjects = Subjects::new(vec![written()]);
        let compiled = vec![branch(2), branch(5), branch(6)];
        subjects.of_probe(&probe("c::f", compiled), &Contracts::default());
        let all = subjects.into_all();
        assert_eq!(all[0].branches.len(), 3);
        assert_eq!(all[0].unlisted, BTreeSet::from([0]));
        assert!(all[0].rewritten);
    }

    #[test]
    fn a_function_that_no_source_shows_is_added() {
        let mut subjects = Subjects::new(vec![written()]);
        let mut macro_made = probe("c::g", vec![branch(9)]);
        macro_made.line = 30;
        assert_eq!(subjects.of_probe(&macro_made, &Contracts::default()), 1);
        let all = subjects.into_all();
        assert_eq!(all[1].branches, [branch(9)]);
        assert!(!all[1].rewritten);
    }
}
