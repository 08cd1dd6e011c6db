//! The jobs beside verifying: each reads contracts and gives a text back. None builds, but
//! for those that leave it to `verify` and `explore`.
//!
//! Nothing here prints or reads the environment; what is to be said comes back as an
//! [`Answer`].

mod agents;
mod check;
mod code;
mod diff;
mod document;
mod draft;
mod evidence;
mod explain;
mod fix;
mod graph;
mod infer;
mod new;
mod package;
mod prompt;
mod reference;
mod schema;
mod shell;
mod show;
mod sources;

use serde::Serialize;

use crate::cli::{Command, Selection};
use crate::contracts::Contracts;
use crate::error::{Error, Result};
use crate::exit;
use crate::explore;
use crate::workspace::Workspace;

/// What a command has to say.
#[derive(Debug)]
pub(crate) struct Answer {
    /// For standard output.
    pub(crate) text: String,
    pub(crate) code: u8,
}

impl Answer {
    /// An answer that is not a verdict.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            text,
            code: exit::PASSED,
        }
    }
}

/// Does what was asked for.
pub(crate) fn run(command: &Command) -> Result<Answer> {
    match command {
        Command::Check(arguments) => check::check(arguments),
        Command::Build(arguments) => evidence::build(arguments),
        Command::Run(arguments) => evidence::run(arguments),
        Command::Merge(arguments) => evidence::merge(arguments),
        Command::Report(arguments) => evidence::report(arguments),
        Command::Explore(arguments) => explore::explore(arguments),
        Command::Explain(arguments) => explain::explain(arguments.code.as_deref()),
        Command::Agents(arguments) => agents::agents(arguments),
        Command::Prompt(arguments) => prompt::prompt(arguments),
        Command::Mcp(arguments) => mcp(arguments),
        Command::Show(arguments) => show::contract(arguments),
        Command::Catalog(arguments) => show::catalog(arguments),
        Command::Infer(arguments) => infer::infer(arguments),
        Command::New(arguments) => new::new(arguments),
        Command::Diff(arguments) => diff::diff(arguments),
        Command::Graph(arguments) => graph::graph(arguments),
        Command::Schema(arguments) => Ok(schema::schema(arguments)),
        Command::Init(arguments) => schema::init(&arguments.package_dir),
        Command::Completions(arguments) => Ok(shell::completions(arguments.shell)),
        Command::Man => shell::man(),
        Command::Reference(arguments) => reference::reference(&arguments.folder),
    }
}

#[cfg(feature = "mcp")]
fn mcp(arguments: &crate::cli::Mcp) -> Result<Answer> {
    crate::mcp::serve(&arguments.root)?;
    Ok(Answer::plain(""))
}

#[cfg(not(feature = "mcp"))]
fn mcp(arguments: &crate::cli::Mcp) -> Result<Answer> {
    Err(Error::Usage(format!(
        "this program was built without the MCP server, and cannot serve {}\n  \
         help: `cargo install --locked --path contract-verify --features mcp`",
        arguments.root.display()
    )))
}

/// The contracts at some paths, or those of the selected packages.
fn contracts(paths: &[std::path::PathBuf], selection: &Selection) -> Result<Contracts> {
    let contracts = if paths.is_empty() {
        let workspace = Workspace::load_members(selection)?;
        Contracts::load_all(&workspace)?
    } else {
        Contracts::of_paths(paths)?
    };
    if contracts.files.is_empty() {
        return Err(Error::NoContracts);
    }
    Ok(contracts)
}

/// A JSON document, as the machines that read it get it.
pub(crate) fn json(document: &impl Serialize) -> Result<String> {
    let text =
        serde_json::to_string_pretty(document).map_err(|error| Error::Output(error.into()))?;
    Ok(text + "\n")
}
