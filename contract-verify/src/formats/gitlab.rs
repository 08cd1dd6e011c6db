//! GitLab's code quality report: an array of findings with a place.

use serde_json::{Value, json};

use super::fingerprints;
use crate::report::{Level, Report};

/// The findings that have a place; GitLab shows no others.
pub(crate) fn gitlab(report: &Report) -> String {
    let findings = report.findings.iter().zip(fingerprints(&report.findings));
    let issues: Vec<Value> = findings
        .filter_map(|(finding, fingerprint)| {
            let severity = match finding.level {
                Level::Error => "major",
                Level::Warning => "minor",
                Level::Note => "info",
            };
            Some(json!({
                "description": finding.message,
                "check_name": finding.code,
                "fingerprint": fingerprint,
                "severity": severity,
                "location": {
                    "path": finding.file.as_ref()?,
                    "lines": { "begin": finding.line.unwrap_or(1) },
                },
            }))
        })
        .collect();
    format!("{:#}\n", Value::Array(issues))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_issue_has_what_gitlab_asks_for() {
        let text = gitlab(&super::super::tests::report());
        let issues: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(issues.len(), 4);
        for issue in &issues {
            for key in [
                "/description",
                "/check_name",
                "/fingerprint",
                "/severity",
                "/location/path",
                "/location/lines/begin",
            ] {
                assert!(issue.pointer(key).is_some(), "{key} in {issue}");
            }
        }
        assert_eq!(issues[0]["severity"], "major");
        assert_eq!(issues[0]["location"]["lines"]["begin"], 47);
    }
}
