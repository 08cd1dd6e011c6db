//! The jobs beside verifying, each with its own arguments and exit codes.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::{Build, Explore, Format, Merge, Report, Run, Selection};

/// What to do instead of verifying.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(Check),
    Build(Box<Build>),
    Run(Box<Run>),
    Merge(Merge),
    Report(Box<Report>),
    Explore(Box<Explore>),
    Explain(Explain),
    New(New),
    Infer(Infer),
    Prompt(Prompt),
    Agents(Agents),
    Mcp(Mcp),
    Show(Show),
    Catalog(Catalog),
    Diff(Diff),
    Graph(Graph),
    Schema(Schema),
    /// Puts the JSON Schema into a package, and has its contracts name it.
    Init(Init),
    #[command(hide = true)]
    Completions(Completions),
    /// Prints the manual page.
    #[command(hide = true)]
    Man,
    #[command(hide = true)]
    Reference(Reference),
}

/// Checks contracts, and the sources as far as they stand, without a build.
///
/// With paths, those contract files (of a folder: every `.toml` in it) and nothing
/// else; no workspace is needed then. Without, the contracts of the selected packages,
/// whether every `#[resilience_contract]` names a function of a contract and every
/// contract is carried by a function, and where contracted functions are silent about a
/// failure.
#[derive(Debug, clap::Args)]
#[command(after_long_help = CHECK_STATUS)]
pub(crate) struct Check {
    /// Contract files, or folders of them.
    #[arg(conflicts_with_all = ["PATH", "package", "workspace", "all", "exclude"])]
    pub(crate) paths: Vec<PathBuf>,

    /// Mend what has one right answer, and say what was changed.
    #[arg(long)]
    pub(crate) fix: bool,

    /// What to print to standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) selection: Selection,
}

/// Explains a code: what it means, why that matters, and how it is mended.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// `RC105`, or its name, `missing-mode`; without it, all codes are listed.
    pub(crate) code: Option<String>,
}

/// Writes the contract of a function: every interface, and every mode that must be
/// decided on.
///
/// Nothing is overwritten: into a file that exists the function is added, and what is
/// declared there already must be declared alike.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
    cargo verify-contracts new payments.charge --interface gateway:http --interface orders:database
writes `contracts/payments.toml` with `[function.charge]`.

Exit status:
    0  the contract is written
    2  the id, an interface or its kind is wrong, or the function is there already
   96  a file cannot be read
  100  the file that the function belongs to has errors
  110  the file could not be written")]
pub(crate) struct New {
    /// The contract's id: the file's stem, a dot, the function's name.
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    /// Something that the function calls, and what kind of thing that is; for another
    /// contracted function `NAME:contract:ID`.
    #[arg(short, long = "interface", value_name = "NAME:KIND")]
    pub(crate) interfaces: Vec<String>,

    /// The error enum; by default it is named after the function.
    #[arg(short, long, value_name = "ENUM")]
    pub(crate) error: Option<String>,

    /// The package's folder.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) package_dir: PathBuf,
}

/// Drafts the contract of a function that is there already, or ranks the functions that
/// need one most.
///
/// The draft is printed, and nothing is written. Which interfaces there are is guessed from
/// the types that the function calls; what is to happen on each failure nobody can guess.
/// Every guess and every gap carries the word DECIDE.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
    cargo verify-contracts infer payments::charge > contracts/payments.toml
    cargo verify-contracts infer --workspace

Exit status:
    0  the draft or the list is printed
    2  there is no such function, or there are several
   96  a file cannot be read
  101  cargo metadata failed")]
pub(crate) struct Infer {
    /// The function: crate, modules, type and name, or the last parts of that, or where it
    /// stands (`src/payments.rs:23`); without it, the functions without a contract are ranked.
    #[arg(value_name = "PATH")]
    pub(crate) function: Option<String>,

    #[command(flatten)]
    pub(crate) selection: Selection,
}

/// Prints the prompt that has an assistant write a function, its tests, or a repair.
///
/// Everything in it comes from the contract, from the code as far as there is any, and
/// from the last report. The same files give the same prompt.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
    cargo verify-contracts prompt payments.charge
    cargo verify-contracts prompt payments.charge --for tests
    cargo verify-contracts; cargo verify-contracts prompt payments.charge --for repair

Exit status:
    0  the prompt is printed
    2  there is no such contract, or the flags do not go together
    4  there are no contracts
   96  a file cannot be read
  100  the contract has errors
  101  cargo metadata failed")]
pub(crate) struct Prompt {
    /// The contract's id: the file's stem, a dot, the function's name.
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    /// What the assistant is to do.
    #[arg(long = "for", value_enum, default_value_t, value_name = "WHAT")]
    pub(crate) purpose: Purpose,

    /// The language of the code that is asked for.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) language: Language,

    /// The report that a repair is about, as `--format json` prints it; by default that of
    /// the last run. With `--for tests`, only what it does not call proven is asked for.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,

    /// The report of the run before, by which findings that came back are known; by default
    /// that of the run before the last one.
    #[arg(long, value_name = "FILE", requires = "report")]
    pub(crate) before: Option<PathBuf>,

    /// Where the last run built, if it was told so by `--target-dir`: its report lies there.
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "report")]
    pub(crate) target_dir: Option<PathBuf>,

    /// What to print to standard output: Markdown, or JSON with its parts one by one.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) selection: Selection,
}

/// What an assistant is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Purpose {
    /// Write the function.
    #[default]
    Implement,
    /// Write the tests that prove it.
    Tests,
    /// Repair what the last run found.
    Repair,
}

/// The language of the code that a prompt asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Language {
    /// Checked and proven by this program.
    #[default]
    Rust,
    /// For services on Node.js; nothing here checks what comes out.
    Typescript,
}

/// Tells assistants of the contracts: a few lines in AGENTS.md, written and refreshed.
///
/// Only the lines between the markers are this program's; whatever people wrote stays as
/// it is. Without contracts nothing is written.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Exit status:
    0  the files say what they should
    2  the markers of a file are broken, or a file of that name is somebody else's
    4  there are no contracts
   96  a file cannot be read
  100  with --check: a file is stale; with --errors: the contract has errors
  101  cargo metadata failed
  110  a file could not be written")]
pub(crate) struct Agents {
    /// Write the rule file of this assistant too; may be given several times.
    #[arg(long = "rules", value_enum, value_name = "ASSISTANT")]
    pub(crate) rules: Vec<Assistant>,

    /// Write nothing, and exit with 100 where something would be written.
    #[arg(long)]
    pub(crate) check: bool,

    /// Print the `# Errors` section of this contract's function for its documentation, and
    /// write nothing.
    #[arg(long, value_name = "ID", conflicts_with_all = ["rules", "check"])]
    pub(crate) errors: Option<String>,

    /// With `--errors`: put the section into the function's documentation, or refresh it
    /// there. One that somebody else wrote is left alone.
    #[arg(long, requires = "errors")]
    pub(crate) fix: bool,

    #[command(flatten)]
    pub(crate) selection: Selection,
}

/// Serves assistants that speak the Model Context Protocol, over standard input and output.
///
/// Prompts implement, tests and repair; tools verify, check, get_contract, catalog and explain,
/// all about the workspace in the current folder, and no file outside of it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
A client starts it by itself, for instance by this entry of its configuration:
    { \"mcpServers\": { \"contracts\": { \"command\": \"cargo\", \"args\": [\"verify-contracts\", \"mcp\"] } } }

Exit status:
    0  the client went away
    2  this program was built without the feature `mcp`
  110  the client cannot be spoken to")]
pub(crate) struct Mcp {
    /// The workspace's folder.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) root: PathBuf,
}

/// Prints the contract of a function: the file that it stands in, as it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The contract's id: the file's stem, a dot, the function's name.
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    #[command(flatten)]
    pub(crate) selection: Selection,
}

/// Prints the kinds of interfaces and the ways each fails.
#[derive(Debug, clap::Args)]
pub(crate) struct Catalog {
    /// One kind, such as `http`; by default all.
    #[arg(value_name = "KIND")]
    pub(crate) kind: Option<String>,
}

/// An assistant with rule files of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Assistant {
    /// A few lines in `CLAUDE.md`.
    Claude,
    /// A few lines in `GEMINI.md`.
    Gemini,
    /// `.github/instructions/resilience-contracts.instructions.md`.
    Copilot,
    /// `.cursor/rules/resilience-contracts.mdc`.
    Cursor,
}

/// Compares two states of contracts, from where their callers stand.
///
/// Says what breaks callers, what asks for their attention, and the version step that
/// the change demands.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example, against another commit:
    git worktree add ../before main
    cargo verify-contracts diff ../before/contracts contracts

Exit status:
    0  nothing breaks callers
   96  a file cannot be read
  100  something breaks callers, or a contract has errors
Identical contracts demand no step, and what callers cannot notice a patch step.")]
pub(crate) struct Diff {
    /// The contract file, or folder of contracts, as it was.
    pub(crate) old: PathBuf,

    /// The same as it is to be.
    pub(crate) new: PathBuf,

    /// What to print to standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Draws functions, the interfaces they call, and the contracts they build on.
#[derive(Debug, clap::Args)]
pub(crate) struct Graph {
    /// Contract files, or folders of them; by default those of the selected packages.
    #[arg(conflicts_with_all = ["PATH", "package", "workspace", "all", "exclude"])]
    pub(crate) paths: Vec<PathBuf>,

    /// The language of the drawing.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Drawing,

    #[command(flatten)]
    pub(crate) selection: Selection,
}

/// Prints the JSON Schema of contracts, by which editors complete and check.
#[derive(Debug, clap::Args)]
pub(crate) struct Schema {
    /// That of the report of a verification instead, as `--format json` prints it.
    #[arg(long)]
    pub(crate) report: bool,

    /// That of an exploration, as `explore --format json` prints it.
    #[arg(long, conflicts_with = "report")]
    pub(crate) explore: bool,
}

/// Puts the JSON Schema of contracts into a package, and has its contracts name it, so
/// that editors complete and check them while somebody types.
///
/// Writes `contract.schema.json`, and `#:schema` into the first line of each contract
/// that names no schema. What somebody else has written is left alone.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Exit status:
    0  the package has the schema, and every contract names one
    2  there is a `contract.schema.json` that this program did not write
   96  a file cannot be read
  110  a file could not be written")]
pub(crate) struct Init {
    /// The package's folder.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) package_dir: PathBuf,
}

/// Prints completions, for the program by its own name.
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell.
    pub(crate) shell: clap_complete::Shell,
}

/// Writes the reference pages of this program's book.
#[derive(Debug, clap::Args)]
pub(crate) struct Reference {
    /// Where to.
    pub(crate) folder: PathBuf,
}

/// The language of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Drawing {
    /// Mermaid, as Markdown viewers draw it.
    #[default]
    Mermaid,
    /// DOT, as Graphviz draws it.
    Dot,
}

const CHECK_STATUS: &str = "\
Exit status:
    0  nothing is wrong at error level
    4  there are no contracts
   96  a file cannot be read
  100  findings at error level
  101  cargo metadata failed
  110  a mended file could not be written";
