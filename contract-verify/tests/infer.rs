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
fn an_error_is_found_through_aliases_and_its_variants_by_what_they_carry() {
    let folder = Folder::of("inferred");
    let said = folder.said(&["infer", "Store::save"]);
    insta::assert_snapshot!(said);
    let draft = folder.run(&["infer", "Store::save"]).stdout;
    folder.write("contracts/store.toml", &draft);
    let check = folder.run(&["check", "contracts"]);
    assert!(!check.stdout.contains("error["), "{}", check.stdout);
    // What other functions give, and this one never names, is not its own.
    assert!(!draft.contains("never ="), "{draft}");
}

#[test]
fn a_client_is_found_in_a_field_of_a_field_and_a_lock_is_no_interface() {
    let folder = Folder::of("inferred");
    let draft = folder.run(&["infer", "Store::tell"]).stdout;
    assert!(draft.contains("[interface.gateway]"), "{draft}");
    assert!(
        draft.contains("`self.settings.gateway` leads to `reqwest`"),
        "{draft}"
    );
    assert_eq!(draft.matches("[interface.").count(), 1, "{draft}");
    assert!(!draft.contains("queued"), "{draft}");
    assert!(
        draft.contains("it gives `anyhow::Error`, which is no enum of this crate"),
        "{draft}"
    );
    assert!(draft.contains("error = \"TellError\""), "{draft}");
}

#[test]
fn what_is_put_together_taken_apart_or_handed_on_asks_nobody() {
    let folder = Folder::of("inferred");
    let ranked = folder.said(&["infer", "--workspace"]);
    for (function, remark) in [
        ("store::command", "it gives no `Result`"),
        ("store::row", "it gives `sqlx::Error`"),
        ("store::drain", "it gives no `Result`"),
    ] {
        let draft = folder.run(&["infer", function]).stdout;
        assert!(
            draft.contains("no call to anything outside was seen"),
            "{draft}"
        );
        assert!(draft.contains(remark), "{draft}");
        assert!(!ranked.contains(function), "{ranked}");
    }
}

#[test]
fn what_a_function_makes_of_one_library_is_one_interface() {
    let folder = Folder::of("inferred");
    let draft = folder.run(&["infer", "store::join"]).stdout;
    assert!(draft.contains("[interface.queue]"), "{draft}");
    assert_eq!(draft.matches("[interface.").count(), 1, "{draft}");
}

#[test]
fn of_two_functions_of_one_path_one_is_meant_by_its_place() {
    let folder = Folder::of("inferred");
    let several = folder.run(&["infer", "store::place"]);
    assert_eq!(several.code, 2);
    let (first, second) = ("src/store.rs:60", "src/store.rs:65");
    for place in [first, second] {
        assert!(
            several
                .stderr
                .contains(&format!("`inferred::store::place` ({place})")),
            "{}",
            several.stderr
        );
    }
    assert!(
        several
            .stderr
            .contains("say where it stands: `src/store.rs:60`"),
        "{}",
        several.stderr
    );
    for place in [first, second] {
        let run = folder.run(&["infer", place]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(
            run.stdout.contains(&format!("# Drafted from {place},")),
            "{}",
            run.stdout
        );
    }
    assert_eq!(folder.run(&["infer", "src/store.rs:61"]).code, 2);
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
            "`inferred::payments::Payments::charge` (src/payments.rs:23) or `inferred::payments::other::charge` (src/payments.rs:47)"
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

#[test]
fn a_call_that_nobody_can_follow_counts_once_and_is_not_called_nothing() {
    let folder = Folder::empty();
    folder.write(
        "Cargo.toml",
        "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    folder.write(
        "src/lib.rs",
        "pub enum ShopError { Gone }\n\
         pub trait Shelf { fn find(&self, id: u32) -> impl Future<Output = Result<u32, ShopError>>; }\n\
         pub struct Shop<S> { shelf: S }\n\
         impl<S: Shelf> Shop<S> {\n\
             pub async fn price(&self, id: u32) -> Result<u32, ShopError> { Ok(self.shelf.find(id).await?) }\n\
             pub fn name(&self) -> Result<u32, ShopError> { Ok(1) }\n\
         }\n",
    );
    let ranked = folder.run(&["infer"]).stdout;
    assert!(ranked.contains("1 call outside (not known)"), "{ranked}");
    let draft = folder.run(&["infer", "price"]).stdout;
    assert!(
        draft.contains("`self.shelf.find` may fail, and what it calls is not known"),
        "{draft}"
    );
    assert!(!draft.contains("no call to anything outside"), "{draft}");
    let draft = folder.run(&["infer", "name"]).stdout;
    assert!(draft.contains("no call to anything outside"), "{draft}");
}
