//! Contracts that build on those of other files: what is held against what, and what is
//! left alone while it is not known.

use std::collections::HashMap;

use contract_spec::{Checked, Source, check_with};

/// Checks `contracts/payments.toml` beside other files of its folder.
fn checked(payments: &str, others: &[(&str, &str)]) -> Checked {
    let others: HashMap<String, &str> = others
        .iter()
        .map(|(name, text)| (format!("contracts/{name}.toml"), *text))
        .collect();
    let source = Source::new("contracts/payments.toml", format!("format = 1\n{payments}"));
    check_with(&source, &mut |path| match others.get(path) {
        Some(text) => Ok(format!("format = 1\n{text}")),
        None => Err("there is no such file".to_owned()),
    })
}

fn codes(payments: &str, others: &[(&str, &str)]) -> Vec<&'static str> {
    let found = checked(payments, others).reading.diagnostics;
    found.iter().map(|d| d.code).collect()
}

/// A caller of `ledger.book`: what it says of itself, and of the failures of the other.
fn caller(function: &str, modes: &str) -> String {
    format!(
        "[interface.ledger]\nkind = \"contract\"\ncontract = \"ledger.book\"\n\
         [retry.outer]\nmax_attempts = 4\ninitial_delay = \"100ms\"\n\
         [function.charge]\n{function}\n\
         [function.charge.on.ledger]\n{modes}\n\
         [function.charge.on.domain]\nspare = {{ returns = \"Spare\", retry = \"outer\" }}\n"
    )
}

/// `ledger.book`, which fails in two ways.
fn ledger(function: &str, handling: &str) -> String {
    format!(
        "[retry.inner]\nmax_attempts = 3\ninitial_delay = \"100ms\"\n\
         [function.book]\n{function}\n[function.book.on.domain]\n\
         closed = {{ returns = \"Closed\" }}\nfull = {{ returns = \"LedgerFull\"{handling} }}\n"
    )
}

const BOTH: &str = "closed = { returns = \"Closed\" }\nledger_full = { returns = \"Full\" }";

#[test]
fn every_failure_of_a_callee_in_another_file_is_decided_on() {
    let ledger = ledger("", "");
    let others = [("ledger", ledger.as_str())];
    assert_eq!(codes(&caller("", BOTH), &others), [""; 0]);
    let waived = "closed = { returns = \"Closed\" }\n\
                  ledger_full = { waived = \"nothing is booked here, only read\" }";
    assert_eq!(codes(&caller("", waived), &others), [""; 0]);
    let one = "closed = { returns = \"Closed\" }";
    let found = checked(&caller("", one), &others).reading.diagnostics;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, "RC105");
    assert_eq!(
        found[0].message,
        "`ledger` does not decide on `ledger_full`"
    );
    // Of a file that is not there nothing is known.
    assert_eq!(codes(&caller("", one), &[]), [""; 0]);
}

#[test]
fn the_place_in_the_other_file_is_named_with_its_path() {
    let ledger = ledger("", "");
    let payments = caller("", "closed = { returns = \"Closed\" }");
    let checked = checked(&payments, &[("ledger", ledger.as_str())]);
    let source = Source::new("contracts/payments.toml", format!("format = 1\n{payments}"));
    assert_eq!(
        checked.reading.diagnostics[0].render_plain(&source),
        "contracts/payments.toml:10:21: error[RC105]: `ledger` does not decide on `ledger_full`\n  \
           note: it is returned here (contracts/ledger.toml:9:20)\n  \
           help: ledger_full = { returns = \"LedgerFull\" }\n        \
                 or ledger_full = { waived = \"why it cannot happen\" }"
    );
    let called: Vec<&str> = checked.called.iter().map(|file| &*file.path).collect();
    assert_eq!(called, ["contracts/ledger.toml"]);
}

#[test]
fn a_mode_that_no_failure_of_the_callee_is_gets_the_nearest_and_is_told_once() {
    let ledger = ledger("", "");
    let slip = "closed = { returns = \"Closed\" }\nledger_ful = { returns = \"Full\" }";
    let found = checked(&caller("", slip), &[("ledger", &ledger)])
        .reading
        .diagnostics;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code, "RC104");
    let help = found[0].help.as_deref().unwrap();
    assert!(help.starts_with("did you mean `ledger_full`? "), "{help}");
    assert_eq!(codes(&caller("", slip), &[]), [""; 0]);
}

#[test]
fn a_function_that_its_file_does_not_declare_is_unknown() {
    let other = ledger("", "").replace("book", "balance");
    assert_eq!(codes(&caller("", BOTH), &[("ledger", &other)]), ["RC109"]);
    // Broken syntax may have swallowed it.
    let broken = format!("{other}[function.book\n");
    assert_eq!(codes(&caller("", BOTH), &[("ledger", &broken)]), [""; 0]);
    // A failure that cannot be read is one all the same.
    let misread = ledger("", "").replace("\"LedgerFull\"", "\"Ledger Full\"");
    assert_eq!(codes(&caller("", BOTH), &[("ledger", &misread)]), [""; 0]);
}

#[test]
fn a_callee_is_retried_only_if_it_or_its_caller_may_run_twice() {
    let retried = "closed = { returns = \"Closed\" }\n\
                   ledger_full = { returns = \"Full\", retry = \"outer\" }";
    let codes = |function: &str, ledger: &str| {
        let found = codes(&caller(function, retried), &[("ledger", ledger)]);
        found.contains(&"RC150")
    };
    assert!(codes("", &ledger("", "")));
    assert!(codes("", &ledger("idempotency = \"unsafe\"", "")));
    assert!(!codes("", &ledger("idempotency = \"key\"", "")));
    assert!(!codes("idempotency = \"key\"", &ledger("", "")));
    let unknown = checked(&caller("", retried), &[]).reading.diagnostics;
    assert_eq!(unknown, []);
}

#[test]
fn retries_around_retries_multiply_from_file_to_file() {
    let retried = "closed = { returns = \"Closed\" }\n\
                   ledger_full = { returns = \"Full\", retry = \"outer\" }";
    let payments = caller("idempotency = \"key\"", retried);
    let inner = ledger("idempotency = \"key\"", ", retry = \"inner\"");
    assert_eq!(codes(&payments, &[("ledger", &inner)]), ["RC163"]);
    let once = ledger("idempotency = \"key\"", "");
    assert_eq!(codes(&payments, &[("ledger", &once)]), [""; 0]);
    let few = inner.replace("max_attempts = 3", "max_attempts = 2");
    assert_eq!(codes(&payments, &[("ledger", &few)]), [""; 0]);

    // Through a layer that retries nothing by itself.
    let between = "[interface.bank]\nkind = \"contract\"\ncontract = \"bank.pay\"\n\
                   [function.book]\nidempotency = \"key\"\n[function.book.on.bank]\n\
                   closed = { returns = \"Closed\" }\nledger_full = { returns = \"LedgerFull\" }\n";
    let bank = inner.replace("book", "pay");
    let found = checked(&payments, &[("ledger", between), ("bank", &bank)]);
    let messages: Vec<&str> = found
        .reading
        .diagnostics
        .iter()
        .map(|d| d.message.as_str())
        .collect();
    assert_eq!(
        messages,
        ["4 attempts around the 3 of `book` are 12 calls for one failure"]
    );
    assert_eq!(found.called.len(), 2);
}

#[test]
fn deadlines_are_held_against_those_of_callees() {
    let late = ledger("deadline = \"12s\"", "");
    let others = [("ledger", late.as_str())];
    assert_eq!(
        codes(&caller("deadline = \"9s\"", BOTH), &others),
        ["RC173"]
    );
    assert_eq!(codes(&caller("deadline = \"12s\"", BOTH), &others), [""; 0]);

    // Without a timeout of the interface, an attempt lasts as long as the callee may.
    let retried = "closed = { returns = \"Closed\" }\n\
                   ledger_full = { returns = \"Full\", retry = \"outer\" }";
    let function = "idempotency = \"key\"\ndeadline = \"20s\"";
    assert_eq!(codes(&caller(function, retried), &others), ["RC155"]);
    let quick = ledger("deadline = \"2s\"", "");
    assert_eq!(
        codes(&caller(function, retried), &[("ledger", &quick)]),
        [""; 0]
    );
}

#[test]
fn what_was_logged_below_is_not_logged_again() {
    let logged = "closed = { returns = \"Closed\" }\n\
                  ledger_full = { returns = \"Full\", log = \"error\" }";
    let payments = caller("", logged);
    let loud = ledger("", ", log = \"error\"");
    assert_eq!(codes(&payments, &[("ledger", &loud)]), ["RC190"]);
    let quiet = ledger("", ", log = \"debug\"");
    assert_eq!(codes(&payments, &[("ledger", &quiet)]), [""; 0]);
}

#[test]
fn files_may_call_each_other_in_a_circle() {
    let back = "[interface.payments]\nkind = \"contract\"\ncontract = \"payments.charge\"\n\
                [retry.inner]\nmax_attempts = 3\ninitial_delay = \"100ms\"\n\
                [function.book]\nidempotency = \"key\"\n[function.book.on.payments]\n\
                closed = { returns = \"Closed\", retry = \"inner\" }\n\
                full = { returns = \"LedgerFull\", retry = \"inner\" }\n\
                spare = { returns = \"Closed\" }\n";
    let retried = "closed = { returns = \"Closed\", retry = \"outer\" }\n\
                   ledger_full = { returns = \"Full\", retry = \"outer\" }";
    let payments = caller("idempotency = \"key\"", retried);
    let found = codes(&payments, &[("ledger", back), ("payments", "")]);
    assert_eq!(found, ["RC163", "RC163"]);
}

#[test]
fn an_included_interface_leads_to_its_contract_too() {
    let ledger = ledger("", "");
    let common = "[interface.ledger]\nkind = \"contract\"\ncontract = \"ledger.book\"\n";
    let payments = "include = [\"common.toml\"]\n[function.charge.on.ledger]\n\
                    closed = { returns = \"Closed\" }\n";
    let others = [("common", common), ("ledger", ledger.as_str())];
    assert_eq!(codes(payments, &others), ["RC105"]);
}
