//! What `explore` finds in the fixture `chaos-lab`: realistic bugs, each beside its mended
//! twin, under tests that all pass.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use support::{fixture, run, verifier};

/// The bugs, and the findings that each must lead to, neither more nor fewer.
const BUGS: &[(&str, &[&str])] = &[
    ("effects::tests::cancelled_lock", &["RC423"]),
    ("effects::tests::drifting_gauge", &["RC423"]),
    ("effects::tests::left_locked", &["RC423"]),
    ("effects::tests::lost_rollback", &["RC423"]),
    ("effects::tests::partial_write", &["RC423"]),
    ("effects::tests::silent_compensation", &["RC423"]),
    // A second teller that is asked where the first may have charged the card.
    ("effects::tests::timeout_is_no", &["RC403", "RC423"]),
    ("effects::tests::told_too_early", &["RC423"]),
    ("logging::tests::log_missing", &["RC411"]),
    ("logging::tests::log_says_nothing", &["RC414"]),
    ("logging::tests::log_too_low", &["RC412"]),
    ("logging::tests::log_without_id", &["RC413"]),
    ("logging::tests::secret_logged", &["RC415"]),
    ("outcomes::tests::misreported", &["RC404"]),
    ("outcomes::tests::n_plus_one", &["RC408"]),
    ("outcomes::tests::panics", &["RC402"]),
    ("outcomes::tests::stale_answer", &["RC403"]),
    ("outcomes::tests::swallowed", &["RC403"]),
    ("outcomes::tests::undeclared", &["RC401"]),
    ("retries::tests::infinite_retry", &["RC410", "RC422"]),
    ("retries::tests::no_backoff", &["RC410"]),
    ("retries::tests::one_too_few", &["RC405"]),
    ("retries::tests::one_too_many", &["RC405"]),
    ("retries::tests::retried_refusal", &["RC406"]),
    ("retries::tests::retried_unsafe", &["RC406", "RC423"]),
    ("retries::tests::retried_whole", &["RC423"]),
    ("retries::tests::too_late", &["RC407", "RC410"]),
    ("waits::tests::no_limit", &["RC422"]),
    ("waits::tests::short_deadline", &["RC407"]),
    // Those that it cannot find; `docs/explore.md` says why.
    ("unfindable::tests::masked", &[]),
    ("unfindable::tests::refresh_race", &[]),
];

#[test]
fn the_broken_are_told_from_the_mended() {
    let explored =
        run(verifier(&fixture("chaos-lab")).args(["explore", "--format", "json", "--quiet"]));
    assert_eq!(explored.code, 100, "{}", explored.stderr);
    let report = explored.report();
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let test = finding["test"].as_str().unwrap();
        let code = finding["code"].as_str().unwrap();
        found.entry(test.to_owned()).or_default().insert(code);
        let reproduce = finding["reproduce"].as_str().unwrap();
        let only = format!("cargo verify-contracts explore --only '{test}' --fault '");
        assert!(reproduce.starts_with(&only), "{reproduce}");
    }
    let expected: BTreeMap<String, BTreeSet<&str>> = BUGS
        .iter()
        .filter(|(_, codes)| !codes.is_empty())
        .map(|(bug, codes)| (format!("{bug}::broken"), codes.iter().copied().collect()))
        .collect();
    assert_eq!(found, expected);
    // Each of them was explored, and each of its twins.
    assert_eq!(report["summary"]["tests"], BUGS.len() * 2);
    assert_eq!(report["left_out"], serde_json::json!([]));
    assert!(expected.len() >= 18);
}
