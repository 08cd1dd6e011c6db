//! Which contracted function of the sources a probe belongs to.
//!
//! The sources know the functions that nobody calls; the probes know what was
//! really compiled. Where the two differ, the probes are right.

use std::collections::BTreeSet;
use std::path::PathBuf;

use contract_spec::evidence::{Branch, Function, function_key};

use crate::contracts::Contracts;
use crate::inventory::Subject;

/// The index of the function that a probe belongs to; a new one where no source shows it.
pub(crate) fn of_probe(
    subjects: &mut Vec<Subject>,
    probe: &Function,
    contracts: &Contracts,
) -> usize {
    let Function {
        package,
        path,
        file,
        line,
        column,
        ..
    } = probe;
    let key = function_key(package, path, file, *line, *column);
    if let Some(known) = subjects
        .iter()
        .position(|subject| subject.compiled.is_some() && subject.key == key)
    {
        return known;
    }
    let here = |subject: &Subject| {
        (
            &subject.package,
            &subject.file,
            subject.line,
            subject.column,
        ) == (package, file, *line, *column)
    };
    // The same place may have been compiled several times, each under its own path: a
    // macro that writes one function for many types.
    let place = subjects.iter().position(here);
    let mut subject = match place {
        Some(place) => subjects[place].clone(),
        None => Subject {
            key: String::new(),
            id: probe.id.clone(),
            package: package.clone(),
            path: String::new(),
            file: file.clone(),
            line: *line,
            column: *column,
            branches: probe.branches.clone(),
            unlisted: BTreeSet::new(),
            opaque: Vec::new(),
            rewritten: false,
            compiled: None,
            contract: contract(subjects, probe, contracts),
        },
    };
    subject.key = key;
    subject.compiled = Some(path.clone());
    agree(&mut subject, &probe.branches);
    if let Some(place) = place.filter(|place| subjects[*place].compiled.is_none()) {
        // The path that the source shows is the shorter one, and tells enough.
        subjects[place] = subject;
        return place;
    }
    path.clone_into(&mut subject.path);
    for other in subjects.iter_mut().filter(|subject| here(subject)) {
        if let Some(path) = &other.compiled {
            path.clone_into(&mut other.path);
        }
    }
    subjects.push(subject);
    subjects.len() - 1
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
            branches: vec![branch(5), branch(6)],
            unlisted: BTreeSet::new(),
            opaque: Vec::new(),
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
        let mut subjects = vec![written()];
        let contracts = Contracts::default();
        for _ in 0..2 {
            let index = of_probe(
                &mut subjects,
                &probe("c::f", vec![branch(5), branch(6)]),
                &contracts,
            );
            assert_eq!((index, subjects.len()), (0, 1));
        }
        assert!(!subjects[0].rewritten && subjects[0].unlisted.is_empty());
    }

    #[test]
    fn one_place_that_was_compiled_for_two_types_is_two_functions() {
        let mut subjects = vec![written()];
        let contracts = Contracts::default();
        let branches = || vec![branch(5), branch(6)];
        assert_eq!(
            of_probe(&mut subjects, &probe("c::Users::f", branches()), &contracts),
            0
        );
        assert_eq!(
            of_probe(
                &mut subjects,
                &probe("c::Orders::f", branches()),
                &contracts
            ),
            1
        );
        assert_eq!(
            of_probe(&mut subjects, &probe("c::Users::f", branches()), &contracts),
            0
        );
        let paths: Vec<&str> = subjects.iter().map(|subject| &*subject.path).collect();
        assert_eq!(paths, ["c::Users::f", "c::Orders::f"]);
    }

    #[test]
    fn what_another_attribute_added_is_not_listed() {
        let mut subjects = vec![written()];
        let compiled = vec![branch(2), branch(5), branch(6)];
        of_probe(
            &mut subjects,
            &probe("c::f", compiled),
            &Contracts::default(),
        );
        assert_eq!(subjects[0].branches.len(), 3);
        assert_eq!(subjects[0].unlisted, BTreeSet::from([0]));
        assert!(subjects[0].rewritten);
    }

    #[test]
    fn a_function_that_no_source_shows_is_added() {
        let mut subjects = vec![written()];
        let mut macro_made = probe("c::g", vec![branch(9)]);
        macro_made.line = 30;
        assert_eq!(
            of_probe(&mut subjects, &macro_made, &Contracts::default()),
            1
        );
        assert_eq!(subjects[1].branches, [branch(9)]);
        assert!(!subjects[1].rewritten);
    }
}
