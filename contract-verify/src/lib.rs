//! `cargo verify-contracts`: proves that every failure branch of a contracted
//! function has a test.
//!
//! A run goes one way: `workspace` (what is selected) → `contracts` (read and
//! judged by themselves) → `build` (cargo builds with probes and hands over a
//! `plan`) → `inventory` (the functions and branches in the sources) → `tests`
//! (each in a process of its own, over `process`) → `evidence` → `observe` (what
//! the traces show) → `prove` (mutants) → `judge` (verdicts and findings) →
//! `report`, and `human` for people, with `draw` for whatever has a place in a file.
//! `verify` puts them together, `explore` has interfaces fail; `commands` are the jobs
//! beside them, which build nothing. Only this file, `status` and `progress` print.

mod aliases;
mod answers;
mod archive;
mod baseline;
mod behave;
mod build;
mod callees;
mod cli;
pub mod codes;
mod commands;
mod compiled;
mod contracts;
mod crawl;
mod draw;
mod error;
mod evidence;
pub mod exit;
mod expectations;
mod explore;
mod eyes;
mod formats;
mod hear;
mod human;
mod inventory;
mod judge;
mod kept;
mod last;
#[cfg(feature = "mcp")]
mod mcp;
mod naming;
mod observe;
mod parallel;
mod plan;
mod policy;
mod process;
mod progress;
mod prove;
mod record;
pub mod report;
mod sealed;
mod shards;
mod shown;
mod sources;
mod status;
mod subjects;
mod tests;
mod timeline;
mod touched;
mod uncarried;
mod verify;
mod workspace;

use std::ffi::OsString;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

use cli::{Arguments, Cargo, Color, ReportFormat, Reporting};
use commands::Answer;
use error::{Error, Result};
use report::Outcome;
use status::Status;
use verify::Verified;

/// The program, given its arguments.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|first| first == plan::CAPTURE) {
        return plan::capture(arguments.into_iter().skip(2));
    }
    // By its own name the program has no subcommand; cargo gives it one.
    if arguments
        .get(1)
        .is_none_or(|first| first != "verify-contracts")
    {
        let place = arguments.len().min(1);
        arguments.insert(place, "verify-contracts".into());
    }
    colour_from_environment();
    let Cargo::VerifyContracts(arguments) = Cargo::parse_from(arguments);
    match arguments.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let code = match catch_unwind(AssertUnwindSafe(|| run(&arguments))) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            status::error(&error.to_string());
            error.exit_code()
        }
        Err(_) => {
            status::error("this is a bug of cargo verify-contracts; the lines above say where");
            exit::INTERNAL
        }
    };
    ExitCode::from(code)
}

fn run(arguments: &Arguments) -> Result<u8> {
    let Answer { text, code } = match &arguments.command {
        Some(command) => commands::run(command)?,
        None => verify(arguments)?,
    };
    match anstream::stdout().write_all(text.as_bytes()) {
        // Whoever reads has read enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        written => written.map_err(Error::Output)?,
    }
    Ok(code)
}

/// The main job.
fn verify(arguments: &Arguments) -> Result<Answer> {
    let status = Status::of(arguments.options.voice);
    let verified = verify::verify(arguments, status)?;
    answer(&verified, &arguments.reporting, status)
}

/// A report, in the forms that were asked for.
pub(crate) fn answer(verified: &Verified, reporting: &Reporting, status: Status) -> Result<Answer> {
    for (format, path) in &reporting.outputs {
        // A file shows no colours.
        let text = shown(verified, *format, status.verbose)?;
        let text = anstream::adapter::strip_str(&text).to_string();
        std::fs::write(path, text).map_err(|error| Error::Write {
            path: path.clone(),
            error,
        })?;
    }
    let report = &verified.report;
    let text = shown(verified, reporting.format, status.verbose)?;
    let code = match report.outcome {
        Outcome::Passed => exit::PASSED,
        _ if verify::tests_failed(report) => exit::TESTS,
        Outcome::Failed => exit::FINDINGS,
        Outcome::Incomplete => exit::EVIDENCE,
    };
    Ok(Answer { text, code })
}

/// The report in one of its forms.
fn shown(verified: &Verified, format: ReportFormat, verbose: bool) -> Result<String> {
    let Verified {
        report,
        contracts,
        root,
    } = verified;
    let failed =
        |error: &dyn std::fmt::Display| Error::Output(std::io::Error::other(error.to_string()));
    Ok(match format {
        ReportFormat::Human => {
            human::render(report, contracts, root, human::Detail { mutants: verbose })
        }
        ReportFormat::Json => {
            serde_json::to_string_pretty(report).map_err(|error| failed(&error))? + "\n"
        }
        ReportFormat::Sarif => formats::sarif(report),
        ReportFormat::Junit => formats::junit(report).map_err(|error| failed(&error))?,
        ReportFormat::Github => formats::github(report),
        ReportFormat::Gitlab => formats::gitlab(report),
        ReportFormat::Markdown => formats::markdown(report),
        ReportFormat::Html => formats::html(report, contracts, root),
    })
}

/// Cargo's own variable decides before the command line is read, so that its
/// errors are in the right colour too.
fn colour_from_environment() {
    match std::env::var("CARGO_TERM_COLOR").as_deref() {
        Ok("always") => anstream::ColorChoice::Always.write_global(),
        Ok("never") => anstream::ColorChoice::Never.write_global(),
        _ => {}
    }
}
