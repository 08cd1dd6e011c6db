//! Findings that a project had when it began to verify: known, and not in the way.
//!
//! A finding is known by what it is about, never by its line, so that code may move.
//! `read` knows the file, `chosen` which one is meant and whether to write it.

mod chosen;
mod read;

pub(crate) use chosen::Chosen;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::codes;
use crate::judge::count;
use crate::report::{Finding, Level, Outcome, Report, in_order};

/// The version of the file's form.
const FORMAT: i64 = 1;

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct About {
    code: String,
    /// The contract's id.
    function: Option<String>,
    mode: Option<String>,
    /// The file, of findings that are about no function.
    file: Option<String>,
}

impl About {
    fn of(finding: &Finding) -> Self {
        let file = match finding.function {
            Some(_) => None,
            None => finding.file.clone(),
        };
        Self {
            code: finding.code.to_owned(),
            function: finding.function.clone(),
            mode: finding.mode.clone(),
            file,
        }
    }
}

/// How many findings about one thing are known, and where the file says so.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    count: usize,
    line: u32,
}

/// The known findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Baseline {
    entries: BTreeMap<About, Entry>,
}

impl Baseline {
    /// What makes a report fail, as far as a project can live with it: tests that cannot
    /// be trusted and allowances that have ended are not among it.
    pub(crate) fn of(report: &Report) -> Self {
        let mut baseline = Self::default();
        let errors = report
            .findings
            .iter()
            .filter(|finding| can_be_known(finding));
        for finding in errors {
            let entry = baseline.entries.entry(About::of(finding));
            entry.or_insert(Entry { count: 0, line: 0 }).count += 1;
        }
        baseline
    }

    /// How many findings it holds.
    pub(crate) fn len(&self) -> usize {
        self.entries.values().map(|entry| entry.count).sum()
    }

    /// The file.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "# Findings that were there when this file was written: only others fail a run.\n\
             # Written by `cargo verify-contracts --write-baseline`; it is meant to become shorter.\n\
             format = {FORMAT}\n"
        );
        for (about, entry) in &self.entries {
            let _written = write!(text, "\n[[known]]\ncode = {}\n", quoted(&about.code));
            let parts = [
                ("function", &about.function),
                ("mode", &about.mode),
                ("file", &about.file),
            ];
            for (key, value) in parts {
                if let Some(value) = value {
                    let _written = writeln!(text, "{key} = {}", quoted(value));
                }
            }
            if entry.count != 1 {
                let _written = writeln!(text, "count = {}", entry.count);
            }
        }
        text
    }

    /// Takes the known findings out of those that fail the run, and says what is known
    /// and not found any more. `whole` is false where only a part was verified, so that
    /// nothing can be said about what was not found. `shown` is the file's path.
    pub(crate) fn apply(&self, report: &mut Report, shown: &str, whole: bool) {
        let mut found: BTreeMap<About, usize> = BTreeMap::new();
        for finding in report
            .findings
            .iter()
            .filter(|finding| can_be_known(finding))
        {
            *found.entry(About::of(finding)).or_default() += 1;
        }
        let all = std::mem::take(&mut report.findings);
        for mut finding in all {
            let about = About::of(&finding);
            let known = self.entries.get(&about).map_or(0, |entry| entry.count);
            let there = found.get(&about).copied().unwrap_or_default();
            if !can_be_known(&finding) || known == 0 {
                report.findings.push(finding);
            } else if there <= known {
                report.known.push(finding);
            } else {
                // Which of them is the new one cannot be told.
                let note = format!(
                    "one of {} like it, of which the baseline knows {known}",
                    count(there, "finding")
                );
                finding.help = Some(match finding.help {
                    Some(help) => format!("{help}\n{note}"),
                    None => note,
                });
                report.findings.push(finding);
            }
        }
        if whole {
            for (about, entry) in &self.entries {
                let there = found.get(about).copied().unwrap_or_default();
                if there < entry.count {
                    report.findings.push(gone(about, entry, there, shown));
                }
            }
        }
        report.known_apart();
    }
}

/// Whether a finding is one that a project can begin with.
fn can_be_known(finding: &Finding) -> bool {
    let never = [
        codes::TEST_FAILS.code,
        codes::TEST_FLAKES.code,
        codes::EXPIRED_ALLOWANCE.code,
    ];
    finding.level == Level::Error && !never.contains(&finding.code)
}

fn gone(about: &About, entry: &Entry, there: usize, shown: &str) -> Finding {
    let mut what = about.code.clone();
    for part in [&about.function, &about.mode, &about.file]
        .into_iter()
        .flatten()
    {
        let _written = write!(what, " of `{part}`");
    }
    let (message, help) = if there == 0 {
        let message = format!("the baseline knows {what}, and it is not found any more");
        (
            message,
            "take it out of the baseline: it would hide the next one".to_owned(),
        )
    } else {
        let known = count(entry.count, "finding");
        let message = format!("the baseline knows {known} {what}, and there is only {there}");
        (
            message,
            format!("write `count = {there}`: the rest would hide the next one"),
        )
    };
    Finding {
        code: codes::KNOWN_GONE.code,
        level: codes::KNOWN_GONE.level,
        message,
        function: about.function.clone(),
        mode: about.mode.clone(),
        file: Some(shown.to_owned()),
        line: Some(entry.line),
        column: Some(1),
        help: Some(help),
        timeline: Vec::new(),
    }
}

impl Report {
    /// Counts again, after findings were moved to the known ones.
    fn known_apart(&mut self) {
        in_order(&mut self.findings);
        let level = |level| self.findings.iter().filter(|f| f.level == level).count();
        let (errors, warnings) = (level(Level::Error), level(Level::Warning));
        self.summary.errors = errors;
        self.summary.warnings = warnings;
        self.summary.known = self.known.len();
        if self.outcome == Outcome::Failed && errors == 0 {
            self.outcome = Outcome::Passed;
        }
    }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::error::Result;
    use crate::report::{FORMAT as REPORT, Summary};

    fn finding(code: &'static str, function: Option<&str>, line: u32) -> Finding {
        Finding {
            code,
            level: Level::Error,
            message: "wrong".into(),
            function: function.map(str::to_owned),
            mode: None,
            file: Some("src/a \"b\".rs".into()),
            line: Some(line),
            column: Some(1),
            help: None,
            timeline: Vec::new(),
        }
    }

    fn report(findings: Vec<Finding>) -> Report {
        Report {
            format: REPORT,
            digest: String::new(),
            outcome: Outcome::Failed,
            summary: Summary {
                errors: findings.len(),
                ..Summary::default()
            },
            functions: Vec::new(),
            findings,
            known: Vec::new(),
        }
    }

    fn three() -> Vec<Finding> {
        vec![
            finding("RC303", Some("a.b"), 1),
            finding("RC303", Some("a.b"), 2),
            finding("RC508", None, 3),
        ]
    }

    fn read(text: &str) -> Result<Baseline> {
        Baseline::read(Path::new("known.toml"), text)
    }

    fn applied(baseline: &Baseline, findings: Vec<Finding>) -> (Vec<&'static str>, usize, Outcome) {
        let mut report = report(findings);
        baseline.apply(&mut report, "known.toml", true);
        let codes = report.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(report.summary.known, report.known.len());
        (codes, report.known.len(), report.outcome)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let baseline = Baseline::of(&report(three()));
        assert_eq!(baseline.len(), 3);
        let again = read(&baseline.text()).unwrap();
        assert_eq!(again.text(), baseline.text());
        insta::assert_snapshot!(baseline.text());
    }

    #[test]
    fn known_findings_fail_nothing_wherever_they_have_moved() {
        let baseline = Baseline::of(&report(three()));
        let mut moved = three();
        moved.iter_mut().for_each(|finding| finding.line = Some(77));
        assert_eq!(applied(&baseline, moved), (vec![], 3, Outcome::Passed));
    }

    #[test]
    fn one_more_of_a_kind_brings_all_of_the_kind_back() {
        let baseline = Baseline::of(&report(three()));
        let mut more = three();
        more.push(finding("RC303", Some("a.b"), 9));
        more.push(finding("RC303", Some("a.c"), 9));
        let (codes, known, outcome) = applied(&baseline, more);
        assert_eq!(
            (codes, known, outcome),
            (vec!["RC303"; 4], 1, Outcome::Failed)
        );
    }

    #[test]
    fn what_is_known_and_gone_is_said_unless_only_a_part_was_verified() {
        let baseline = Baseline::of(&report(three()));
        let one = vec![finding("RC303", Some("a.b"), 1)];
        let (codes, known, outcome) = applied(&baseline, one.clone());
        assert_eq!(
            (codes, known, outcome),
            (vec!["RC514"; 2], 1, Outcome::Passed)
        );
        let mut part = report(one);
        baseline.apply(&mut part, "known.toml", false);
        assert!(part.findings.is_empty());
    }

    #[test]
    fn tests_that_fail_are_never_known() {
        let mut fails = vec![finding("RC320", None, 1)];
        assert_eq!(Baseline::of(&report(fails.clone())).len(), 0);
        let text = "format = 1\n[[known]]\ncode = \"RC320\"\nfile = \"src/a \\\"b\\\".rs\"\n";
        let baseline = read(text).unwrap();
        fails.push(finding("RC303", None, 1));
        let (codes, known, outcome) = applied(&baseline, fails);
        assert_eq!((known, outcome), (0, Outcome::Failed));
        assert!(
            codes.contains(&"RC320") && codes.contains(&"RC303"),
            "{codes:?}"
        );
    }

    #[test]
    fn a_file_that_is_no_baseline_is_refused_with_every_mistake() {
        for (text, says) in [
            ("", "known.toml:1: `format = 1` is missing"),
            ("format = 2\n", "known.toml:1: this program reads"),
            (
                "format = 1\nknown = 3\n",
                "known.toml:2: expected `[[known]]`",
            ),
            (
                "format = 1\n[[known]]\ncount = 2\n",
                "known.toml:2: the entry has no `code`",
            ),
            (
                "format = 1\n[[known]]\ncode = 3\n",
                "known.toml:3: `code` is a text",
            ),
            (
                "format = 1\n[[known]]\ncode = \"RC303\"\ncount = 0\n",
                "known.toml:4: `count`",
            ),
            (
                "format = 1\n[[known]]\ncode = \"RC303\"\nline = 3\n",
                "known.toml:4: there is no key",
            ),
            (
                "format = 1\nother = 3\n",
                "known.toml:2: there is no key `other`",
            ),
            ("format = ", "known.toml:1:"),
        ] {
            let said = read(text).unwrap_err().to_string();
            assert!(said.contains(says), "{text}: {said}");
        }
    }
}
