//! `new`: the contract of a function that is yet to be written, into its file.

mod file;
mod request;

use std::fmt::Write as _;
use std::path::Path;

use contract_spec::diagnostic::Diagnostic;
use contract_spec::{Contract, Source};

use file::{added, write};
use request::{Siblings, id, interfaces};

use super::Answer;
use super::draft::{self, Interface, Remarks, pascal};
use crate::cli::New;
use crate::contracts::reading;
use crate::draw;
use crate::error::{Error, Result};
use crate::exit;
use crate::judge::count;

/// Mistakes that no later decision could mend.
const FATAL: [&str; 4] = ["RC100", "RC101", "RC110", "RC112"];

pub(super) fn new(arguments: &New) -> Result<Answer> {
    let (stem, function) = id(&arguments.id)?;
    super::package::is_meant(&arguments.package_dir)?;
    let folder = arguments.package_dir.join("contracts");
    let path = folder.join(format!("{stem}.toml"));
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => Some(Source::new(shown(&path), text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Error::Read { path, error }),
    };
    let mut contract = Contract::default();
    if let Some(source) = &before {
        let now = reading(Path::new(""), source);
        if now.has_errors() {
            return Ok(refused(source, &now.diagnostics));
        }
        contract = now.contract;
        if contract.function(&function).is_some() {
            let message = format!(
                "{} has a `[function.{function}]` already; nothing was written",
                source.path
            );
            return Err(Error::Usage(message));
        }
    }
    let siblings = Siblings {
        folder: &folder,
        stem: &stem,
        own: &contract,
    };
    let interfaces = interfaces(&arguments.interfaces, &siblings)?;
    let error = arguments
        .error
        .clone()
        .unwrap_or_else(|| pascal(&function) + "Error");
    let tables = draft::tables(&function, &error, &interfaces, Remarks::Apart);
    let text = match &before {
        None => format!("{}{tables}", draft::HEAD),
        Some(source) => added(source, &tables)?,
    };
    let source = Source::new(shown(&path), text);
    let then = reading(Path::new(""), &source);
    if let Some(fatal) = then
        .diagnostics
        .iter()
        .find(|diagnostic| FATAL.contains(&diagnostic.code))
    {
        return Err(Error::Usage(format!(
            "{}; nothing was written",
            fatal.message
        )));
    }
    write(&folder, &path, &source.text, before.is_none())?;
    Ok(Answer::plain(told(
        arguments,
        &source,
        &interfaces,
        &error,
        &then.diagnostics,
    )))
}

fn refused(source: &Source, mistakes: &[Diagnostic]) -> Answer {
    let mut text = String::new();
    for mistake in mistakes {
        draw::diagnostic(&mut text, source, mistake);
    }
    let _written = writeln!(
        text,
        "{} has errors: mend them first; nothing was written",
        source.path
    );
    let code = exit::FINDINGS;
    Answer { text, code }
}

/// What was written, what is left to decide, and what comes next.
fn told(
    arguments: &New,
    source: &Source,
    interfaces: &[Interface],
    error: &str,
    mistakes: &[Diagnostic],
) -> String {
    let modes = interfaces
        .iter()
        .map(|interface| interface.modes.len())
        .sum();
    let mut text = format!(
        "wrote `{}` to {}: {}\n",
        arguments.id,
        source.path,
        count(modes, "failure mode")
    );
    if modes > 0 {
        text.push_str("\nLeft to decide. Each is returned for now; it may be retried, logged, recovered from or waived:\n");
    }
    let all = || {
        interfaces.iter().flat_map(|on| {
            on.modes
                .iter()
                .map(|mode| (format!("{}.{}", on.name, mode.name), mode))
        })
    };
    let width = all().map(|(id, _)| id.len()).max().unwrap_or_default();
    for (id, mode) in all() {
        let _written = writeln!(text, "  {id:width$}  {}", mode.decide);
    }
    if !mistakes.is_empty() {
        text.push_str("\nAnd what `check` asks for:\n\n");
        for mistake in mistakes {
            draw::diagnostic(&mut text, source, mistake);
        }
    }
    let gap = if mistakes.is_empty() { "\n" } else { "" };
    let _written = write!(
        text,
        "{gap}Next: `#[resilience_contract(\"{}\")]` on the function, and an enum `{error}`",
        arguments.id
    );
    let variants: Vec<&str> = interfaces
        .iter()
        .flat_map(|on| &on.modes)
        .map(|mode| mode.variant.as_str())
        .collect();
    let _written = match variants.as_slice() {
        [] => writeln!(text),
        variants => writeln!(text, " with {}", variants.join(", ")),
    };
    let mut outside = interfaces.iter().filter(|on| on.contract.is_none());
    if let Some(first) = outside.next() {
        let _written = writeln!(
            text,
            "Then: `external!({}, …)` around each call to it; its error tells the modes apart by a feature of `resilience-contract` \
             (`reqwest`, `sqlx`, …) or `#[derive(FailureModes)]`",
            first.name
        );
    }
    text
}

fn shown(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}
