//! Ways in which a branch or a failure mode could seem proven, and is not.

mod support;

use serde_json::Value;
use support::{Project, Run};

const CONTRACT: &str = r#"
format = 1

[interface.orders]
kind = "database"
timeout = "1s"

[function.save]
error = "SaveError"
idempotency = "safe"

[function.save.on.orders]
connection     = { returns = "Store" }
timeout        = { returns = "Store" }
write_conflict = { returns = "Twice" }
not_found      = { waived = "saving looks nothing up in this table" }
other          = { returns = "Odd" }
"#;

const SOURCE: &str = r#"
use resilience_contract::{FailureModes, external, resilience_contract};

#[derive(Debug, Clone, Copy, PartialEq, FailureModes)]
pub enum OrdersError { Connection, Timeout, WriteConflict, Decode }

#[derive(Debug, PartialEq, FailureModes)]
pub enum SaveError { Store, Twice, Odd }

impl From<OrdersError> for SaveError {
    fn from(error: OrdersError) -> Self {
        match error {
            OrdersError::Connection | OrdersError::Timeout => Self::Store,
            OrdersError::WriteConflict => Self::Twice,
            OrdersError::Decode => Self::Odd,
        }
    }
}

#[resilience_contract("orders.save")]
pub fn save(reply: Result<u32, OrdersError>) -> Result<u32, SaveError> {
    let row = external!(orders, reply)?;
    Ok(row)
}

#[test]
fn a_conflict() { assert_eq!(save(Err(OrdersError::WriteConflict)), Err(SaveError::Twice)); }

#[test]
fn a_decode() { assert_eq!(save(Err(OrdersError::Decode)), Err(SaveError::Odd)); }
"#;

fn verified(tests: &str) -> Run {
    let source = format!("{SOURCE}\n{tests}");
    Project::new(&[("contracts/orders.toml", CONTRACT), ("src/lib.rs", &source)]).report()
}

fn mode(run: &Run, id: &str) -> String {
    let report = run.report();
    let modes = report["functions"][0]["modes"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mode = modes.iter().find(|mode| mode["id"] == id);
    mode.and_then(|mode| mode["verdict"].as_str())
        .unwrap_or("not there")
        .to_owned()
}

#[test]
fn one_test_for_each_mode_proves_all_of_them() {
    let run = verified(
        "#[test] fn connection() { assert_eq!(save(Err(OrdersError::Connection)), Err(SaveError::Store)); }
         #[test] fn timeout() { assert_eq!(save(Err(OrdersError::Timeout)), Err(SaveError::Store)); }",
    );
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(mode(&run, "orders.connection"), "proven");
    assert_eq!(mode(&run, "orders.timeout"), "proven");
}

#[test]
fn an_assertion_on_one_mode_proves_no_other_one_of_the_same_variant() {
    let run = verified(
        "#[test] fn connection() { let _ = save(Err(OrdersError::Connection)).is_err(); }
         #[test] fn timeout() { assert_eq!(save(Err(OrdersError::Timeout)), Err(SaveError::Store)); }",
    );
    assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(mode(&run, "orders.connection"), "entered");
    assert_eq!(mode(&run, "orders.timeout"), "proven");
    assert_eq!(run.findings("RC302").len(), 1, "{}", run.stdout);
}

#[test]
fn not_even_in_one_and_the_same_test() {
    let run = verified(
        "#[test] fn both() {
            let _ = save(Err(OrdersError::Connection)).is_err();
            assert_eq!(save(Err(OrdersError::Timeout)), Err(SaveError::Store));
         }",
    );
    assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(mode(&run, "orders.connection"), "entered");
    assert_eq!(mode(&run, "orders.timeout"), "proven");
}

#[test]
fn a_test_that_collides_with_itself_proves_nothing() {
    let run = verified(
        r#"#[test] fn alone() {
            let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("taken");
            std::fs::OpenOptions::new().write(true).create_new(true).open(&place).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(50));
            let _ = save(Err(OrdersError::Connection)).is_err();
            let _ = save(Err(OrdersError::WriteConflict)).is_err();
            let _ = save(Err(OrdersError::Decode)).is_err();
            std::fs::remove_file(&place).unwrap();
         }"#,
    );
    assert_eq!(
        mode(&run, "orders.connection"),
        "entered",
        "{}\n{}",
        run.stdout,
        run.stderr
    );
}

#[test]
fn a_test_that_fails_every_second_time_is_found_out() {
    let run = verified(
        r#"#[test] fn toggles() {
            let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("toggle");
            let _ = save(Err(OrdersError::Connection)).is_err();
            if place.exists() { std::fs::remove_file(&place).unwrap(); panic!("every second time"); }
            std::fs::write(&place, "").unwrap();
         }"#,
    );
    assert_eq!(run.code, 102, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(mode(&run, "orders.connection"), "entered");
    assert!(
        run.findings("RC321")[0].contains("toggles"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_rollback_that_goes_well_does_not_hide_the_failure_before_it() {
    let source = SOURCE.replace(
        "let row = external!(orders, reply)?;",
        "let row = match external!(orders, reply) {
            Ok(row) => row,
            Err(error) => {
                external!(orders, Ok::<u32, OrdersError>(0))?;
                return Err(error.into());
            }
        };",
    );
    let tests = "#[test] fn timeout() { assert_eq!(save(Err(OrdersError::Timeout)), Err(SaveError::Store)); }";
    let source = format!("{source}\n{tests}");
    let run =
        Project::new(&[("contracts/orders.toml", CONTRACT), ("src/lib.rs", &source)]).report();
    assert_eq!(
        mode(&run, "orders.timeout"),
        "proven",
        "{}\n{}",
        run.stdout,
        run.stderr
    );
    assert_eq!(mode(&run, "orders.write_conflict"), "proven");
    assert_eq!(mode(&run, "orders.connection"), "missing");
}

#[test]
fn a_function_behind_a_flag_of_the_build_script_is_listed_if_it_is_compiled() {
    let flagged = "
        #[cfg(has_pool)]
        #[resilience_contract(\"orders.save\")]
        pub fn pooled(fails: bool) -> Result<u32, SaveError> {
            if fails { return Err(SaveError::Store); }
            Ok(1)
        }";
    let functions = |script: &str| -> Vec<Value> {
        let source = format!("{SOURCE}\n{flagged}");
        let files = [
            ("contracts/orders.toml", CONTRACT),
            ("src/lib.rs", &source),
            ("build.rs", script),
        ];
        let run = Project::new(&files).report();
        run.report()["functions"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    };
    let check = "println!(\"cargo::rustc-check-cfg=cfg(has_pool)\");";
    let with = format!("fn main() {{ {check} println!(\"cargo::rustc-cfg=has_pool\"); }}");
    let compiled = functions(&with);
    assert_eq!(compiled.len(), 2);
    assert!(
        compiled
            .iter()
            .any(|function| function["path"].as_str().unwrap().ends_with("::pooled"))
    );
    assert_eq!(functions(&format!("fn main() {{ {check} }}")).len(), 1);
}

#[test]
fn a_function_of_debug_builds_is_not_listed_in_a_release_build() {
    let source = format!(
        "{SOURCE}
        #[cfg(debug_assertions)]
        #[resilience_contract(\"orders.save\")]
        pub fn checked(fails: bool) -> Result<u32, SaveError> {{
            if fails {{ return Err(SaveError::Store); }}
            Ok(1)
        }}"
    );
    let project = Project::new(&[("contracts/orders.toml", CONTRACT), ("src/lib.rs", &source)]);
    let functions = |arguments: &[&str]| {
        let arguments = [&["--format", "json", "--quiet"], arguments].concat();
        project.verify(&arguments).report()["functions"]
            .as_array()
            .map_or(0, Vec::len)
    };
    assert_eq!(functions(&[]), 2);
    assert_eq!(functions(&["--release"]), 1);
}

#[test]
fn two_types_of_one_macro_are_two_functions() {
    let source = r#"
use resilience_contract::{FailureModes, resilience_contract};
#[derive(Debug, PartialEq, FailureModes)]
pub enum GetError { Gone, Locked }
macro_rules! repository {
    ($name:ident) => {
        pub struct $name;
        impl $name {
            #[resilience_contract("rows.get")]
            pub fn get(&self, id: u32) -> Result<u32, GetError> {
                if id == 0 { return Err(GetError::Gone); }
                if id == 1 { return Err(GetError::Locked); }
                Ok(id)
            }
        }
    };
}
repository!(Users);
repository!(Orders);
#[test] fn users() {
    assert_eq!(Users.get(0), Err(GetError::Gone));
    assert_eq!(Users.get(1), Err(GetError::Locked));
}
#[test] fn orders() { let _ = (Orders.get(0).is_err(), Orders.get(1).is_err()); }
"#;
    let contract = "format = 1\n[function.get]\nerror = \"GetError\"\n[function.get.on.domain]\n\
        gone = { returns = \"Gone\" }\nlocked = { returns = \"Locked\" }\n";
    let run = Project::new(&[("contracts/rows.toml", contract), ("src/lib.rs", source)]).report();
    assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
    let report = run.report();
    let functions = report["functions"].as_array().unwrap();
    let verdict = |name: &str| {
        let function = functions
            .iter()
            .find(|function| function["path"].as_str().unwrap().contains(name));
        function.map(|function| function["branches"][0]["verdict"].clone())
    };
    assert_eq!(functions.len(), 2, "{report}");
    assert_eq!(verdict("Users"), Some("proven".into()), "{report}");
    assert_eq!(verdict("Orders"), Some("entered".into()), "{report}");
    // That there are others that no test calls, nobody could know.
    assert_eq!(run.findings("RC502").len(), 1, "{}", run.stdout);
}

#[test]
fn what_leaves_through_ensure_and_bail_is_listed_whether_it_is_tested_or_not() {
    let source = SOURCE.replace(
        "let row = external!(orders, reply)?;",
        "ensure!(reply != Ok(1), SaveError::Twice);
        if reply == Ok(2) { bail!(SaveError::Odd); }
        let row = external!(orders, reply)?;
        let ensured: Result<u32, SaveError> = (|| { ensure!(row > 1, SaveError::Odd); Ok(row) })();
        let row = ensured.unwrap_or(row);",
    );
    let macros = "
        macro_rules! bail { ($error:expr) => { return Err($error) }; }
        macro_rules! ensure { ($held:expr, $error:expr) => { if !$held { bail!($error) } }; }";
    let tests = "
        #[test] fn ensured() { assert_eq!(save(Ok(1)), Err(SaveError::Twice)); }
        #[test] fn connection() { assert_eq!(save(Err(OrdersError::Connection)), Err(SaveError::Store)); }
        #[test] fn timeout() { assert_eq!(save(Err(OrdersError::Timeout)), Err(SaveError::Store)); }
        #[test] fn fine() { assert_eq!(save(Ok(7)), Ok(7)); }";
    let source = format!("{macros}\n{source}\n{tests}");
    let run =
        Project::new(&[("contracts/orders.toml", CONTRACT), ("src/lib.rs", &source)]).report();
    let report = run.report();
    let branches = report["functions"][0]["branches"]
        .as_array()
        .unwrap()
        .clone();
    let of = |kind: &str| -> Vec<Value> {
        branches
            .iter()
            .filter(|branch| branch["kind"] == kind)
            .map(|branch| branch["verdict"].clone())
            .collect()
    };
    assert_eq!(
        of("macro"),
        ["proven", "missing"],
        "{}\n{}",
        run.stdout,
        run.stderr
    );
    assert_eq!(of("question_mark"), ["proven"]);
}

#[test]
fn a_macro_that_only_bears_a_known_name_makes_no_branch() {
    let source = SOURCE.replace(
        "    let row = external!(orders, reply)?;",
        "    ensure!(reply.is_ok(), reply);
    write!(checked(1)?, 2);
    let row = external!(orders, reply)?;",
    );
    let macros = "
        macro_rules! ensure { ($held:expr, $value:expr) => { let _: (bool, _) = ($held, $value.is_ok()); }; }
        macro_rules! write { ($one:expr, $other:expr) => {}; }
        #[expect(dead_code)]
        fn checked(number: u32) -> Result<u32, SaveError> { Ok(number) }";
    let tests = "
        #[test] fn connection() { assert_eq!(save(Err(OrdersError::Connection)), Err(SaveError::Store)); }
        #[test] fn timeout() { assert_eq!(save(Err(OrdersError::Timeout)), Err(SaveError::Store)); }
        #[test] fn fine() { assert_eq!(save(Ok(7)), Ok(7)); }";
    let source = format!("{macros}\n{source}\n{tests}");
    let run =
        Project::new(&[("contracts/orders.toml", CONTRACT), ("src/lib.rs", &source)]).report();
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.report()["summary"]["branches"], 1, "{}", run.stdout);
    // That there is something that could not be looked into is said, and where.
    assert_eq!(run.findings("RC309").len(), 2, "{}", run.stdout);
}

#[test]
fn what_is_not_compiled_on_this_machine_is_no_branch() {
    let source = SOURCE.replace(
        "    let row = external!(orders, reply)?;
    Ok(row)",
        "    let row = external!(orders, reply)?;
    #[cfg(any())]
    { if row == 1 { return Err(SaveError::Odd); } Err(SaveError::Twice) }
    #[cfg(not(any()))]
    { Ok(row) }",
    );
    let tests = "
        #[test] fn connection() { assert_eq!(save(Err(OrdersError::Connection)), Err(SaveError::Store)); }
        #[test] fn timeout() { assert_eq!(save(Err(OrdersError::Timeout)), Err(SaveError::Store)); }";
    let source = format!("{source}\n{tests}");
    let run =
        Project::new(&[("contracts/orders.toml", CONTRACT), ("src/lib.rs", &source)]).report();
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.report()["summary"]["branches"], 1, "{}", run.stdout);
}

#[test]
fn a_default_of_the_users_is_not_called_while_tests_run_as_they_always_do() {
    let source = SOURCE.replace(
        "pub enum SaveError { Store, Twice, Odd }",
        "pub enum SaveError { Store, Twice, Odd, Counted(Id) }
         static IDS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
         #[derive(Debug, PartialEq)] pub struct Id(u32);
         impl Default for Id {
             fn default() -> Self { Self(IDS.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) }
         }",
    );
    let contract = CONTRACT.replace(
        "other          =",
        "decode         = { returns = \"Counted\" }\nother          =",
    );
    let source = source
        + "#[test] fn nobody_counts() {
        let _ = save(Ok(1)).is_ok();
        assert_eq!(IDS.load(std::sync::atomic::Ordering::Relaxed), 0);
    }";
    let run = Project::new(&[
        ("contracts/orders.toml", &*contract),
        ("src/lib.rs", &source),
    ])
    .report();
    assert_eq!(run.code, 100, "{}\n{}", run.stdout, run.stderr);
}

/// A body in a closure would be called from elsewhere; where nobody knows what a macro
/// expands to, it has to be in one all the same, and then a test that looks fails with
/// nothing changed, which is said.
#[test]
fn a_function_that_notices_who_calls_it_notices_nothing_of_the_probes() {
    let source = |way_out: &str| {
        format!(
            r#"
use resilience_contract::{{FailureModes, resilience_contract}};
#[derive(Debug, PartialEq, FailureModes)]
pub enum SaveError {{ Store(u32), Twice, Odd }}
macro_rules! leave {{ ($error:expr) => {{ return Err($error) }} }}
fn small(number: u32) -> Result<u32, SaveError> {{
    if number > 9 {{ return Err(SaveError::Odd); }}
    Ok(number)
}}

#[track_caller]
#[resilience_contract("orders.save")]
pub fn save(number: u32) -> Result<u32, SaveError> {{
    if number == 0 {{ return Err(SaveError::Store(std::panic::Location::caller().line())); }}
    if small(number)? == 1 {{ {way_out} }}
    Ok(number)
}}

#[test] fn store() {{ assert_eq!(save(0), Err(SaveError::Store(line!()))); }}
#[test] fn twice() {{ assert_eq!(save(1), Err(SaveError::Twice)); }}
#[test] fn odd() {{ assert_eq!(save(10), Err(SaveError::Odd)); }}
"#
        )
    };
    let contract = "format = 1\n[function.save]\nerror = \"SaveError\"\n[function.save.on.domain]\n\
        store = { returns = \"Store\" }\ntwice = { returns = \"Twice\" }\nodd = { returns = \"Odd\" }\n";
    let verified = |way_out: &str| {
        let source = source(way_out);
        let files = [("contracts/orders.toml", contract), ("src/lib.rs", &source)];
        Project::new(&files).report()
    };
    let seen = verified("return Err(SaveError::Twice);");
    assert_eq!(seen.code, 0, "{}\n{}", seen.stdout, seen.stderr);
    assert_eq!(seen.report()["summary"]["branches_proven"], 3);

    let hidden = verified("leave!(SaveError::Twice)");
    assert_eq!(hidden.code, 102, "{}\n{}", hidden.stdout, hidden.stderr);
    let failing = hidden.findings("RC320");
    assert!(
        failing.iter().any(|said| said.contains("store")),
        "{failing:?}"
    );
    assert_eq!(mode(&hidden, "domain.odd"), "entered");
    assert_eq!(mode(&hidden, "domain.store"), "missing");
}
