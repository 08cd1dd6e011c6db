//! What a diff touches: the contracted functions whose verdicts it may change.
//!
//! Rather too many than too few. What changes one function concerns that one; a contract
//! concerns its functions; a new test concerns what it enters. Everything else may change what
//! any test of the package does, and concerns all functions that those tests can reach.

mod diff;
mod files;
mod items;
mod mentions;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, Package};

use crate::codes;
use crate::compiled::relative;
use crate::contracts::{Contracts, package_root};
use crate::error::Result;
use crate::observe::{Observed, TestIndex};
use crate::report::Finding;
use crate::tests::Test;
use crate::workspace::Workspace;
use diff::{Changed, Edit, Edits};
use files::{decides_everything, is_of_tools, is_prose, is_source};
use items::{Items, Place};
use mentions::Mentions;

pub(crate) use diff::read;

/// A diff of the workspace.
#[derive(Debug)]
pub(crate) struct Diff {
    changed: Vec<Changed>,
    /// The folder that its paths are relative to.
    top: PathBuf,
}

/// The functions that verdicts are given on.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// `None`: all.
    only: Option<Only>,
}

#[derive(Debug, Default)]
struct Only {
    subjects: BTreeSet<usize>,
    /// The changed files, as reports show them.
    files: BTreeSet<String>,
}

impl Diff {
    /// Takes a diff apart, and holds it against the files here.
    pub(crate) fn parse(text: &str, root: &Path) -> Result<Self> {
        let mut folders = root.ancestors();
        let top = folders.find(|folder| folder.join(".git").exists());
        let top = top.unwrap_or(root).to_owned();
        let changed = diff::parse(text, &top)?;
        Ok(Self { changed, top })
    }

    /// What it touches.
    pub(crate) fn scope(&self, seen: &Seen<'_>) -> Scope {
        let mut finder = Finder {
            seen,
            top: &self.top,
            found: BTreeSet::new(),
            mentions: None,
        };
        if !self.changed.iter().all(|changed| finder.file(changed)) {
            return Scope::default();
        }
        let root = seen.workspace.root();
        let files = self.changed.iter();
        let files = files.map(|changed| relative(&root, &changed.path));
        Scope {
            only: Some(Only {
                subjects: finder.found,
                files: files.collect(),
            }),
        }
    }
}

impl Scope {
    pub(crate) fn has(&self, subject: usize) -> bool {
        let only = self.only.as_ref();
        only.is_none_or(|only| only.subjects.contains(&subject))
    }

    /// Whether everything is in it.
    pub(crate) fn is_whole(&self) -> bool {
        self.only.is_none()
    }

    /// Whether a finding that is not of a function in scope is of something that was changed.
    /// A contract and its function can part by a change of either.
    pub(crate) fn concerns(&self, finding: &Finding) -> bool {
        let parted = [
            codes::NO_FUNCTION,
            codes::NOT_BUILT,
            codes::CONTRACT_REQUIRED,
        ];
        match (&self.only, &finding.file) {
            (Some(only), Some(file)) => {
                only.files.contains(file) || parted.iter().any(|code| code.code == finding.code)
            }
            _ => true,
        }
    }
}

/// What was found before anything is broken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) contracts: &'a Contracts,
    pub(crate) observed: &'a Observed,
    pub(crate) tests: &'a [Test],
}

struct Finder<'a> {
    seen: &'a Seen<'a>,
    /// The folder of the whole repository.
    top: &'a Path,
    found: BTreeSet<usize>,
    mentions: Option<Mentions>,
}

impl Finder<'_> {
    /// Adds what a file's changes touch; `false` if that may be everything.
    fn file(&mut self, changed: &Changed) -> bool {
        let path = &changed.path;
        // What the repository itself lies in says nothing of its files.
        let top = self.top;
        let below = path.strip_prefix(top).unwrap_or(path);
        if is_of_tools(below) || is_prose(below) && !self.is_spoken_of(path) {
            return true;
        }
        if decides_everything(path) {
            return false;
        }
        if self.contract(path) {
            return true;
        }
        // Beside the packages, where tests of several may find their data.
        let Some(package) = package_of(&self.seen.workspace.metadata, path) else {
            return false;
        };
        let mentions = self.mentions();
        if is_source(path) && mentions.reach_out || mentions.reaches(path) {
            return false;
        }
        let Edits::Lines(edits) = &changed.edits else {
            self.package(package);
            return true;
        };
        let text = std::fs::read_to_string(path).ok();
        let items = text.filter(|_| is_source(path)).and_then(|text| {
            let items = Items::of(&text)?;
            let edits = items.settled(&text, edits);
            Some((items, edits))
        });
        match items {
            Some((items, edits)) => self.source(package, path, &items, &edits),
            None => self.package(package),
        }
        true
    }

    /// Whether a source may read a file, as far as texts in it show.
    fn is_spoken_of(&mut self, path: &Path) -> bool {
        let package = package_of(&self.seen.workspace.metadata, path);
        let from = package.map_or_else(|| self.top.to_owned(), package_root);
        let mentions = self.mentions();
        mentions.speaks_of(path, &from) || mentions.reaches(path)
    }

    fn source(&mut self, package: &Package, path: &Path, items: &Items, edits: &[Edit]) {
        let of_tests = is_for_tests(package, path);
        let subjects: Vec<(usize, u32)> = self.subjects_in(path);
        for edit in edits {
            let (of, name, lines, is_new, is_test) = match items.place(*edit, edits) {
                Place::Nowhere => continue,
                Place::Elsewhere => return self.package(package),
                Place::Function { name, lines } => {
                    let own = subjects.iter().filter(|(_, line)| lines.contains(line));
                    let own: Vec<usize> = own.map(|(subject, _)| *subject).collect();
                    if own.is_empty() {
                        return self.package(package);
                    }
                    (own, name, lines, false, false)
                }
                Place::New {
                    name,
                    lines,
                    is_test,
                } => {
                    let own = subjects.iter().filter(|(_, line)| lines.contains(line));
                    let mut own: Vec<usize> = own.map(|(subject, _)| *subject).collect();
                    let is_test = is_test || of_tests;
                    if is_test {
                        own.extend(self.entered_by(&name));
                    }
                    (own, name, lines, true, is_test)
                }
            };
            // Who calls it, or calls something else by that name from now on.
            let above = above(&self.seen.workspace.metadata, package);
            let with_tests = is_new || is_test;
            let mentions = self.mentions();
            if mentions.elsewhere(&above, &name, path, &lines, with_tests) {
                return self.package(package);
            }
            self.found.extend(of);
        }
    }

    fn mentions(&mut self) -> &Mentions {
        let metadata = &self.seen.workspace.metadata;
        self.mentions.get_or_insert_with(|| Mentions::of(metadata))
    }

    /// Adds the functions of a contract file, and of those that build on it; `false` if it
    /// is none.
    fn contract(&mut self, path: &Path) -> bool {
        let Ok(path) = path.canonicalize() else {
            return false;
        };
        let files: Vec<_> = self.seen.contracts.read_files().collect();
        let Some((_, changed)) = files.iter().find(|(file, _)| **file == path) else {
            return false;
        };
        let mut affected: BTreeSet<&Path> = BTreeSet::from([path.as_path()]);
        let mut shown: BTreeSet<&str> = BTreeSet::from([changed.source.path.as_str()]);
        loop {
            let before = affected.len();
            for (path, file) in &files {
                let contract = file.contract();
                let mut included = contract.included.iter();
                let mut interfaces = contract.interfaces.iter();
                let builds_on = included.any(|other| shown.contains(other.path.as_str()))
                    || interfaces.any(|interface| {
                        let id = interface.contract.as_ref();
                        let stem = id.and_then(|id| id.rsplit_once('.'));
                        stem.is_some_and(|(stem, _)| {
                            shown
                                .iter()
                                .any(|path| Path::new(path).file_stem() == Some(stem.as_ref()))
                        })
                    });
                if builds_on {
                    affected.insert(path);
                    shown.insert(&file.source.path);
                }
            }
            if affected.len() == before {
                break;
            }
        }
        let of = |contract: &PathBuf| {
            let real = contract.canonicalize();
            affected.contains(real.as_deref().unwrap_or(contract))
        };
        let subjects = self.seen.observed.subjects.iter().enumerate();
        let own = subjects.filter(|(_, subject)| {
            let contract = subject.contract.as_ref();
            // One that was not found may be this one.
            contract.is_none_or(|(contract, _)| of(contract))
        });
        self.found.extend(own.map(|(index, _)| index));
        true
    }

    /// Adds whatever tests can reach that something of a package is compiled into.
    fn package(&mut self, package: &Package) {
        let metadata = &self.seen.workspace.metadata;
        // Its tests, and those of what is built on it, reach what that is built on.
        let mut reached = above(metadata, package);
        spread(metadata, &mut reached, |package, known| {
            if !known.contains(package.name.as_str()) {
                return Vec::new();
            }
            let dependencies = package.dependencies.iter();
            dependencies.map(|d| d.name.as_str()).collect()
        });
        let subjects = self.seen.observed.subjects.iter().enumerate();
        let own = subjects.filter(|(_, subject)| reached.contains(subject.package.as_str()));
        self.found.extend(own.map(|(index, _)| index));
    }

    /// The functions in a file, and the lines of their names.
    fn subjects_in(&self, path: &Path) -> Vec<(usize, u32)> {
        let root = self.seen.workspace.root();
        let subjects = self.seen.observed.subjects.iter().enumerate();
        subjects
            .filter(|(_, subject)| root.join(&subject.file) == *path)
            .map(|(index, subject)| (index, subject.line))
            .collect()
    }

    /// The functions that the tests of one name were seen in.
    fn entered_by(&self, name: &str) -> BTreeSet<usize> {
        let observed = self.seen.observed;
        let is_meant = |test: &TestIndex| {
            let mut segments = self.seen.tests[*test].id.split("::");
            segments.any(|segment| segment == name)
        };
        let exits = observed.exits.iter();
        let exits = exits.map(|(exit, share)| (exit.subject, share));
        let modes = observed.modes.iter();
        let modes = modes.map(|((subject, _), seen)| (*subject, &seen.recovered));
        let shares = exits.chain(modes);
        let unmarked = observed.unmarked.iter();
        let unmarked = unmarked.filter(|(_, tests)| tests.iter().any(is_meant));
        let unmarked: Vec<usize> = unmarked.map(|((subject, _), _)| *subject).collect();
        let entered = shares.filter(|(_, share)| share.by_test.keys().any(is_meant));
        let breached = observed.breaches.iter();
        let breached = breached.filter(|(_, breached)| breached.tests.iter().any(is_meant));
        entered
            .map(|(subject, _)| subject)
            .chain(breached.map(|((subject, ..), _)| *subject))
            .chain(unmarked)
            .collect()
    }
}

/// A package and those that are built on it.
fn above<'m>(metadata: &'m Metadata, package: &'m Package) -> BTreeSet<&'m str> {
    let mut above = BTreeSet::from([package.name.as_str()]);
    spread(metadata, &mut above, |package, known| {
        let mut dependencies = package.dependencies.iter();
        dependencies
            .any(|dependency| known.contains(dependency.name.as_str()))
            .then_some(package.name.as_str())
            .into_iter()
            .collect()
    });
    above
}

/// Grows a set of packages until nothing is added any more.
fn spread<'m>(
    metadata: &'m Metadata,
    known: &mut BTreeSet<&'m str>,
    more: impl Fn(&'m Package, &BTreeSet<&'m str>) -> Vec<&'m str>,
) {
    loop {
        let before = known.len();
        for package in local(metadata) {
            let more = more(package, known);
            known.extend(more);
        }
        if known.len() == before {
            break;
        }
    }
}

/// The packages that lie here, whether members or not.
fn local(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    let packages = metadata.packages.iter();
    packages.filter(|package| package.source.is_none())
}

/// The innermost package that a file lies in, of those that lie here.
fn package_of<'m>(metadata: &'m Metadata, path: &Path) -> Option<&'m Package> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let path = real(path);
    let packages = local(metadata).map(|package| (real(&package_root(package)), package));
    packages
        .filter(|(root, _)| path.starts_with(root))
        .max_by_key(|(root, _)| root.as_os_str().len())
        .map(|(_, package)| package)
}

/// Whether a file lies beside the root of a test target.
fn is_for_tests(package: &Package, path: &Path) -> bool {
    package.targets.iter().any(|target| {
        let root = target.src_path.as_std_path();
        let folder = root.parent().filter(|_| target.is_test());
        folder.is_some_and(|folder| path.starts_with(folder))
    })
}
