//! Which baseline a run goes by, and whether it writes it.

use std::path::{Path, PathBuf};

use super::Baseline;
use crate::error::{Error, Result};
use crate::judge::count;
use crate::report::{Outcome, Report};
use crate::shown::shown;
use crate::status::Status;

/// The baseline that a run was told of.
#[derive(Debug)]
pub(crate) struct Chosen {
    path: PathBuf,
    /// As it was before the run; `None` where it is to be written.
    text: Option<String>,
}

impl Chosen {
    /// The baseline at a path, if one is named. What is to be read is read now, so that
    /// nothing is built in vain.
    pub(crate) fn new(path: Option<PathBuf>, write: bool) -> Result<Option<Self>> {
        let Some(path) = path else {
            if write {
                return Err(Error::Usage(
                    "where to write the baseline is not said\n  \
                     help: add `--baseline FILE`, or `baseline = \"FILE\"` to .config/verify-contracts.toml"
                        .into(),
                ));
            }
            return Ok(None);
        };
        if write {
            return Ok(Some(Self { path, text: None }));
        }
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                Baseline::read(&path, &text)?;
                let text = Some(text);
                Ok(Some(Self { path, text }))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(Error::Usage(format!(
                    "there is no baseline {}\n  \
                     help: `--write-baseline` writes one",
                    path.display()
                )))
            }
            Err(error) => Err(Error::Read { path, error }),
        }
    }

    /// Writes the baseline if that was asked for, and applies it. `whole` is false where
    /// only a part was verified.
    pub(crate) fn apply(
        &self,
        report: &mut Report,
        root: &Path,
        whole: bool,
        status: Status,
    ) -> Result<()> {
        let shown = shown(root, &self.path);
        let baseline = match &self.text {
            Some(text) => Baseline::read(&self.path, text)?,
            None if report.outcome == Outcome::Incomplete => {
                let kept = "no baseline: findings of tests that fail are not to be known";
                status.say("Writing", kept);
                return Ok(());
            }
            None => {
                let baseline = Baseline::of(report);
                std::fs::write(&self.path, baseline.text()).map_err(|error| Error::Write {
                    path: self.path.clone(),
                    error,
                })?;
                let known = count(baseline.len(), "known finding");
                status.say("Writing", &format!("{shown}: {known}"));
                baseline
            }
        };
        baseline.apply(report, &shown, whole);
        Ok(())
    }
}
