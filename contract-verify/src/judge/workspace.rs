//! What is said of contracts without functions, of packages, and of the tests themselves.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{Judge, Place, count, listed};
use crate::codes::{self, Code};
use crate::contracts::ContractFile;
use crate::observe::TestIndex;
use crate::report::Level;
use crate::tests::{Entry, Test};
use crate::uncarried::{Carried, Uncarried, attribute, uncarried};

impl Judge<'_> {
    pub(super) fn contracts_without_function(&mut self) {
        let mut known: HashMap<&Path, Option<PathBuf>> = HashMap::new();
        let mut carried = Carried::new();
        for subject in &self.case.observed.subjects {
            let Some((path, function)) = &subject.contract else {
                continue;
            };
            let canonical = known
                .entry(path)
                .or_insert_with(|| path.canonicalize().ok());
            if let Some(path) = canonical {
                carried.insert((path.clone(), function.clone()));
            }
        }
        let attributes = self.case.attributes;
        self.not_seen();
        let (unseen, files) = (self.case.unseen, self.case.files);
        let found = uncarried(
            self.case.contracts,
            &carried,
            |id, package| match attribute(attributes, id, package) {
                _ if unseen.iter().any(|unseen| unseen.id == id) => Uncarried::Excused,
                Some(written) => {
                    let is_built = files.is_empty() || files.contains(&written.file);
                    Uncarried::LeftOut(written, is_built)
                }
                None => Uncarried::Nowhere,
            },
        );
        self.findings.extend(found);
    }

    /// Functions that were compiled, that no source shows and that no test called.
    fn not_seen(&mut self) {
        for unseen in self.case.unseen {
            let mut subjects = self.case.observed.subjects.iter();
            let was_called = subjects
                .any(|of| of.id == unseen.id && of.file == unseen.file && of.line == unseen.line);
            if was_called {
                continue;
            }
            let message = format!(
                "a function that carries `{}` was compiled, no source shows it, and no test calls it",
                unseen.id
            );
            let help = "call it in a test, or write it so that it is found: outside of macros, under \
                        `#[resilience_contract(…)]`, or a name that a `use … as` in the workspace gives that";
            let place = Place {
                file: unseen.file.clone(),
                line: unseen.line,
                column: unseen.column,
            };
            let level = codes::NOT_SEEN.level;
            self.push(
                codes::NOT_SEEN,
                level,
                message,
                None,
                None,
                Some(place),
                Some(help.to_owned()),
            );
        }
    }

    /// Variants of shared enums that tests name and no function of a contract returns. The
    /// compiler has seen that all others are in the contracts.
    pub(super) fn variants_of_no_contract(&mut self) {
        let contracts = || {
            self.case
                .contracts
                .files
                .values()
                .map(ContractFile::contract)
        };
        let mut found = Vec::new();
        for (of, variant, site) in self.case.naming.paths() {
            let mut shared = contracts().filter_map(|contract| contract.errors.get(of));
            let is_shared = shared.any(|shared| shared.variants.iter().any(|v| **v == *variant));
            let mut functions = contracts().flat_map(|contract| &contract.functions);
            let is_returned = functions.any(|function| {
                let is_meant = function.error.as_ref().is_some_and(|error| **error == *of);
                is_meant && function.variants().iter().any(|v| ***v == *variant)
            });
            if is_shared && !is_returned {
                found.push((format!("{of}::{variant}"), site));
            }
        }
        for (name, site) in found {
            let message =
                format!("a test names `{name}`, which no failure mode of any contract returns");
            let help = "declare the failure mode that returns it, or take the variant away";
            let place = Place {
                file: site.file.clone(),
                line: u32::try_from(site.line).unwrap_or(u32::MAX),
                column: u32::try_from(site.column).unwrap_or(u32::MAX),
            };
            let code = codes::VARIANT_OF_NO_CONTRACT;
            self.push(
                code,
                code.level,
                message,
                None,
                None,
                Some(place),
                Some(help.to_owned()),
            );
        }
    }

    pub(super) fn tests(&mut self) {
        let case = self.case;
        for (test, how) in case.failing {
            let message = format!(
                "test `{}` {how}, with nothing changed",
                case.tests[*test].id
            );
            let help = "mend it first: verdicts are drawn from tests that pass".to_owned();
            self.push(
                codes::TEST_FAILS,
                Level::Error,
                message,
                None,
                None,
                None,
                Some(help),
            );
        }
        for test in &case.proofs.flaky {
            let message = format!(
                "test `{}` passed, and failed when it was run again with nothing changed",
                case.tests[*test].id
            );
            let help = "make it give the same result every time; what it noticed is not counted"
                .to_owned();
            self.push(
                codes::TEST_FLAKES,
                Level::Error,
                message,
                None,
                None,
                None,
                Some(help),
            );
        }
        for (package, file) in case.undependent {
            let message = format!(
                "package `{package}` has contracts and does not depend on `resilience-contract`"
            );
            let help = format!("`cargo add resilience-contract --package {package}`");
            let place = Place {
                file: file.clone(),
                line: 1,
                column: 1,
            };
            let level = codes::NO_DEPENDENCY.level;
            self.push(
                codes::NO_DEPENDENCY,
                level,
                message,
                None,
                None,
                Some(place),
                Some(help),
            );
        }
        for (file, line, column) in case.hidden {
            let message =
                "functions may come out of this macro that are known only if a test calls them"
                    .to_owned();
            let help = "write contracted functions outside of macros; then one that no test calls is listed too";
            let place = Place {
                file: file.clone(),
                line: *line,
                column: *column,
            };
            let level = codes::NOT_ANALYSED.level;
            self.push(
                codes::NOT_ANALYSED,
                level,
                message,
                None,
                None,
                Some(place),
                Some(help.to_owned()),
            );
        }
        let notes = |chosen: &dyn Fn(TestIndex, &Test) -> bool| -> Vec<String> {
            let tests = case.tests.iter().enumerate();
            tests
                .filter(|(index, test)| chosen(*index, test))
                .map(|(_, test)| test.id.clone())
                .collect()
        };
        let kinds: [(Code, Vec<String>, &str); 3] = [
            (
                codes::IGNORED_TEST,
                notes(&|_, test| test.ignored),
                "ignored, and therefore not run",
            ),
            (
                codes::OWN_HARNESS,
                notes(&|_, test| test.entry == Entry::Whole),
                "with a harness of its own, run as one test",
            ),
            (
                codes::SHOULD_PANIC,
                notes(&|index, _| case.should_panic.contains(&index)),
                "with `#[should_panic]`, which any panic satisfies unless `expected` says which",
            ),
        ];
        for (code, tests, what) in kinds {
            if !tests.is_empty() {
                let message = format!("{} {what}: {}", count(tests.len(), "test"), listed(&tests));
                self.push(code, code.level, message, None, None, None, None);
            }
        }
    }

    /// A function that a probe saw and whose contract is not among those that were read.
    pub(super) fn without_contract(&mut self, index: usize) {
        let subject = &self.case.observed.subjects[index];
        let message = format!(
            "the contract `{}` of `{}` was not found",
            subject.id, subject.path
        );
        let help = "put the function into a source file of the package, not into a macro, or the contract into `contracts/`";
        let place = Place {
            file: subject.file.clone(),
            line: subject.line,
            column: subject.column,
        };
        let level = codes::NO_CONTRACT.level;
        self.push(
            codes::NO_CONTRACT,
            level,
            message,
            Some(index),
            None,
            Some(place),
            Some(help.to_owned()),
        );
    }
}
