//! The report in the forms that other programs read, and in the one that browsers show.
//!
//! Each is a pure function from the report to a text; `html` reads source files for their lines.

mod github;
mod gitlab;
mod html;
mod junit;
mod markdown;
mod sarif;

pub(crate) use github::github;
pub(crate) use gitlab::gitlab;
pub(crate) use html::html;
pub(crate) use junit::junit;
pub(crate) use markdown::markdown;
pub(crate) use sarif::sarif;

use std::collections::HashMap;

use crate::report::Finding;

/// A name for each finding that stays the same when lines move: what is found,
/// in which function and mode, and the how-manyth of its like it is.
fn fingerprints(findings: &[Finding]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let fingerprint = |finding: &Finding| {
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        let (function, mode) = (part(&finding.function), part(&finding.mode));
        let place = if function.is_empty() {
            part(&finding.file)
        } else {
            String::new()
        };
        let key = format!("{function}#{mode}:{}:{place}", finding.code);
        let like = seen.entry(key.clone()).or_default();
        *like += 1;
        format!("{:016x}", fnv1a(&format!("{key}:{like}")))
    };
    findings.iter().map(fingerprint).collect()
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{
        Branch, Degraded, FORMAT, Function, Level, Mode, Mutant, MutantOutcome, Outcome, Report,
        Summary, Verdict,
    };

    /// A report with something of everything, and characters that every form has to escape.
    pub(in crate::formats) fn report() -> Report {
        let finding = |code, level, line| Finding {
            code,
            level,
            message: "50% of `a<b>` & \"c\"\nare, say: wrong".into(),
            function: Some("payments.charge".into()),
            mode: Some("gateway.timeout".into()),
            file: Some("src/a, b:c.rs".into()),
            line,
            column: line.map(|_| 9),
            help: Some("mend | it".into()),
            timeline: vec!["0.1 ms  gateway → timeout".into()],
        };
        let mutant = Mutant {
            indirect: false,
            operator: "misreport",
            from: Some("GatewayTimeout".into()),
            to: Some("Store".into()),
            outcome: MutantOutcome::Survived,
            test: None,
            reason: None,
        };
        let mode = |id: &str, verdict| Mode {
            id: id.into(),
            returns: Some("GatewayTimeout".into()),
            recovers: None,
            verdict,
            required: Verdict::Proven,
            reason: None,
            tests: vec!["tests::times_out".into()],
            explored: false,
            mutants: vec![mutant.clone()],
        };
        Report {
            format: FORMAT,
            digest: String::new(),
            outcome: Outcome::Failed,
            summary: Summary {
                functions: 1,
                modes: 3,
                proven: 1,
                entered: 1,
                missing: 1,
                waived: 1,
                recovered: 0,
                degraded: 1,
                branches: 1,
                branches_entered: 1,
                branches_proven: 0,
                errors: 2,
                warnings: 1,
                known: 1,
                left_out: 0,
            },
            functions: vec![Function {
                id: "payments.charge".into(),
                package: "checkout".into(),
                path: "checkout::payments::charge".into(),
                file: "src/payments.rs".into(),
                line: 40,
                tier: "critical",
                modes: vec![
                    mode("gateway.timeout", Verdict::Entered),
                    mode("gateway.unauthorized", Verdict::Proven),
                    mode("gateway.not_found", Verdict::Waived),
                    mode("gateway.server_error", Verdict::Missing),
                ],
                branches: vec![Branch {
                    file: "src/payments.rs".into(),
                    line: 47,
                    column: 9,
                    kind: "question_mark".into(),
                    verdict: Verdict::Entered,
                    reason: None,
                    variants: vec!["GatewayTimeout".into()],
                    tests: vec!["tests::times_out".into()],
                    mutants: vec![mutant],
                }],
                degraded: vec![Degraded {
                    line: 52,
                    column: 9,
                    reason: "the mail is a courtesy".into(),
                }],
            }],
            findings: vec![
                finding("RC304", Level::Error, Some(47)),
                finding("RC304", Level::Error, Some(52)),
                finding("RC502", Level::Warning, Some(3)),
                finding("RC310", Level::Note, None),
            ],
            known: vec![Finding {
                function: None,
                mode: None,
                ..finding("RC508", Level::Error, Some(99))
            }],
        }
    }

    #[test]
    fn a_fingerprint_is_of_the_thing_and_not_of_its_line() {
        let mut findings = report().findings;
        let before = fingerprints(&findings);
        assert_ne!(before[0], before[1], "two of a kind are two");
        for finding in &mut findings {
            finding.line = finding.line.map(|line| line + 7);
        }
        assert_eq!(before, fingerprints(&findings));
    }
}
