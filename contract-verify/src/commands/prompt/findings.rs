//! A report of a run, read back: what it says of one function, as a prompt tells it.
//!
//! A report is a file like any other: nothing in it is trusted, and no path in it leads
//! out of the workspace.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Component, Path};

use contract_spec::prompt::{Repair, Report, Subject};
use serde::Deserialize;

use crate::codes;
use crate::error::{Error, Result};
use crate::report::FORMAT;

/// How many lines are shown before and after the one in question.
const AROUND: usize = 3;

/// What is needed of a report.
#[derive(Debug, Deserialize)]
pub(super) struct Findings {
    format: u32,
    functions: Vec<Function>,
    findings: Vec<Finding>,
}

#[derive(Debug, Deserialize)]
struct Function {
    id: String,
    modes: Vec<Mode>,
    branches: Vec<Branch>,
}

#[derive(Debug, Deserialize)]
struct Mode {
    id: String,
    returns: Option<String>,
    verdict: String,
    required: String,
    tests: Vec<String>,
    mutants: Vec<Mutant>,
}

#[derive(Debug, Deserialize)]
struct Branch {
    file: String,
    line: u32,
    column: u32,
    verdict: String,
    variants: Vec<String>,
    tests: Vec<String>,
    mutants: Vec<Mutant>,
}

#[derive(Debug, Deserialize)]
struct Mutant {
    operator: String,
    from: Option<String>,
    to: Option<String>,
    outcome: String,
    reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Finding {
    code: String,
    level: String,
    message: String,
    function: Option<String>,
    mode: Option<String>,
    file: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    help: Option<String>,
    #[serde(default)]
    timeline: Vec<String>,
}

impl Findings {
    /// Reads a report.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let unreadable = |error: std::io::Error| {
            let path = path.to_owned();
            Error::Read { path, error }
        };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let wrong = |why: String| {
            let help = "it must be what `cargo verify-contracts --format json` prints";
            unreadable(std::io::Error::other(format!("{why}; {help}")))
        };
        let read: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if read.format != FORMAT {
            return Err(wrong(format!("it has the format {}", read.format)));
        }
        Ok(read)
    }

    /// The failure modes of a function that no test proves.
    pub(super) fn unproven(&self, id: &str) -> Result<Vec<String>> {
        let mut of_id = self
            .functions
            .iter()
            .filter(|function| function.id == id)
            .peekable();
        if of_id.peek().is_none() {
            return Err(Error::Usage(format!(
                "the report says nothing of `{id}`\n  help: a run that selects its package does"
            )));
        }
        let modes = of_id.flat_map(|function| &function.modes);
        let unproven = modes.filter(|mode| !matches!(&*mode.verdict, "proven" | "waived"));
        Ok(unproven.map(|mode| mode.id.clone()).collect())
    }

    /// What is to be repaired, errors first; what the run before found too is marked.
    pub(super) fn repairs(
        &self,
        subject: &Subject<'_>,
        before: Option<&Self>,
        root: &Path,
    ) -> Report {
        let mut left: HashMap<String, usize> = HashMap::new();
        for finding in before.iter().flat_map(|before| &before.findings) {
            *left.entry(key(finding)).or_default() += 1;
        }
        let mut repairs = Vec::new();
        for finding in self
            .findings
            .iter()
            .filter(|finding| concerns(finding, subject))
        {
            let again = left.get_mut(&key(finding)).filter(|left| **left > 0);
            let mut repair = self.repair(finding, subject.id, root);
            if let Some(left) = again {
                *left -= 1;
                repair.again = true;
            }
            repairs.push(repair);
        }
        repairs.sort_by_key(|repair| repair.level != "error");
        Report { findings: repairs }
    }

    fn repair(&self, finding: &Finding, id: &str, root: &Path) -> Repair {
        let of_id = || self.functions.iter().filter(|function| function.id == id);
        let mut seen = Vec::new();
        let mut rows = Vec::new();
        if let Some(mode) = &finding.mode {
            let mode = of_id()
                .flat_map(|function| &function.modes)
                .find(|known| known.id == *mode);
            if let Some(mode) = mode {
                seen.push(format!(
                    "verdict: {}, and {} is demanded",
                    mode.verdict, mode.required
                ));
                evidence(&mut seen, &mode.tests, &mode.mutants);
            }
        } else {
            let here = |branch: &&Branch| {
                Some(&branch.file) == finding.file.as_ref()
                    && Some(branch.line) == finding.line
                    && Some(branch.column) == finding.column
            };
            let branch = of_id().flat_map(|function| &function.branches).find(here);
            if let Some(branch) = branch {
                seen.push(format!("verdict of this place: {}", branch.verdict));
                evidence(&mut seen, &branch.tests, &branch.mutants);
                let modes = of_id().flat_map(|function| &function.modes);
                let left = modes.filter(|mode| {
                    mode.returns
                        .as_ref()
                        .is_some_and(|variant| branch.variants.contains(variant))
                });
                rows.extend(left.map(|mode| mode.id.clone()));
            }
        }
        seen.extend(finding.timeline.iter().cloned());
        Repair {
            code: finding.code.clone(),
            level: finding.level.clone(),
            message: finding.message.clone(),
            meaning: meaning(&finding.code),
            mode: finding.mode.clone(),
            rows,
            place: place(finding),
            excerpt: excerpt(finding, root),
            seen,
            help: finding.help.clone(),
            again: false,
        }
    }
}

/// Whether a finding is about the function, or stands before everything else.
fn concerns(finding: &Finding, subject: &Subject<'_>) -> bool {
    if !matches!(&*finding.level, "error" | "warning") || !is_code(&finding.code) {
        return false;
    }
    match &finding.function {
        Some(function) => function == subject.id,
        None => {
            let tests_fail = [codes::TEST_FAILS.code, codes::TEST_FLAKES.code];
            finding.file.as_deref() == Some(subject.file)
                || tests_fail.contains(&finding.code.as_str())
        }
    }
}

/// The only thing of a report that is told as it is.
fn is_code(code: &str) -> bool {
    let digits = code.strip_prefix("RC");
    digits.is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// What stays the same of a finding when lines move and numbers change.
fn key(finding: &Finding) -> String {
    let words: String = finding
        .message
        .chars()
        .filter(|c| !c.is_ascii_digit())
        .collect();
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let (function, mode) = (part(&finding.function), part(&finding.mode));
    // Of a function, the place may move to another file too.
    let file = if function.is_empty() {
        part(&finding.file)
    } else {
        String::new()
    };
    format!("{}\n{function}\n{mode}\n{file}\n{words}", finding.code)
}

/// Which tests there are, and what they did not notice.
fn evidence(seen: &mut Vec<String>, tests: &[String], mutants: &[Mutant]) {
    if !tests.is_empty() {
        seen.push(format!("entered by {}", tests.join(", ")));
    }
    for mutant in mutants.iter().filter(|mutant| mutant.outcome != "killed") {
        let from = mutant.from.as_deref().unwrap_or("what is returned");
        let to = mutant.to.as_deref().unwrap_or("an `Ok`");
        let why = match (&*mutant.outcome, &mutant.reason) {
            ("survived", _) => "no test noticed",
            (_, Some(reason)) => reason,
            (_, None) => "undecided",
        };
        seen.push(format!(
            "{}: {from} was changed into {to}, and {why}",
            mutant.operator
        ));
    }
}

/// What a code means, whichever crate reports it.
fn meaning(code: &str) -> String {
    let verdict = codes::all().find(|known| known.code == code);
    let text = match verdict {
        Some(known) => known.explanation.to_owned(),
        None => contract_spec::rules::rule(code)
            .map_or_else(String::new, |rule| rule.summary.to_owned() + "."),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn place(finding: &Finding) -> Option<String> {
    let mut place = finding.file.clone()?;
    for number in [finding.line, finding.line.and(finding.column)]
        .into_iter()
        .flatten()
    {
        let _written = write!(place, ":{number}");
    }
    Some(place)
}

/// The lines around a place, with their numbers and a mark under it.
fn excerpt(finding: &Finding, root: &Path) -> Option<String> {
    let file = Path::new(finding.file.as_ref()?);
    if !file
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return None;
    }
    let path = root.join(file).canonicalize().ok()?;
    if !path.starts_with(root.canonicalize().ok()?) {
        return None;
    }
    let text = std::fs::read_to_string(path).ok()?;
    let line = usize::try_from(finding.line?).ok()?;
    let first = line.saturating_sub(AROUND).max(1);
    let width = (line + AROUND).to_string().len();
    let mut shown = String::new();
    let lines = text.lines().enumerate().skip(first - 1);
    for (at, content) in lines.take(line + AROUND + 1 - first) {
        let number = at + 1;
        let mark = if number == line { '>' } else { ' ' };
        let _written = writeln!(
            shown,
            "{}",
            format!("{mark} {number:width$} | {content}").trim_end()
        );
        if let Some(column) = finding.column.filter(|_| number == line) {
            let column = usize::try_from(column).ok()?.saturating_sub(1);
            let before = content.chars().take(column);
            let gap: String = before.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            let _written = writeln!(shown, "  {:width$} | {gap}^", "");
        }
    }
    (!shown.is_empty()).then_some(shown)
}
