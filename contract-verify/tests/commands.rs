//! The commands beside verifying, end to end, over small folders that are copied first.

mod support;

use support::folder::Folder;

#[test]
fn check_says_how_much_it_checked_where_nothing_is_wrong() {
    insta::assert_snapshot!(Folder::of("sound").said(&["check"]));
}

#[test]
fn check_draws_every_mistake_of_a_contract() {
    insta::assert_snapshot!(Folder::of("mistaken").said(&["check"]));
}

#[test]
fn check_holds_sources_against_contracts() {
    insta::assert_snapshot!(Folder::of("apart").said(&["check"]));
}

#[test]
fn check_of_paths_needs_no_workspace_and_looks_at_no_sources() {
    let folder = Folder::of("apart");
    std::fs::remove_file(folder.path().join("Cargo.toml")).expect("a manifest");
    insta::assert_snapshot!(folder.said(&["check", "contracts"]));
    let one = folder.run(&["check", "contracts/payments.toml"]);
    assert_eq!((one.code, one.stderr.as_str()), (0, ""));
}

#[test]
fn check_as_json_has_the_same_findings() {
    insta::assert_snapshot!(Folder::of("apart").said(&["check", "--format", "json"]));
}

#[test]
fn check_mends_what_has_one_right_answer_and_nothing_else() {
    let folder = Folder::of("mistaken");
    insta::assert_snapshot!("fix_says_what_it_changed", folder.said(&["check", "--fix"]));
    let mended = folder.read("contracts/payments.toml");
    insta::assert_snapshot!("fix_keeps_the_layout", mended);
    assert!(
        !folder.said(&["check", "--fix"]).contains("fixed"),
        "the second time there is nothing to mend"
    );
    assert_eq!(folder.read("contracts/payments.toml"), mended);
}

#[test]
fn check_without_contracts_exits_with_4() {
    let folder = Folder::empty();
    insta::assert_snapshot!(folder.said(&["check", "."]));
}

#[test]
fn check_of_a_file_that_is_not_there_exits_with_96() {
    insta::assert_snapshot!(Folder::empty().said(&["check", "contracts/payments.toml"]));
}

#[test]
fn check_of_a_file_that_is_no_text_exits_with_96() {
    let folder = Folder::empty();
    std::fs::write(folder.path().join("a.toml"), [0xff, 0xfe]).expect("a file");
    assert_eq!(folder.run(&["check", "a.toml"]).code, 96);
}

#[test]
fn check_reads_what_a_contract_includes() {
    let folder = Folder::empty();
    folder.write(
        "contracts/common.toml",
        "format = 1\n[interface.gateway]\nkind = \"htpp\"\n",
    );
    folder.write(
        "contracts/a.toml",
        "format = 1\ninclude = [\"common.toml\", \"lost.toml\"]\n",
    );
    insta::assert_snapshot!(folder.said(&["check", "contracts/a.toml"]));
}

#[test]
fn both_names_of_the_program_lead_to_the_same_command() {
    let folder = Folder::of("sound");
    let own = folder.said(&["check"]);
    assert_eq!(folder.said(&["verify-contracts", "check"]), own);
}

#[test]
fn flags_of_the_main_job_do_not_mix_with_commands() {
    let folder = Folder::of("sound");
    for arguments in [
        &["--release", "check"][..],
        &["check", "--release"],
        &["check", "contracts", "--workspace"],
    ] {
        let run = folder.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}{}", run.stdout, run.stderr);
    }
    assert_eq!(folder.run(&["check", "--color", "never"]).code, 0);
}

#[test]
fn explain_tells_a_code_with_its_examples() {
    insta::assert_snapshot!(Folder::empty().said(&["explain", "RC110"]));
}

#[test]
fn explain_tells_a_code_of_the_verifier() {
    insta::assert_snapshot!(Folder::empty().said(&["explain", "mode-missing"]));
}

#[test]
fn explain_alone_lists_every_code() {
    let run = Folder::empty().run(&["explain"]);
    for code in ["RC100", "RC201", "RC301", "RC501"] {
        assert!(
            run.stdout.lines().any(|line| line.starts_with(code)),
            "{code}\n{}",
            run.stdout
        );
    }
    assert_eq!(run.code, 0);
}

#[test]
fn explain_of_an_unknown_code_exits_with_2_and_names_the_nearest() {
    insta::assert_snapshot!(Folder::empty().said(&["explain", "RC30I"]));
}

#[test]
fn new_writes_a_contract_that_check_accepts() {
    let folder = Folder::empty();
    let arguments = [
        "new",
        "payments.charge",
        "--interface",
        "gateway:http",
        "--interface",
        "orders:database",
    ];
    insta::assert_snapshot!("new_says_what_is_left_to_decide", folder.said(&arguments));
    insta::assert_snapshot!(
        "new_writes_every_mandatory_mode",
        folder.read("contracts/payments.toml")
    );
    let check = folder.run(&["check", "contracts"]);
    assert_eq!(check.code, 0, "{}{}", check.stdout, check.stderr);
}

#[test]
fn new_adds_to_a_file_and_keeps_its_layout() {
    let folder = Folder::of("sound");
    let before = folder.read("contracts/payments.toml");
    let arguments = [
        "new",
        "payments.settle",
        "-i",
        "gateway:http",
        "-i",
        "ledger:contract:ledger.book",
        "-e",
        "SettleError",
    ];
    let run = folder.run(&arguments);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let after = folder.read("contracts/payments.toml");
    assert!(after.starts_with(&before), "{after}");
    insta::assert_snapshot!(after[before.len()..]);
}

#[test]
fn new_never_overwrites() {
    let folder = Folder::of("sound");
    let before = folder.read("contracts/payments.toml");
    insta::assert_snapshot!(folder.said(&[
        "new",
        "payments.charge",
        "--interface",
        "gateway:http"
    ]));
    assert_eq!(folder.read("contracts/payments.toml"), before);
}

#[test]
fn new_refuses_what_would_be_no_contract() {
    let folder = Folder::of("sound");
    let said: Vec<String> = [
        &["new", "charge"][..],
        &["new", "../payments.charge"],
        &["new", "a.b", "-i", "gateway"],
        &["new", "a.b", "-i", "gateway:htpp"],
        &["new", "a.b", "-i", "orders:postgres"],
        &["new", "a.b", "-i", "orders=postgres"],
        &["new", "a.b", "-i", "callee:contract"],
        &["new", "a.b", "-i", "gateway:http:payments.charge"],
        &["new", "a.b", "-i", "x:http", "-i", "x:cache"],
        &["new", "a.B"],
        &["new", "a.b", "-i", "Gateway:http"],
        &["new", "payments.other", "-i", "gateway:database"],
    ]
    .iter()
    .map(|arguments| format!("{}\n{}", arguments.join(" "), folder.said(arguments)))
    .collect();
    insta::assert_snapshot!(said.join("\n"));
    assert!(!folder.path().join("contracts/a.toml").exists());
}

#[test]
fn new_does_not_touch_a_file_with_errors() {
    let folder = Folder::of("mistaken");
    let before = folder.read("contracts/payments.toml");
    let run = folder.run(&["new", "payments.refund"]);
    assert_eq!(run.code, 100, "{}", run.stdout);
    assert!(run.stdout.contains("nothing was written"), "{}", run.stdout);
    assert_eq!(folder.read("contracts/payments.toml"), before);
}

#[test]
fn diff_says_what_breaks_callers() {
    let folder = Folder::of("versions");
    insta::assert_snapshot!("diff_of_folders", folder.said(&["diff", "old", "new"]));
    insta::assert_snapshot!(
        "diff_back",
        folder.said(&["diff", "new/payments.toml", "old/payments.toml"])
    );
    insta::assert_snapshot!(
        "diff_as_json",
        folder.said(&["diff", "old", "new", "--format", "json"])
    );
}

#[test]
fn diff_of_the_same_contracts_demands_nothing() {
    insta::assert_snapshot!(Folder::of("versions").said(&["diff", "old", "old"]));
}

#[test]
fn diff_of_two_files_does_not_mind_their_names() {
    let folder = Folder::of("versions");
    std::fs::copy(
        folder.path().join("old/payments.toml"),
        folder.path().join("before.toml"),
    )
    .expect("a copy");
    assert_eq!(
        folder.said(&["diff", "before.toml", "new/payments.toml"]),
        folder.said(&["diff", "old/payments.toml", "new/payments.toml"])
    );
}

#[test]
fn diff_refuses_contracts_with_errors() {
    let folder = Folder::of("versions");
    folder.write(
        "new/payments.toml",
        "format = 1\n[interface.g]\nkind = \"htpp\"\n",
    );
    insta::assert_snapshot!(folder.said(&["diff", "old", "new"]));
    let commit = folder.run(&["diff", "HEAD~1", "new"]);
    assert_eq!(commit.code, 96);
    assert!(
        commit.stderr.contains("HEAD~1")
            && commit
                .stderr
                .contains("help: two folders are compared; `git worktree add"),
        "{}",
        commit.stderr
    );
}

#[test]
fn graph_draws_in_either_language_and_always_alike() {
    let folder = Folder::of("sound");
    insta::assert_snapshot!("graph_in_mermaid", folder.said(&["graph"]));
    insta::assert_snapshot!(
        "graph_in_dot",
        folder.said(&["graph", "contracts", "--format", "dot"])
    );
    assert_eq!(folder.said(&["graph"]), folder.said(&["graph"]));
}

#[test]
fn shells_and_manuals_are_served() {
    let folder = Folder::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = folder.run(&["completions", shell]);
        assert!(run.code == 0 && run.stdout.contains("explain"), "{shell}");
    }
    let man = folder.run(&["man"]);
    assert!(
        man.code == 0 && man.stdout.contains(".SH EXTRA"),
        "{}",
        man.stdout
    );
}

#[test]
fn help_names_every_command() {
    let folder = Folder::empty();
    insta::assert_snapshot!("help", folder.said(&["--help"]));
    for command in [
        "check", "explain", "new", "infer", "prompt", "agents", "diff", "graph", "schema", "init",
    ] {
        insta::assert_snapshot!(format!("help_{command}"), folder.said(&[command, "--help"]));
    }
}

#[test]
fn check_heeds_the_policy_and_misses_no_allowance_that_only_a_run_needs() {
    let folder = Folder::of("apart");
    folder.write(
        ".config/verify-contracts.toml",
        "[level]\nRC502 = \"off\"\nRC202 = \"note\"\n\n\
         [[allow]]\ncode = \"RC501\"\nfunction = \"payments.forgotten\"\n\
         reason = \"it is written next week\"\n\n\
         [[allow]]\ncode = \"RC304\"\nfunction = \"payments.charge\"\n\
         reason = \"nobody can make this one fail\"\n",
    );
    let run = folder.run(&["check"]);
    assert_eq!(run.code, 100, "{}{}", run.stdout, run.stderr);
    for gone in ["RC501", "RC502", "RC510"] {
        assert!(!run.stdout.contains(gone), "{gone}: {}", run.stdout);
    }
    assert!(run.stdout.contains("note[RC202]"), "{}", run.stdout);
}

#[test]
fn check_refuses_a_contract_with_errors_whatever_the_policy_says() {
    let folder = Folder::of("mistaken");
    folder.write(
        ".config/verify-contracts.toml",
        "[level]\nRC103 = \"off\"\n",
    );
    let run = folder.run(&["check"]);
    assert!(
        run.stdout.contains("error[RC103]"),
        "{}{}",
        run.stdout,
        run.stderr
    );
    assert_eq!(run.code, 100);
}

#[test]
fn schema_prints_the_one_that_the_crate_publishes() {
    let run = Folder::empty().run(&["schema"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, contract_spec::schema::TEXT)
    );
}

#[test]
fn init_gives_a_package_the_schema_and_its_contracts_the_line() {
    let folder = Folder::empty();
    let payments =
        "format = 1\n\n[function.charge.on.domain]\nsold_out = { returns = \"SoldOut\" }\n";
    folder.write("contracts/payments.toml", payments);
    folder.write("contracts/deep/er.toml", "\u{feff}format = 1\r\n");
    folder.write(
        "contracts/named.toml",
        "# ours\n\n#:schema https://example.org/x.json\nformat = 1\n",
    );
    insta::assert_snapshot!("init_says_what_it_did", folder.said(&["init"]));
    assert_eq!(
        folder.read("contract.schema.json"),
        contract_spec::schema::TEXT
    );
    let line = "#:schema ../contract.schema.json\n";
    assert_eq!(
        folder.read("contracts/payments.toml"),
        format!("{line}{payments}")
    );
    assert_eq!(
        folder.read("contracts/deep/er.toml"),
        "\u{feff}#:schema ../../contract.schema.json\r\nformat = 1\r\n"
    );
    assert!(
        !folder
            .read("contracts/named.toml")
            .contains("../contract.schema.json")
    );
    insta::assert_snapshot!("init_again_has_nothing_to_do", folder.said(&["init"]));
    assert_eq!(folder.run(&["check", "contracts"]).code, 0);
}

#[test]
fn init_replaces_its_own_schema_and_nobody_elses() {
    let folder = Folder::of("sound");
    let before = folder.read("contracts/payments.toml");
    folder.write("contract.schema.json", "{\"title\": \"mine\"}");
    insta::assert_snapshot!("init_leaves_a_foreign_schema_alone", folder.said(&["init"]));
    assert_eq!(folder.read("contract.schema.json"), "{\"title\": \"mine\"}");
    assert_eq!(folder.read("contracts/payments.toml"), before);
    let older = format!("{{\"$comment\": \"{}\"}}", contract_spec::schema::MARK);
    folder.write("contract.schema.json", &older);
    assert_eq!(folder.run(&["init", "--package-dir", "."]).code, 0);
    assert_eq!(
        folder.read("contract.schema.json"),
        contract_spec::schema::TEXT
    );
}

#[test]
fn init_reads_every_contract_before_it_writes_anything() {
    let folder = Folder::empty();
    folder.write("contracts/payments.toml", "format = 1\n");
    std::fs::write(folder.path().join("contracts/z.toml"), [0xff, 0xfe]).expect("a file");
    assert_eq!(folder.run(&["init"]).code, 96);
    assert!(!folder.path().join("contract.schema.json").exists());
    assert!(!folder.read("contracts/payments.toml").contains("#:schema"));
}

#[test]
fn a_workspace_that_is_no_package_is_not_written_into() {
    let folder = Folder::empty();
    folder.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"crates/*\", \"shop\"]\n",
    );
    let said: Vec<String> = [&["init"][..], &["new", "shop.sell", "-i", "till:http"]]
        .iter()
        .map(|arguments| format!("{}\n{}", arguments.join(" "), folder.said(arguments)))
        .collect();
    insta::assert_snapshot!(said.join("\n"));
    assert!(!folder.path().join("contract.schema.json").exists());
    assert!(!folder.path().join("contracts").exists());
    // A root that is a package has contracts of its own.
    folder.write(
        "Cargo.toml",
        "[package]\nname = \"shop\"\n[workspace]\nmembers = [\"crates/*\"]\n",
    );
    assert_eq!(folder.run(&["init"]).code, 0);
    assert_eq!(folder.run(&["new", "shop.sell", "-i", "till:http"]).code, 0);
}

#[test]
fn init_of_a_package_that_is_not_there_exits_with_2() {
    let folder = Folder::empty();
    let run = folder.run(&["init", "--package-dir", "lost"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(!folder.path().join("lost").exists());
}

#[test]
fn a_contract_is_shown_as_it_stands_and_a_kind_with_its_modes() {
    let folder = Folder::of("sound");
    let shown = folder.run(&["show", "payments.charge"]);
    let file = folder.read("contracts/payments.toml");
    assert_eq!(shown.stdout, format!("# contracts/payments.toml\n{file}"));
    let unknown = folder.run(&["show", "payments.charg"]);
    assert!(
        unknown.code == 2 && unknown.stdout.is_empty(),
        "{}",
        unknown.stdout
    );
    let kind = folder.run(&["catalog", "cache"]).stdout;
    assert!(
        kind.starts_with("## cache\n") && kind.matches("## ").count() == 1,
        "{kind}"
    );
    assert!(folder.run(&["catalog"]).stdout.matches("## ").count() > 12);
    let typo = folder.run(&["catalog", "cahce"]);
    assert!(
        typo.code == 2 && typo.stderr.contains("did you mean `cache`?"),
        "{}",
        typo.stderr
    );
}
