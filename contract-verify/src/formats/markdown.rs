//! A summary for a pull request or a job page.

use std::fmt::Write as _;

use crate::report::{Level, Outcome, Report, Verdict};

/// The headline first, then what is wrong, then the tables.
pub(crate) fn markdown(report: &Report) -> String {
    let summary = &report.summary;
    let outcome = match report.outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Incomplete => "INCOMPLETE",
    };
    let mut text = format!(
        "## Resilience contracts: {outcome}\n\n**error branches proven: {}/{}** · failure modes proven: {}/{} · waived: {}\n",
        summary.branches_proven, summary.branches, summary.proven, summary.modes, summary.waived
    );
    if summary.recovered + summary.degraded > 0 {
        let _written = writeln!(
            text,
            "\nFailures that may be lost for a reason: {} by `recovers` of contracts, {} by `degrade!` in the code",
            summary.recovered, summary.degraded
        );
    }
    if summary.known > 0 {
        let _written = writeln!(
            text,
            "\nKnown from the baseline, and not shown: {}",
            summary.known
        );
    }
    let shown: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.level != Level::Note)
        .collect();
    if !shown.is_empty() {
        text.push_str("\n| | code | place | finding |\n|---|---|---|---|\n");
        for finding in shown {
            let sign = if finding.level == Level::Error {
                "❌"
            } else {
                "⚠️"
            };
            let place = match (&finding.file, finding.line) {
                (Some(file), Some(line)) => code(&format!("{file}:{line}")),
                (Some(file), None) => code(file),
                _ => String::new(),
            };
            let _written = writeln!(
                text,
                "| {sign} | {} | {place} | {} |",
                finding.code,
                cell(&finding.message)
            );
        }
    }
    for function in &report.functions {
        let proven = function
            .branches
            .iter()
            .filter(|branch| branch.verdict == Verdict::Proven)
            .count();
        let _written = writeln!(
            text,
            "\n<details><summary>{} ({}): {proven}/{} branches</summary>\n\n| failure mode | returns | verdict |\n|---|---|---|",
            html(&function.id),
            function.tier,
            function.branches.len()
        );
        for mode in &function.modes {
            let returns = mode.returns.as_deref().map(code).unwrap_or_default();
            let _written = writeln!(
                text,
                "| {} | {returns} | {} |",
                code(&mode.id),
                mode.verdict.name()
            );
        }
        for degraded in &function.degraded {
            let _written = writeln!(
                text,
                "\nLets a failure go at {}: {}",
                code(&format!("{}:{}", function.file, degraded.line)),
                cell(&degraded.reason)
            );
        }
        text.push_str("\n</details>\n");
    }
    text
}

/// Text that cannot leave its cell, nor become markup.
fn cell(text: &str) -> String {
    let mut escaped = String::new();
    for character in html(text).chars() {
        match character {
            '\n' | '\r' => escaped.push(' '),
            '|' | '*' | '_' | '[' | ']' | '\\' => escaped.extend(['\\', character]),
            other => escaped.push(other),
        }
    }
    escaped
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", cell(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_comes_before_the_tables_and_stays_in_its_cell() {
        let text = markdown(&super::super::tests::report());
        assert!(
            text.starts_with("## Resilience contracts: failed\n\n**error branches proven: 0/1**")
        );
        let row = text.lines().find(|line| line.contains("RC304")).unwrap();
        assert_eq!(row.matches(" | ").count(), 3, "{row}");
        assert!(row.contains("a&lt;b&gt;"), "{row}");
        assert!(!text.contains("RC310"), "notes are for the full report");
        assert!(text.contains("0 by `recovers` of contracts, 1 by `degrade!`"));
        assert!(text.contains("<code>src/payments.rs:52</code>: the mail is a courtesy"));
        assert!(text.find("RC304") < text.find("<details>"));
    }
}
