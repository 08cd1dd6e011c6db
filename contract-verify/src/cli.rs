//! The command line: the main job with its flags, and the smaller jobs beside it.

mod command;
mod evidence;
mod explore;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

pub(crate) use command::{
    Agents, Assistant, Catalog, Check, Command, Diff, Drawing, Graph, Infer, Language, Mcp, New,
    Prompt, Purpose, Schema, Show,
};
pub(crate) use evidence::{Build, Merge, Report, Run};
pub(crate) use explore::{Allowance, Explore};

/// The two ways in: `cargo verify-contracts`, and the program by its own name.
#[derive(Debug, Parser)]
#[command(name = "cargo", bin_name = "cargo", styles = clap_cargo::style::CLAP_STYLING)]
pub(crate) enum Cargo {
    // What help says stands at the arguments, here and below.
    VerifyContracts(Box<Arguments>),
}

/// Proves that every failure branch of a contracted function has a test.
///
/// Builds the tests with probes, runs each in a process of its own, changes each
/// failure branch that a test entered, and demands that a test notices.
#[derive(Debug, clap::Args)]
#[command(version, about, long_about, after_long_help = EXIT_STATUS, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) options: Options,

    #[command(flatten)]
    pub(crate) reporting: Reporting,

    /// Write the evidence to a file too, for `merge` and `report`.
    #[arg(long, value_name = "FILE")]
    pub(crate) evidence: Option<PathBuf>,

    /// Colours: auto, always, never.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", global = true)]
    pub(crate) color: Color,
}

/// What is built and how its tests are run.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) selection: Selection,

    #[command(flatten)]
    pub(crate) features: clap_cargo::Features,

    /// Build with this profile.
    #[arg(long, value_name = "NAME", help_heading = "Compilation Options")]
    pub(crate) profile: Option<String>,

    /// Build with optimisations.
    #[arg(
        short,
        long,
        conflicts_with = "profile",
        help_heading = "Compilation Options"
    )]
    pub(crate) release: bool,

    /// Build for this target.
    #[arg(long, value_name = "TRIPLE", help_heading = "Compilation Options")]
    pub(crate) target: Option<String>,

    /// Where cargo builds; ours goes into `verify-contracts` below it.
    #[arg(long, value_name = "DIRECTORY", help_heading = "Compilation Options")]
    pub(crate) target_dir: Option<PathBuf>,

    /// Run no more than N things at once, building and testing.
    #[arg(short, long, value_name = "N", help_heading = "Compilation Options")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,

    /// How long a test may take when nothing is changed, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) test_timeout: u64,

    /// Run every test, whatever is kept from earlier runs of the same binaries.
    #[arg(long)]
    pub(crate) fresh: bool,

    #[command(flatten)]
    pub(crate) voice: Voice,
}

/// How much to say.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Voice {
    /// Print the verdicts and nothing else.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Name every mutant and its test.
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// What is made of the verdicts.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Reporting {
    /// What to print to standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReportFormat,

    /// Write the report to a file too; may be given several times.
    #[arg(long = "output", value_name = "FORMAT=PATH", value_parser = output)]
    pub(crate) outputs: Vec<(ReportFormat, PathBuf)>,

    /// Give verdicts on what this unified diff touches, and on nothing else; `-` reads it from
    /// standard input. It has to lead to what is checked out: `git diff main...HEAD`.
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    pub(crate) in_diff: Option<PathBuf>,

    /// Findings that are known and fail nothing; by default the policy's `baseline`.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Write the findings of this run to the baseline, and so know them.
    #[arg(long)]
    pub(crate) write_baseline: bool,
}

/// Which packages, and how cargo is asked about them.
#[derive(Debug, clap::Args)]
pub(crate) struct Selection {
    #[command(flatten)]
    pub(crate) manifest: clap_cargo::Manifest,

    #[command(flatten)]
    pub(crate) workspace: clap_cargo::Workspace,

    /// Do without the network.
    #[arg(long, help_heading = "Manifest Options")]
    pub(crate) offline: bool,

    /// Take Cargo.lock as it is.
    #[arg(long, help_heading = "Manifest Options")]
    pub(crate) locked: bool,

    /// `--locked` and `--offline`.
    #[arg(long, help_heading = "Manifest Options")]
    pub(crate) frozen: bool,
}

/// The forms of a verification's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ReportFormat {
    /// A table of functions and failure modes, and the findings in their source lines.
    #[default]
    Human,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, for code scanners.
    Sarif,
    /// JUnit XML: a suite for each function.
    Junit,
    /// GitHub's workflow commands.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// A summary for a pull request.
    Markdown,
    /// One file for browsers, with filters; nothing in it is loaded from elsewhere.
    Html,
}

/// `sarif=report.sarif`.
fn output(text: &str) -> Result<(ReportFormat, PathBuf), String> {
    let (format, path) = text
        .split_once('=')
        .ok_or("expected FORMAT=PATH, such as `sarif=report.sarif`")?;
    let known = ReportFormat::from_str(format, false).map_err(|_| {
        let names = ReportFormat::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value);
        let names: Vec<String> = names.map(|value| value.get_name().to_owned()).collect();
        format!(
            "there is no format `{format}`; there are {}",
            names.join(", ")
        )
    })?;
    if path.is_empty() {
        return Err("the path is missing".into());
    }
    Ok((known, path.into()))
}

/// What to print to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// Text for people, with the findings in their source lines.
    #[default]
    Human,
    /// One JSON document.
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    /// Where a terminal shows them.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

const EXIT_STATUS: &str = "\
Exit status:
    0  all that policy demands holds
    2  the command line is wrong
    4  no contracts, or no tests
   70  a bug of this program
   96  configuration or a source file cannot be read
  100  findings at error level, a malformed contract included
  101  cargo metadata or the build failed
  102  tests fail or flake without any mutant
  103  the evidence is incomplete
  110  the report could not be written";
