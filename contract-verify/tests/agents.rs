//! `agents`, end to end: what is written, and what never is.

mod support;

use support::folder::Folder;

#[test]
fn agents_md_is_written_refreshed_and_left_alone() {
    let folder = Folder::of("prompted");
    insta::assert_snapshot!("agents_says_what_it_did", folder.said(&["agents"]));
    let first = folder.read("AGENTS.md");
    insta::assert_snapshot!("agents_md", first);
    assert!(folder.said(&["agents"]).contains("is up to date"));
    let edited = format!(
        "# Our house\n\n{}\nThe end.\n",
        first.replace("is_err", "whatever")
    );
    folder.write("AGENTS.md", &edited);
    let check = folder.run(&["agents", "--check"]);
    assert!(
        check.code == 100 && check.stdout.contains("is stale"),
        "{}",
        check.stdout
    );
    assert_eq!(folder.read("AGENTS.md"), edited, "a check writes nothing");
    assert_eq!(folder.run(&["agents"]).code, 0);
    assert_eq!(
        folder.read("AGENTS.md"),
        format!("# Our house\n\n{first}\nThe end.\n")
    );
    assert_eq!(folder.run(&["agents", "--check"]).code, 0);
}

#[test]
fn rule_files_are_written_on_request_and_nobody_elses_are_touched() {
    let folder = Folder::of("prompted");
    let all = [
        "agents", "--rules", "claude", "--rules", "cursor", "--rules", "copilot", "--rules",
        "gemini",
    ];
    folder.write("CLAUDE.md", "Ours.\n");
    insta::assert_snapshot!("agents_with_rules", folder.said(&all));
    assert!(
        folder
            .read("CLAUDE.md")
            .starts_with("Ours.\n\n<!-- resilience-contracts: begin")
    );
    insta::assert_snapshot!(
        "agents_cursor",
        folder.read(".cursor/rules/resilience-contracts.mdc")
    );
    assert_eq!(folder.said(&all).matches("is up to date").count(), 5);
    let foreign = "---\nalwaysApply: true\n---\nmine\n";
    folder.write(".cursor/rules/resilience-contracts.mdc", foreign);
    folder.write("AGENTS.md", "anew\n");
    let refused = folder.run(&["agents", "--rules", "cursor"]);
    assert!(
        refused.code == 2 && refused.stderr.contains("was not written by this program"),
        "{}",
        refused.stderr
    );
    assert_eq!(
        folder.read(".cursor/rules/resilience-contracts.mdc"),
        foreign
    );
    assert_eq!(folder.read("AGENTS.md"), "anew\n", "all or nothing");
}

#[test]
fn nothing_is_written_without_contracts_or_between_broken_markers() {
    let folder = Folder::of("prompted");
    folder.run(&["agents"]);
    let torn = folder
        .read("AGENTS.md")
        .replace("<!-- resilience-contracts: end -->\n", "");
    folder.write("AGENTS.md", &torn);
    let run = folder.run(&["agents"]);
    assert!(
        run.code == 2 && run.stderr.contains("once each"),
        "{}",
        run.stderr
    );
    assert_eq!(folder.read("AGENTS.md"), torn);
    let none = Folder::of("prompted");
    std::fs::remove_dir_all(none.path().join("contracts")).expect("a folder");
    assert_eq!(none.run(&["agents"]).code, 4);
    assert!(!none.path().join("AGENTS.md").exists());
}

#[test]
fn the_errors_of_a_function_are_printed_for_its_documentation() {
    let folder = Folder::of("prompted");
    insta::assert_snapshot!(folder.said(&["agents", "--errors", "payments.charge"]));
    assert_eq!(
        folder.run(&["agents", "--errors", "payments.nothing"]).code,
        2
    );
    assert!(!folder.path().join("AGENTS.md").exists());
}

#[test]
fn the_errors_of_a_function_are_written_into_its_documentation_once() {
    let folder = Folder::of("prompted");
    let fix = ["agents", "--errors", "payments.charge", "--fix"];
    assert_eq!(folder.run(&fix).stdout, "src/lib.rs: written\n");
    let once = folder.read("src/lib.rs");
    assert!(once.contains("    /// # Errors\n    ///\n"), "{once}");
    assert_eq!(folder.run(&fix).stdout, "src/lib.rs: is up to date\n");
    folder.write(
        "src/lib.rs",
        &once.replace("    /// <!--", "    /// mine <!--"),
    );
    let refused = folder.run(&fix);
    assert!(
        refused.code == 2 && refused.stderr.contains("did not write"),
        "{}",
        refused.stderr
    );
    assert_eq!(
        folder.run(&["agents", "--fix"]).code,
        2,
        "of which function?"
    );
}
