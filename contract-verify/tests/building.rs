//! What is built and how it is run is what `cargo test` would build and run: selections,
//! features, profiles, build scripts, runners, wrappers; and what a run leaves alone.

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use support::{Project, Run, run, verifier};

const ROOT: &str = "[workspace]\nmembers = [\"app\", \"odd place/derive\", \"plain\"]\nresolver = \"3\"\n\
    [profile.dev]\ndebug = false\n[profile.fast]\ninherits = \"dev\"\ndebug-assertions = false\n";

const CONTRACT: &str = "format = 1\n\
    [function.always]\nerror = \"E\"\n[function.always.on.domain]\ngone = { returns = \"Gone\" }\nlate = { returns = \"Late\" }\n\
    [function.generated]\nerror = \"E\"\n[function.generated.on.domain]\ngone = { returns = \"Gone\" }\nlate = { returns = \"Late\" }\n";

const EXTRA: &str = "format = 1\n\
    [function.extra]\nerror = \"E\"\n[function.extra.on.domain]\ngone = { returns = \"Gone\" }\nlate = { returns = \"Late\" }\n";

const DEBUG: &str = "format = 1\n\
    [function.debug]\nerror = \"E\"\n[function.debug.on.domain]\ngone = { returns = \"Gone\" }\nlate = { returns = \"Late\" }\n";

const APP: &str = r#"
use resilience_contract::{FailureModes, resilience_contract};
#[derive(Debug, PartialEq, FailureModes)]
pub enum E { Gone, Late }

#[resilience_contract("app.always")]
pub fn always(n: u32) -> Result<u32, E> {
    if n == 0 { return Err(E::Gone); }
    if n > limits::LIMIT { return Err(E::Late); }
    Ok(n)
}
#[cfg(feature = "extra")]
#[resilience_contract("extra.extra")]
pub fn extra(n: u32) -> Result<u32, E> {
    if n == 0 { return Err(E::Gone); }
    if n > 1 { return Err(E::Late); }
    Ok(n)
}
#[cfg(debug_assertions)]
#[resilience_contract("debug.debug")]
pub fn debug(n: u32) -> Result<u32, E> {
    if n == 0 { return Err(E::Gone); }
    if n > 1 { return Err(E::Late); }
    Ok(n)
}
pub mod limits {
    include!(concat!(env!("OUT_DIR"), "/limits.rs"));
}
#[cfg(scripted)]
pub mod generated {
    use super::E;
    #[resilience_contract::resilience_contract("app.generated")]
    pub fn generated(n: u32) -> Result<u32, E> {
        if n == 0 { return Err(E::Gone); }
        if n > 1 { return Err(E::Late); }
        Ok(n)
    }
}
#[test]
fn always_fails_as_it_says() {
    assert_eq!(always(0), Err(E::Gone));
    assert_eq!(always(limits::LIMIT + 1), Err(E::Late));
}
#[test]
fn generated_fails_as_it_says() {
    assert_eq!(generated::generated(0), Err(E::Gone));
    assert_eq!(generated::generated(2), Err(E::Late));
}
#[cfg(feature = "extra")]
#[test]
fn extra_fails_as_it_says() {
    assert_eq!(extra(0), Err(E::Gone));
    assert_eq!(extra(2), Err(E::Late));
}
#[cfg(debug_assertions)]
#[test]
fn debug_fails_as_it_says() {
    assert_eq!(debug(0), Err(E::Gone));
    assert_eq!(debug(2), Err(E::Late));
}
#[test]
fn derived() {
    #[derive(derive::Nothing)]
    struct _A;
}
"#;

const SCRIPT: &str = r#"
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/limits.rs"), "pub const LIMIT: u32 = 7;").unwrap();
    println!("cargo::rustc-check-cfg=cfg(scripted)");
    println!("cargo::rustc-cfg=scripted");
    println!("cargo::rerun-if-changed=build.rs");
}
"#;

const DERIVE: &str = r#"
#[proc_macro_derive(Nothing)]
pub fn nothing(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    proc_macro::TokenStream::new()
}
#[test]
fn a_macro_crate_has_tests_too() {}
"#;

/// A workspace with a service under contract, a macro crate and a crate without contracts.
fn workspace() -> Project {
    let name = std::thread::current().name().unwrap().to_owned();
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../resilience-contract");
    let package = |name: &str| format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
    let app = format!(
        "{}[lib]\nname = \"app\"\n[features]\nextra = []\n[dependencies]\n\
         resilience-contract = {{ path = {runtime:?} }}\nderive = {{ path = \"../odd place/derive\", package = \"derive-{name}\" }}\n",
        package(&format!("app-{name}"))
    );
    let derive = format!(
        "{}[lib]\nname = \"derive\"\nproc-macro = true\n",
        package(&format!("derive-{name}"))
    );
    Project::new(&[
        ("Cargo.toml", ROOT),
        ("app/Cargo.toml", &app),
        ("app/build.rs", SCRIPT),
        ("app/contracts/app.toml", CONTRACT),
        ("app/contracts/extra.toml", EXTRA),
        ("app/contracts/debug.toml", DEBUG),
        ("app/src/lib.rs", APP),
        ("odd place/derive/Cargo.toml", &derive),
        ("odd place/derive/src/lib.rs", DERIVE),
        ("plain/Cargo.toml", &package(&format!("plain-{name}"))),
        ("plain/src/lib.rs", "#[test]\nfn nothing() {}\n"),
    ])
}

/// The functions that a run gives verdicts on; all of their branches are proven.
fn proven(run: &Run) -> Vec<String> {
    let report = run.report();
    let functions = report["functions"].as_array().unwrap();
    for branch in functions
        .iter()
        .flat_map(|function| function["branches"].as_array().unwrap())
    {
        assert_eq!(branch["verdict"], "proven", "{branch}\n{}", run.stderr);
    }
    let ids = functions.iter();
    ids.map(|function| function["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn selections_features_and_profiles_are_those_of_cargo() {
    let project = workspace();
    let app = format!("app-{}", std::thread::current().name().unwrap());
    let plain = app.replace("app-", "plain-");
    let left_out = |run: &Run| run.findings("RC515");
    let verified = |arguments: &[&str]| {
        let mut all = vec!["--format", "json"];
        all.extend(arguments);
        proven(&project.verify(&all))
    };
    let usual = ["app.always", "app.generated", "debug.debug"];
    let more = ["app.always", "app.generated", "debug.debug", "extra.extra"];
    assert_eq!(verified(&["-p", &app]), usual);
    assert_eq!(verified(&["--workspace", "--exclude", &plain]), usual);
    assert_eq!(verified(&["-p", &app, "--features", "extra"]), more);
    let qualified = format!("{app}/extra");
    assert_eq!(verified(&["--workspace", "--features", &qualified]), more);
    assert_eq!(verified(&["--workspace", "--all-features"]), more);
    // What a profile leaves out is not there.
    let bare = ["app.always", "app.generated"];
    assert_eq!(verified(&["-p", &app, "--profile", "fast"]), bare);
    assert_eq!(verified(&["-p", &app, "--release"]), bare);
    // Which is said, and is not the mistake of a contract that nobody carries.
    let run = project.verify(&["-p", &app, "--release", "--format", "json"]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.findings("RC501"), [] as [&str; 0]);
    assert_eq!(
        left_out(&run),
        [
            "the function that carries `debug.debug` is not in this build: app/src/lib.rs:20",
            "the function that carries `extra.extra` is not in this build: app/src/lib.rs:13"
        ]
    );
    let run = project.verify(&["-p", &app, "--all-features", "--format", "json"]);
    assert_eq!(left_out(&run), [] as [&str; 0]);
    // A package without contracts, and one that makes macros.
    let run = project.verify(&["-p", &plain]);
    assert_eq!(run.code, 4, "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn the_users_own_runner_and_wrapper_are_used_too() {
    use std::os::unix::fs::PermissionsExt as _;

    let project = workspace();
    let script = |name: &str, text: &str| {
        project.write(name, text);
        let path = project.path().join(name);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    };
    let ran = project.path().join("ran.log");
    let runner = script(
        "runner.sh",
        &format!(
            "#!/bin/sh\necho \"$1\" >> '{}'\nexec \"$@\"\n",
            ran.display()
        ),
    );
    let compiled = project.path().join("compiled.log");
    let wrapper = script(
        "wrapper.sh",
        &format!(
            "#!/bin/sh\necho \"$@\" >> '{}'\nexec \"$@\"\n",
            compiled.display()
        ),
    );
    let config = format!("[target.'cfg(unix)']\nrunner = [{:?}]\n", runner.display());
    project.write(".cargo/config.toml", config);
    let mut command = verifier(project.path());
    command
        .args(["--workspace", "--format", "json"])
        .env("RUSTC_WRAPPER", &wrapper);
    let run = run(&mut command);
    assert_eq!(
        proven(&run),
        ["app.always", "app.generated", "debug.debug"],
        "{}",
        run.stderr
    );
    let ran = std::fs::read_to_string(ran).expect("the runner was used");
    // Each test at least once, and its mutants.
    assert!(ran.lines().count() > 4, "{ran}");
    let compiled = std::fs::read_to_string(compiled).expect("the wrapper was used");
    assert!(compiled.contains("--crate-name app"), "{compiled}");
}

/// Every file below a folder, with its content.
fn contents(folder: &Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            let content = std::fs::read(&path).unwrap();
            found.insert(path, content);
        }
    }
    found
}

#[test]
fn sources_that_must_not_be_written_to_are_enough() {
    let project = workspace();
    // Cargo's own, once.
    let lock = std::process::Command::new(env!("CARGO"))
        .args(["generate-lockfile", "--offline"])
        .current_dir(project.path())
        .output()
        .unwrap();
    assert!(lock.status.success(), "{lock:?}");
    let before = contents(project.path());
    let run = project.verify(&["--workspace", "--locked", "--format", "json"]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(
        contents(project.path()).keys().collect::<Vec<_>>(),
        before.keys().collect::<Vec<_>>()
    );
    assert!(contents(project.path()) == before, "a source was changed");
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_finds_no_room_is_an_error_of_its_own() {
    let project = workspace();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = verifier(project.path());
    let child = command
        .args(["--workspace", "--format", "json"])
        .stdout(full)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(110), "{said}");
    assert!(said.contains("failed to write"), "{said}");

    let run = project.verify(&["--workspace", "--output", "json=/dev/full"]);
    assert_eq!(run.code, 110, "{}", run.stderr);
    assert!(run.stderr.contains("/dev/full"), "{}", run.stderr);
}

#[test]
fn two_runs_in_one_target_directory_take_turns() {
    let project = workspace();
    let target = support::target_dir().join("verify-contracts");
    std::fs::create_dir_all(&target).unwrap();
    let lock = std::fs::File::create(target.join(".lock")).unwrap();
    lock.lock().unwrap();
    let mut command = verifier(project.path());
    let mut child = command
        .args(["--workspace", "--format", "json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let mut said = Vec::new();
    let mut byte = [0];
    while !String::from_utf8_lossy(&said).contains("another run of verify-contracts") {
        let read = std::io::Read::read(&mut stderr, &mut byte).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&said));
        said.extend(byte);
    }
    assert!(child.try_wait().unwrap().is_none(), "it did not wait");
    lock.unlock().unwrap();
    let reader = std::thread::spawn(move || {
        let mut rest = String::new();
        let _read = std::io::Read::read_to_string(&mut stderr, &mut rest);
        rest
    });
    let output = child.wait_with_output().unwrap();
    let rest = reader.join().unwrap();
    assert_eq!(output.status.code(), Some(0), "{rest}");
}

#[test]
fn what_the_probes_add_is_nothing_to_warn_of() {
    let contract = "format = 1\n[function.half]\nerror = \"E\"\n\
        [function.half.on.domain]\nodd = { returns = \"Odd\" }\nnone = { returns = \"None\" }\n";
    let source = r#"
use resilience_contract::{FailureModes, resilience_contract};
#[derive(Debug, PartialEq, FailureModes)]
pub enum E { Odd, None }
fn halved(n: u32) -> Result<u32, E> {
    if n == 0 { Err(E::None) } else if n % 2 == 1 { Err(E::Odd) } else { Ok(n / 2) }
}
#[rustfmt::skip]
#[resilience_contract("half.half")]
pub fn half(n: u32) -> Result<u32, E> { Ok(halved(n)?) }
#[rustfmt::skip]
#[resilience_contract("half.half")]
pub async fn later(n: u32) -> Result<u32, E> { Ok(halved(n)?) }
#[test] fn halves() { assert_eq!((half(4), half(3), half(0)), (Ok(2), Err(E::Odd), Err(E::None))); }
"#;
    let project = Project::new(&[("contracts/half.toml", contract), ("src/lib.rs", source)]);
    for arguments in [vec![], vec!["explore"]] {
        let run = project.verify(&arguments);
        assert!(run.stderr.contains("Compiling"), "{}", run.stderr);
        assert!(!run.stderr.contains("warning"), "{}", run.stderr);
    }
}

#[test]
fn a_file_that_rustc_was_told_to_call_otherwise_is_the_same_file() {
    let project = Project::new(&[
        (
            "contracts/app.toml",
            "format = 1\n[function.called]\nerror = \"E\"\n[function.called.on.domain]\ngone = { returns = \"Gone\" }\nlate = { returns = \"Late\" }\n\
             [function.idle]\nerror = \"E\"\n[function.idle.on.domain]\ngone = { returns = \"Gone\" }\nlate = { returns = \"Late\" }\n",
        ),
        (
            "src/lib.rs",
            "use resilience_contract::{FailureModes, resilience_contract};
#[derive(Debug, PartialEq, FailureModes)]
pub enum E { Gone, Late }
#[resilience_contract(\"app.called\")]
pub fn called(n: u32) -> Result<u32, E> { if n == 0 { return Err(E::Gone); } if n > 1 { return Err(E::Late); } Ok(n) }
#[resilience_contract(\"app.idle\")]
pub fn idle(n: u32) -> Result<u32, E> { if n == 0 { return Err(E::Gone); } if n > 1 { return Err(E::Late); } Ok(n) }
#[test] fn calls() { assert_eq!((called(0), called(1), called(2)), (Err(E::Gone), Ok(1), Err(E::Late))); }
",
        ),
        (
            "top/Cargo.toml",
            "[workspace]\nmembers = [\"..\"]\nresolver = \"3\"\n",
        ),
    ]);
    // Files of a package outside of the workspace's folder are given to rustc by their whole path.
    let manifest = std::fs::read_to_string(project.path().join("Cargo.toml")).unwrap();
    let manifest = manifest.replace("[workspace]\n", "workspace = \"top\"\n");
    project.write("Cargo.toml", &manifest);
    let folder = project.path().canonicalize().unwrap();
    let remapped = format!("--remap-path-prefix={}=/elsewhere", folder.display());
    let mut command = verifier(&project.path().join("top"));
    command
        .args(["--format", "json"])
        .env("CARGO_ENCODED_RUSTFLAGS", remapped);

    let run = run(&mut command);

    let report = run.report();
    let functions = report["functions"].as_array().unwrap();
    let seen = functions.iter().map(|function| {
        let verdict = &function["branches"][0]["verdict"];
        (function["id"].as_str(), verdict.as_str())
    });
    let expected = [
        (Some("app.called"), Some("proven")),
        (Some("app.idle"), Some("missing")),
    ];
    assert_eq!(seen.collect::<Vec<_>>(), expected, "{}", run.stderr);
    assert_eq!(run.findings("RC517"), [""; 0], "{}", run.stderr);
}
