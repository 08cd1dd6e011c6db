//! Reading every contract of the selected packages.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use contract_spec::model::Contract;
use contract_spec::{Checked, Diagnostic, LineIndex, Reading, Severity, Source, check_with};

use crate::error::{Error, Result};
use crate::parallel;
use crate::report::{Finding, Level};
use crate::workspace::Workspace;

/// A contract file that has been read.
#[derive(Debug)]
pub(crate) struct ContractFile {
    /// The package it lies in.
    pub(crate) package: String,
    pub(crate) source: Source,
    pub(crate) reading: Reading,
}

impl ContractFile {
    /// Reads a contract, and the files that it includes.
    fn read(root: &Path, package: &str, path: &Path) -> Result<Vec<(PathBuf, Self)>> {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
        let source = Source::new(shown(root, path), text);
        let checked = checked(root, &source);
        let mut files = Vec::with_capacity(1 + checked.included.len());
        let file = |source, reading| Self {
            package: package.to_owned(),
            source,
            reading,
        };
        files.push((canonical(path)?, file(source, checked.reading)));
        for included in checked.included {
            let path = canonical(&root.join(&included.source.path))?;
            files.push((path, file(included.source, included.reading)));
        }
        Ok(files)
    }

    pub(crate) fn contract(&self) -> &Contract {
        &self.reading.contract
    }

    /// What is wrong with the contract by itself, in the order of the file.
    fn findings(&self) -> Vec<Finding> {
        if self.reading.diagnostics.is_empty() {
            return Vec::new();
        }
        let lines = LineIndex::new(&self.source.text);
        let diagnostics = self.reading.diagnostics.iter();
        let finding = diagnostics.map(|diagnostic| {
            let (line, column) = lines.line_column(diagnostic.primary.span.start);
            Finding {
                code: diagnostic.code,
                level: match diagnostic.severity {
                    Severity::Error => Level::Error,
                    Severity::Warning => Level::Warning,
                    Severity::Info => Level::Note,
                },
                message: diagnostic.message.clone(),
                function: None,
                mode: None,
                file: Some(self.source.path.clone()),
                line: u32::try_from(line).ok(),
                column: u32::try_from(column).ok(),
                help: diagnostic.help.clone(),
                timeline: Vec::new(),
            }
        });
        finding.collect()
    }
}

/// Every contract, by its path.
#[derive(Debug, Default)]
pub(crate) struct Contracts {
    pub(crate) files: BTreeMap<PathBuf, ContractFile>,
}

impl Contracts {
    /// Reads `contracts/**/*.toml` of every selected package that depends on the runtime.
    pub(crate) fn load(workspace: &Workspace) -> Result<Self> {
        let packages = workspace.dependents();
        Self::of_packages(workspace, packages.into_iter().map(|(package, _)| package))
    }

    /// Reads those of every selected package: a contract may be there before the code.
    pub(crate) fn load_all(workspace: &Workspace) -> Result<Self> {
        Self::of_packages(workspace, workspace.packages())
    }

    fn of_packages<'p>(
        workspace: &Workspace,
        packages: impl Iterator<Item = &'p Package>,
    ) -> Result<Self> {
        let mut contracts = Self::default();
        for package in packages {
            let mut paths = Vec::new();
            find(&package_root(package).join("contracts"), &mut paths)?;
            contracts.read_all(&workspace.root(), &package.name, &paths)?;
        }
        Ok(contracts)
    }

    /// Reads these files, and of folders every `.toml` in them.
    pub(crate) fn of_paths(paths: &[PathBuf]) -> Result<Self> {
        let mut files = Vec::new();
        for path in paths {
            if path
                .metadata()
                .map_err(|error| unreadable(path, error))?
                .is_dir()
            {
                find(path, &mut files)?;
            } else {
                files.push(path.clone());
            }
        }
        let mut contracts = Self::default();
        contracts.read_all(Path::new(""), "", &files)?;
        Ok(contracts)
    }

    /// Reads many files at once.
    fn read_all(&mut self, root: &Path, package: &str, paths: &[PathBuf]) -> Result<()> {
        let jobs = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let read = parallel::map(jobs, paths, |path| ContractFile::read(root, package, path))?;
        read.into_iter().flatten().for_each(|file| self.add(file));
        Ok(())
    }

    /// Keeps a file, unless another way led to it before.
    fn add(&mut self, (path, file): (PathBuf, ContractFile)) {
        self.files.entry(path).or_insert(file);
    }

    /// What is wrong with the contracts by themselves, with all its places, by what a
    /// finding says of it.
    pub(crate) fn mistakes(&self) -> HashMap<Key, (&Source, &Diagnostic)> {
        let mistakes = self.files.values().flat_map(|file| {
            let places = file.findings();
            let keys: Vec<Key> = places.iter().map(Key::of).collect();
            keys.into_iter().zip(
                file.reading
                    .diagnostics
                    .iter()
                    .map(|diagnostic| (&file.source, diagnostic)),
            )
        });
        mistakes.collect()
    }

    /// What is wrong with the contracts by themselves.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        self.files
            .values()
            .flat_map(ContractFile::findings)
            .collect()
    }

    /// The file at a path, read if it has not been.
    pub(crate) fn read(
        &mut self,
        root: &Path,
        package: &str,
        path: &Path,
    ) -> Result<&ContractFile> {
        let canonical = canonical(path)?;
        if !self.files.contains_key(&canonical) {
            let read = ContractFile::read(root, package, path)?;
            read.into_iter().for_each(|file| self.add(file));
        }
        Ok(&self.files[&canonical])
    }

    /// The file at a path, if it has been read.
    pub(crate) fn get(&self, path: &Path) -> Option<&ContractFile> {
        self.files.get(&path.canonicalize().ok()?)
    }
}

/// What tells a finding from every other of one run.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    file: Option<String>,
    place: (Option<u32>, Option<u32>),
    code: &'static str,
    message: String,
}

impl Key {
    pub(crate) fn of(finding: &Finding) -> Self {
        Self {
            file: finding.file.clone(),
            place: (finding.line, finding.column),
            code: finding.code,
            message: finding.message.clone(),
        }
    }
}

/// The folder of a package's `Cargo.toml`.
pub(crate) fn package_root(package: &Package) -> PathBuf {
    let manifest: &Path = package.manifest_path.as_std_path();
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// A path as people see it: relative to the workspace, with `/`.
pub(crate) fn shown(root: &Path, path: &Path) -> String {
    let shown = path.strip_prefix(root).unwrap_or(path);
    shown.to_string_lossy().replace('\\', "/")
}

/// The selected packages that have contracts and do not depend on the runtime,
/// with the first contract of each.
pub(crate) fn without_dependency(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let dependents = workspace.dependents();
    let mut found = Vec::new();
    for package in workspace.packages() {
        if dependents
            .iter()
            .any(|(dependent, _)| dependent.id == package.id)
        {
            continue;
        }
        let mut paths = Vec::new();
        find(&package_root(package).join("contracts"), &mut paths)?;
        if let Some(path) = paths.first() {
            found.push((package.name.to_string(), shown(&workspace.root(), path)));
        }
    }
    Ok(found)
}

/// Whether a source of the selected packages mentions the attribute, which may name a
/// contract that lies elsewhere.
pub(crate) fn is_attribute_used(workspace: &Workspace) -> Result<bool> {
    for (package, _) in workspace.dependents() {
        let mut sources = Vec::new();
        let code = package
            .targets
            .iter()
            .filter(|target| !target.is_custom_build());
        for target in code {
            let root = target.src_path.as_std_path();
            files(root.parent().unwrap_or(root), "rs", &mut sources)?;
        }
        for source in sources {
            // What is no text is for the compiler to refuse.
            let text = std::fs::read(&source).map_err(|error| unreadable(&source, error))?;
            if String::from_utf8_lossy(&text).contains("resilience_contract") {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Every contract in a folder, and in those below it; none if there is no such folder.
pub(crate) fn find(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    files(folder, "toml", found)
}

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(folder, error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        let path = entry.path();
        // A link may lead round in a circle; what is linked to lies somewhere itself.
        let kind = entry
            .file_type()
            .map_err(|error| unreadable(&path, error))?;
        if kind.is_dir() {
            files(&path, extension, found)?;
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(())
}

/// What a contract would be with another text.
pub(crate) fn reading(root: &Path, source: &Source) -> Reading {
    checked(root, source).reading
}

/// Reads a contract and what it includes; paths are relative to `root`.
fn checked(root: &Path, source: &Source) -> Checked {
    check_with(source, &mut |path| {
        std::fs::read_to_string(root.join(path)).map_err(|error| why(&error))
    })
}

/// A reason that fits behind "cannot be included".
fn why(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    }
}

fn canonical(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    let path = path.to_owned();
    Error::Read { path, error }
}
