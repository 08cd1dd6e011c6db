//! Building the tests with probes, and learning how cargo runs them.

mod command;

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::{Message, PackageId, Target};

use crate::cli::Options;
use crate::compiled::Artifact;
use crate::error::{Error, Result};
use crate::plan::Planned;
use crate::workspace::Workspace;

pub(crate) use command::{archive, hand_over, nextest};

/// The built tests.
#[derive(Debug)]
pub(crate) struct Build {
    pub(crate) binaries: Vec<Binary>,
    /// Everything that was compiled from sources of the workspace.
    pub(crate) targets: Vec<BuiltTarget>,
    /// The target that was built for.
    pub(crate) triple: String,
    /// The compiler's version.
    pub(crate) rustc: String,
    /// What it is configured with, as it prints that.
    pub(crate) cfg: String,
    /// The configuration that each package's build script printed.
    pub(crate) scripts: HashMap<PackageId, Vec<String>>,
    /// What was compiled from sources that lie here, not in a registry.
    pub(crate) artifacts: Vec<Artifact>,
    /// The shared libraries that were built, or that build scripts named.
    pub(crate) libraries: Vec<PathBuf>,
}

/// A target that was compiled.
#[derive(Debug)]
pub(crate) struct BuiltTarget {
    pub(crate) package: PackageId,
    pub(crate) target: Target,
    /// The package's features that were on.
    pub(crate) features: Vec<String>,
    pub(crate) debug_assertions: bool,
}

/// A test binary and how to run it.
#[derive(Debug, Clone)]
pub(crate) struct Binary {
    pub(crate) package: PackageId,
    pub(crate) target: Target,
    /// The user's own runner and its arguments, if there is one.
    pub(crate) runner: Vec<OsString>,
    pub(crate) planned: Planned,
}

/// The user's cargo, as far as it decides how tests are run.
#[derive(Debug)]
pub(crate) struct Toolchain {
    pub(crate) triple: String,
    /// The compiler, behind the user's wrapper if there is one.
    rustc: Vec<OsString>,
    rustflags: Vec<String>,
    pub(crate) runner: Vec<OsString>,
}

impl Toolchain {
    pub(crate) fn load(target: Option<&str>) -> Result<Self> {
        let failed = |error: cargo_config2::Error| Error::Configuration(error.to_string());
        let config = cargo_config2::Config::load().map_err(failed)?;
        let cli: Vec<&str> = target.into_iter().collect();
        let targets = config.build_target_for_cli(cli).map_err(failed)?;
        let triple = match &targets[..] {
            [] => config.host_triple().map_err(failed)?.to_owned(),
            [triple] => triple.clone(),
            several => {
                let names: Vec<&str> = several.iter().map(String::as_str).collect();
                return Err(Error::Usage(format!(
                    "cargo is configured to build for several targets: {}\n  \
                     help: choose one, `--target {}`",
                    names.join(", "),
                    names[0]
                )));
            }
        };
        let runner = match config.runner(triple.as_str()).map_err(failed)? {
            Some(runner) => {
                let mut command = vec![runner.path.into_os_string()];
                command.extend(runner.args);
                command
            }
            None => Vec::new(),
        };
        let rustc = config.rustc().clone();
        let mut command = vec![rustc.path.into_os_string()];
        command.extend(rustc.args);
        let rustc = command;
        let rustflags = config.rustflags(triple.as_str()).map_err(failed)?;
        let rustflags = rustflags.map(|flags| flags.flags).unwrap_or_default();
        Ok(Self {
            triple,
            rustc,
            rustflags,
            runner,
        })
    }
}

impl Toolchain {
    /// What the compiler prints.
    fn ask(&self, arguments: &[&str]) -> Result<String> {
        let printed = Command::new(&self.rustc[0])
            .args(&self.rustc[1..])
            .args(arguments)
            .output()
            .map_err(Error::Cargo)?;
        if !printed.status.success() {
            let said = String::from_utf8_lossy(&printed.stderr).trim().to_owned();
            return Err(Error::Configuration(format!(
                "`rustc {}`: {said}",
                arguments.join(" ")
            )));
        }
        Ok(String::from_utf8_lossy(&printed.stdout).trim().to_owned())
    }

    fn configuration(&self) -> Result<String> {
        let flags = self.rustflags.iter().map(String::as_str);
        let arguments: Vec<&str> = ["--print", "cfg", "--target", &self.triple]
            .into_iter()
            .chain(flags)
            .collect();
        self.ask(&arguments)
    }
}

/// Builds, with cargo's own words on standard error.
pub(crate) fn build(workspace: &Workspace, options: &Options, plan: &Path) -> Result<Build> {
    let toolchain = Toolchain::load(options.target.as_deref())?;
    let mut command = command::test(workspace, options)?;
    command::hand_over(&mut command, &toolchain.triple, plan)?;
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(Error::Cargo)?;
    let mut tests: Vec<(PathBuf, PackageId, Target)> = Vec::new();
    let mut linked: Vec<PathBuf> = Vec::new();
    let mut targets = Vec::new();
    let mut scripts: HashMap<PackageId, Vec<String>> = HashMap::new();
    let mut artifacts = Vec::new();
    let mut libraries = Vec::new();
    if let Some(output) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(output)) {
            match message.map_err(Error::Cargo)? {
                Message::CompilerArtifact(artifact) => {
                    artifacts.extend(Artifact::of(workspace, &artifact));
                    if artifact.target.is_custom_build() {
                        continue;
                    }
                    if !artifact.target.is_proc_macro() {
                        let files = artifact.filenames.iter().map(|file| file.as_std_path());
                        let shared = files.filter(|file| is_shared_library(file));
                        libraries.extend(shared.map(Path::to_owned));
                    }
                    if let (true, Some(executable)) = (artifact.profile.test, artifact.executable) {
                        let (package, target) =
                            (artifact.package_id.clone(), artifact.target.clone());
                        tests.push((executable.into(), package, target));
                    }
                    targets.push(BuiltTarget {
                        package: artifact.package_id,
                        target: artifact.target,
                        features: artifact.features,
                        debug_assertions: artifact.profile.debug_assertions,
                    });
                }
                Message::BuildScriptExecuted(script) => {
                    scripts.insert(script.package_id, script.cfgs);
                    linked.extend(
                        script
                            .linked_paths
                            .iter()
                            .map(|path| linked_path(path.as_str())),
                    );
                }
                _ => {}
            }
        }
    }
    if !child.wait().map_err(Error::Cargo)?.success() {
        return Err(Error::Build);
    }
    let mut planned = read_plan(plan)?;
    for planned in &mut planned {
        add_library_paths(planned, &linked);
    }
    let mut binaries = Vec::new();
    for (executable, package, target) in tests {
        let matching = planned
            .iter()
            .find(|planned| same_file(&planned.program, &executable));
        let planned = matching.cloned().ok_or_else(|| {
            Error::Plan(format!(
                "it built {} and did not run it",
                executable.display()
            ))
        })?;
        binaries.push(Binary {
            package,
            target,
            runner: toolchain.runner.clone(),
            planned,
        });
    }
    binaries.sort_by(|a, b| key(a).cmp(&key(b)));
    Ok(Build {
        binaries,
        targets,
        rustc: toolchain.ask(&["--version"])?,
        cfg: toolchain.configuration()?,
        triple: toolchain.triple,
        scripts,
        artifacts,
        libraries: {
            libraries.extend(linked.iter().flat_map(|folder| shared_libraries(folder)));
            libraries
        },
    })
}

fn is_shared_library(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ["so", "dylib", "dll"]
            .iter()
            .any(|known| extension == *known)
    })
}

/// Those that lie in a folder; none where it cannot be read, as then nobody can load them.
fn shared_libraries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| is_shared_library(path)).collect()
}

/// The order in which binaries are listed: packages by name, then the library first.
pub(crate) fn key(binary: &Binary) -> (&str, bool, &str) {
    (
        &binary.package.repr,
        !binary.target.is_lib(),
        &binary.target.name,
    )
}

/// Reads what the runner noted.
pub(crate) fn read_plan(path: &Path) -> Result<Vec<Planned>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let path = path.to_owned();
            return Err(Error::Read { path, error });
        }
    };
    text.lines()
        .map(|line| serde_json::from_str(line).map_err(|error| Error::Plan(error.to_string())))
        .collect()
}

/// A path that a build script named, without the `native=` before it.
fn linked_path(path: &str) -> PathBuf {
    match path.split_once('=') {
        Some(("native" | "dependency" | "crate" | "framework" | "all", path)) => path.into(),
        _ => path.into(),
    }
}

/// With a build directory of its own, cargo leaves out the folders in which
/// build scripts put shared libraries.
fn add_library_paths(planned: &mut Planned, linked: &[PathBuf]) {
    let variable = if cfg!(windows) {
        "PATH"
    } else if cfg!(target_os = "macos") {
        "DYLD_FALLBACK_LIBRARY_PATH"
    } else {
        "LD_LIBRARY_PATH"
    };
    let given = planned
        .environment
        .get(variable)
        .cloned()
        .unwrap_or_default();
    // An empty entry is the current folder, which nobody asked for.
    let mut paths: Vec<PathBuf> = std::env::split_paths(&given)
        .filter(|path| !path.as_os_str().is_empty())
        .collect();
    for path in linked {
        if !paths.contains(path) {
            paths.push(path.clone());
        }
    }
    // A path with the separator in it cannot be said at all; cargo leaves it out too.
    if let Ok(paths) = std::env::join_paths(paths) {
        let paths = paths.to_string_lossy().into_owned();
        planned.environment.insert(variable.to_owned(), paths);
    }
}

fn same_file(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_linked_path_is_no_part_of_it() {
        assert_eq!(linked_path("native=/a=b"), PathBuf::from("/a=b"));
        assert_eq!(linked_path("/a=b"), PathBuf::from("/a=b"));
    }
}
