//! What tests answer when they are asked: with nothing changed, with a mutant, and again.
//!
//! Who asks need not know whether a test is run now (`live`), whether the answer was kept
//! from an earlier run, or whether another machine gave it (`replay`).

mod live;
mod replay;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use contract_spec::evidence::{Mutant, file::Fate};

use crate::error::Result;
use crate::evidence::Evidence;
use crate::observe::{Observed, TestIndex};

pub(crate) use live::Live;
pub(crate) use replay::Replay;

/// How a test went with nothing changed.
#[derive(Debug, Default)]
pub(crate) struct Plain {
    /// Why it did not pass; `None` if it passed.
    pub(crate) failure: Option<String>,
    pub(crate) duration: Duration,
    pub(crate) should_panic: bool,
    /// Nothing if it did not pass.
    pub(crate) evidence: Evidence,
}

/// How a test went with a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trial {
    pub(crate) fate: Fate,
    /// The failures that stood in the calls whose result was changed.
    pub(crate) changed: BTreeSet<String>,
}

/// Whoever answers. A question may be asked again, and the answer is the same.
pub(crate) trait Answers: Sync {
    /// How a test goes with a mutant.
    fn trial(&self, test: TestIndex, mutant: &Mutant) -> Result<Trial>;

    /// Whether a test that noticed something passes again with nothing changed.
    fn passes_again(&self, test: TestIndex) -> Result<bool>;

    /// Trials are about to begin.
    fn begin(&self, _observed: &Observed) {}

    /// The trials that began at this moment are done.
    fn done(&self, _began: Instant) {}
}
