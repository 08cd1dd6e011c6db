//! `prompt`: what an assistant is told. The texts are `contract-spec`'s; here is found what
//! they are about.

mod findings;

use std::fmt::Write as _;
use std::path::PathBuf;

use contract_spec::prompt::{self, Subject};
use contract_spec::{nearest, prompt::Language as Asked};
use serde::Serialize;

use super::{Answer, code, json};
use crate::cli::{Format, Language, Prompt, Purpose};
use crate::contracts::{ContractFile, Contracts};
use crate::draw;
use crate::error::{Error, Result};
use crate::exit;
use crate::last;
use crate::workspace::Workspace;
use findings::Findings;

/// What `prompt --format json` prints. Its form is a public promise.
#[derive(Debug, Serialize)]
struct Document<'a> {
    format: u32,
    /// The contract's id.
    id: &'a str,
    /// `implement`, `tests` or `repair`.
    #[serde(rename = "for")]
    purpose: &'static str,
    /// `rust` or `typescript`.
    language: &'static str,
    title: &'a str,
    sections: Vec<Part<'a>>,
    /// The whole, in Markdown.
    text: String,
}

#[derive(Debug, Serialize)]
struct Part<'a> {
    title: &'a str,
    markdown: &'a str,
}

pub(super) fn prompt(arguments: &Prompt) -> Result<Answer> {
    let language = match arguments.language {
        Language::Rust => Asked::Rust,
        Language::Typescript => Asked::TypeScript,
    };
    refuse(arguments)?;
    let workspace = Workspace::load_members(&arguments.selection)?;
    let contracts = Contracts::load_all(&workspace)?;
    if contracts.files.is_empty() {
        return Err(Error::NoContracts);
    }
    let file = find(&contracts, &arguments.id)?;
    if file.reading.has_errors() {
        return Ok(with_errors(file));
    }
    let name = arguments.id.rsplit('.').next().unwrap_or_default();
    let Some(function) = file.contract().function(name) else {
        return Err(Error::Usage(unknown(&contracts, &arguments.id)));
    };
    let package = workspace
        .packages()
        .find(|package| *package.name == file.package);
    let mut found = None;
    let mut libraries = Vec::new();
    if let Some(package) = package {
        let sources = code::read(&workspace, package)?;
        let error = function.error.as_ref().map(|error| error.value.as_str());
        found = sources.code(&arguments.id, error);
        libraries.extend(
            package
                .dependencies
                .iter()
                .map(|dependency| dependency.name.clone()),
        );
    }
    let subject = Subject {
        id: &arguments.id,
        file: &file.source.path,
        contract: file.contract(),
        function,
        code: found.as_ref(),
        libraries: &libraries,
        package: (workspace.metadata.workspace_members.len() > 1).then_some(&file.package),
    };
    let (purpose, prompt) = match arguments.purpose {
        Purpose::Implement => ("implement", prompt::implement(&subject, language)),
        Purpose::Tests => {
            let report = arguments
                .report
                .as_deref()
                .map(Findings::read)
                .transpose()?;
            let unproven = report
                .map(|report| report.unproven(&arguments.id))
                .transpose()?;
            let prompt = prompt::tests(&subject, language, unproven.as_deref());
            ("tests", prompt)
        }
        Purpose::Repair => {
            let (report, before) = reports(arguments, &workspace)?;
            let report = report.repairs(&subject, before.as_ref(), &workspace.root());
            ("repair", prompt::repair(&subject, &report))
        }
    };
    let text = prompt.markdown();
    Ok(Answer::plain(match arguments.format {
        Format::Human => text,
        Format::Json => json(&Document {
            format: 1,
            id: &arguments.id,
            purpose,
            language: language.name(),
            title: &prompt.title,
            sections: prompt
                .sections
                .iter()
                .map(|section| Part {
                    title: section.title,
                    markdown: &section.markdown,
                })
                .collect(),
            text,
        })?,
    }))
}

/// Flags that mean nothing together.
fn refuse(arguments: &Prompt) -> Result<()> {
    let message = match (arguments.purpose, arguments.language) {
        (Purpose::Repair, Language::Typescript) => {
            "there are no findings about TypeScript to repair\n  help: `--for tests --language typescript` asks for its tests"
        }
        (Purpose::Implement, _) if arguments.report.is_some() => {
            "`--report` says nothing to who writes the function\n  help: it goes with `--for repair` and `--for tests`"
        }
        _ => return Ok(()),
    };
    Err(Error::Usage(message.to_owned()))
}

/// The file that a contract's function stands in, or should.
pub(super) fn find<'c>(contracts: &'c Contracts, id: &str) -> Result<&'c ContractFile> {
    let (stem, function) = id.rsplit_once('.').unwrap_or((id, ""));
    let of_stem: Vec<&ContractFile> = contracts
        .files
        .values()
        .filter(|file| file.source.stem() == stem)
        .collect();
    let with: Vec<&ContractFile> = of_stem
        .iter()
        .copied()
        .filter(|file| file.contract().function(function).is_some())
        .collect();
    match (with.as_slice(), of_stem.as_slice()) {
        ([one], _) => Ok(one),
        // What is wrong with it may be the reason.
        ([], [one]) if one.reading.has_errors() => Ok(one),
        ([], _) => Err(Error::Usage(unknown(contracts, id))),
        (several, _) => {
            let paths: Vec<&str> = several
                .iter()
                .map(|file| file.source.path.as_str())
                .collect();
            Err(Error::Usage(format!(
                "`{id}` is declared in {}\n  help: choose a package with `-p`",
                paths.join(" and ")
            )))
        }
    }
}

pub(super) fn unknown(contracts: &Contracts, id: &str) -> String {
    let ids: Vec<String> = contracts
        .files
        .values()
        .flat_map(|file| {
            let functions = file.contract().functions.iter();
            functions.map(|function| format!("{}.{}", file.source.stem(), *function.name))
        })
        .collect();
    // Who says the function's name alone means the contract that has it.
    let of_name = |name: &&String| name.rsplit('.').next() == Some(id);
    let named: Vec<String> = ids
        .iter()
        .filter(of_name)
        .map(|name| format!("`{name}`"))
        .collect();
    let is_id = id.contains('.');
    let help = match nearest(id, ids.iter().map(String::as_str)) {
        _ if !named.is_empty() => format!("did you mean {}?", named.join(" or ")),
        Some(near) => format!("did you mean `{near}`?"),
        None if is_id => format!(
            "`cargo verify-contracts new {}` writes one",
            id.escape_debug()
        ),
        None => "an id is the file's stem, a dot and the function's name: `payments.charge`; \
                 `cargo verify-contracts graph` draws those that there are"
            .to_owned(),
    };
    format!(
        "there is no contract `{}`\n  help: {help}",
        id.escape_debug()
    )
}

pub(super) fn with_errors(file: &ContractFile) -> Answer {
    let mut text = String::new();
    for mistake in &file.reading.diagnostics {
        draw::diagnostic(&mut text, &file.source, mistake);
    }
    let _written = writeln!(
        text,
        "{} has errors: mend them first; a prompt from it would be wrong",
        file.source.path
    );
    let code = exit::FINDINGS;
    Answer { text, code }
}

/// The report that a repair is about, and that of the run before it.
fn reports(arguments: &Prompt, workspace: &Workspace) -> Result<(Findings, Option<Findings>)> {
    if let Some(path) = &arguments.report {
        let before = arguments
            .before
            .as_deref()
            .map(Findings::read)
            .transpose()?;
        return Ok((Findings::read(path)?, before));
    }
    let of_cargo = || workspace.metadata.target_directory.clone().into();
    let folder: PathBuf = arguments.target_dir.clone().unwrap_or_else(of_cargo);
    let path = last::report(&folder.join("verify-contracts"));
    if !path.exists() {
        return Err(Error::Usage(format!(
            "there is no report of a last run, {}\n  help: run `cargo verify-contracts` first; if it was run with \
             `--target-dir`, give that here too; or name a report with `--report FILE`",
            path.display()
        )));
    }
    let before = last::before(&path);
    let before = before
        .exists()
        .then(|| Findings::read(&before))
        .transpose()?;
    Ok((Findings::read(&path)?, before))
}
