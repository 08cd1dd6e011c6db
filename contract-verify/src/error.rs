//! What keeps a run from coming to a verdict.

use std::path::PathBuf;

use crate::exit;

/// An expected failure of a run; each has its exit code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// `cargo metadata` failed.
    #[error("failed to read the workspace: {0}")]
    Metadata(String),
    /// `-p` names no package.
    #[error("there is no package `{0}` in the workspace")]
    UnknownPackage(String),
    /// Nothing to do.
    #[error(
        "none of the selected packages depends on `resilience-contract`\n  \
         help: add it to the package whose functions have contracts (`cargo add resilience-contract`), \
         or select such a package with `-p`"
    )]
    NoDependents,
    /// Nothing to do.
    #[error(
        "no contracts in the selected packages\n  \
         help: write one to `contracts/NAME.toml` in the package, and put `#[resilience_contract(\"NAME.function\")]` on the function"
    )]
    NoContracts,
    /// The command line names something that does not exist or cannot be.
    #[error("{0}")]
    Usage(String),
    /// Nothing to run.
    #[error("the selected packages have no tests")]
    NoTests,
    /// Nothing to run in this part.
    #[error(
        "this part has no test: there are only {0}\n  \
         help: have no more parts than tests"
    )]
    NoTestsInPart(usize),
    /// The user's cargo configuration cannot be read.
    #[error("failed to read cargo's configuration: {0}")]
    Configuration(String),
    /// The project's policy has mistakes, drawn here.
    #[error("the policy cannot be used\n\n{0}")]
    Policy(String),
    /// The baseline has mistakes, listed here.
    #[error(
        "the baseline cannot be used:{0}\n  \
         help: `cargo verify-contracts --write-baseline` writes it anew"
    )]
    Baseline(String),
    /// The diff that verdicts are limited to.
    #[error("the diff cannot be used: {0}")]
    Diff(String),
    /// Cargo could not be started.
    #[error("failed to run cargo: {0}")]
    Cargo(#[source] std::io::Error),
    /// The probe build failed; cargo has said why.
    #[error("failed to build the tests")]
    Build,
    /// Cargo built tests and did not hand them over.
    #[error("failed to learn from cargo how it runs the tests: {0}")]
    Plan(String),
    /// A contract or source file cannot be read.
    #[error("failed to read {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A file of the run's own cannot be written.
    #[error("failed to write {}: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A test could not be started.
    #[error("failed to start {}: {error}", path.display())]
    Start {
        /// The program.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Evidence is missing or cannot be understood.
    #[error("the evidence is incomplete: {0}")]
    Evidence(String),
    /// cargo-nextest is not there, or did not do what it was asked for.
    #[error("failed to work with an archive: {0}")]
    Nextest(String),
    /// Evidence in files that is damaged, or not of one piece, or not of this checkout.
    #[error("the evidence cannot be used: {0}")]
    Refused(String),
    /// The report could not be printed.
    #[error("failed to write the report: {0}")]
    Output(#[source] std::io::Error),
}

impl Error {
    /// The exit code that says so.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Metadata(_)
            | Self::UnknownPackage(_)
            | Self::Cargo(_)
            | Self::Build
            | Self::Plan(_)
            | Self::Nextest(_) => exit::BUILD,
            Self::NoDependents | Self::NoContracts | Self::NoTests | Self::NoTestsInPart(_) => {
                exit::NOTHING
            }
            Self::Usage(_) => exit::USAGE,
            Self::Configuration(_)
            | Self::Policy(_)
            | Self::Baseline(_)
            | Self::Diff(_)
            | Self::Read { .. } => exit::CONFIGURATION,
            Self::Start { .. } => exit::TESTS,
            Self::Evidence(_) | Self::Refused(_) => exit::EVIDENCE,
            Self::Write { .. } | Self::Output(_) => exit::OUTPUT,
        }
    }
}

/// A result of a step of the run.
pub(crate) type Result<T> = std::result::Result<T, Error>;
