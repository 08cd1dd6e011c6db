//! GitHub's workflow commands: an annotation in the diff for each finding.

use std::fmt::Write as _;

use crate::report::{Level, Report};

/// One line for each finding, and a last one with the headline.
pub(crate) fn github(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let command = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(file) = &finding.file {
            properties.push(format!("file={}", property(file)));
        }
        for (name, number) in [("line", finding.line), ("col", finding.column)] {
            if let Some(number) = number {
                properties.push(format!("{name}={number}"));
            }
        }
        properties.push(format!("title={}", property(finding.code)));
        let mut message = finding.message.clone();
        if let Some(help) = &finding.help {
            message.push_str("\nhelp: ");
            message.push_str(help);
        }
        let _written = writeln!(
            text,
            "::{command} {}::{}",
            properties.join(","),
            data(&message)
        );
    }
    let summary = &report.summary;
    let _written = writeln!(
        text,
        "::notice title=verify-contracts::error branches proven: {}/{}",
        summary.branches_proven, summary.branches
    );
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_whatever_it_says() {
        let text = github(&super::super::tests::report());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(
            lines[0],
            "::error file=src/a%2C b%3Ac.rs,line=47,col=9,title=RC304::50%25 of `a<b>` & \"c\"%0Aare, say: wrong%0Ahelp: mend | it"
        );
        assert!(lines[2].starts_with("::warning "));
        assert!(lines[3].starts_with("::notice file="));
        assert!(lines[4].ends_with("error branches proven: 0/1"));
    }
}
