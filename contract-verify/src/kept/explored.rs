//! Which failure modes explorations injected, kept between runs.
//!
//! `explore` builds test binaries of its own, so these marks cannot be found by the content of
//! the binary that a verification runs. They are found by the content of all that both are made
//! from and run with (`Origin`), and never by a time or a name: a mark of other sources, another contract,
//! other test data or another compiler is not found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{Package, PackageId};
use serde::{Deserialize, Serialize};

use super::key::{Surroundings, digest, environment, part, runner};
use crate::build::{Binary, Build};
use crate::cli::Options;
use crate::compiled;
use crate::contracts::package_root;
use crate::status::Status;
use crate::workspace::Workspace;

/// How many test binaries are remembered; those of other builds go first.
const BINARIES: usize = 256;

/// The crates of this project: what of them is compiled depends on what the build is for.
const OWN: [&str; 3] = ["resilience-contract", "contract-macros", "contract-spec"];

/// One failure mode of one function that was injected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub(crate) package: String,
    pub(crate) path: String,
    /// The contract's id.
    pub(crate) function: String,
    /// `gateway.timeout`.
    pub(crate) mode: String,
}

/// What is kept of one test binary.
#[derive(Debug, Serialize, Deserialize)]
struct Page {
    /// The files of the package that tests may read, and their content. Beside the key, as the
    /// reports that a verification writes are no such files, and only it knows them.
    data: BTreeMap<String, String>,
    marks: BTreeSet<Mark>,
}

/// What test binaries are made from and run with.
#[derive(Debug)]
pub(crate) struct Origin {
    folder: PathBuf,
    binaries: Vec<Made>,
    /// Files that this program writes itself.
    own: Vec<PathBuf>,
}

/// What one of them is made from and run with.
#[derive(Debug)]
struct Made {
    key: String,
    /// The files that its tests may read.
    data: BTreeMap<String, String>,
    /// The folder in which it runs.
    directory: PathBuf,
}

impl Origin {
    /// That of a build's binaries; `folder` is this program's own in the target directory, and
    /// `own` are files that it writes elsewhere.
    pub(crate) fn of(
        folder: &Path,
        workspace: &Workspace,
        options: &Options,
        build: &Build,
        surroundings: &Surroundings<'_>,
        own: &[PathBuf],
    ) -> std::io::Result<Self> {
        let mut packages: BTreeMap<&PackageId, String> = BTreeMap::new();
        let mut data: BTreeMap<&Path, BTreeMap<String, String>> = BTreeMap::new();
        let general = general(workspace, options, build)?;
        let built = [
            workspace.target_directory(options),
            workspace.build_directory(options),
        ];
        let mut binaries = Vec::new();
        for binary in surroundings.binaries {
            if !packages.contains_key(&binary.package) {
                let digest = sources(workspace, build, &binary.package, &built)?;
                packages.insert(&binary.package, digest);
            }
            let directory = binary.planned.directory.as_path();
            if !data.contains_key(directory) {
                let files = surroundings.data_files(directory)?;
                data.insert(directory, files.into_iter().collect());
            }
            let sources = &packages[&binary.package];
            let key = key(binary, &general, sources, &built)?;
            binaries.push(Made {
                key,
                data: data[directory].clone(),
                directory: directory.to_owned(),
            });
        }
        Ok(Self {
            folder: folder.join("explored"),
            binaries,
            own: own.to_vec(),
        })
    }

    /// Whether anything is kept at all, so that it is worth while to look.
    pub(crate) fn is_kept(folder: &Path) -> bool {
        let pages = std::fs::read_dir(folder.join("explored"));
        pages.is_ok_and(|mut pages| pages.next().is_some())
    }

    /// What explorations of these binaries injected.
    pub(crate) fn marks(&self) -> BTreeSet<Mark> {
        let binaries = self.binaries.iter();
        binaries
            .filter_map(|made| self.page(made))
            .flat_map(|page| page.marks)
            .collect()
    }

    /// What is kept of a binary, if it is of these very files.
    fn page(&self, made: &Made) -> Option<Page> {
        let bytes = std::fs::read(self.folder.join(name(&made.key))).ok()?;
        // Whatever was cut short or altered is no JSON of this form, and then nothing is known.
        let page: Page = serde_json::from_slice(&bytes).ok()?;
        let others = |files: &BTreeMap<String, String>| {
            let files = files.clone().into_iter();
            let files = files.filter(|(path, _)| !self.own.contains(&made.directory.join(path)));
            files.collect::<BTreeMap<_, _>>()
        };
        (others(&page.data) == others(&made.data)).then_some(page)
    }

    /// Keeps what an exploration injected, by the index of the binary, beside what earlier ones did.
    /// That it cannot be kept is no reason to fail.
    pub(crate) fn keep(&self, marks: BTreeMap<usize, BTreeSet<Mark>>, status: Status) {
        let mut used = BTreeSet::new();
        for (binary, mut marks) in marks {
            let Some(made) = self.binaries.get(binary) else {
                continue;
            };
            if let Some(page) = self.page(made) {
                marks.extend(page.marks);
            }
            let page = Page {
                data: made.data.clone(),
                marks,
            };
            if let Err(error) = self.write(&name(&made.key), &page) {
                let folder = self.folder.display();
                status.warn(&format!(
                    "what was explored is not kept in {folder}: {error}"
                ));
                return;
            }
            used.insert(name(&made.key));
        }
        if !used.is_empty() {
            // Whatever cannot be taken away now can be another time.
            let _left = super::forget(&self.folder, &used, BINARIES);
        }
    }

    fn write(&self, name: &str, page: &Page) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let file = tempfile::NamedTempFile::new_in(&self.folder)?;
        std::fs::write(file.path(), serde_json::to_vec(page)?)?;
        file.persist(self.folder.join(name))?;
        Ok(())
    }
}

fn name(key: &str) -> String {
    format!("{key}.json")
}

/// What all binaries of a build have in common.
fn general(workspace: &Workspace, options: &Options, build: &Build) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    part(&mut hasher, &digest(&std::env::current_exe()?)?);
    for text in [&build.rustc, &build.triple, &build.cfg] {
        part(&mut hasher, text);
    }
    part(&mut hasher, options.profile.as_deref().unwrap_or_default());
    part(&mut hasher, &options.release.to_string());
    let lock = workspace.root().join("Cargo.lock");
    part(&mut hasher, &digest(&lock).unwrap_or_default());
    Ok(hasher.finalize().to_hex().to_string())
}

/// What a package is made from: its sources and those of all that it depends on here, with
/// the features that they were built with.
fn sources(
    workspace: &Workspace,
    build: &Build,
    package: &PackageId,
    built: &[PathBuf],
) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let root = workspace.root();
    let mut files: BTreeSet<PathBuf> = BTreeSet::new();
    for package in here(workspace, package) {
        let folder = package_root(package);
        files.insert(package.manifest_path.clone().into());
        if OWN.contains(&package.name.as_str()) {
            compiled::sources(&folder.join("src"), &mut files);
            continue;
        }
        let artifacts = build.artifacts.iter();
        files.extend(compiled::files(
            artifacts.filter(|artifact| artifact.package == folder),
        ));
        let targets = build.targets.iter().filter(|of| of.package == package.id);
        let features: BTreeSet<&String> = targets.flat_map(|of| &of.features).collect();
        part(&mut hasher, &package.name);
        for feature in features {
            part(&mut hasher, feature);
        }
    }
    // What lies in a build directory was made from the others.
    files.retain(|file| !built.iter().any(|folder| file.starts_with(folder)));
    for file in files {
        part(&mut hasher, &compiled::relative(&root, &file));
        part(&mut hasher, &digest(&file)?);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// A package and the packages that it depends on, in any way, whose sources lie here.
fn here<'w>(workspace: &'w Workspace, package: &PackageId) -> Vec<&'w Package> {
    let metadata = &workspace.metadata;
    let mut known: BTreeSet<PackageId> = BTreeSet::new();
    let mut open = vec![package.clone()];
    while let Some(id) = open.pop() {
        let package = metadata.packages.iter().find(|package| package.id == id);
        if package.is_none_or(|package| package.source.is_some()) || !known.insert(id.clone()) {
            continue;
        }
        let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        let own = nodes.filter(|node| node.id == id);
        open.extend(own.flat_map(|node| node.dependencies.iter().cloned()));
    }
    let packages = metadata.packages.iter();
    packages
        .filter(|package| known.contains(&package.id))
        .collect()
}

fn key(
    binary: &Binary,
    general: &str,
    sources: &str,
    built: &[PathBuf],
) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    for text in [general, sources, &binary.target.name] {
        part(&mut hasher, text);
    }
    for kind in &binary.target.kind {
        part(&mut hasher, &kind.to_string());
    }
    part(&mut hasher, &binary.planned.directory.to_string_lossy());
    runner(&mut hasher, binary)?;
    // Where things were built is another place in each of the two builds.
    let elsewhere = |value: &str| {
        let folders = built.iter().map(|folder| folder.to_string_lossy());
        let mut folders = folders.filter(|folder| !folder.is_empty());
        folders.any(|folder| value.contains(&*folder))
    };
    for (variable, value) in environment(binary).filter(|(_, value)| !elsewhere(value)) {
        part(&mut hasher, variable);
        part(&mut hasher, value);
    }
    Ok(hasher.finalize().to_hex().to_string())
}
