//! What an exploration found out, as JSON shows it.

use serde::Serialize;

use crate::report::Finding;

/// The version of this form.
pub(super) const FORMAT: u32 = 1;

/// Everything that an exploration found out.
#[derive(Debug, Serialize)]
pub(super) struct Exploration {
    pub(super) format: u32,
    pub(super) outcome: Outcome,
    pub(super) summary: Summary,
    /// Every contracted function, and which of its failure modes were injected.
    pub(super) functions: Vec<Function>,
    /// Tests and runs that nothing was learned from.
    pub(super) left_out: Vec<LeftOut>,
    /// What the budget left no room for.
    pub(super) cut: Vec<Cut>,
    pub(super) findings: Vec<Found>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Passed,
    Failed,
    /// There was more to explore, or tests fail with nothing injected.
    Incomplete,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Summary {
    /// Tests that were explored.
    pub(super) tests: usize,
    /// Of those that were not, the ones that fail with nothing injected.
    pub(super) failing: usize,
    /// Runs with a fault.
    pub(super) runs: usize,
    /// Runs that the budget left no room for.
    pub(super) cut: usize,
    /// Failure modes of interfaces that are not waived.
    pub(super) modes: usize,
    /// Of these, the ones that were injected.
    pub(super) modes_explored: usize,
    pub(super) errors: usize,
    pub(super) warnings: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct Function {
    pub(super) id: String,
    pub(super) package: String,
    pub(super) path: String,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) modes: Vec<Mode>,
}

/// A failure mode of an interface.
#[derive(Debug, Serialize)]
pub(super) struct Mode {
    /// `gateway.timeout`.
    pub(super) id: String,
    pub(super) returns: Option<String>,
    /// Whether it was injected.
    pub(super) explored: bool,
    /// In how many runs.
    pub(super) runs: usize,
    /// In which tests.
    pub(super) tests: Vec<String>,
    /// Why it was not.
    pub(super) reason: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct LeftOut {
    pub(super) test: String,
    pub(super) faults: Vec<String>,
    pub(super) reason: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Cut {
    pub(super) test: String,
    pub(super) faults: Vec<String>,
}

/// A finding, and how to see it again.
#[derive(Debug, Serialize)]
pub(super) struct Found {
    #[serde(flatten)]
    pub(super) finding: Finding,
    /// The test of the simplest run that shows it.
    pub(super) test: String,
    /// The faults of that run.
    pub(super) faults: Vec<String>,
    /// How many runs show it.
    pub(super) runs: usize,
    /// The command that makes that run again.
    pub(super) reproduce: String,
}
