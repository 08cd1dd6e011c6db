//! What is to be verified: packages, their files, and where cargo builds.

use std::collections::BTreeSet;
use std::path::PathBuf;

use cargo_metadata::{CargoOpt, Metadata, MetadataCommand, Package, PackageId};

use crate::cli::{Options, Selection};
use crate::error::{Error, Result};
use crate::eyes;

const RUNTIME: &str = "resilience-contract";

/// The selected part of a workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) metadata: Metadata,
    /// The selected packages, in the order of their names.
    pub(crate) selected: Vec<PackageId>,
    /// Whether faults can be injected where interfaces are called.
    pub(crate) injects: bool,
}

impl Workspace {
    /// Asks cargo; which packages there are depends on the features.
    pub(crate) fn load(selection: &Selection, features: &clap_cargo::Features) -> Result<Self> {
        let mut command = MetadataCommand::new();
        if features.all_features {
            command.features(CargoOpt::AllFeatures);
        }
        if features.no_default_features {
            command.features(CargoOpt::NoDefaultFeatures);
        }
        if !features.features.is_empty() {
            command.features(CargoOpt::SomeFeatures(features.features.clone()));
        }
        Self::ask(selection, command)
    }

    /// The members of a workspace, none of them selected.
    pub(crate) fn members(manifest: clap_cargo::Manifest) -> Result<Self> {
        let selection = Selection {
            manifest,
            workspace: clap_cargo::Workspace::default(),
            offline: false,
            locked: false,
            frozen: false,
        };
        let mut workspace = Self::load_members(&selection)?;
        workspace.selected.clear();
        Ok(workspace)
    }

    /// The same, with the packages selected that have these names.
    pub(crate) fn selecting(mut self, names: &BTreeSet<String>) -> Result<Self> {
        let members = self.metadata.workspace_packages();
        let named = |name: &String| {
            let member = members.iter().find(|package| *package.name == **name);
            member.map(|package| package.id.clone())
        };
        let ids = names.iter().map(|name| {
            named(name).ok_or_else(|| {
                Error::Refused(format!(
                    "it is not of this checkout: there is no package `{name}`\n  \
                     help: check out what it was gathered from, or run all parts again"
                ))
            })
        });
        self.selected = ids.collect::<Result<_>>()?;
        Ok(self)
    }

    /// Asks cargo about the members alone: no dependency is resolved, no network needed.
    pub(crate) fn load_members(selection: &Selection) -> Result<Self> {
        let mut command = MetadataCommand::new();
        command.no_deps();
        Self::ask(selection, command)
    }

    fn ask(selection: &Selection, mut command: MetadataCommand) -> Result<Self> {
        if let Some(path) = &selection.manifest.manifest_path {
            command.manifest_path(path);
        }
        let flags = [
            ("--offline", selection.offline),
            ("--locked", selection.locked),
            ("--frozen", selection.frozen),
        ];
        let flags = flags.iter().filter(|(_, given)| *given);
        command.other_options(
            flags
                .map(|(flag, _)| (*flag).to_owned())
                .collect::<Vec<_>>(),
        );
        // Our own build must not read the configuration of whoever built us.
        let metadata = command.exec().map_err(|error| match error {
            cargo_metadata::Error::CargoMetadata { stderr } => {
                Error::Metadata(stderr.trim().to_owned())
            }
            other => Error::Metadata(other.to_string()),
        })?;
        let selected = select(&metadata, &selection.workspace)?;
        Ok(Self {
            metadata,
            selected,
            injects: false,
        })
    }

    pub(crate) fn packages(&self) -> impl Iterator<Item = &Package> {
        self.selected.iter().map(|id| &self.metadata[id])
    }

    /// Whether every member is selected.
    pub(crate) fn is_whole(&self) -> bool {
        self.selected.len() == self.metadata.workspace_members.len()
    }

    /// The selected packages that depend on the runtime, with the names they know it by.
    pub(crate) fn dependents(&self) -> Vec<(&Package, String)> {
        let mut dependents = Vec::new();
        for package in self.packages() {
            for dependency in package.dependencies.iter().filter(|d| d.name == RUNTIME) {
                let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
                dependents.push((package, name.clone()));
            }
        }
        dependents
    }

    /// The features that turn the probes on, as cargo's `--features` wants them.
    pub(crate) fn probe_features(&self) -> Result<String> {
        let mut features = Vec::new();
        let more = eyes::features(&self.metadata, &self.selected);
        for (_, name) in self.dependents() {
            features.push(format!("{name}/probe"));
            features.extend(more.iter().map(|feature| format!("{name}/{feature}")));
            if self.injects {
                features.push(format!("{name}/probe-inject"));
            }
        }
        features.sort();
        features.dedup();
        if features.is_empty() {
            return Err(Error::NoDependents);
        }
        Ok(features.join(","))
    }

    /// The target directory of the user's own builds.
    pub(crate) fn target_directory(&self, options: &Options) -> PathBuf {
        match &options.target_dir {
            Some(directory) => directory.clone(),
            None => self.metadata.target_directory.clone().into(),
        }
    }

    /// Where cargo keeps what it compiles on the way.
    pub(crate) fn build_directory(&self, options: &Options) -> PathBuf {
        match (&options.target_dir, &self.metadata.build_directory) {
            (None, Some(directory)) => directory.clone().into(),
            _ => self.target_directory(options),
        }
    }

    /// The packages whose tests must not run beside each other: they use `serial_test`, which
    /// has them wait for one another in one process, and each has one of its own here.
    pub(crate) fn serial(&self) -> BTreeSet<PackageId> {
        let takes_turns = |package: &&Package| {
            let mut dependencies = package.dependencies.iter();
            dependencies.any(|dependency| dependency.name == "serial_test")
        };
        let packages = self.metadata.packages.iter().filter(takes_turns);
        packages.map(|package| package.id.clone()).collect()
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.metadata.workspace_root.clone().into()
    }
}

fn select(metadata: &Metadata, selection: &clap_cargo::Workspace) -> Result<Vec<PackageId>> {
    let members = metadata.workspace_packages();
    for name in selection.package.iter().chain(&selection.exclude) {
        let is_pattern = name.contains(['*', '?', '[']);
        if !is_pattern && !members.iter().any(|package| matches(package, name)) {
            return Err(Error::UnknownPackage(name.clone()));
        }
    }
    let mut selected: Vec<&Package> = if !selection.package.is_empty() {
        let named =
            |package: &&Package| selection.package.iter().any(|name| matches(package, name));
        members.iter().copied().filter(named).collect()
    } else if selection.workspace || selection.all {
        let left =
            |package: &&Package| !selection.exclude.iter().any(|name| matches(package, name));
        members.iter().copied().filter(left).collect()
    } else {
        metadata.workspace_default_packages()
    };
    selected.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(selected
        .into_iter()
        .map(|package| package.id.clone())
        .collect())
}

/// Whether a package is the one that `-p` names: by name, `name@version`, or a pattern with `*` and `?`.
fn matches(package: &Package, specification: &str) -> bool {
    let name = specification
        .split(['@', '#'])
        .next()
        .unwrap_or(specification);
    glob(name.as_bytes(), package.name.as_bytes())
}

/// Whether a pattern with `*` and `?` is that of a text.
pub(crate) fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skip| glob(rest, &text[skip..])),
        Some((b'?', rest)) => !text.is_empty() && glob(rest, &text[1..]),
        Some((letter, rest)) => text.first() == Some(letter) && glob(rest, &text[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn patterns_match_as_in_cargo() {
        assert!(glob(b"contract-*", b"contract-spec"));
        assert!(glob(b"check?ut", b"checkout"));
        assert!(!glob(b"contract-*", b"checkout"));
        assert!(glob(b"checkout", b"checkout"));
        assert!(!glob(b"checkout", b"checkout2"));
    }
}
