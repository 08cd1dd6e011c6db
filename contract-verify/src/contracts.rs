//! Reading every contract of the selected packages.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use contract_spec::catalog::CONTRACT;
use contract_spec::model::Contract;
use contract_spec::{
    Diagnostic, LineIndex, Reading, Severity, Source, check_with, judge, read_with,
};

use crate::callees::{Files, Library, called};
use crate::codes;
use crate::error::{Error, Result};
use crate::parallel;
use crate::report::{Finding, Level};
use crate::shown::shown;
use crate::workspace::Workspace;

/// A contract file that has been read.
#[derive(Debug)]
pub(crate) struct ContractFile {
    /// The package it lies in.
    pub(crate) package: String,
    pub(crate) source: Source,
    /// What was understood, and what is wrong with it: as far as the file by itself tells,
    /// until it is judged among all others.
    pub(crate) reading: Reading,
    /// The mistakes that the file by itself tells.
    own: Vec<Diagnostic>,
    /// What it says of called functions of which nothing is known.
    unknown: Vec<Finding>,
}

impl ContractFile {
    /// A file that was read, and is not judged yet.
    pub(crate) fn new(package: &str, source: Source, reading: Reading) -> Self {
        Self {
            package: package.to_owned(),
            own: reading.diagnostics.clone(),
            unknown: Vec::new(),
            source,
            reading,
        }
    }

    /// Reads a contract, and the files that it includes.
    pub(crate) fn read(root: &Path, package: &str, path: &Path) -> Result<Vec<(PathBuf, Self)>> {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
        let source = Source::new(shown(root, path), text);
        let (reading, included) = read_with(&source, &mut load(root));
        let mut files = Vec::with_capacity(1 + included.len());
        files.push((canonical(path)?, Self::new(package, source, reading)));
        for file in included {
            let path = canonical(&root.join(&file.source.path))?;
            files.push((path, Self::new(package, file.source, file.reading)));
        }
        Ok(files)
    }

    pub(crate) fn contract(&self) -> &Contract {
        &self.reading.contract
    }

    /// The ids of its functions.
    pub(crate) fn ids(&self) -> impl Iterator<Item = String> {
        let stem = self.source.stem();
        let functions = self.contract().functions.iter();
        functions.map(move |function| format!("{stem}.{}", *function.name))
    }

    /// What is wrong with the contract by itself, in the order of the file.
    fn findings(&self) -> Vec<Finding> {
        if self.reading.diagnostics.is_empty() {
            return self.unknown.clone();
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
        finding.chain(self.unknown.iter().cloned()).collect()
    }

    /// Interfaces behind which there is a function of which nothing is known.
    fn unknown(&self, library: &Library<'_>) -> Vec<Finding> {
        let interfaces = self.contract().interfaces.iter();
        let ids = interfaces
            .filter(|interface| *interface.kind.value == *CONTRACT)
            .filter_map(|interface| interface.contract.as_ref());
        let unknown = ids.filter_map(|id| {
            let (stem, _) = id.rsplit_once('.')?;
            if stem == self.source.stem() {
                return None;
            }
            let files = library.unknown(&self.source, stem)?;
            let (line, column) = LineIndex::new(&self.source.text).line_column(id.span.start);
            let (message, help) = match &files[..] {
                [] => (
                    format!("there is no contract file `{stem}.toml` to find `{}` in", **id),
                    format!(
                        "`cargo verify-contracts new {}` in its package writes one; what lies outside of the \
                         workspace is not looked at",
                        **id
                    ),
                ),
                several => (
                    format!("`{}` may be that of {}", **id, several.join(" or of ")),
                    "give the files different names".to_owned(),
                ),
            };
            Some(Finding {
                code: codes::UNKNOWN_CALLEE.code,
                level: codes::UNKNOWN_CALLEE.level,
                message,
                function: None,
                mode: None,
                file: Some(self.source.path.clone()),
                line: u32::try_from(line).ok(),
                column: u32::try_from(column).ok(),
                help: Some(help),
                timeline: Vec::new(),
            })
        });
        unknown.collect()
    }
}

/// Every contract, by its path.
#[derive(Debug, Default)]
pub(crate) struct Contracts {
    pub(crate) files: Files,
    /// Files that those lead to, and that nobody asked about.
    called: Files,
    /// The folder that paths are relative to.
    root: PathBuf,
    /// How many files had been read when they were judged.
    judged: usize,
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
        let mut contracts = Self {
            root: workspace.root(),
            ..Self::default()
        };
        for package in packages {
            let mut paths = Vec::new();
            find(&package_root(package).join("contracts"), &mut paths)?;
            contracts.read_all(&workspace.root(), &package.name, &paths)?;
        }
        contracts.judge(Some(workspace))?;
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
        contracts.judge(None)?;
        Ok(contracts)
    }

    /// Holds every contract against the rules, and against those that it calls, now that
    /// all are read. Once more files are, it is done anew, for they may be what others call.
    pub(crate) fn judge(&mut self, workspace: Option<&Workspace>) -> Result<()> {
        if self.judged == self.files.len() {
            return Ok(());
        }
        self.judged = self.files.len();
        self.called = called(&self.files, &self.root, workspace)?;
        let library = self.library();
        let files: Vec<&ContractFile> = self.files.values().collect();
        let judged = parallel::map(parallel::jobs(), &files, |file| {
            let found = judge(file.contract(), &file.source, &library);
            Ok((found, file.unknown(&library)))
        })?;
        for (file, (found, unknown)) in self.files.values_mut().zip(judged) {
            file.reading.diagnostics.clone_from(&file.own);
            file.reading.add(found);
            file.unknown = unknown;
        }
        Ok(())
    }

    /// Every file that was read, also those that others lead to.
    pub(crate) fn read_files(&self) -> impl Iterator<Item = (&PathBuf, &ContractFile)> {
        self.files.iter().chain(&self.called)
    }

    /// Everything that a contract may call.
    pub(crate) fn library(&self) -> Library<'_> {
        Library::new(self.files.iter().chain(&self.called))
    }

    /// Reads many files at once.
    fn read_all(&mut self, root: &Path, package: &str, paths: &[PathBuf]) -> Result<()> {
        let read = parallel::map(parallel::jobs(), paths, |path| {
            ContractFile::read(root, package, path)
        })?;
        read.into_iter().flatten().for_each(|file| self.add(file));
        Ok(())
    }

    /// Keeps a file, unless another way led to it before.
    fn add(&mut self, (path, file): (PathBuf, ContractFile)) {
        self.files.entry(path).or_insert(file);
    }

    /// The text of every file, by its path as it is shown to people.
    pub(crate) fn sources(&self) -> HashMap<&str, &Source> {
        let files = self.files.values().chain(self.called.values());
        files
            .map(|file| (file.source.path.as_str(), &file.source))
            .collect()
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
        self.read_at(root, package, &canonical(path)?, path)
    }

    /// The same, where it is known at which canonical path the file lies.
    pub(crate) fn read_at(
        &mut self,
        root: &Path,
        package: &str,
        canonical: &Path,
        path: &Path,
    ) -> Result<&ContractFile> {
        if !self.files.contains_key(canonical) {
            let read = ContractFile::read(root, package, path)?;
            read.into_iter().for_each(|file| self.add(file));
        }
        match self.files.get(canonical) {
            Some(file) => Ok(file),
            // It was there a moment ago.
            None => Err(unreadable(path, std::io::ErrorKind::NotFound.into())),
        }
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

/// What a contract would be with another text, as far as its folder tells.
pub(crate) fn reading(root: &Path, source: &Source) -> Reading {
    check_with(source, &mut load(root)).reading
}

/// Reads files; paths are relative to `root`.
pub(crate) fn load(root: &Path) -> impl FnMut(&str) -> std::result::Result<String, String> {
    |path| std::fs::read_to_string(root.join(path)).map_err(|error| why(&error))
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
