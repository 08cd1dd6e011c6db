//! The ways in which a failure may be lost for a reason: each is counted, and shown.

mod support;

use serde_json::json;
use support::Project;

const CONTRACT: &str = r#"
format = 1
[interface.cache]
kind = "cache"
timeout = "1s"
[function.get]
error = "GetError"
[function.get.on.cache]
connection = { RECONNECTION }
timeout = { returns = "Slow" }
write_conflict = { waived = "nothing is ever written to it" }
not_found = { returns = "Gone" }
"#;

const SOURCE: &str = r#"
use resilience_contract::{FailureModes, external, resilience_contract};
#[derive(Debug, PartialEq, Clone, Copy, FailureModes)]
pub enum CacheError { Connection, Timeout, NotFound }
#[derive(Debug, PartialEq, FailureModes)]
pub enum GetError { Slow, Gone, Down }
impl From<CacheError> for GetError {
    fn from(error: CacheError) -> Self {
        match error { CacheError::Timeout => Self::Slow, CacheError::NotFound => Self::Gone, _ => Self::Down }
    }
}
pub fn note() -> Result<(), String> { Err("full".into()) }
#[resilience_contract("store.get")]
pub fn get(cache: Result<u32, CacheError>) -> Result<u32, GetError> {
    NOTE
    match external!(cache, cache) {
        RECOVERY
        other => Ok(other?),
    }
}
#[test]
fn a_slow_cache_is_slow() {
    assert_eq!(get(Err(CacheError::Timeout)), Err(GetError::Slow));
}
"#;

fn project(reconnection: &str, recovery: &str, note: &str) -> Project {
    let contract = CONTRACT.replace("RECONNECTION", reconnection);
    let contract = match reconnection.starts_with("recovers") {
        true => contract.replace(
            "not_found = {",
            "other = { returns = \"Down\" }\nnot_found = {",
        ),
        false => contract,
    };
    let source = SOURCE.replace("RECOVERY", recovery).replace("NOTE", note);
    Project::new(&[("contracts/store.toml", &contract), ("src/lib.rs", &source)])
}

#[test]
fn recoveries_and_degradations_are_counted_and_shown_with_their_reason_and_place() {
    let project = project(
        "recovers = \"the store is asked instead\"",
        "Err(CacheError::Connection) => Ok(0),",
        "let _ = resilience_contract::degrade!(\"the note is a courtesy\", note());",
    );
    let report = project.report().report();
    assert_eq!(report["summary"]["recovered"], 1, "{report:#}");
    assert_eq!(report["summary"]["degraded"], 1);
    let place = json!([{ "line": 15, "column": 13, "reason": "the note is a courtesy" }]);
    assert_eq!(report["functions"][0]["degraded"], place);
    let shown = project.verify(&["--quiet"]).stdout;
    assert!(
        shown.contains(
            "failures that may be lost for a reason: 1 by `recovers` of contracts, 1 by `degrade!` in the code"
        ),
        "{shown}"
    );
    assert!(
        shown.contains("src/lib.rs:15:13  the note is a courtesy"),
        "{shown}"
    );
}

#[test]
fn where_no_failure_may_be_lost_nothing_is_said_of_it() {
    let project = project("returns = \"Down\"", "", "");
    let report = project.report().report();
    assert_eq!(report["summary"]["recovered"], 0, "{report:#}");
    assert_eq!(report["summary"]["degraded"], 0);
    assert_eq!(report["functions"][0]["degraded"], json!([]));
    let shown = project.verify(&["--quiet"]).stdout;
    assert!(!shown.contains("may be lost"), "{shown}");
}
