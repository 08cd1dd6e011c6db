//! What tests expect lies in files that tests write: snapshots, seeds of failures.
//!
//! A test that fails because something was broken on purpose must write nothing of it down
//! where the next run, or a person, would take it for what is right; and a test that is
//! told to accept whatever comes out asserts nothing. So all runs are asked, and none is
//! allowed to rewrite what it is asked about.

use std::path::Path;
use std::process::Command;

/// Variables that have what comes out accepted (insta, expect-test, goldenfile).
const ACCEPTING: [&str; 4] = [
    "INSTA_FORCE_UPDATE",
    "INSTA_FORCE_UPDATE_SNAPSHOTS",
    "UPDATE_EXPECT",
    "UPDATE_GOLDENFILES",
];

/// Variables that do so with one of their values (snapbox, trybuild, trycmd).
const OVERWRITING: [&str; 3] = ["SNAPSHOTS", "TRYBUILD", "TRYCMD"];

/// Keeps a test from rewriting what it expects.
pub(crate) fn keep(command: &mut Command, folder: &Path) {
    for variable in ACCEPTING {
        command.env_remove(variable);
    }
    for variable in OVERWRITING {
        let mut set = command.get_envs();
        if set.any(|(name, value)| name == variable && value == Some("overwrite".as_ref())) {
            command.env_remove(variable);
        }
    }
    // A snapshot that differs fails the test all the same.
    command.env("INSTA_UPDATE", "no");
    if !has_seeds(folder) {
        command.env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1");
    }
}

/// Whether failures that proptest found are kept in a package: its tests begin with them,
/// and whoever keeps proptest from writing keeps it from reading.
fn has_seeds(folder: &Path) -> bool {
    if folder.join("proptest-regressions").exists() {
        return true;
    }
    let tests = std::fs::read_dir(folder.join("tests"));
    tests.into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        path.extension()
            .is_some_and(|extension| extension == "proptest-regressions")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(set: &[(&str, &str)], folder: &Path) -> Vec<(String, String)> {
        let mut command = Command::new("test");
        command.env_clear().envs(set.iter().copied());
        keep(&mut command, folder);
        let kept = command.get_envs().filter_map(|(variable, value)| {
            Some((variable.to_str()?.to_owned(), value?.to_str()?.to_owned()))
        });
        kept.collect()
    }

    #[test]
    fn nothing_is_accepted_and_whatever_else_is_set_stays() {
        let folder = tempfile::tempdir().unwrap();
        let set = [
            ("INSTA_UPDATE", "always"),
            ("INSTA_FORCE_UPDATE", "1"),
            ("UPDATE_EXPECT", "1"),
            ("SNAPSHOTS", "overwrite"),
            ("TRYCMD", "dump"),
            ("HOME", "/home"),
        ];
        let kept = environment(&set, folder.path());
        let expected = [
            ("HOME", "/home"),
            ("INSTA_UPDATE", "no"),
            ("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1"),
            ("TRYCMD", "dump"),
        ];
        assert_eq!(
            kept,
            expected.map(|(variable, value)| (variable.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn seeds_that_are_there_are_read() {
        for seeds in [
            "proptest-regressions/lib.txt",
            "tests/it.proptest-regressions",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join(seeds);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "cc 00").unwrap();
            let kept = environment(&[], folder.path());
            assert_eq!(
                kept,
                [("INSTA_UPDATE".to_owned(), "no".to_owned())],
                "{seeds}"
            );
        }
    }
}
