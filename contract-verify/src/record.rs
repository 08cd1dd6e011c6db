//! Writing a run's evidence to a file, line by line as it comes.
//!
//! The file has no end before all is done, so that a run that is interrupted leaves what
//! nobody takes for the whole.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use contract_spec::evidence::{
    Mutant,
    file::{Again, Header, Hidden, Line, Listed, Place, Run, Test, Trial},
};

use crate::answers::{self, Plain};
use crate::error::{Error, Result};
use crate::observe::TestIndex;
use crate::sealed::Sealer;

/// A file in the course of being written.
#[derive(Debug)]
pub(crate) struct Record {
    path: PathBuf,
    writing: Mutex<(File, Sealer)>,
}

/// What is known before any test runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) header: Header,
    pub(crate) listed: Vec<Listed>,
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) places: Vec<Place>,
    pub(crate) tests: Vec<Test>,
}

impl Plan {
    /// The lines that say so.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let mut lines = vec![Line::Header(self.header.clone())];
        lines.extend(self.listed.iter().cloned().map(Line::Listed));
        lines.extend(self.hidden.iter().cloned().map(Line::Hidden));
        lines.extend(self.places.iter().cloned().map(Line::Place));
        lines.extend(self.tests.iter().cloned().map(Line::Test));
        lines
    }
}

impl Record {
    /// Begins a file with what is known before any test runs.
    pub(crate) fn begin(path: &Path, plan: &Plan) -> Result<Self> {
        let unwritable = |error| Error::Write {
            path: path.to_owned(),
            error,
        };
        let named = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        if let Some(parent) = named {
            std::fs::create_dir_all(parent).map_err(unwritable)?;
        }
        let file = File::create(path).map_err(unwritable)?;
        let record = Self {
            path: path.to_owned(),
            writing: Mutex::new((file, Sealer::default())),
        };
        for line in plan.lines() {
            record.write(|sealer| sealer.line(&line))?;
        }
        Ok(record)
    }

    /// How a test went with nothing changed.
    pub(crate) fn plain(&self, test: TestIndex, plain: &Plain) -> Result<()> {
        self.write(|sealer| sealer.run(run(test, plain), &plain.evidence.lines))
    }

    /// How a test went with a mutant.
    pub(crate) fn trial(
        &self,
        test: TestIndex,
        mutant: &Mutant,
        trial: &answers::Trial,
    ) -> Result<()> {
        let line = Line::Trial(self::trial(test, mutant, trial));
        self.write(|sealer| sealer.line(&line))
    }

    /// Whether a test passed when it was run again.
    pub(crate) fn again(&self, test: TestIndex, passes: bool) -> Result<()> {
        let line = Line::Again(Again { test, passes });
        self.write(|sealer| sealer.line(&line))
    }

    /// All is done.
    pub(crate) fn end(&self) -> Result<()> {
        self.write(|sealer| sealer.end())
    }

    /// One write for what belongs together.
    fn write(&self, lines: impl FnOnce(&mut Sealer) -> String) -> Result<()> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, sealer) = &mut *writing;
        let text = lines(sealer);
        file.write_all(text.as_bytes())
            .map_err(|error| Error::Write {
                path: self.path.clone(),
                error,
            })
    }
}

/// The line of a run.
pub(crate) fn run(test: usize, plain: &Plain) -> Run {
    Run {
        test,
        failure: plain.failure.clone(),
        duration_us: u64::try_from(plain.duration.as_micros()).unwrap_or(u64::MAX),
        should_panic: plain.should_panic,
        lines: 0,
    }
}

/// The line of a trial.
pub(crate) fn trial(test: usize, mutant: &Mutant, trial: &answers::Trial) -> Trial {
    Trial {
        test,
        mutant: mutant.to_string(),
        fate: trial.fate.clone(),
        changed: trial.changed.clone(),
    }
}
