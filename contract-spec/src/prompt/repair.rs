//! The prompt that has a function repaired: what the verifier found, each finding beside
//! the contract's row.

use std::fmt::Write as _;

use super::implement::untouched;
use super::language::verify;
use super::row::row;
use super::{Language, Prompt, Section, Subject, block, code, facts, numbered, quoted};

/// More findings than this are not told at once.
pub const MOST_FINDINGS: usize = 10;

/// What a report says of a function, all of it that is to be repaired.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The findings, the gravest first; those beyond [`MOST_FINDINGS`] are counted only.
    pub findings: Vec<Repair>,
}

/// A finding of the verifier, as a prompt tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repair {
    /// `RC…`
    pub code: String,
    /// `error` or `warning`.
    pub level: String,
    /// What is wrong.
    pub message: String,
    /// What the code means.
    pub meaning: String,
    /// The failure mode.
    pub mode: Option<String>,
    /// Failure modes that end as what was seen here did, where the finding names none.
    pub rows: Vec<String>,
    /// `src/payments.rs:47:9`
    pub place: Option<String>,
    /// The lines around the place, with a mark.
    pub excerpt: Option<String>,
    /// What was seen, beyond what the message says: a line each.
    pub seen: Vec<String>,
    /// What the verifier advises.
    pub help: Option<String>,
    /// Whether the run before found the same.
    pub again: bool,
}

/// Asks for a repair of what was found.
pub fn repair(subject: &Subject<'_>, report: &Report) -> Prompt {
    let findings = &report.findings;
    let command = verify(subject);
    let mut task = format!(
        "Repair what {} found about {}, with the smallest change that makes the code do what its contract says.",
        code(&command),
        code(subject.id)
    );
    if findings.is_empty() {
        task = format!(
            "The last report has no finding about {}: there is nothing to repair.",
            code(subject.id)
        );
    }
    if findings.iter().any(|finding| finding.again) {
        task.push_str("\n\n**Findings marked AGAIN were in the run before too: the last repair did not mend them. Do not try the same once more. If you see no other way, stop and ask a human.**");
    }
    let _written = write!(task, "\n\n{}", facts(subject));
    let mut sections = vec![Section {
        title: "Task",
        markdown: task,
    }];
    if findings.is_empty() {
        return prompt(subject, sections);
    }
    sections.push(Section {
        title: "Hard rules",
        markdown: numbered(&[
            "Mend the cause. A finding about a test is mended in the test, one about behaviour in the function.".to_owned(),
            Language::Rust.no_silence(),
            "Assert on the variant; never weaken, delete or ignore a test.".to_owned(),
            untouched(),
        ]),
    });
    let mut markdown = String::new();
    for (at, finding) in findings.iter().take(MOST_FINDINGS).enumerate() {
        one(&mut markdown, subject, at + 1, finding);
    }
    if let Some(more) = findings
        .len()
        .checked_sub(MOST_FINDINGS)
        .filter(|more| *more > 0)
    {
        let _written = writeln!(
            markdown,
            "There are {more} more, which this prompt leaves out: mend these first."
        );
    }
    sections.push(Section {
        title: "Findings",
        markdown,
    });
    sections.push(Section {
        title: "Done",
        markdown: super::implement::done(subject, Language::Rust),
    });
    prompt(subject, sections)
}

fn prompt(subject: &Subject<'_>, sections: Vec<Section>) -> Prompt {
    Prompt {
        title: format!("Repair {}", subject.id),
        sections,
    }
}

fn one(text: &mut String, subject: &Subject<'_>, number: usize, finding: &Repair) {
    let again = if finding.again { " — AGAIN" } else { "" };
    let mode = finding
        .mode
        .as_deref()
        .map_or_else(String::new, |mode| format!(" {}", code(mode)));
    let place = finding
        .place
        .as_deref()
        .map_or_else(String::new, |place| format!(" at {}", code(place)));
    let _written = write!(
        text,
        "### {number}. {} ({}){mode}{place}{again}\n\n",
        finding.code, finding.level
    );
    if finding.mode.is_none() && !finding.meaning.is_empty() {
        let _written = writeln!(text, "- Meaning: {}", finding.meaning);
    }
    let modes = subject.function.modes.iter().filter(|mode| {
        let id = mode.id();
        finding.mode.as_ref() == Some(&id) || finding.rows.contains(&id)
    });
    let rows: Vec<String> = modes
        .map(|mode| row(subject, mode, Language::Rust))
        .collect();
    if !rows.is_empty() {
        text.push_str("- Expected, by the contract:\n\n");
        for line in super::row::HEAD.lines().map(str::to_owned).chain(rows) {
            let _written = writeln!(text, "  {line}");
        }
        text.push('\n');
    }
    let _written = writeln!(text, "- Seen: {}", quoted(&finding.message));
    for line in &finding.seen {
        let _written = writeln!(text, "  - {}", quoted(line));
    }
    if let Some(help) = &finding.help {
        let _written = writeln!(text, "- Advice: {}", quoted(help));
    }
    let check = if finding.code.starts_with("RC1") || finding.code.starts_with("RC2") {
        "cargo verify-contracts check".to_owned()
    } else {
        verify(subject)
    };
    let _written = writeln!(
        text,
        "- Reproduce: {}; {} says more.",
        code(&check),
        code(&format!("cargo verify-contracts explain {}", finding.code))
    );
    if let Some(excerpt) = &finding.excerpt {
        let _written = write!(text, "\n{}\n", block("text", excerpt));
    }
    text.push('\n');
}
