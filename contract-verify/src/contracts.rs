//! Reading every contract of the selected packages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use contract_spec::model::Contract;
use contract_spec::{Reading, Source, check};

use crate::error::{Error, Result};
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
    pub(crate) fn contract(&self) -> &Contract {
        &self.reading.contract
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
        let mut contracts = Self::default();
        let root = workspace.root();
        for (package, _) in workspace.dependents() {
            let folder = package_root(package).join("contracts");
            let mut paths = Vec::new();
            find(&folder, &mut paths)?;
            for path in paths {
                contracts.read(&root, package, &path)?;
            }
        }
        Ok(contracts)
    }

    /// The file at a path, read if it has not been.
    pub(crate) fn read(&mut self, root: &Path, package: &Package, path: &Path) -> Result<&ContractFile> {
        let canonical = path.canonicalize().map_err(|error| unreadable(path, error))?;
        if !self.files.contains_key(&canonical) {
            let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
            let source = Source {
                path: shown(root, path),
                text,
            };
            let file = ContractFile {
                package: package.name.to_string(),
                reading: check(&source),
                source,
            };
            self.files.insert(canonical.clone(), file);
        }
        Ok(&self.files[&canonical])
    }

    /// The file at a path, if it has been read.
    pub(crate) fn get(&self, path: &Path) -> Option<&ContractFile> {
        self.files.get(&path.canonicalize().ok()?)
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

fn find(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(folder, error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        let path = entry.path();
        // A link may lead round in a circle; what is linked to lies somewhere itself.
        let kind = entry.file_type().map_err(|error| unreadable(&path, error))?;
        if kind.is_dir() {
            find(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(())
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    let path = path.to_owned();
    Error::Read { path, error }
}
