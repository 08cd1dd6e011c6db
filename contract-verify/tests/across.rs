//! Contracts that call those of other files and packages of a workspace.

mod support;

use support::Project;
use support::folder::Folder;

const LEDGER: &str = "format = 1\n\
    [interface.bank]\nkind = \"http\"\ntimeout = \"1s\"\n\
    [retry.inner]\nmax_attempts = 3\ninitial_delay = \"100ms\"\n\
    [function.book]\nidempotency = \"key\"\n[function.book.on.bank]\n\
    timeout = { returns = \"BankDown\", retry = \"inner\" }\n\
    unauthorized = { waived = \"the bank knows us by our network\" }\n\
    not_found = { waived = \"the address is fixed at build time\" }\n\
    server_error = { returns = \"BankDown\", retry = \"inner\" }\n\
    other = { returns = \"BankDown\" }\n";

const PAYMENTS: &str = "format = 1\n\
    [interface.ledger]\nkind = \"contract\"\ncontract = \"ledger.book\"\n\
    [retry.outer]\nmax_attempts = 4\ninitial_delay = \"100ms\"\n\
    [function.charge]\nerror = \"ChargeError\"\nidempotency = \"key\"\n\
    [function.charge.on.ledger]\nbank_down = { returns = \"Down\", retry = \"outer\" }\n";

const SOURCE: &str = "#[resilience_contract(\"payments.charge\")]\n\
    pub fn charge() -> Result<(), ChargeError> { Ok(()) }\n";
const BOOK: &str = "#[resilience_contract(\"ledger.book\")]\n\
    pub fn book() -> Result<(), BookError> { Ok(()) }\n";

/// Names and texts.
type Files<'t> = &'t [(&'t str, &'t str)];

/// A workspace of packages, each with contracts and a source.
fn workspace(packages: &[(&str, Files<'_>, &str)]) -> Folder {
    let folder = Folder::empty();
    let mut members = Vec::new();
    for (package, contracts, source) in packages {
        members.push(format!("{package:?}"));
        let manifest = format!("[package]\nname = \"{package}\"\nedition = \"2024\"\n");
        folder.write(&format!("{package}/Cargo.toml"), &manifest);
        folder.write(&format!("{package}/src/lib.rs"), source);
        for (name, text) in *contracts {
            folder.write(&format!("{package}/contracts/{name}.toml"), text);
        }
    }
    let members = members.join(", ");
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n");
    folder.write("Cargo.toml", &manifest);
    folder
}

#[test]
fn retries_multiply_from_package_to_package_whichever_is_selected() {
    let folder = workspace(&[
        ("shop", &[("payments", PAYMENTS)], SOURCE),
        ("bank", &[("ledger", LEDGER)], BOOK),
    ]);
    let all = folder.said(&["check", "--workspace"]);
    insta::assert_snapshot!(all);
    let one = folder.run(&["check", "-p", "shop"]);
    assert!(
        one.code == 100 && one.stdout.contains("error[RC163]"),
        "{}{}",
        one.stdout,
        one.stderr
    );
    assert!(
        one.stdout.contains("bank/contracts/ledger.toml:"),
        "{}",
        one.stdout
    );

    let mended = PAYMENTS.replace(", retry = \"outer\"", "").replace(
        "[retry.outer]\nmax_attempts = 4\ninitial_delay = \"100ms\"\n",
        "",
    );
    folder.write("shop/contracts/payments.toml", &mended);
    let run = folder.run(&["check", "--workspace"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains("RC"), "{}", run.stdout);
}

#[test]
fn the_mistakes_of_a_package_that_is_not_selected_are_not_told() {
    let broken = format!("{LEDGER}[function.idle]\ntimout = \"1s\"\n");
    let folder = workspace(&[
        ("shop", &[("payments", PAYMENTS)], SOURCE),
        ("bank", &[("ledger", &broken)], BOOK),
    ]);
    let one = folder.run(&["check", "-p", "shop"]);
    assert!(!one.stdout.contains("timout"), "{}", one.stdout);
    assert!(one.stdout.contains("checked 1 contract "), "{}", one.stdout);
    let all = folder.run(&["check", "--workspace"]);
    assert!(all.stdout.contains("timout"), "{}", all.stdout);
}

#[test]
fn of_two_contracts_of_one_name_the_nearer_one_is_meant_and_else_none() {
    let once = LEDGER.replace(", retry = \"inner\"", "").replace(
        "[retry.inner]\nmax_attempts = 3\ninitial_delay = \"100ms\"\n",
        "",
    );
    let own = workspace(&[
        ("shop", &[("payments", PAYMENTS), ("ledger", &once)], SOURCE),
        ("bank", &[("ledger", LEDGER)], BOOK),
    ]);
    let run = own.run(&["check", "--workspace"]);
    assert!(!run.stdout.contains("RC163"), "{}", run.stdout);
    assert!(!run.stdout.contains("RC509"), "{}", run.stdout);

    let strangers = workspace(&[
        ("shop", &[("payments", PAYMENTS)], SOURCE),
        ("bank", &[("ledger", LEDGER)], BOOK),
        ("broker", &[("ledger", LEDGER)], BOOK),
    ]);
    let run = strangers.run(&["check", "--workspace"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains("RC163"), "{}", run.stdout);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn a_contract_that_is_nowhere_is_said_to_be_unknown() {
    let folder = workspace(&[("shop", &[("payments", PAYMENTS)], SOURCE)]);
    insta::assert_snapshot!(folder.said(&["check"]));
}

#[test]
fn fix_mends_the_name_of_a_failure_of_another_file() {
    let slip = PAYMENTS.replace("bank_down", "bank_donw");
    let folder = workspace(&[("shop", &[("payments", &slip), ("ledger", LEDGER)], SOURCE)]);
    let run = folder.run(&["check", "--fix"]);
    assert!(
        run.stdout
            .contains("`bank_donw` is now `bank_down` [RC104]"),
        "{}{}",
        run.stdout,
        run.stderr
    );
    assert_eq!(folder.read("shop/contracts/payments.toml"), PAYMENTS);
}

#[test]
fn a_verification_run_refuses_what_check_refuses() {
    let project = Project::new(&[
        ("contracts/payments.toml", PAYMENTS),
        ("contracts/ledger.toml", LEDGER),
        ("src/lib.rs", ""),
    ]);
    let run = project.report();
    assert_eq!(run.code, 100, "{}{}", run.stdout, run.stderr);
    assert_eq!(
        run.findings("RC163"),
        ["4 attempts around the 3 of `book` are 12 calls for one failure"]
    );
}

#[test]
fn a_contract_that_packages_share_is_named_as_the_repository_does() {
    let source = "#[resilience_contract(\"audit.note\", file = \"../contracts/audit.toml\")]\n\
        pub fn note() -> Result<(), NoteError> { Ok(()) }\n";
    let folder = workspace(&[("shop", &[], source), ("bank", &[], source)]);
    folder.write("contracts/audit.toml", "format = 1\n[function.note]\n");
    let run = folder.run(&["check", "--workspace"]);
    assert!(
        run.stdout.contains("--> contracts/audit.toml:2:11"),
        "{}{}",
        run.stdout,
        run.stderr
    );
    assert!(!run.stdout.contains(".."), "{}", run.stdout);
}

/// Through a link, `..` leads to where the link's end is.
#[cfg(unix)]
#[test]
fn a_detour_through_a_link_is_kept() {
    let source = "#[resilience_contract(\"audit.note\", file = \"deep/../audit.toml\")]\n\
        pub fn note() -> Result<(), NoteError> { Ok(()) }\n";
    let folder = workspace(&[("shop", &[], source)]);
    folder.write("other/deep/x", "");
    folder.write("other/audit.toml", "format = 1\n[function.note]\n");
    std::os::unix::fs::symlink("../other/deep", folder.path().join("shop/deep")).expect("a link");
    let run = folder.run(&["check", "--workspace"]);
    assert!(
        run.stdout.contains("--> shop/deep/../audit.toml:2:11"),
        "{}{}",
        run.stdout,
        run.stderr
    );
}
