//! Where `check` says that a contracted function is silent about a failure, and where it
//! says nothing.

mod support;

use std::collections::BTreeSet;

use contract_spec::source::silent::{DISCARDED, PATTERNS};
use serde_json::Value;
use support::folder::Folder;

/// A body for every pattern that syntax alone decides.
const SILENT: &[(&str, &str)] = &[
    ("RC211", "save().ok(); Ok(1)"),
    ("RC212", "match f() { Ok(v) => Ok(v), Err(_) => Ok(0) }"),
    ("RC213", "if let Err(_) = f() {} Ok(1)"),
    ("RC214", "if let Err(e) = f() { warn!(\"{e}\"); } Ok(1)"),
    ("RC215", "Ok(external!(cache, f()).unwrap_or_default())"),
    ("RC216", "todo!()"),
    ("RC217", "Ok(external!(cache, f()? + 1))"),
    ("RC218", "external!(cache, f()).await"),
    ("RC220", "let x = \"1\".parse().ok(); Ok(x.unwrap_or(1))"),
    ("RC221", "f().map_err(|_| E::Gone)"),
    ("RC222", "Ok(f().unwrap())"),
    ("RC223", "if broken() { panic!(\"no\"); } Ok(1)"),
    ("RC224", "std::process::exit(1)"),
    ("RC225", "tokio::spawn(send()); Ok(1)"),
    (
        "RC226",
        "loop { if let Err(e) = f() { note(e); sleep(LONG); } }",
    ),
    ("RC227", "select! { a = f() => g(a)?, _ = h() => {} }"),
    ("RC228", "if let Ok(x) = f() { g(x); } Ok(1)"),
    ("RC229", "let x = f().unwrap_or_else(|_| 0); Ok(x)"),
];

/// For every warning, code that looks like it and is none.
const CLEAN: &[(&str, &str)] = &[
    (
        "RC220",
        "Ok(std::env::args().next().ok_or(E::Gone)?.len() as u8)",
    ),
    ("RC221", "f().map_err(|error| E::Late { error })"),
    ("RC222", "Ok(f().unwrap_or(1))"),
    ("RC223", "if broken() { return Err(E::Gone); } Ok(1)"),
    ("RC224", "Ok(process::id() as u8)"),
    ("RC225", "let task = tokio::spawn(send()); task.await?"),
    (
        "RC226",
        "for attempt in 0..3 { if let Err(e) = f() { note(attempt, e); sleep(LONG); } } Ok(1)",
    ),
    ("RC227", "Ok(vec![f()?].len() as u8)"),
    (
        "RC228",
        "if let Ok(x) = f() { g(x); } else { return Err(E::Gone); } Ok(1)",
    ),
    (
        "RC229",
        "let x = f().unwrap_or_else(|error| g(error)); Ok(x)",
    ),
];

const CONTRACT: &str = "format = 1\n\
    [interface.cache]\nkind = \"cache\"\ntimeout = \"1s\"\n\
    [function.get]\nerror = \"E\"\n\
    [function.get.on.domain]\ngone = { returns = \"Gone\" }\n";

fn package(source: &str, contract: &str) -> Folder {
    let folder = Folder::empty();
    let manifest = "[package]\nname = \"silent\"\nedition = \"2024\"\n[workspace]\n";
    folder.write("Cargo.toml", manifest);
    folder.write("src/lib.rs", source);
    folder.write("contracts/store.toml", contract);
    folder
}

/// A contracted function around a body.
fn contracted(body: &str) -> String {
    format!("#[resilience_contract(\"store.get\")]\npub fn get() -> Result<u8, E> {{ {body} }}\n")
}

/// The codes of silences that `check` reports, with their lines.
fn silences(folder: &Folder) -> Vec<(String, u64)> {
    let run = folder.run(&["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("a report");
    let findings = report["findings"].as_array().expect("findings").iter();
    let all = findings.map(|finding| {
        let code = finding["code"].as_str().expect("a code");
        (code.to_owned(), finding["line"].as_u64().expect("a line"))
    });
    all.filter(|(code, _)| code.starts_with("RC21") || code.starts_with("RC22"))
        .collect()
}

#[test]
fn every_pattern_is_reported_once_where_it_stands_with_what_to_write() {
    for (code, body) in SILENT {
        let folder = package(&contracted(body), CONTRACT);
        assert_eq!(silences(&folder), [((*code).to_owned(), 2)], "{body}");
        let run = folder.run(&["check"]);
        let pattern = PATTERNS.iter().find(|p| p.code == *code).expect(code);
        let title = match *code < "RC220" {
            true => format!("error[{code}]: {}", pattern.message),
            false => format!("warning[{code}]: {}", pattern.message),
        };
        assert!(run.stdout.contains(&title), "{}", run.stdout);
        assert_eq!(
            run.code,
            if *code < "RC220" { 100 } else { 0 },
            "{}",
            run.stdout
        );
    }
}

#[test]
fn nothing_is_said_of_code_that_only_looks_like_it() {
    for (code, body) in CLEAN {
        assert_eq!(
            silences(&package(&contracted(body), CONTRACT)),
            [],
            "{code}: {body}"
        );
    }
    let warnings = PATTERNS.iter().map(|pattern| pattern.code);
    let warnings: Vec<&str> = warnings.filter(|code| *code >= "RC220").collect();
    let tried: Vec<&str> = CLEAN.iter().map(|(code, _)| *code).collect();
    assert_eq!(tried, warnings);
}

#[test]
fn functions_without_a_contract_may_do_what_they_like() {
    let free: String = SILENT
        .iter()
        .enumerate()
        .map(|(n, (_, body))| format!("pub fn f{n}() -> Result<u8, E> {{ {body} }}\n"))
        .collect();
    let source = format!("{free}{}", contracted("f()"));
    assert_eq!(silences(&package(&source, CONTRACT)), []);
}

#[test]
fn every_pattern_that_syntax_decides_has_a_body_here() {
    let tried: BTreeSet<&str> = SILENT.iter().map(|(code, _)| *code).collect();
    let all: BTreeSet<&str> = PATTERNS.iter().map(|pattern| pattern.code).collect();
    let left: Vec<&&str> = all.difference(&tried).collect();
    // Of what a statement throws away, only the compiler knows whether it is a `Result`.
    assert_eq!(left, [&DISCARDED.code]);
}

#[test]
fn handling_is_no_silence() {
    let body = "let a = f().map_err(|error| E::Late { error })?;\n\
                match f() { Ok(v) => Ok(v), Err(E::Gone) => Ok(0), Err(error) => Err(error) }";
    assert_eq!(silences(&package(&contracted(body), CONTRACT)), []);
}

#[test]
fn a_recovery_of_the_contract_and_degrade_with_a_reason_speak_for_it() {
    let body = "let a = external!(cache, f()).unwrap_or_default();\n\
                let b = degrade!(\"the count is for the log\", f().unwrap_or_else(|_| 0)); Ok(a)";
    let source = contracted(body);
    let lost = silences(&package(&source, CONTRACT));
    assert_eq!(lost, [("RC215".to_owned(), 2)]);
    let recovers = format!(
        "{CONTRACT}[function.get.on.cache]\n\
         connection = {{ recovers = \"the store is asked instead\", log = \"warn\" }}\n"
    );
    assert_eq!(silences(&package(&source, &recovers)), []);

    // Also in a contract that lies elsewhere than in `contracts/`.
    let named = source.replace(
        "\"store.get\"",
        "\"store.get\", file = \"shared/store.toml\"",
    );
    let folder = package(&named, "format = 1\n");
    folder.write("shared/store.toml", &recovers);
    assert_eq!(silences(&folder), []);
    folder.write("shared/store.toml", CONTRACT);
    assert_eq!(silences(&folder), [("RC215".to_owned(), 2)]);
}

#[test]
fn a_policy_decides_what_a_silence_weighs() {
    let folder = package(&contracted("Ok(f().unwrap())"), CONTRACT);
    folder.write(
        ".config/verify-contracts.toml",
        "[level]\nRC222 = \"error\"\n",
    );
    assert_eq!(folder.run(&["check"]).code, 100);
    folder.write(
        ".config/verify-contracts.toml",
        "[level]\nRC222 = \"off\"\n",
    );
    assert_eq!(silences(&folder), []);
}
