//! Kinds that a contract declares for itself are held to the same rules as the catalog's.

use contract_spec::catalog::{Retryability, Surface};
use contract_spec::model::Effect;
use contract_spec::{Source, check};

const LEDGER: &str = r#"format = 1

[kind.ledger_api]
summary = "The ledger of the accounting department"

[kind.ledger_api.mode]
timeout = { mandatory = true, effect = "maybe", retry = "idempotent", summary = "No answer in time." }
frozen = { effect = "none", retry = "no", surface = "ok", rust = "`Reply::Frozen`" }

[interface.ledger]
kind = "ledger_api"
timeout = "1s"

[retry.standard]
max_attempts = 3
initial_delay = "100ms"

[function.book]
idempotency = "key"

[function.book.on.ledger]
timeout = { returns = "Timeout", retry = "standard" }
frozen = { returns = "Frozen" }
other = { returns = "Unexpected" }
"#;

fn shown(text: &str) -> Vec<String> {
    let source = Source::new("contracts/books.toml", text);
    let found = check(&source).diagnostics;
    found.iter().map(|d| d.render_plain(&source)).collect()
}

#[test]
fn a_kind_of_ones_own_has_facts_like_those_of_the_catalog() {
    assert_eq!(shown(LEDGER), [""; 0]);
    let contract = check(&Source::new("books.toml", LEDGER)).contract;
    let kind = contract.kind_of("ledger").unwrap();
    assert_eq!(kind.name(), "ledger_api");
    let timeout = kind.mode("timeout").unwrap();
    assert!(timeout.mandatory);
    assert_eq!(
        (timeout.effect, timeout.surface),
        (Effect::Maybe, Surface::Err)
    );
    let frozen = kind.mode("frozen").unwrap();
    assert!(!frozen.mandatory);
    assert_eq!(
        (frozen.retryability, frozen.surface),
        (Retryability::No, Surface::Ok)
    );
}

#[test]
fn its_modes_are_demanded_and_no_others_are_known() {
    let found = shown(&LEDGER.replace("timeout = { returns", "tiemout = { returns"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("RC104") && found[0].contains("did you mean `timeout`"),
        "{found:?}"
    );
    let found = shown(&LEDGER.replace(
        "timeout = { returns = \"Timeout\", retry = \"standard\" }\n",
        "",
    ));
    assert!(found.iter().any(|f| f.contains("RC105")), "{found:?}");
}

#[test]
fn its_facts_decide_what_may_be_retried() {
    let found = shown(&LEDGER.replace("\"key\"", "\"unsafe\""));
    assert!(found.len() == 1 && found[0].contains("RC150"), "{found:?}");
    let found = shown(&LEDGER.replace("\"Frozen\" }", "\"Frozen\", retry = \"standard\" }"));
    assert!(found.len() == 1 && found[0].contains("RC151"), "{found:?}");
}

#[test]
fn its_mistakes_are_shown_all_at_once() {
    let text = r#"format = 1

[kind.http.mode]
timeout = { effect = "none", retry = "yes" }

[kind.Ledger]
modes = 1

[kind.ledger.mode]
other = { effect = "none", retry = "no" }
timeout = { effect = "mabye", retry = "idem", surfce = "ok" }
frozen = { mandatory = 1 }
gone = "none"
"#;
    let first = |f: &String| f.lines().next().unwrap().to_owned();
    assert_eq!(
        shown(text).iter().map(first).collect::<Vec<_>>(),
        [
            "contracts/books.toml:3:7: error[RC110]: the catalog has a kind `http` already",
            "contracts/books.toml:6:7: error[RC112]: `Ledger` is no name: lowercase letters, digits and `_`, a letter first",
            "contracts/books.toml:7:1: error[RC101]: a kind has no key `modes`",
            "contracts/books.toml:10:1: error[RC110]: `other` is a mode of every kind and is not declared",
            "contracts/books.toml:11:22: error[RC102]: `effect`: expected one of `none`, `maybe`, `partial`, `applied`, found \"mabye\"",
            "contracts/books.toml:11:39: error[RC102]: `retry`: expected one of `yes`, `idempotent`, `transaction`, `refresh`, `hint`, `no`, found \"idem\"",
            "contracts/books.toml:11:47: error[RC101]: a mode of a kind has no key `surfce`",
            "contracts/books.toml:12:10: error[RC111]: `kind.ledger.mode.frozen` lacks `effect`",
            "contracts/books.toml:12:10: error[RC111]: `kind.ledger.mode.frozen` lacks `retry`",
            "contracts/books.toml:12:24: error[RC102]: `mandatory`: expected `true` or `false`, found an integer",
            "contracts/books.toml:13:8: error[RC102]: `gone`: expected a table, found a string",
        ]
    );
}
