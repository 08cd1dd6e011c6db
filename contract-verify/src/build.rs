//! Building the tests with probes, and learning how cargo runs them.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::{Message, PackageId, Target};

use crate::cli::Options;
use crate::compiled::Artifact;
use crate::error::{Error, Result};
use crate::plan::{CAPTURE, PLAN_VARIABLE, Planned, runner_variable};
use crate::workspace::Workspace;

/// The built tests.
#[derive(Debug)]
pub(crate) struct Build {
    pub(crate) binaries: Vec<Binary>,
    /// Everything that was compiled from sources of the workspace.
    pub(crate) targets: Vec<BuiltTarget>,
    /// The target that was built for.
    pub(crate) triple: String,
    /// The compiler.
    pub(crate) rustc: PathBuf,
    /// The flags that cargo gives it.
    pub(crate) rustflags: Vec<String>,
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
struct Toolchain {
    triple: String,
    rustc: PathBuf,
    rustflags: Vec<String>,
    runner: Vec<OsString>,
}

impl Toolchain {
    fn load(options: &Options) -> Result<Self> {
        let failed = |error: cargo_config2::Error| Error::Configuration(error.to_string());
        let config = cargo_config2::Config::load().map_err(failed)?;
        let cli: Vec<&str> = options.target.as_deref().into_iter().collect();
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
        let rustc = config.rustc().path.clone();
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

/// Builds, with cargo's own words on standard error.
pub(crate) fn build(workspace: &Workspace, options: &Options, plan: &Path) -> Result<Build> {
    let toolchain = Toolchain::load(options)?;
    let mut command = cargo(workspace, options)?;
    hand_over(&mut command, &toolchain.triple, plan)?;
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
        triple: toolchain.triple,
        rustc: toolchain.rustc,
        rustflags: toolchain.rustflags,
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
fn key(binary: &Binary) -> (&str, bool, &str) {
    (
        &binary.package.repr,
        !binary.target.is_lib(),
        &binary.target.name,
    )
}

/// `cargo test`, with the user's selection and our probes.
fn cargo(workspace: &Workspace, options: &Options) -> Result<Command> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    forget_own_package(&mut command);
    command.args([
        "test",
        "--tests",
        "--no-fail-fast",
        "--message-format=json-render-diagnostics",
    ]);
    if let Some(path) = &options.selection.manifest.manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    for package in workspace.packages() {
        command.arg("--package").arg(&package.id.repr);
    }
    let features = &options.features;
    if features.all_features {
        command.arg("--all-features");
    }
    if features.no_default_features {
        command.arg("--no-default-features");
    }
    for feature in &features.features {
        command.arg("--features").arg(feature);
    }
    command.arg("--features").arg(workspace.probe_features()?);
    let values = [
        ("--profile", options.profile.clone()),
        ("--target", options.target.clone()),
        ("--jobs", options.jobs.map(|jobs| jobs.to_string())),
    ];
    for (flag, value) in values {
        if let Some(value) = value {
            command.arg(flag).arg(value);
        }
    }
    let color = match anstream::ColorChoice::global() {
        anstream::ColorChoice::Always => Some("--color=always"),
        anstream::ColorChoice::Never => Some("--color=never"),
        _ => None,
    };
    command.args(color);
    let flags = [
        ("--release", options.release),
        ("--offline", options.selection.offline),
        ("--locked", options.selection.locked),
        ("--frozen", options.selection.frozen),
        ("--quiet", options.voice.quiet),
    ];
    command.args(
        flags
            .iter()
            .filter(|(_, given)| *given)
            .map(|(flag, _)| flag),
    );
    // What is compiled on the way is shared with the user's own builds, and the
    // results are not: a normal build finds everything as it left it.
    let target = workspace.target_directory(options).join("verify-contracts");
    let build = workspace.build_directory(options);
    command.arg("--target-dir").arg(target);
    command.arg("--config").arg(format!(
        "build.build-dir={}",
        toml_string(&build.to_string_lossy())
    ));
    Ok(command)
}

/// Has cargo give its test binaries to us.
fn hand_over(command: &mut Command, triple: &str, plan: &Path) -> Result<()> {
    let this = std::env::current_exe().map_err(Error::Cargo)?;
    let this = this.to_string_lossy().into_owned();
    command.env(PLAN_VARIABLE, plan);
    if this.contains(char::is_whitespace) {
        // Cargo splits the variable at white space, and knows no quotes there.
        let runner = format!(
            "target.{triple}.runner=[{}, {}]",
            toml_string(&this),
            toml_string(CAPTURE)
        );
        command.arg("--config").arg(runner);
    } else {
        command.env(runner_variable(triple), format!("{this} {CAPTURE}"));
    }
    Ok(())
}

/// Takes away what `cargo run` says about this program's own package.
fn forget_own_package(command: &mut Command) {
    for (key, _) in std::env::vars_os() {
        let name = key.to_string_lossy();
        if name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name == "OUT_DIR"
        {
            command.env_remove(&key);
        }
    }
}

fn read_plan(path: &Path) -> Result<Vec<Planned>> {
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

/// A TOML basic string.
fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            c if c.is_control() => {
                let _written = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_as_toml() {
        assert_eq!(toml_string(r"C:\a b"), r#""C:\\a b""#);
        assert_eq!(toml_string("a\"ü\n"), "\"a\\\"ü\\u000A\"");
    }

    #[test]
    fn the_kind_of_a_linked_path_is_no_part_of_it() {
        assert_eq!(linked_path("native=/a=b"), PathBuf::from("/a=b"));
        assert_eq!(linked_path("/a=b"), PathBuf::from("/a=b"));
    }
}
