//! The contracted functions of the built targets, as their sources show them.
//!
//! A function that no test calls leaves no evidence; it is found here.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use contract_spec::evidence::{self, file, function_key};
use contract_spec::source::{self, Cfg, silent};
use proc_macro2::Span;

use crate::aliases;
use crate::build::{Build, BuiltTarget};
use crate::compiled::{self, Compiled, relative};
use crate::contracts::{Contracts, package_root};
use crate::crawl::{Visitor, crawl};
use crate::error::Result;
use crate::policy::Place;
use crate::shown::shown;
use crate::workspace::Workspace;

/// A contracted function.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) key: String,
    /// The contract's id.
    pub(crate) id: String,
    pub(crate) package: String,
    /// Crate, modules, name.
    pub(crate) path: String,
    /// The source file as rustc was given it.
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// Its first and its last line; `None` where no source shows it.
    pub(crate) lines: Option<(u32, u32)>,
    pub(crate) branches: Vec<evidence::Branch>,
    /// Branches that are not listed unless a test leaves by them, by index.
    pub(crate) unlisted: BTreeSet<u32>,
    /// Macro calls that could not be looked into, by line and column.
    pub(crate) opaque: Vec<(u32, u32)>,
    /// Where its source lets a failure go for a reason.
    pub(crate) degraded: Vec<file::Reason>,
    /// Whether another attribute changed the body before it was compiled.
    pub(crate) rewritten: bool,
    /// The path that a probe gave, once it has said what was really compiled.
    pub(crate) compiled: Option<String>,
    /// The contract file and the function's key in it.
    pub(crate) contract: Option<(PathBuf, String)>,
}

/// What the sources show.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    pub(crate) subjects: Vec<Subject>,
    /// Macros out of which functions may come that are not known here: file, line, column.
    pub(crate) hidden: Vec<(String, u32, u32)>,
    /// Functions that were compiled, and that no source shows.
    pub(crate) unseen: Vec<Compiled>,
    /// The source files that were compiled, relative to the workspace.
    pub(crate) files: BTreeSet<String>,
    /// Functions that could have a contract and have none; looked for only if the policy
    /// asks for them.
    pub(crate) uncontracted: Vec<Place>,
    /// Those that have one, as patterns see them.
    pub(crate) contracted: Vec<Place>,
}

/// Finds the contracted functions of every target that was built, and reads the
/// contracts that lie elsewhere than in `contracts/`.
pub(crate) fn find(
    workspace: &Workspace,
    build: &Build,
    contracts: &mut Contracts,
    all: bool,
) -> Result<Inventory> {
    let mut base = Cfg::parse(&build.cfg);
    base.aliases = aliases::of(workspace)?;
    let mut found = Inventory::default();
    let mut seen = HashSet::new();
    for target in &build.targets {
        if !workspace.selected.contains(&target.package) {
            continue;
        }
        let mut cfg = base.clone();
        // The printed one is that of a build without optimisations.
        if !target.debug_assertions {
            cfg.names.remove("debug_assertions");
        }
        for printed in build.scripts.get(&target.package).into_iter().flatten() {
            cfg.add(printed);
        }
        for feature in &target.features {
            cfg.values.insert(("feature".to_owned(), feature.clone()));
        }
        let mut finder = Finder {
            workspace,
            target,
            cfg: &cfg,
            contracts,
            found: &mut found,
            all: all && (target.target.is_lib() || target.target.is_bin()),
            doubtful: Vec::new(),
            redefined: HashSet::new(),
        };
        let root = target.target.src_path.as_std_path();
        crawl(root, &target.target.name, &cfg, &mut finder)?;
        finder.doubt();
    }
    // A library is built twice, with its unit tests and without.
    found
        .subjects
        .retain(|subject| seen.insert(subject.key.clone()));
    found.subjects.sort_by(|a, b| {
        (&a.id, &a.package, &a.path, a.line).cmp(&(&b.id, &b.package, &b.path, b.line))
    });
    for places in [&mut found.uncontracted, &mut found.contracted] {
        places.sort();
        places.dedup();
    }
    found.hidden.sort();
    found.hidden.dedup();
    let packages = workspace.packages();
    let folders = packages.map(package_root).collect();
    let compiled = compiled::functions(&build.artifacts, &folders).into_iter();
    let root = workspace.root();
    let files = compiled::files(&build.artifacts);
    found.files = files.iter().map(|file| relative(&root, file)).collect();
    // What stands above the attribute may have moved the function's name, and
    // `--remap-path-prefix` its file.
    let subjects = found.subjects.iter();
    let shown = subjects.map(|subject| (subject.id.as_str(), file_name(&subject.file)));
    let shown: HashSet<(&str, &str)> = shown.collect();
    let unseen = compiled.filter(|compiled| {
        let compiled = (compiled.id.as_str(), file_name(&compiled.file));
        !shown.contains(&compiled)
    });
    found.unseen = unseen.collect();
    Ok(found)
}

/// A source file's name, without its folders; `/` stands between those here.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

struct Finder<'a> {
    workspace: &'a Workspace,
    target: &'a BuiltTarget,
    cfg: &'a Cfg,
    contracts: &'a mut Contracts,
    found: &'a mut Inventory,
    /// Whether functions without a contract are wanted too.
    all: bool,
    /// Branches in macros that are known by their name: of which subject, which one, where.
    doubtful: Vec<(usize, u32, Vec<String>)>,
    /// The names of such macros that the crate has macros of its own for.
    redefined: HashSet<&'static str>,
}

impl Finder<'_> {
    /// Where a macro may mean something else than its name says, nobody knows whether what
    /// was taken for a branch is one: it is listed if a test leaves by it.
    fn doubt(&mut self) {
        for (subject, branch, macros) in std::mem::take(&mut self.doubtful) {
            let is_own = macros
                .iter()
                .any(|name| self.redefined.contains(name.as_str()));
            let subject = &mut self.found.subjects[subject];
            if is_own && subject.unlisted.insert(branch) {
                let branch = &subject.branches[branch as usize];
                subject.opaque.push((branch.line, branch.column));
            }
        }
    }
}

// What rustc accepts and syn does not, the probes still record: it need not be said here.
impl Visitor for Finder<'_> {
    fn function(
        &mut self,
        file: &Path,
        modules: &[String],
        function: &source::SourceFunction,
    ) -> Result<()> {
        // rustc has compiled the attribute, so it can be read; a macro may build it differently.
        let Ok(attribute) = &function.attribute else {
            return Ok(());
        };
        let package = &self.workspace.metadata[&self.target.package];
        let root = self.workspace.root();
        let contract = package_root(package).join(attribute.path());
        if contract.exists() {
            self.contracts.read(&root, &package.name, &contract)?;
        }
        if self.all {
            self.found.contracted.push(Place::new(
                shown(&root, file),
                modules,
                &function.modules,
                function.of.as_deref(),
                (&function.ident, function.name.start()),
            ));
        }
        let start = function.name.start();
        let position = (number(start.line), number(start.column + 1));
        let mut path = modules.to_vec();
        path.extend(function.modules.iter().cloned());
        path.push(function.ident.clone());
        let path = path.join("::");
        let shown = shown(&root, file);
        let (found, opaque) = function.branches();
        let branches = found.iter().map(|branch| {
            let start = branch.span.start();
            evidence::Branch {
                form: branch.kind.name().to_owned(),
                line: number(start.line),
                column: number(start.column + 1),
            }
        });
        let left_out = found.iter().enumerate();
        let left_out = left_out.filter(|(_, branch)| !self.cfg.allows(&branch.cfg));
        let unlisted = left_out
            .filter_map(|(index, _)| u32::try_from(index).ok())
            .collect();
        let opaque = opaque.iter().map(|span| {
            let start = span.start();
            (number(start.line), number(start.column + 1))
        });
        let degraded = silent::degraded(&function.body)
            .into_iter()
            .map(|degraded| {
                let start = degraded.span.start();
                file::Reason {
                    line: number(start.line),
                    column: number(start.column + 1),
                    reason: degraded.reason,
                }
            });
        let subject = self.found.subjects.len();
        let in_macros = found.iter().enumerate();
        let in_macros = in_macros.filter(|(_, branch)| !branch.macros.is_empty());
        self.doubtful
            .extend(in_macros.filter_map(|(index, branch)| {
                Some((subject, u32::try_from(index).ok()?, branch.macros.clone()))
            }));
        self.found.subjects.push(Subject {
            key: function_key(&package.name, &path, &shown, position.0, position.1),
            id: attribute.id.value(),
            package: package.name.to_string(),
            path,
            file: shown,
            line: position.0,
            column: position.1,
            lines: Some((number(function.lines.0), number(function.lines.1))),
            branches: branches.collect(),
            unlisted,
            opaque: opaque.collect(),
            degraded: degraded.collect(),
            rewritten: false,
            compiled: None,
            contract: Some((contract, attribute.function())),
        });
        Ok(())
    }

    fn wants_all(&self) -> bool {
        self.all
    }

    fn uncontracted(&mut self, file: &Path, modules: &[String], function: &source::Uncontracted) {
        if self.all {
            self.found.uncontracted.push(Place::new(
                shown(&self.workspace.root(), file),
                modules,
                &function.modules,
                function.of.as_deref(),
                (&function.ident, function.name.start()),
            ));
        }
    }

    fn redefined(&mut self, name: &'static str) {
        self.redefined.insert(name);
    }

    fn hidden(&mut self, file: &Path, place: Span) {
        let start = place.start();
        let file = shown(&self.workspace.root(), file);
        self.found
            .hidden
            .push((file, number(start.line), number(start.column + 1)));
    }
}

impl Inventory {
    /// Whether a function of a package that was built has this contract.
    pub(crate) fn carries(&self, package: &str, id: &str) -> bool {
        let mut subjects = self.subjects.iter();
        subjects.any(|subject| subject.id == id && subject.package == package)
    }

    /// The functions as a record has them; paths relative to `root`.
    pub(crate) fn listed(&self, root: &Path) -> Vec<file::Listed> {
        let listed = self.subjects.iter().map(|subject| file::Listed {
            key: subject.key.clone(),
            id: subject.id.clone(),
            package: subject.package.clone(),
            path: subject.path.clone(),
            file: subject.file.clone(),
            line: subject.line,
            column: subject.column,
            lines: subject.lines,
            branches: subject.branches.clone(),
            unlisted: subject.unlisted.clone(),
            opaque: subject.opaque.clone(),
            degraded: subject.degraded.clone(),
            contract: subject.contract.as_ref().map(|(path, function)| {
                let path = path.canonicalize().unwrap_or_else(|_| path.clone());
                (relative(root, &path), function.clone())
            }),
        });
        listed.collect()
    }

    /// What is not listed, as a record has it.
    pub(crate) fn hidden(&self) -> Vec<file::Hidden> {
        let macros = self.hidden.iter().map(|(file, line, column)| file::Hidden {
            file: file.clone(),
            line: *line,
            column: *column,
            id: None,
        });
        let unseen = self.unseen.iter().map(|compiled| file::Hidden {
            file: compiled.file.clone(),
            line: compiled.line,
            column: compiled.column,
            id: Some(compiled.id.clone()),
        });
        macros.chain(unseen).collect()
    }

    /// The places as a record has them.
    pub(crate) fn places(&self) -> Vec<file::Place> {
        let of = |places: &[Place], contracted: bool| -> Vec<file::Place> {
            let place = |place: &Place| file::Place {
                contracted,
                file: place.file.clone(),
                line: place.line,
                column: place.column,
                path: place.path.clone(),
                typed: place.typed.clone(),
            };
            places.iter().map(place).collect()
        };
        [of(&self.uncontracted, false), of(&self.contracted, true)].concat()
    }

    /// Reads a record again.
    pub(crate) fn of_record(
        root: &Path,
        listed: &[file::Listed],
        hidden: &[file::Hidden],
        places: &[file::Place],
        files: BTreeSet<String>,
    ) -> Self {
        let subjects = listed.iter().cloned().map(|listed| Subject {
            key: listed.key,
            id: listed.id,
            package: listed.package,
            path: listed.path,
            file: listed.file,
            line: listed.line,
            column: listed.column,
            lines: listed.lines,
            branches: listed.branches,
            unlisted: listed.unlisted,
            opaque: listed.opaque,
            degraded: listed.degraded,
            rewritten: false,
            compiled: None,
            contract: listed
                .contract
                .map(|(path, function)| (root.join(path), function)),
        });
        let of = |contracted: bool| -> Vec<Place> {
            let places = places.iter().filter(|place| place.contracted == contracted);
            let place = |place: &file::Place| Place {
                file: place.file.clone(),
                line: place.line,
                column: place.column,
                path: place.path.clone(),
                typed: place.typed.clone(),
            };
            places.map(place).collect()
        };
        let macros = hidden.iter().filter(|hidden| hidden.id.is_none());
        let unseen = hidden.iter().filter_map(|hidden| {
            Some(Compiled {
                id: hidden.id.clone()?,
                file: hidden.file.clone(),
                line: hidden.line,
                column: hidden.column,
            })
        });
        Self {
            subjects: subjects.collect(),
            hidden: macros.map(|h| (h.file.clone(), h.line, h.column)).collect(),
            unseen: unseen.collect(),
            files,
            uncontracted: of(false),
            contracted: of(true),
        }
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
