//! Built tests in one file: built once, run on machines that never compile.
//!
//! The file is cargo-nextest's archive, with one more entry: what cargo said about the
//! build. Running from it, nextest unpacks and lists, and hands over each test binary with
//! its surroundings, as cargo itself does where tests are built.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::{PackageId, Target};
use contract_spec::evidence::file::Inputs;
use serde::{Deserialize, Serialize};

use crate::build::{self, Binary, Build, BuiltTarget, Toolchain};
use crate::cli::Options;
use crate::error::{Error, Result};
use crate::workspace::Workspace;

/// The entry's name, in the target directory.
const ENTRY: &str = "verify-contracts-build.json";

/// The form of the entry.
const FORMAT: u32 = 1;

/// What cargo said about a build; paths are relative to the workspace.
#[derive(Debug, Serialize, Deserialize)]
struct Said {
    format: u32,
    tool: String,
    inputs: Inputs,
    cfg: String,
    /// By the name of the test binary's file: its package and target.
    binaries: BTreeMap<String, (String, Target)>,
    targets: Vec<SaidTarget>,
    scripts: BTreeMap<String, Vec<String>>,
}

/// A target that was compiled.
#[derive(Debug, Serialize, Deserialize)]
struct SaidTarget {
    package: String,
    target: Target,
    features: Vec<String>,
    debug_assertions: bool,
}

/// Puts a build into an archive.
pub(crate) fn pack(
    workspace: &Workspace,
    options: &Options,
    build: &Build,
    inputs: Inputs,
    path: &Path,
) -> Result<()> {
    let folder = workspace.target_directory(options).join("verify-contracts");
    let said = Said::of(workspace, build, inputs)?;
    let text = serde_json::to_string(&said).map_err(|error| Error::Plan(error.to_string()))?;
    write(&folder.join(ENTRY), &text)?;
    let configuration = folder.join("nextest.toml");
    let include = format!(
        "[profile.default]\narchive.include = [{{ path = {ENTRY:?}, relative-to = \"target\", on-missing = \"error\" }}]\n"
    );
    write(&configuration, &include)?;
    let configuration = std::path::absolute(&configuration).map_err(Error::Cargo)?;
    let mut command = build::archive(workspace, options)?;
    command
        .arg("--archive-file")
        .arg(path)
        .arg("--tool-config-file")
        .arg(format!("verify-contracts:{}", configuration.display()));
    let status = run(&mut command)?;
    if status {
        Ok(())
    } else {
        Err(Error::Nextest("the archive could not be made".into()))
    }
}

/// Unpacks an archive below a folder.
pub(crate) fn unpack(
    manifest: &clap_cargo::Manifest,
    path: &Path,
    folder: &Path,
) -> Result<(Workspace, Build, Inputs)> {
    if !path.is_file() {
        let message = format!("there is no archive {}", path.display());
        return Err(Error::Usage(message));
    }
    let workspace = Workspace::members(manifest.clone())?;
    let (into, plan) = (folder.join("archive"), folder.join("plan.jsonl"));
    std::fs::create_dir(&into).map_err(|error| Error::Write {
        path: into.clone(),
        error,
    })?;
    // Its target is in the archive, and not known before it is unpacked.
    let mut command = build::nextest();
    command
        .args(["list", "--message-format", "json", "--archive-file"])
        .arg(path)
        .arg("--extract-to")
        .arg(&into)
        .arg("--workspace-remap")
        .arg(workspace.root());
    let toolchain = Toolchain::load(None)?;
    build::hand_over(&mut command, &toolchain.triple, &plan)?;
    if !run(command.stdout(Stdio::null()))? {
        return Err(Error::Nextest("the archive could not be unpacked".into()));
    }
    let entry = into.join("target").join(ENTRY);
    let said = std::fs::read(&entry).map_err(|_| {
        Error::Nextest(format!(
            "{} was not made by `cargo verify-contracts build --archive`\n  \
             help: make it so; if it was, take `archive.include` out of the default profile of your nextest configuration, which hides what has to be in it",
            path.display()
        ))
    })?;
    let said: Said = serde_json::from_slice(&said)
        .map_err(|error| Error::Refused(format!("{}: {error}", path.display())))?;
    let version = env!("CARGO_PKG_VERSION");
    if (said.format, said.tool.as_str()) != (FORMAT, version) {
        return Err(Error::Refused(format!(
            "{} was made by version {}, and this is {version}\n  \
             help: use one version on all machines",
            path.display(),
            said.tool
        )));
    }
    if said.inputs.target != toolchain.triple {
        return Err(Error::Refused(format!(
            "{} was built for {}, and this machine is a {}\n  \
             help: build it on a machine like those that run it",
            path.display(),
            said.inputs.target,
            toolchain.triple
        )));
    }
    let workspace = workspace.selecting(&said.inputs.packages)?;
    let inputs = said.inputs.clone();
    let build = said.build(&workspace, &plan, toolchain)?;
    Ok((workspace, build, inputs))
}

impl Said {
    fn of(workspace: &Workspace, build: &Build, inputs: Inputs) -> Result<Self> {
        let name = |id: &PackageId| workspace.metadata[id].name.to_string();
        let root = workspace.root();
        let relative = |target: &Target| {
            let mut target = target.clone();
            if let Ok(path) = target.src_path.strip_prefix(&root) {
                target.src_path = path.to_owned();
            }
            target
        };
        let binaries = build.binaries.iter().map(|binary| {
            let file = binary.planned.program.file_name().unwrap_or_default();
            let file = file.to_string_lossy().into_owned();
            (file, (name(&binary.package), relative(&binary.target)))
        });
        let of_workspace = |id: &PackageId| workspace.metadata.packages.iter().any(|p| p.id == *id);
        let targets = build.targets.iter();
        let targets = targets.filter(|target| workspace.selected.contains(&target.package));
        let scripts = build.scripts.iter().filter(|(id, _)| of_workspace(id));
        Ok(Self {
            format: FORMAT,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            inputs,
            cfg: build.cfg.clone(),
            binaries: binaries.collect(),
            targets: targets
                .map(|target| SaidTarget {
                    package: name(&target.package),
                    target: relative(&target.target),
                    features: target.features.clone(),
                    debug_assertions: target.debug_assertions,
                })
                .collect(),
            scripts: scripts.map(|(id, cfg)| (name(id), cfg.clone())).collect(),
        })
    }

    fn build(self, workspace: &Workspace, plan: &Path, toolchain: Toolchain) -> Result<Build> {
        let root = workspace.root();
        let ids: HashMap<&str, &PackageId> = workspace
            .packages()
            .map(|package| (package.name.as_str(), &package.id))
            .collect();
        let here = |mut target: Target| {
            if let Ok(path) = root.join(&target.src_path).try_into() {
                target.src_path = path;
            }
            target
        };
        let planned = build::read_plan(plan)?;
        let mut binaries = Vec::new();
        for (file, (package, target)) in self.binaries {
            let found = planned.iter().find(|planned| {
                let name = planned.program.file_name();
                name.is_some_and(|name| *name == *file)
            });
            let (Some(planned), Some(package)) = (found, ids.get(package.as_str())) else {
                return Err(Error::Plan(format!("nextest did not run {file}")));
            };
            binaries.push(Binary {
                package: (*package).clone(),
                target: here(target),
                runner: toolchain.runner.clone(),
                planned: planned.clone(),
            });
        }
        binaries.sort_by(|a, b| build::key(a).cmp(&build::key(b)));
        let targets = self.targets.into_iter().filter_map(|said| {
            Some(BuiltTarget {
                package: (*ids.get(said.package.as_str())?).clone(),
                target: here(said.target),
                features: said.features,
                debug_assertions: said.debug_assertions,
            })
        });
        let scripts = self.scripts.into_iter();
        let scripts =
            scripts.filter_map(|(name, cfg)| Some(((*ids.get(name.as_str())?).clone(), cfg)));
        Ok(Build {
            binaries,
            targets: targets.collect(),
            triple: toolchain.triple,
            rustc: self.inputs.rustc,
            cfg: self.cfg,
            scripts: scripts.collect(),
            artifacts: Vec::new(),
            libraries: Vec::new(),
        })
    }
}

/// Runs nextest; whether it went well.
fn run(command: &mut Command) -> Result<bool> {
    let there = build::nextest()
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !there.is_ok_and(|status| status.success()) {
        return Err(Error::Nextest(
            "cargo-nextest was not found\n  \
             help: archives are its archives: `cargo install cargo-nextest --locked`, or do without `--archive`"
                .into(),
        ));
    }
    Ok(command.status().map_err(Error::Cargo)?.success())
}

fn write(path: &PathBuf, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|error| Error::Write {
        path: path.clone(),
        error,
    })
}
