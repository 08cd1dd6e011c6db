//! Which files of a build were compiled in, as the compiler itself says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use contract_spec::source::COMPILED;

use crate::contracts::package_root;
use crate::error::{Error, Result};
use crate::kept::key::digest;
use crate::workspace::Workspace;

/// Something that was compiled from sources that lie here.
#[derive(Debug, Clone)]
pub(crate) struct Artifact {
    /// What was written.
    files: Vec<PathBuf>,
    /// The file that it begins with.
    root: PathBuf,
    /// What the compiler's paths are relative to.
    base: PathBuf,
    /// The folder of its package.
    pub(crate) package: PathBuf,
}

impl Artifact {
    /// `None` for what comes from a registry.
    pub(crate) fn of(workspace: &Workspace, artifact: &cargo_metadata::Artifact) -> Option<Self> {
        let mut packages = workspace.metadata.packages.iter();
        let package = packages.find(|package| package.id == artifact.package_id)?;
        if package.source.is_some() {
            return None;
        }
        let files = artifact.filenames.iter().chain(&artifact.executable);
        let root: PathBuf = artifact.target.src_path.clone().into();
        // Cargo runs the compiler in the workspace, if the sources lie in it.
        let base = if root.starts_with(workspace.root()) {
            workspace.root()
        } else {
            package_root(package)
        };
        Some(Self {
            files: files.map(|file| file.clone().into()).collect(),
            root,
            base,
            package: package_root(package),
        })
    }
}

/// The files that went into artifacts; where the compiler's own list is not found, all
/// sources of the package.
pub(crate) fn files<'a>(artifacts: impl IntoIterator<Item = &'a Artifact>) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for artifact in artifacts {
        files.insert(artifact.root.clone());
        match artifact.files.iter().find_map(|file| artifact.list(file)) {
            Some(listed) => files.extend(listed),
            None => sources(&artifact.package, &mut files),
        }
    }
    files
}

/// A contracted function that was compiled, called or not, as its probes had the compiler
/// note it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Compiled {
    /// The contract's id.
    pub(crate) id: String,
    /// The source file as rustc was given it.
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: u32,
    /// From 1.
    pub(crate) column: u32,
}

/// The contracted functions in artifacts of some packages, given by their folders.
pub(crate) fn functions(
    artifacts: &[Artifact],
    packages: &BTreeSet<PathBuf>,
) -> BTreeSet<Compiled> {
    let chosen = artifacts
        .iter()
        .filter(|artifact| packages.contains(&artifact.package));
    let lists = chosen.flat_map(|artifact| {
        let own = |file: &&PathBuf| artifact.list(file).is_some();
        artifact.files.iter().filter(own)
    });
    let texts = lists.filter_map(|file| beside(file));
    texts.flat_map(|text| noted(&text)).collect()
}

/// The functions in what the compiler says.
fn noted(text: &str) -> Vec<Compiled> {
    let lines = text.lines().filter_map(|line| {
        let asked = line.strip_prefix("# env-dep:")?.strip_prefix(COMPILED)?;
        let mut words = asked.strip_prefix(' ')?.splitn(3, ' ');
        let (id, place, file) = (words.next()?, words.next()?, words.next()?);
        let (line, column) = place.split_once(':')?;
        Some(Compiled {
            id: id.to_owned(),
            // rustc names files as the system does, and writes every backslash twice.
            file: file.replace("\\\\", "/"),
            line: line.parse().ok()?,
            column: column.parse().ok()?,
        })
    });
    lines.collect()
}

impl Artifact {
    /// What the compiler says beside a file; `None` if that is of another artifact, which
    /// was built into the same place by another workspace.
    fn list(&self, file: &Path) -> Option<Vec<PathBuf>> {
        let listed = list(file)?.into_iter();
        let listed: Vec<PathBuf> = listed.map(|file| self.base.join(file)).collect();
        let own = listed.contains(&self.root) && listed.iter().all(|file| file.exists());
        own.then_some(listed)
    }
}

/// The files that the compiler lists beside an artifact.
fn list(artifact: &Path) -> Option<Vec<PathBuf>> {
    Some(parse(&beside(artifact)?))
}

/// What the compiler says beside an artifact, as `make` would read it.
fn beside(artifact: &Path) -> Option<String> {
    let stem = artifact.file_stem()?.to_str()?;
    let plain = stem.strip_prefix("lib").unwrap_or(stem);
    [plain, stem].iter().find_map(|stem| {
        let path = artifact.with_file_name(format!("{stem}.d"));
        std::fs::read_to_string(path).ok()
    })
}

fn parse(text: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in text.lines() {
        // Not the colon of a drive.
        let Some((_, listed)) = line.split_once(": ").filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let mut name = String::new();
        let mut characters = listed.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' if characters.peek() == Some(&' ') => name.extend(characters.next()),
                ' ' => {
                    files.push(PathBuf::from(std::mem::take(&mut name)));
                }
                other => name.push(other),
            }
        }
        files.push(PathBuf::from(name));
    }
    files.retain(|file| !file.as_os_str().is_empty());
    files
}

/// Every source file below a folder.
pub(crate) fn sources(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && !path.join("CACHEDIR.TAG").exists() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.insert(path);
        }
    }
}

/// The content of files, by their paths relative to the workspace. What lies in a build
/// directory was made from the others, and differs from one machine to the next.
pub(crate) fn digests<'p>(
    root: &Path,
    build: &[PathBuf],
    files: impl Iterator<Item = &'p PathBuf>,
) -> Result<BTreeMap<String, String>> {
    let mut digests = BTreeMap::new();
    for path in files {
        if build.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        let digest = digest(path).map_err(|error| Error::Read {
            path: path.clone(),
            error,
        })?;
        digests.insert(relative(root, path), digest);
    }
    Ok(digests)
}

/// A path relative to a folder, with `/`, and `..` where it lies beside it. Where they
/// have nothing but the root in common, it stays as it is.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    let (own, other): (Vec<_>, Vec<_>) = (root.components().collect(), path.components().collect());
    let common = own.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let shared = own[..common]
        .iter()
        .any(|part| matches!(part, Component::Normal(_)));
    if !shared {
        return path.to_string_lossy().replace('\\', "/");
    }
    let up = own[common..].iter().map(|_| "..".to_owned());
    let down = other[common..]
        .iter()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_the_compiler_is_read() {
        let text = "/t/deps/a-1.d: src/lib.rs src/a\\ b.rs /x/ü.rs\n\nsrc/lib.rs:\nsrc/a\\ b.rs:\n# env-dep:X=a: b\n";
        let files = parse(text);
        let files: Vec<&str> = files.iter().filter_map(|file| file.to_str()).collect();
        assert_eq!(files, ["src/lib.rs", "src/a b.rs", "/x/ü.rs"]);
    }

    #[test]
    fn the_functions_that_were_compiled_are_read() {
        let text = "/t/a.d: src/lib.rs\n\n# env-dep:CARGO_PKG_NAME=x\n\
            # env-dep:RESILIENCE_CONTRACT a.b 12:5 src/my file.rs\n\
            # env-dep:RESILIENCE_CONTRACT_FOLDER=x\n# env-dep:RESILIENCE_CONTRACT a.c\n";
        let compiled = Compiled {
            id: "a.b".into(),
            file: "src/my file.rs".into(),
            line: 12,
            column: 5,
        };
        assert_eq!(noted(text), [compiled]);
    }

    #[test]
    fn paths_are_said_as_seen_from_the_workspace() {
        let root = Path::new("/work/a");
        assert_eq!(
            relative(root, Path::new("/work/a/src/lib.rs")),
            "src/lib.rs"
        );
        assert_eq!(relative(root, Path::new("/work/b/lib.rs")), "../b/lib.rs");
        assert_eq!(relative(root, Path::new("/else/lib.rs")), "/else/lib.rs");
    }

    #[test]
    fn where_there_is_no_list_all_sources_of_the_package_count() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("src")).unwrap();
        std::fs::create_dir_all(root.join("target")).unwrap();
        for file in [
            "src/lib.rs",
            "src/data.txt",
            "target/x.rs",
            "target/CACHEDIR.TAG",
        ] {
            std::fs::write(root.join(file), "").unwrap();
        }
        std::fs::write(root.join("src/b.rs"), "").unwrap();
        let artifacts = [Artifact {
            files: vec![root.join("target/libx.rlib")],
            root: root.join("src/lib.rs"),
            base: root.to_owned(),
            package: root.to_owned(),
        }];
        let of = |names: &[&str]| names.iter().map(|name| root.join(name)).collect();
        assert_eq!(files(&artifacts), of(&["src/b.rs", "src/lib.rs"]));
        std::fs::write(root.join("src/c.inc"), "").unwrap();
        std::fs::write(root.join("target/x.d"), "x: src/lib.rs src/c.inc\n").unwrap();
        assert_eq!(files(&artifacts), of(&["src/c.inc", "src/lib.rs"]));
        // Of another one, or out of date.
        for text in ["x: src/c.inc\n", "x: src/lib.rs src/gone.rs\n"] {
            std::fs::write(root.join("target/x.d"), text).unwrap();
            assert_eq!(files(&artifacts), of(&["src/b.rs", "src/lib.rs"]), "{text}");
        }
    }
}
