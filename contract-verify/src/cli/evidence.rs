//! `build`, `run`, `merge` and `report`: evidence that is gathered in one place and used in another.

use std::path::PathBuf;
use std::str::FromStr;

use contract_spec::evidence::file::Partition;

use super::{Options, Reporting, Voice};

/// Builds the tests into an archive of cargo-nextest, for `run --archive` on machines
/// that then compile nothing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Exit status:
    0  the archive is written
    2  the command line is wrong
    4  no contracts
   96  configuration or a source file cannot be read
  100  a contract is malformed
  101  cargo metadata or the build failed, or there is no cargo-nextest
  110  a file could not be written")]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) options: Options,

    /// The archive, such as `tests.tar.zst`.
    #[arg(long, value_name = "FILE")]
    pub(crate) archive: PathBuf,
}

/// Runs the tests, or a part of them, and writes their evidence to a file.
///
/// No verdict is given: `report --from` gives it, from the files of all parts. Every part
/// builds the same and lists all tests; of those that are run, it takes every Nth.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example, on the second of four machines:
    cargo verify-contracts run --partition slice:2/4 --evidence shard-2.rcev

Exit status:
    0  the evidence is written
    2  the command line is wrong
    4  no contracts, or no tests in this part
   96  configuration or a source file cannot be read
  100  a contract is malformed
  101  cargo metadata or the build failed
  102  the evidence is written; tests fail without any mutant
  103  the evidence is incomplete
  110  the evidence could not be written
  130  interrupted: the file has no end, and nobody takes it for the whole")]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) options: Options,

    /// Which part of the tests: `slice:1/4` is the first of four.
    #[arg(long, value_name = "PART")]
    pub(crate) partition: Option<Part>,

    /// Run what `build --archive` built, and compile nothing. Selection, features, profile
    /// and target are those of the build.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["package", "workspace", "all", "exclude", "features",
            "all_features", "no_default_features", "profile", "release", "target", "fresh"]
    )]
    pub(crate) archive: Option<PathBuf>,

    /// Where to write the evidence; by default into the target directory, at
    /// `verify-contracts/evidence.rcev` or `verify-contracts/evidence-1-of-4.rcev`.
    #[arg(long, value_name = "FILE")]
    pub(crate) evidence: Option<PathBuf>,
}

/// Makes one evidence file of those of all parts.
///
/// Refused are parts that are missing, there twice, cut short, changed, empty, or not of
/// the same sources, tests, features, profile, target, compiler and version of this program.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Exit status:
    0  the evidence is whole, and written
  103  it is not whole, or not of one piece: the message says which file and the way out
  110  the evidence could not be written")]
pub(crate) struct Merge {
    /// The evidence of every part.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Where to write the whole.
    #[arg(short, long, value_name = "FILE", default_value = "evidence.rcev")]
    pub(crate) output: PathBuf,

    #[command(flatten)]
    pub(crate) voice: Voice,
}

/// Gives the verdicts, from evidence and without a build.
///
/// The sources, contracts and policy are those of the checkout, which must be the one that
/// the evidence is of.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Exit status: that of a verification; 103 where the evidence is not whole, not of one
piece, or not of this checkout.")]
pub(crate) struct Report {
    /// Evidence: one file of all tests, or those of every part.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub(crate) from: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) manifest: clap_cargo::Manifest,

    #[command(flatten)]
    pub(crate) reporting: Reporting,

    #[command(flatten)]
    pub(crate) voice: Voice,
}

/// A part of the tests, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part(pub(crate) Partition);

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "expected `slice:1/4`, the first of four parts";
        let (kind, part) = text.split_once(':').ok_or(form)?;
        if kind != "slice" {
            return Err(format!("there is no partition `{kind}`; {form}"));
        }
        let (index, count) = part.split_once('/').ok_or(form)?;
        let index: u32 = index.parse().map_err(|_| form)?;
        let count: u32 = count.parse().map_err(|_| form)?;
        if index == 0 {
            return Err("parts are counted from 1: the first of four is `slice:1/4`".into());
        }
        if index > count {
            return Err(format!("there is no part {index} of {count}"));
        }
        Ok(Self(Partition { index, count }))
    }
}
