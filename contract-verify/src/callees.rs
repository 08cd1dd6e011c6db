//! The contracts that contracts build on: which file is meant by `contract = "ledger.book"`.
//!
//! The one beside the caller, or else the only one of that name in the package, or else
//! the only one in the workspace. Which of several is meant is never guessed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use contract_spec::{Callees, Contract, Source, called_files};

use crate::contracts::{ContractFile, find, package_root};
use crate::error::Result;
use crate::workspace::Workspace;

/// Files by their canonical paths.
pub(crate) type Files = BTreeMap<PathBuf, ContractFile>;

/// Every contract that a call may lead to.
pub(crate) struct Library<'f> {
    by_stem: HashMap<&'f str, Vec<(&'f Path, &'f ContractFile)>>,
    /// Where the file of a path that is shown to people lies, and in which package.
    places: HashMap<&'f str, (&'f Path, &'f str)>,
}

impl<'f> Library<'f> {
    pub(crate) fn new(files: impl Iterator<Item = (&'f PathBuf, &'f ContractFile)>) -> Self {
        let mut library = Self {
            by_stem: HashMap::new(),
            places: HashMap::new(),
        };
        for (path, file) in files {
            let namesakes = library.by_stem.entry(file.source.stem()).or_default();
            namesakes.push((path, file));
            let place = (path.as_path(), file.package.as_str());
            library.places.insert(&file.source.path, place);
        }
        library
    }

    /// The files that may be meant: of those of that name, the ones nearest to the caller.
    fn candidates(&self, from: &Source, stem: &str) -> Vec<&'f ContractFile> {
        let namesakes = self.by_stem.get(stem).map_or(&[][..], Vec::as_slice);
        let Some((path, package)) = self.places.get(from.path.as_str()) else {
            return Vec::new();
        };
        let distance = |(at, file): &(&Path, &ContractFile)| {
            if at.parent() == path.parent() {
                0
            } else if file.package == *package {
                1
            } else {
                2
            }
        };
        let least = namesakes.iter().map(distance).min();
        let nearest = namesakes
            .iter()
            .filter(|file| Some(distance(file)) == least);
        nearest.map(|(_, file)| *file).collect()
    }

    /// The files of that name between which nobody can choose; none, if there is none at all.
    pub(crate) fn unknown(&self, from: &Source, stem: &str) -> Option<Vec<&'f str>> {
        let candidates = self.candidates(from, stem);
        let paths = candidates.iter().map(|file| file.source.path.as_str());
        (candidates.len() != 1).then(|| paths.collect())
    }
}

impl Callees for Library<'_> {
    fn file(&self, from: &Source, stem: &str) -> Option<(&Contract, &Source)> {
        match self.candidates(from, stem)[..] {
            [only] => Some((only.contract(), &only.source)),
            _ => None,
        }
    }
}

/// Reads the files that those lead to which were read already, and that lie beside them
/// or among the contracts of the workspace.
pub(crate) fn called(files: &Files, root: &Path, workspace: Option<&Workspace>) -> Result<Files> {
    let mut called = Files::new();
    let mut open = wanted(files);
    let mut tried: BTreeSet<(PathBuf, String)> = BTreeSet::new();
    // Most contracts call nobody, and then nothing more is looked for.
    let mut elsewhere = None;
    while let Some(want) = open.pop_first() {
        if !tried.insert(want.clone()) {
            continue;
        }
        let (folder, stem) = want;
        let mut paths: Vec<(String, PathBuf)> = Vec::new();
        let beside = folder.join(format!("{stem}.toml"));
        if beside.is_file() {
            paths.push((package_of(workspace, &beside), beside));
        } else if let Some(workspace) = workspace {
            if elsewhere.is_none() {
                elsewhere = Some(by_stem(workspace)?);
            }
            let found = elsewhere.iter().filter_map(|files| files.get(&stem));
            paths.extend(found.flatten().cloned());
        }
        for (package, path) in paths {
            let known = path.canonicalize();
            if known.is_ok_and(|path| files.contains_key(&path) || called.contains_key(&path)) {
                continue;
            }
            let read: Files = ContractFile::read(root, &package, &path)?
                .into_iter()
                .filter(|(path, _)| !files.contains_key(path))
                .collect();
            open.extend(wanted(&read));
            called.extend(read);
        }
    }
    Ok(called)
}

/// The folders of the callers, and the first halves of the ids that they name.
fn wanted(files: &Files) -> BTreeSet<(PathBuf, String)> {
    let mut wanted = BTreeSet::new();
    for (path, file) in files {
        let folder = path.parent().unwrap_or(path);
        for stem in called_files(file.contract(), &file.source) {
            wanted.insert((folder.to_owned(), stem.to_owned()));
        }
    }
    wanted
}

/// Every contract of the workspace, selected or not, with its package.
fn by_stem(workspace: &Workspace) -> Result<HashMap<String, Vec<(String, PathBuf)>>> {
    let mut files: HashMap<String, Vec<(String, PathBuf)>> = HashMap::new();
    for package in workspace.metadata.workspace_packages() {
        let mut paths = Vec::new();
        find(&package_root(package).join("contracts"), &mut paths)?;
        for path in paths {
            let stem = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let file = (package.name.to_string(), path);
            files.entry(stem).or_default().push(file);
        }
    }
    Ok(files)
}

/// The name of the package that a file lies in, the innermost one.
fn package_of(workspace: Option<&Workspace>, path: &Path) -> String {
    let packages = workspace.map(|workspace| workspace.metadata.workspace_packages());
    let around = packages
        .into_iter()
        .flatten()
        .filter_map(|package: &Package| {
            let root = package_root(package).canonicalize().ok()?;
            path.starts_with(&root)
                .then(|| (root, package.name.to_string()))
        });
    let innermost = around.max_by_key(|(root, _)| root.as_os_str().len());
    innermost.map_or_else(String::new, |(_, name)| name)
}
