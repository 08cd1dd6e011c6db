//! The content of everything that decides what a test does, as far as it can be known.
//!
//! That is: this program, the test binary, the programs of the package that it may start,
//! the shared libraries that were built with it, the user's runner, the environment, the
//! folder, and every file of the package that was not compiled in and that a test could
//! therefore read, packages that are test data and linked folders of the workspace included.
//! What lies elsewhere (a file outside of the package, a server, the clock)
//! is not known, and `--fresh` is there for it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::build::Binary;
use crate::contracts::package_root;
use crate::parallel;
use crate::policy;
use crate::workspace::Workspace;

/// Variables that a shell or a terminal sets for itself: with them, nothing would be the
/// same in the next window.
const OF_THE_SHELL: [&str; 12] = [
    "_",
    "SHLVL",
    "PWD",
    "OLDPWD",
    "TERM",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "COLORTERM",
    "COLUMNS",
    "LINES",
    "WINDOWID",
    "MAKEFLAGS",
];

/// Their names begin with one of these.
const OF_SESSIONS: [&str; 5] = [
    "SSH_",
    "XDG_SESSION_",
    "TMUX",
    "CARGO_TERM_",
    "CARGO_MAKEFLAGS",
];

/// Hidden folders of tools, which change by themselves and are nobody's data.
const OF_TOOLS: [&str; 14] = [
    ".cache", ".direnv", ".fleet", ".git", ".github", ".gitlab", ".hg", ".idea", ".jj", ".svn",
    ".venv", ".vs", ".vscode", ".zed",
];

/// Files beyond this size are known by their size and the time of their last change.
const LARGE: u64 = 16 << 20;

/// What the keys of a build's binaries are made from.
#[derive(Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) binaries: &'a [Binary],
    /// Shared libraries that were built.
    pub(crate) libraries: &'a [PathBuf],
    /// Files that were compiled in: of them, the binary knows all there is to know.
    pub(crate) compiled: &'a BTreeSet<PathBuf>,
    /// Files that this program writes itself.
    pub(crate) own: &'a [PathBuf],
    pub(crate) workspace: &'a Workspace,
    pub(crate) jobs: usize,
}

impl Surroundings<'_> {
    /// A key for each binary; nothing where a file cannot be read, so that nothing is kept.
    pub(crate) fn keys(&self) -> std::io::Result<Vec<String>> {
        let this = digest(&std::env::current_exe()?)?;
        let libraries: Vec<String> = sorted(self.libraries)
            .map(|path| Ok(format!("{} {}", name(path), digest(path)?)))
            .collect::<std::io::Result<_>>()?;
        let folders: BTreeSet<&Path> = self
            .binaries
            .iter()
            .map(|binary| binary.planned.directory.as_path())
            .collect();
        let mut data: BTreeMap<&Path, String> = BTreeMap::new();
        for folder in folders {
            data.insert(folder, self.data(folder)?);
        }
        let all: Vec<usize> = (0..self.binaries.len()).collect();
        let keys = parallel::map(self.jobs, &all, |index| {
            let binary = &self.binaries[*index];
            let data = &data[binary.planned.directory.as_path()];
            Ok(key(binary, &this, &libraries, data))
        });
        keys.map_err(|error| std::io::Error::other(error.to_string()))?
            .into_iter()
            .collect()
    }

    /// The files of a package that tests may read, in one digest.
    fn data(&self, folder: &Path) -> std::io::Result<String> {
        let mut hasher = blake3::Hasher::new();
        for (path, digest) in self.data_files(folder)? {
            part(&mut hasher, &path);
            part(&mut hasher, &digest);
        }
        Ok(hasher.finalize().to_hex().to_string())
    }

    /// The files of a package that tests may read, by their paths in it, and their content.
    pub(super) fn data_files(&self, folder: &Path) -> std::io::Result<Vec<(String, String)>> {
        let metadata = &self.workspace.metadata;
        let local = metadata.packages.iter();
        let local = local.filter(|package| package.source.is_none());
        let mut finder = Finder {
            surroundings: self,
            packages: local.map(package_root).collect(),
            root: self.workspace.root().canonicalize()?,
            linked: BTreeSet::new(),
            found: Vec::new(),
        };
        finder.find(folder)?;
        let mut files = finder.found;
        files.sort();
        let digests = parallel::map(self.jobs, &files, |path| Ok(digest(path)))
            .map_err(|error| std::io::Error::other(error.to_string()))?;
        let files = files.iter().zip(digests).map(|(path, digest)| {
            let path = path.strip_prefix(folder).unwrap_or(path);
            // A file that went away in between is not there.
            (
                path.to_string_lossy().into_owned(),
                digest.unwrap_or_default(),
            )
        });
        Ok(files.collect())
    }
}

/// Finds the files of a package that its tests may read.
struct Finder<'a> {
    surroundings: &'a Surroundings<'a>,
    /// The folders of the packages of this workspace.
    packages: BTreeSet<PathBuf>,
    root: PathBuf,
    /// Where links to folders have led.
    linked: BTreeSet<PathBuf>,
    found: Vec<PathBuf>,
}

impl Finder<'_> {
    fn find(&mut self, folder: &Path) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                // Build directories, those of tools, and the workspace's other packages. One that
                // is none of these lies there as the data of a test.
                let left_out = OF_TOOLS.iter().any(|tool| entry.file_name() == *tool)
                    || path.join("CACHEDIR.TAG").exists()
                    || self.packages.contains(&path);
                if !left_out {
                    self.find(&path)?;
                }
            } else if kind.is_symlink() && path.is_dir() {
                self.link(&path)?;
            } else if self.may_be_read(&path) {
                self.found.push(path);
            }
        }
        Ok(())
    }

    /// Follows a link to a folder of this workspace. One that leads out of it may lead anywhere.
    fn link(&mut self, path: &Path) -> std::io::Result<()> {
        let to = path.canonicalize()?;
        let is_data = to.starts_with(&self.root)
            && !to.ancestors().any(|folder| folder.join("CACHEDIR.TAG").exists())
            // What it lies in itself would lead here again.
            && !path.parent().unwrap_or(path).canonicalize()?.starts_with(&to);
        if is_data && self.linked.insert(to) {
            self.find(path)?;
        }
        Ok(())
    }

    fn may_be_read(&self, path: &Path) -> bool {
        let of = self.surroundings;
        let extension = path.extension();
        let is_evidence =
            extension.is_some_and(|is| is == contract_spec::evidence::file::EXTENSION);
        // The policy is no test's: it judges what tests did.
        let is_policy = path == of.workspace.root().join(policy::FILE);
        let is_known = of.compiled.contains(path) || of.own.iter().any(|own| own == path);
        !is_evidence && !is_policy && !is_known
    }
}

fn key(binary: &Binary, this: &str, libraries: &[String], data: &str) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let planned = &binary.planned;
    part(&mut hasher, this);
    part(&mut hasher, &digest(&planned.program)?);
    part(&mut hasher, &planned.program.to_string_lossy());
    part(&mut hasher, &planned.directory.to_string_lossy());
    runner(&mut hasher, binary)?;
    for library in libraries {
        part(&mut hasher, library);
    }
    for (variable, value) in environment(binary) {
        part(&mut hasher, variable);
        part(&mut hasher, value);
        if variable.starts_with("CARGO_BIN_EXE_") {
            part(&mut hasher, &digest(Path::new(value))?);
        }
    }
    part(&mut hasher, data);
    Ok(hasher.finalize().to_hex().to_string())
}

/// What runs a binary, where that is a program of the user's.
pub(super) fn runner(hasher: &mut blake3::Hasher, binary: &Binary) -> std::io::Result<()> {
    for argument in &binary.runner {
        part(hasher, &argument.to_string_lossy());
        // A script that runs the tests is part of what they do.
        let path = binary.planned.directory.join(argument);
        if path.is_file() {
            part(hasher, &digest(&path)?);
        }
    }
    Ok(())
}

/// The variables that a binary is run with, but for those that say nothing about it.
pub(super) fn environment(binary: &Binary) -> impl Iterator<Item = (&String, &String)> {
    let variables = binary.planned.environment.iter();
    variables.filter(|(variable, _)| {
        let volatile = OF_THE_SHELL.contains(&variable.as_str())
            || OF_SESSIONS.iter().any(|start| variable.starts_with(start));
        !volatile
    })
}

/// One part, told from the next.
pub(super) fn part(hasher: &mut blake3::Hasher, text: &str) {
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}

fn sorted(paths: &[PathBuf]) -> impl Iterator<Item = &PathBuf> {
    let mut paths: Vec<&PathBuf> = paths.iter().collect();
    paths.sort();
    paths.into_iter()
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The digest of a file's content.
pub(crate) fn digest(path: &Path) -> std::io::Result<String> {
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        // A pipe or a device would be read for ever.
        return Ok(String::new());
    }
    let mut hasher = blake3::Hasher::new();
    // A test binary is read whole however large it is: it is what all of this is about.
    if metadata.len() > LARGE && path.extension().is_some() {
        let changed = metadata.modified()?.duration_since(std::time::UNIX_EPOCH);
        part(&mut hasher, &format!("{} {changed:?}", metadata.len()));
        return Ok(hasher.finalize().to_hex().to_string());
    }
    let mut file = std::fs::File::open(path)?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().to_hex().to_string()),
            read => hasher.update(&buffer[..read]),
        };
    }
}
