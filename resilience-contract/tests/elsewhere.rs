//! Crates that are built on their own: another edition and name, tracking,
//! reproducible builds, and the machine code of annotated functions.

#![cfg(not(feature = "probe"))]

#[path = "elsewhere/copied.rs"]
mod copied;

use copied::Copied;

#[test]
fn an_older_edition_a_renamed_dependency_and_a_facade_work_in_both_modes() {
    let package = Copied::new("elsewhere", "elsewhere");
    package.cargo(&["test", "--quiet"]).assert_success();
    package
        .cargo(&["test", "--quiet", "--features", "probe"])
        .assert_success();
}

#[test]
fn an_edit_a_deletion_and_a_return_of_a_contract_compile_its_crates_again_and_no_others() {
    let package = Copied::new("elsewhere", "tracking");
    let compiled = |package: &Copied| package.cargo(&["check"]).compiled();
    compiled(&package);
    assert_eq!(compiled(&package), [""; 0], "nothing changed");
    for contract in ["contracts/lookup.toml", "contracts/common.toml"] {
        let text = package.read(contract);
        package.write(contract, &format!("{text}\n# edited\n"));
        assert_eq!(compiled(&package), ["elsewhere"], "{contract} was edited");
        package.write(contract, &text.replace("\"Late\"", "\"TooLate\""));
        let run = package.cargo(&["check"]);
        assert!(run.stderr.contains("TooLate"), "{}", run.stderr);
        package.remove(contract);
        let run = package.cargo(&["check"]);
        assert!(!run.success, "{contract} is gone");
        package.write(contract, &text);
        assert_eq!(compiled(&package), ["elsewhere"], "{contract} is back");
        assert_eq!(compiled(&package), [""; 0], "nothing changed");
    }
    // The contract of a function that is called decides what its callers must say.
    let called = "contracts/upstream.toml";
    let text = package.read(called);
    package.write(called, &text.replace("\"Missing\"", "\"Mislaid\""));
    let run = package.cargo(&["check"]);
    assert!(run.stderr.contains("`mislaid`"), "{}", run.stderr);
    // It may lie in another package: then `check` knows it, and the compiler does not.
    package.remove(called);
    assert_eq!(compiled(&package), ["elsewhere"], "{called} is gone");
}

#[test]
fn of_two_crates_those_are_compiled_again_that_use_the_file() {
    let workspace = Copied::new("two", "two");
    let compiled = || {
        let mut compiled = workspace.cargo(&["check", "--workspace"]).compiled();
        compiled.sort();
        compiled
    };
    compiled();
    for (file, users) in [
        ("first/contracts/first.toml", &["first"][..]),
        ("second/contracts/second.toml", &["second"]),
        ("shared/common.toml", &["first", "second"]),
    ] {
        let text = workspace.read(file);
        workspace.write(file, &format!("{text}\n# edited\n"));
        assert_eq!(compiled(), users, "{file} was edited");
        workspace.remove(file);
        assert!(
            !workspace.cargo(&["check", "--workspace"]).success,
            "{file} is gone"
        );
        workspace.write(file, &text);
        assert_eq!(compiled(), users, "{file} is back");
        assert_eq!(compiled(), [""; 0], "nothing changed");
    }
}

#[test]
fn two_checkouts_give_the_same_library() {
    let library = |place: &str| {
        let package = Copied::new("elsewhere", place);
        let remap = format!(
            "--remap-path-prefix={}=/checkout",
            package.folder().display()
        );
        let args = ["rustc", "--lib", "--profile", "dev", "--", &remap];
        let compiled = package.cargo(&args).compiled();
        assert!(
            compiled.contains(&"elsewhere".to_owned()),
            "{place} was not built"
        );
        package.artifact("debug/deps", "libelsewhere-", ".rlib")
    };
    assert!(
        library("checkout-one") == library("checkout-number-two"),
        "the libraries differ"
    );
}

#[test]
fn annotated_functions_have_the_machine_code_of_bare_ones() {
    let assembly = |place: &str, features: &[&str]| {
        let package = Copied::new("assembly", place);
        let mut args = vec!["rustc", "--release", "--lib"];
        args.extend(features);
        args.extend(["--", "--emit=asm", "-Ccodegen-units=1"]);
        package.cargo(&args).assert_success();
        let text = package.artifact("release/deps", "assembly-", ".s");
        copied::plain_assembly(&String::from_utf8(text).unwrap())
    };
    let bare = assembly("bare", &[]);
    let annotated = assembly("annotated", &["--features", "annotated"]);
    assert!(bare.contains("call") || bare.contains("bl"), "{bare}");
    assert_eq!(bare, annotated);
}
