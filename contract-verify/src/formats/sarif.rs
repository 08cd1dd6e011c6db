//! SARIF 2.1.0, by hand: what code scanners show in a pull request.

use std::fmt::Write as _;

use contract_spec::rules;
use serde_json::{Value, json};

use super::fingerprints;
use crate::codes;
use crate::report::{Finding, Level, Report};

/// One run of one tool, with the rules that were broken and every result.
pub(crate) fn sarif(report: &Report) -> String {
    let all = report.findings.iter().chain(&report.known);
    let mut broken: Vec<&str> = all.map(|finding| finding.code).collect();
    broken.sort_unstable();
    broken.dedup();
    let described: Vec<Value> = broken.iter().map(|code| rule(code)).collect();
    let mut results = Vec::new();
    for (findings, state) in [(&report.findings, "new"), (&report.known, "unchanged")] {
        for (finding, fingerprint) in findings.iter().zip(fingerprints(findings)) {
            let mut result = result(finding, &fingerprint, &broken);
            // Without a baseline there is nothing to be new against.
            if !report.known.is_empty() {
                result["baselineState"] = state.into();
            }
            results.push(result);
        }
    }
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cargo-verify-contracts",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": described,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn rule(code: &str) -> Value {
    let (name, text) = match codes::all().find(|known| known.code == code) {
        Some(known) => (known.name, known.explanation),
        None => rules::rule(code).map_or((code, code), |rule| (rule.name, rule.explanation)),
    };
    json!({
        "id": code,
        "name": name,
        "shortDescription": { "text": name.replace('-', " ") },
        "fullDescription": { "text": text.trim() },
    })
}

fn result(finding: &Finding, fingerprint: &str, broken: &[&str]) -> Value {
    let level = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": broken.iter().position(|code| *code == finding.code),
        "level": level,
        "message": { "text": message },
        "partialFingerprints": { "contractFailureMode/v1": fingerprint },
    });
    if let Some(file) = &finding.file {
        result["locations"] = json!([{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(file) },
                "region": {
                    "startLine": finding.line.unwrap_or(1),
                    "startColumn": finding.column.unwrap_or(1),
                },
            },
        }]);
    }
    result
}

/// A relative path as a URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' => {
                uri.push(char::from(byte))
            }
            other => {
                let _written = write!(uri, "%{other:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_names_its_rule_and_place() {
        let text = sarif(&super::super::tests::report());
        let document: Value = serde_json::from_str(&text).unwrap();
        let run = &document["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 5);
        assert_eq!(results[0]["baselineState"], "new");
        assert_eq!(results[4]["baselineState"], "unchanged");
        for result in results {
            let index = result["ruleIndex"].as_u64().unwrap();
            let rule = &run["tool"]["driver"]["rules"][usize::try_from(index).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(rule["fullDescription"]["text"].as_str().unwrap().len() > 20);
        }
        let place = &results[0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "src/a%2C%20b%3Ac.rs");
        assert_eq!(place["region"]["startLine"], 47);
    }
}
