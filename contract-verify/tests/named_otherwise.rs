//! The attribute under other names: found where a source shows it, said where none does.

mod support;

use support::{Project, Run};

const CONTRACT: &str = r#"
format = 1
[function.save]
error = "SaveError"
[function.save.on.domain]
full = { returns = "Full" }
late = { returns = "Late" }
[function.load]
error = "SaveError"
[function.load.on.domain]
full = { returns = "Full" }
late = { returns = "Late" }
"#;

const ENUM: &str = "
#[derive(Debug, PartialEq, resilience_contract::FailureModes)]
pub enum SaveError { Full, Late }
";

/// Two functions under an attribute of this name; tests for as many of them as are asked for.
fn functions(attribute: &str, tests: &[&str]) -> String {
    let functions = ["save", "load"].map(|name| {
        format!(
            "#[{attribute}(\"orders.{name}\")]
            pub fn {name}(number: u32) -> Result<u32, SaveError> {{
                if number == 0 {{ return Err(SaveError::Full); }}
                if number > 9 {{ return Err(SaveError::Late); }}
                Ok(number)
            }}\n"
        )
    });
    let tests = tests.iter().map(|name| {
        format!(
            "#[test] fn {name}s() {{
                assert_eq!({name}(0), Err(SaveError::Full));
                assert_eq!({name}(10), Err(SaveError::Late));
            }}\n"
        )
    });
    functions.into_iter().chain(tests).collect()
}

/// The functions with a verdict, and the codes of what is wrong.
fn said(run: &Run) -> (Vec<String>, Vec<String>) {
    let report = run.report();
    let of = |list: &str, key: &str| -> Vec<String> {
        let list = report[list].as_array().cloned().unwrap_or_default();
        let texts = list.iter().filter_map(|one| one[key].as_str());
        texts.map(str::to_owned).collect()
    };
    let mut codes = of("findings", "code");
    codes.dedup();
    (of("functions", "id"), codes)
}

fn both() -> Vec<String> {
    ["orders.load", "orders.save"].map(str::to_owned).to_vec()
}

#[test]
fn a_name_that_a_use_gives_is_as_good_as_its_own() {
    let root = format!(
        "{ENUM} mod facade {{ pub use resilience_contract::{{resilience_contract as contract}}; }}
        pub mod again {{ pub use crate::facade::contract as guarded; }}
        pub mod orders;"
    );
    // Neither the word nor the crate is in this file.
    let orders = format!(
        "use crate::{{SaveError, again::guarded}};\n{}",
        functions("guarded", &["save"])
    );
    let project = Project::new(&[
        ("contracts/orders.toml", CONTRACT),
        ("src/lib.rs", &root),
        ("src/orders.rs", &orders),
    ]);
    // That no test calls one of them is known, and nothing is held to be without a function.
    let run = project.report();
    let missing = ["RC301", "RC303"].map(str::to_owned).to_vec();
    let expected = (both(), missing);
    assert_eq!(said(&run), expected, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.report()["summary"]["branches"], 4);
    let check = project.verify(&["check"]);
    assert_eq!(check.code, 0, "{}\n{}", check.stdout, check.stderr);
}

#[test]
fn a_name_that_only_a_crate_elsewhere_gives_is_said_where_no_test_calls_the_function() {
    let runtime = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../resilience-contract");
    let manifest = format!(
        "[package]\nname = \"facade\"\nedition = \"2024\"\n[workspace]\n\
         [dependencies]\nresilience-contract = {{ path = {runtime:?} }}\n"
    );
    let facade = Project::new(&[
        ("Cargo.toml", &manifest),
        (
            "src/lib.rs",
            "pub use resilience_contract::resilience_contract as guarded;",
        ),
    ]);
    let dependency = format!("facade = {{ path = {:?} }}", facade.path());
    let verified = |tests: &[&str]| {
        let source = format!("{ENUM}\n{}", functions("facade::guarded", tests));
        let files = [("contracts/orders.toml", CONTRACT), ("src/lib.rs", &source)];
        Project::depending(&dependency, &files).report()
    };
    let run = verified(&["save", "load"]);
    let expected = (both(), Vec::new());
    assert_eq!(said(&run), expected, "{}\n{}", run.stdout, run.stderr);
    let run = verified(&["save"]);
    assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(
        run.findings("RC517"),
        [
            "a function that carries `orders.load` was compiled, no source shows it, and no test calls it"
        ]
    );
    assert_eq!(run.findings("RC501"), [""; 0]);
}

/// A macro of another crate, or of one's own, may have a name that somebody gave ours.
#[test]
fn an_attribute_of_that_name_that_takes_something_else_is_another_one() {
    let source = format!(
        "{ENUM} use resilience_contract::resilience_contract as contract;
        {}
        macro_rules! inert {{ ($($tokens:tt)*) => {{}} }}
        inert! {{ #[contract(requires = 1)] fn other() {{}} }}
        #[cfg(any())] #[contract(\"a.b\", invariant)] fn never() {{}}",
        functions("contract", &["save", "load"])
    );
    let files = [("contracts/orders.toml", CONTRACT), ("src/lib.rs", &source)];
    let run = Project::new(&files).report();
    let expected = (both(), Vec::new());
    assert_eq!(said(&run), expected, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
}

#[test]
fn what_is_not_in_a_build_is_said_with_the_reason() {
    let function = |id: &str, name: &str| {
        format!(
            "#[resilience_contract::resilience_contract(\"{id}\")]\n\
             pub fn {name}() -> Result<(), crate::SaveError> {{ Err(crate::SaveError::Full) }}\n"
        )
    };
    let source = format!(
        "{ENUM}\n{}\nmacro_rules! make {{ () => {{ {} }} }}\n#[cfg(windows_95)]\n{}",
        functions(
            "resilience_contract::resilience_contract",
            &["save", "load"]
        ),
        function("rest.made", "made"),
        function("rest.barred", "barred"),
    );
    let rest = ["made", "barred", "orphan"].map(|name| {
        format!("[function.{name}]\nerror = \"SaveError\"\n[function.{name}.on.domain]\nfull = {{ returns = \"Full\" }}\n")
    });
    let rest = format!("format = 1\n{}", rest.concat());
    let project = Project::new(&[
        ("contracts/orders.toml", CONTRACT),
        ("contracts/rest.toml", &rest),
        ("src/lib.rs", &source),
        ("src/orphan.rs", &function("rest.orphan", "orphan")),
    ]);
    let run = project.report();
    let line = |word: &str| 1 + source.lines().position(|line| line.contains(word)).unwrap();
    let expected = [
        format!(
            "the function that carries `rest.made` is not in this build: src/lib.rs:{} defines a macro, and no call \
             of it made the function",
            line("rest.made")
        ),
        format!(
            "the function that carries `rest.barred` is not in this build: src/lib.rs:{}",
            line("rest.barred")
        ),
        "the function that carries `rest.orphan` is not in this build, and neither is its file: src/orphan.rs:1"
            .to_owned(),
    ];
    assert_eq!(
        run.findings("RC515"),
        expected,
        "{}\n{}",
        run.stdout,
        run.stderr
    );
    assert_eq!(run.findings("RC501"), [""; 0]);
}
