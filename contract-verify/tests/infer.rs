//! `infer`, end to end: a draft says what it guessed, and guesses no handling.

mod support;

use support::folder::Folder;

#[test]
fn a_draft_marks_every_guess_and_every_gap_and_is_a_contract() {
    let folder = Folder::of("inferred");
    let said = folder.said(&["infer", "Payments::charge"]);
    insta::assert_snapshot!(said);
    let draft = folder.run(&["infer", "Payments::charge"]).stdout;
    let undecided: Vec<&str> = draft
        .lines()
        .filter(|line| line.contains("returns =") && !line.contains("# DECIDE: "))
        .collect();
    assert!(undecided.is_empty(), "{undecided:?}");
    folder.write("contracts/payments.toml", &draft);
    let check = folder.run(&["check", "contracts"]);
    assert!(!check.stdout.contains("error["), "{}", check.stdout);
}

#[test]
fn what_calls_nothing_outside_has_no_interface() {
    let folder = Folder::of("inferred");
    let run = folder.run(&["infer", "inferred::plain::sum"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stdout.contains("[interface."), "{}", run.stdout);
    assert!(
        run.stdout.contains("no call to anything outside was seen"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("error = \"Overflow\""),
        "{}",
        run.stdout
    );
}

#[test]
fn calls_by_path_belong_to_the_one_thing_of_their_kind_that_has_a_name() {
    let folder = Folder::of("inferred");
    let draft = folder.run(&["infer", "balance"]).stdout;
    assert!(draft.contains("[interface.pool]"), "{draft}");
    assert_eq!(draft.matches("[interface.").count(), 1, "{draft}");
}

#[test]
fn functions_that_need_a_contract_most_come_first_and_tests_never() {
    let folder = Folder::of("inferred");
    insta::assert_snapshot!(folder.said(&["infer", "--workspace"]));
    let contracted = folder.read("src/plain.rs").replace(
        "/// Needs",
        "#[resilience_contract(\"plain.read_only\")]\n/// Needs",
    );
    folder.write("src/plain.rs", &contracted);
    assert!(!folder.said(&["infer"]).contains("read_only"));
}

#[test]
fn a_path_must_be_that_of_one_function() {
    let folder = Folder::of("inferred");
    let several = folder.run(&["infer", "charge"]);
    assert_eq!(several.code, 2);
    assert!(
        several.stderr.contains(
            "`inferred::payments::Payments::charge` or `inferred::payments::other::charge`"
        ),
        "{}",
        several.stderr
    );
    let none = folder.run(&["infer", "payments::Payments::chrage"]);
    assert!(
        none.code == 2 && none.stderr.contains("there is no function"),
        "{}",
        none.stderr
    );
}
