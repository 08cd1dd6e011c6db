//! Building once, and running the parts where nothing is compiled.

mod support;

use std::path::Path;
use std::process::Command;

use support::{Project, Run, fixture, run, verifier};

/// A copy of the fixture `awkward`, whose tests need what cargo sets around them. In a target
/// directory that they share, cargo tells the copies apart by their versions, not by their places.
fn awkward(version: &str) -> Project {
    let runtime = fixture("../../../resilience-contract")
        .canonicalize()
        .unwrap();
    let project = Project::new(&[]);
    copy(&fixture("awkward"), project.path());
    let manifest = std::fs::read_to_string(project.path().join("Cargo.toml")).unwrap();
    let manifest = manifest.replace(
        "\"../../../../resilience-contract\"",
        &format!("{runtime:?}"),
    );
    let manifest = manifest.replace("\"0.0.0\"", &format!("{version:?}"));
    project.write("Cargo.toml", manifest);
    project
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if !from.is_dir() {
            std::fs::copy(from, to).unwrap();
        } else if entry.file_name() != "target" {
            std::fs::create_dir_all(&to).unwrap();
            copy(&from, &to);
        }
    }
}

fn has_nextest() -> bool {
    let version = Command::new(env!("CARGO"))
        .args(["nextest", "--version"])
        .output();
    version.is_ok_and(|output| output.status.success())
}

fn built(project: &Project, archive: &Path) -> Run {
    run(verifier(project.path())
        .args(["build", "--archive"])
        .arg(archive))
}

#[test]
fn what_was_built_once_runs_in_parts_where_nothing_is_compiled() {
    if !has_nextest() {
        // What is said then, the next test shows.
        eprintln!("cargo-nextest is not there");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("tests.tar.zst");
    let project = awkward("0.0.1");
    let built = built(&project, &archive);
    assert_eq!(built.code, 0, "{}\n{}", built.stdout, built.stderr);
    assert_eq!(built.stdout, "");

    // Another machine: another place for what is built, and no compiler.
    let elsewhere = folder.path().join("elsewhere");
    let files: Vec<_> = (1..=2)
        .map(|n| folder.path().join(format!("{n}.rcev")))
        .collect();
    for (index, file) in files.iter().enumerate() {
        let mut command = verifier(project.path());
        command
            .env("CARGO_TARGET_DIR", &elsewhere)
            .env("RUSTC_WRAPPER", "/nowhere/rustc")
            .args(["run", "--archive"])
            .arg(&archive)
            .args([
                "--partition",
                &format!("slice:{}/2", index + 1),
                "--evidence",
            ])
            .arg(file);
        let ran = run(&mut command);
        assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    let mut command = verifier(project.path());
    let parts = run(command
        .args(["report", "--format", "json", "--from"])
        .args(&files));
    assert_eq!(parts.code, 0, "{}\n{}", parts.stdout, parts.stderr);
    let whole = project.report();
    assert_eq!(parts.report()["digest"], whole.report()["digest"]);

    // Sources that are not those of the archive.
    project.write("src/main.rs", "fn main() {}");
    let mut command = verifier(project.path());
    let ran = run(command.args(["run", "--archive"]).arg(&archive));
    assert_eq!(ran.code, 103, "{}\n{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr.contains("`src/main.rs` differs"),
        "{}",
        ran.stderr
    );

    // An archive, but not one of ours.
    let foreign = folder.path().join("foreign.tar.zst");
    let archived = Command::new(env!("CARGO"))
        .args(["nextest", "archive", "--archive-file"])
        .arg(&foreign)
        .current_dir(project.path())
        .env("CARGO_TARGET_DIR", support::target_dir())
        .output()
        .unwrap();
    assert!(archived.status.success(), "{archived:?}");
    let mut command = verifier(project.path());
    let ran = run(command.args(["run", "--archive"]).arg(&foreign));
    assert_eq!(ran.code, 101, "{}\n{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr
            .contains("was not made by `cargo verify-contracts build --archive`"),
        "{}",
        ran.stderr
    );
}

#[cfg(unix)]
#[test]
fn without_nextest_it_is_said_what_to_install() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let cargo = folder.path().join("cargo");
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = nextest ]; then echo 'error: no such command' >&2; exit 101; fi\nexec {} \"$@\"\n",
        env!("CARGO")
    );
    std::fs::write(&cargo, script).unwrap();
    std::fs::set_permissions(&cargo, PermissionsExt::from_mode(0o755)).unwrap();
    let project = awkward("0.0.2");
    let archive = folder.path().join("tests.tar.zst");
    std::fs::write(&archive, "no archive").unwrap();
    for command in [["build", "--archive"], ["run", "--archive"]] {
        let mut verify = verifier(project.path());
        let ran = run(verify.env("CARGO", &cargo).args(command).arg(&archive));
        assert_eq!(ran.code, 101, "{}\n{}", ran.stdout, ran.stderr);
        assert!(
            ran.stderr.contains("cargo install cargo-nextest"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn what_the_archive_decides_cannot_be_said_again() {
    let project = Project::new(&[("src/lib.rs", "")]);
    for flags in [&["--features", "x"][..], &["--release"], &["-p", "x"]] {
        let mut command = verifier(project.path());
        let ran = run(command.args(["run", "--archive", "x.tar.zst"]).args(flags));
        assert_eq!(ran.code, 2, "{}\n{}", ran.stdout, ran.stderr);
    }
    let ran = project.verify(&["run", "--archive", "absent.tar.zst"]);
    assert_eq!(ran.code, 2, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("there is no archive"), "{}", ran.stderr);
}
