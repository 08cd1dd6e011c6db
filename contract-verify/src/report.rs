//! The report, as JSON shows it. Its form is a public promise.

use serde::Serialize;

/// The version of the report's form.
pub const FORMAT: u32 = 1;

/// Everything that a run found out.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: u32,
    /// Whether all that policy demands holds.
    pub outcome: Outcome,
    /// The counts.
    pub summary: Summary,
    /// Every contracted function, by contract and path.
    pub functions: Vec<Function>,
    /// Everything that is wrong, in the order of files and lines.
    pub findings: Vec<Finding>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All that policy demands holds.
    Passed,
    /// It does not.
    Failed,
    /// The evidence does not suffice to tell.
    Incomplete,
}

/// The counts. What is entered is not counted again under missing, nor what is
/// proven under entered; only `branches_entered` includes the proven ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Contracted functions.
    pub functions: usize,
    /// Failure modes that are not waived.
    pub modes: usize,
    /// Of these, the proven ones.
    pub proven: usize,
    /// Of these, the ones entered and not proven.
    pub entered: usize,
    /// Of these, the ones that no test enters.
    pub missing: usize,
    /// Failure modes that are waived.
    pub waived: usize,
    /// Error branches.
    pub branches: usize,
    /// Of these, the ones that a test enters.
    pub branches_entered: usize,
    /// Of these, the proven ones.
    pub branches_proven: usize,
    /// Findings at error level.
    pub errors: usize,
    /// Findings at warning level.
    pub warnings: usize,
}

/// A contracted function.
#[derive(Debug, Clone, Serialize)]
pub struct Function {
    /// The contract's id.
    pub id: String,
    /// The package.
    pub package: String,
    /// Crate, modules, name.
    pub path: String,
    /// The source file.
    pub file: String,
    /// The line of its name.
    pub line: u32,
    /// `critical`, `standard` or `experimental`.
    pub tier: &'static str,
    /// The failure modes, in the contract's order.
    pub modes: Vec<Mode>,
    /// The branches, in the order of the source.
    pub branches: Vec<Branch>,
}

/// What is known of a failure mode or a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No test enters it.
    Missing,
    /// A test enters it; that a test would notice a wrong outcome is not shown.
    Entered,
    /// A test notices a wrong outcome.
    Proven,
    /// The contract says why it cannot happen.
    Waived,
}

impl Verdict {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Entered => "entered",
            Self::Proven => "proven",
            Self::Waived => "waived",
        }
    }
}

/// A failure mode.
#[derive(Debug, Clone, Serialize)]
pub struct Mode {
    /// `gateway.timeout`.
    pub id: String,
    /// The variant that the function returns.
    pub returns: Option<String>,
    /// Why the function may go on after all.
    pub recovers: Option<String>,
    /// What is known.
    pub verdict: Verdict,
    /// What the function's tier demands.
    pub required: Verdict,
    /// Why it is not more than entered.
    pub reason: Option<String>,
    /// The tests that enter it.
    pub tests: Vec<String>,
    /// Whether an exploration injected it.
    pub explored: bool,
    /// What was tried.
    pub mutants: Vec<Mutant>,
}

/// A branch.
#[derive(Debug, Clone, Serialize)]
pub struct Branch {
    /// The source file.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// `return`, `tail` or `question_mark`.
    pub kind: String,
    /// What is known.
    pub verdict: Verdict,
    /// Why it is not more than entered.
    pub reason: Option<String>,
    /// The variants that were seen to leave there.
    pub variants: Vec<String>,
    /// The tests that enter it.
    pub tests: Vec<String>,
    /// What was tried.
    pub mutants: Vec<Mutant>,
}

/// A change of what a function returns, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mutant {
    /// `misreport`, `swallow` or `unrecover`.
    pub operator: &'static str,
    /// The variant that was changed.
    pub from: Option<String>,
    /// The variant it became.
    pub to: Option<String>,
    /// What became of it.
    pub outcome: MutantOutcome,
    /// The test that noticed.
    pub test: Option<String>,
    /// Why it is undecided.
    pub reason: Option<String>,
}

/// What became of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MutantOutcome {
    /// A test noticed.
    Killed,
    /// No test noticed.
    Survived,
    /// It could not be told.
    Undecided,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The run fails.
    Error,
    /// Worth mending.
    Warning,
    /// Worth knowing.
    Note,
}

/// One thing that is wrong, or worth knowing.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// `RC…`.
    pub code: &'static str,
    /// How much it weighs.
    pub level: Level,
    /// What is wrong.
    pub message: String,
    /// The contract's id.
    pub function: Option<String>,
    /// The failure mode.
    pub mode: Option<String>,
    /// The file, relative to the workspace.
    pub file: Option<String>,
    /// From 1.
    pub line: Option<u32>,
    /// From 1, in characters.
    pub column: Option<u32>,
    /// What to do.
    pub help: Option<String>,
    /// What happened in the call that shows it, a line for each step.
    pub timeline: Vec<String>,
}
