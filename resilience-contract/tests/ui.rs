//! Every mistake has one file in `ui/`, named after it, and one message in the
//! `.stderr` beside it, which `scripts/bless-ui` writes.

#[cfg(not(feature = "probe"))]
use std::fs;
#[cfg(not(feature = "probe"))]
use std::path::Path;

/// What only the verifier's build can know: elsewhere `external!` is its expression.
#[cfg(feature = "probe")]
#[test]
fn what_only_the_probes_can_see_is_refused_by_them() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/probe/*.rs");
}

/// trybuild compiles its cases as a package of its own, so that is where they look for contracts.
#[cfg(not(feature = "probe"))]
fn lay_out_contracts() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("../tests/trybuild/resilience-contract");
    let to = cases.join("contracts");
    fs::create_dir_all(&to).unwrap();
    for entry in fs::read_dir(package.join("tests/contracts")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

// The messages are those of the normal build; what the probes add is nobody's mistake.
#[cfg(not(feature = "probe"))]
#[test]
fn every_mistake_gets_one_message_that_says_what_to_write() {
    lay_out_contracts();
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
