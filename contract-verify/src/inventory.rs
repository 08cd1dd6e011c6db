//! The contracted functions of the built targets, as their sources show them.
//!
//! A function that no test calls leaves no evidence; it is found here.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use contract_spec::evidence::{self, function_key};
use contract_spec::source::{self, Cfg};

use crate::build::{Build, BuiltTarget};
use crate::contracts::{Contracts, package_root, shown};
use crate::error::{Error, Result};
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
    pub(crate) branches: Vec<evidence::Branch>,
    /// The contract file and the function's key in it.
    pub(crate) contract: Option<(PathBuf, String)>,
}

/// Finds the contracted functions of every target that was built, and reads the
/// contracts that lie elsewhere than in `contracts/`.
pub(crate) fn find(
    workspace: &Workspace,
    build: &Build,
    contracts: &mut Contracts,
) -> Result<Vec<Subject>> {
    let printed = Command::new(&build.rustc)
        .args(["--print", "cfg", "--target", &build.triple])
        .output()
        .map_err(Error::Cargo)?;
    let base = Cfg::parse(&String::from_utf8_lossy(&printed.stdout));
    let mut subjects = Vec::new();
    let mut seen = HashSet::new();
    for target in &build.targets {
        if !workspace.selected.contains(&target.package) {
            continue;
        }
        let mut cfg = base.clone();
        for feature in &target.features {
            cfg.values.insert(("feature".to_owned(), feature.clone()));
        }
        let mut crawler = Crawler {
            workspace,
            target,
            cfg,
            contracts,
            subjects: &mut subjects,
            visited: HashSet::new(),
        };
        let name = target.target.name.replace('-', "_");
        let root: &Path = target.target.src_path.as_std_path();
        crawler.crawl(root, &[name], root.parent().unwrap_or(root))?;
    }
    // A library is built twice, with its unit tests and without.
    subjects.retain(|subject| seen.insert(subject.key.clone()));
    subjects.sort_by(|a, b| (&a.id, &a.package, &a.path, a.line).cmp(&(&b.id, &b.package, &b.path, b.line)));
    Ok(subjects)
}

struct Crawler<'a> {
    workspace: &'a Workspace,
    target: &'a BuiltTarget,
    cfg: Cfg,
    contracts: &'a mut Contracts,
    subjects: &'a mut Vec<Subject>,
    visited: HashSet<PathBuf>,
}

impl Crawler<'_> {
    /// Reads a file and the modules it names. `folder` is where its submodules lie.
    fn crawl(&mut self, file: &Path, modules: &[String], folder: &Path) -> Result<()> {
        if !self.visited.insert(file.to_owned()) {
            return Ok(());
        }
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            // rustc compiled it, so this is a file that a `cfg` we cannot judge leaves out.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                let path = file.to_owned();
                return Err(Error::Read { path, error });
            }
        };
        // What rustc accepts and syn does not, the probes still record.
        let Ok(found) = source::functions(&text, &self.cfg) else {
            return Ok(());
        };
        for function in &found.functions {
            self.subject(file, modules, function)?;
        }
        for module in &found.modules {
            let inner: Vec<String> = modules.iter().chain(&module.path).cloned().collect();
            let Some((name, around)) = module.path.split_last() else {
                continue;
            };
            let around = around.iter().fold(folder.to_owned(), |path, part| path.join(part));
            if let Some(named) = &module.file {
                // Relative to the file's own folder, or that of the inline modules around it.
                let base = if module.path.len() > 1 { around } else { file.parent().unwrap_or(file).to_owned() };
                let path = base.join(named);
                let folder = path.parent().unwrap_or(&path).to_owned();
                self.crawl(&path, &inner, &folder)?;
                continue;
            }
            let name = name.trim_start_matches("r#");
            let folder = around.join(name);
            let flat = around.join(format!("{name}.rs"));
            let path = if flat.exists() { flat } else { folder.join("mod.rs") };
            self.crawl(&path, &inner, &folder)?;
        }
        Ok(())
    }

    fn subject(&mut self, file: &Path, modules: &[String], function: &source::SourceFunction) -> Result<()> {
        // rustc has compiled the attribute, so it can be read; a macro may build it differently.
        let Ok(attribute) = &function.attribute else {
            return Ok(());
        };
        let package = &self.workspace.metadata[&self.target.package];
        let root = self.workspace.root();
        let contract = package_root(package).join(attribute.path());
        if contract.exists() {
            self.contracts.read(&root, package, &contract)?;
        }
        let start = function.name.start();
        let position = (number(start.line), number(start.column + 1));
        let mut path = modules.to_vec();
        path.extend(function.modules.iter().cloned());
        path.push(function.ident.clone());
        let path = path.join("::");
        let shown = shown(&root, file);
        let branches = function.branches.iter().map(|branch| {
            let start = branch.span.start();
            evidence::Branch {
                form: branch.kind.name().to_owned(),
                line: number(start.line),
                column: number(start.column + 1),
            }
        });
        self.subjects.push(Subject {
            key: function_key(&package.name, &path, &shown, position.0, position.1),
            id: attribute.id.value(),
            package: package.name.to_string(),
            path,
            file: shown,
            line: position.0,
            column: position.1,
            branches: branches.collect(),
            contract: Some((contract, attribute.function())),
        });
        Ok(())
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
