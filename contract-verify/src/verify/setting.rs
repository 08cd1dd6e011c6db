//! What holds whatever is built: the workspace, its policy, its contracts, its baseline.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use contract_spec::Source;

use super::Verified;
use crate::baseline;
use crate::cli::{Reporting, Selection};
use crate::contracts::Contracts;
use crate::draw;
use crate::error::{Error, Result};
use crate::eyes;
use crate::observe::Against;
use crate::policy::{self, Policy};
use crate::report::{FORMAT, Level, Outcome, Report, Summary};
use crate::touched::{self, Diff};
use crate::workspace::Workspace;

/// The circumstances of a verdict.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) workspace: Workspace,
    pub(crate) root: PathBuf,
    pub(crate) policy: Policy,
    pub(crate) baseline: Option<baseline::Chosen>,
    /// What verdicts are limited to.
    pub(crate) diff: Option<Diff>,
    pub(crate) contracts: Contracts,
}

impl Setting {
    /// That of the selected packages.
    pub(crate) fn load(
        selection: &Selection,
        features: &clap_cargo::Features,
        reporting: Option<&Reporting>,
    ) -> Result<Self> {
        let workspace = Workspace::load(selection, features)?;
        workspace.probe_features()?;
        Self::of(workspace, reporting)
    }

    /// That of a workspace. Without reporting, no baseline is looked for.
    pub(crate) fn of(workspace: Workspace, reporting: Option<&Reporting>) -> Result<Self> {
        let root = workspace.root();
        let policy = policy(&root)?;
        let baseline = match reporting {
            Some(reporting) => {
                let named = policy.baseline.as_ref().map(|path| root.join(path));
                let named = reporting.baseline.clone().or(named);
                baseline::Chosen::new(named, reporting.write_baseline)?
            }
            None => None,
        };
        let diff = match reporting.and_then(|reporting| reporting.in_diff.as_ref()) {
            Some(path) => Some(Diff::parse(&touched::read(path)?, &root)?),
            None => None,
        };
        let contracts = Contracts::load(&workspace)?;
        Ok(Self {
            workspace,
            root,
            policy,
            baseline,
            diff,
            contracts,
        })
    }

    /// What traces are held against beside their contracts.
    pub(crate) fn against(&self) -> Against {
        Against {
            log: self.policy.log.clone(),
            other_loggers: eyes::other_loggers(&self.workspace),
        }
    }

    /// The report on contracts that cannot be worked with, if there are any: they make
    /// the build fail, with less to say about it.
    pub(crate) fn mistakes(&self) -> Option<Report> {
        let mut files = self.contracts.files.values();
        if !files.any(|file| file.reading.has_errors()) {
            return None;
        }
        let findings = self.contracts.findings();
        let level = |level| {
            findings
                .iter()
                .filter(|finding| finding.level == level)
                .count()
        };
        Some(Report {
            format: FORMAT,
            digest: String::new(),
            outcome: Outcome::Failed,
            summary: Summary {
                errors: level(Level::Error),
                warnings: level(Level::Warning),
                ..Summary::default()
            },
            functions: Vec::new(),
            findings,
            known: Vec::new(),
        })
    }

    /// A report, with what it takes to show it.
    pub(crate) fn verified(self, mut report: Report) -> Verified {
        report.seal();
        Verified {
            report,
            contracts: self.contracts,
            root: self.root,
        }
    }
}

/// The project's policy, or the default one.
pub(crate) fn policy(root: &Path) -> Result<Policy> {
    let path = root.join(policy::FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Policy::default()),
        Err(error) => return Err(Error::Read { path, error }),
    };
    let source = Source::new(policy::FILE, text);
    let (policy, mistakes) = policy::read(&source);
    if mistakes.is_empty() {
        return Ok(policy);
    }
    let mut drawn = String::new();
    for mistake in &mistakes {
        draw::diagnostic(&mut drawn, &source, mistake);
    }
    Err(Error::Policy(drawn))
}
