//! The pages: every link and anchor leads somewhere, and every page is in the book.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// The Markdown files that people read, relative to the repository.
fn pages() -> BTreeSet<PathBuf> {
    let mut pages = BTreeSet::new();
    let mut folders = vec![PathBuf::from("docs"), PathBuf::from("examples")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).expect("a folder") {
            let path = folder.join(entry.expect("an entry").file_name());
            if root().join(&path).is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.insert(path);
            }
        }
    }
    pages.extend(["README.md", "CHANGELOG.md"].map(PathBuf::from));
    pages
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(page: &Path) -> String {
    std::fs::read_to_string(root().join(page)).expect("a page")
}

/// Its lines, without those of fenced blocks.
fn prose(text: &str) -> Vec<&str> {
    let mut fence = None;
    text.lines()
        .filter(|line| {
            let line = line.trim_start();
            let ticks = line.chars().take_while(|&c| c == '`').count();
            match fence {
                None if ticks >= 3 => fence = Some(ticks),
                None => return true,
                Some(open) if ticks >= open && line.len() == ticks => fence = None,
                Some(_) => {}
            }
            false
        })
        .collect()
}

/// Where the links of a text lead: `](there)`, outside of code.
fn links(text: &str) -> Vec<String> {
    let text = prose(text).join("\n");
    let plain: Vec<&str> = text.split('`').step_by(2).collect();
    let plain = plain.join("");
    let ends = plain.split("](").skip(1);
    ends.filter_map(|rest| Some(rest.split_once(')')?.0.trim().to_owned()))
        .collect()
}

/// The anchors of a page's headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let lines = prose(text);
    let named = lines
        .iter()
        .filter_map(|line| line.strip_prefix("<a id=\"")?.split('"').next());
    let headings = lines.iter().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = heading.chars().filter_map(|character| match character {
                ' ' => Some('-'),
                '-' | '_' => Some(character),
                other => other.is_alphanumeric().then_some(other),
            });
            kept.collect()
        })
        .chain(named.map(str::to_owned))
        .collect()
}

/// A path without `.` and `..`.
fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                tidied.pop();
            }
            Component::CurDir => {}
            other => tidied.push(other),
        }
    }
    tidied
}

/// What is wrong with the links of a page.
fn broken(page: &Path, text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    for link in links(text) {
        if link.contains("://") || link.starts_with("mailto:") {
            continue;
        }
        let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
        let to = match file {
            "" => page.to_owned(),
            file => tidy(&page.parent().unwrap_or(Path::new("")).join(file)),
        };
        if !root().join(&to).exists() {
            broken.push(format!("{}: `{link}` is not there", page.display()));
        } else if !anchor.is_empty() && !anchors(&read(&to)).contains(anchor) {
            broken.push(format!("{}: `{link}` has no such heading", page.display()));
        }
    }
    broken
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    assert!(pages.len() > 15, "{pages:?}");
    let broken: Vec<String> = pages
        .iter()
        .flat_map(|page| broken(page, &read(page)))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let page = Path::new("docs/verdicts.md");
    let text = "[a](no.md) [b](#no) [c](ci.md#no) `[d](no.md)`\n```\n[e](no.md)\n```\n\
                [f](ci.md#in-parts) [g](../README.md) [h](https://example.com/no)\n";
    let found = broken(page, text);
    assert_eq!(found.len(), 3, "{found:#?}");
}

#[test]
fn every_page_is_in_the_book_and_only_pages_are() {
    let listed: BTreeSet<PathBuf> = links(&read(Path::new("docs/SUMMARY.md")))
        .iter()
        .map(|link| Path::new("docs").join(link))
        .collect();
    let there: BTreeSet<PathBuf> = pages()
        .into_iter()
        .filter(|page| page.starts_with("docs") && !page.ends_with("SUMMARY.md"))
        .collect();
    assert_eq!(listed, there, "docs/SUMMARY.md against docs");
}

/// The command lines of a page or a pipeline that call this program, without what a shell or
/// a CI would put in.
fn commands(text: &str) -> Vec<Vec<String>> {
    // A folded scalar is one line.
    let text = text.replace("\n          --", " --");
    let after = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once("cargo verify-contracts ")?.1.into());
    after
        .map(|rest: &str| {
            let command = rest.split(" #").next().unwrap_or(rest);
            let command = command.replace("${{ matrix.part }}", "1");
            let known = command
                .replace("$CI_NODE_INDEX", "1")
                .replace("$CI_NODE_TOTAL", "4");
            known.split_whitespace().map(str::to_owned).collect()
        })
        .collect()
}

#[test]
fn every_command_of_the_pipelines_is_one_that_the_program_knows() {
    for page in [
        "docs/ci.md",
        "examples/ci/github.yml",
        "examples/ci/gitlab.yml",
    ] {
        let text = read(Path::new(page));
        // On the page, only what stands in blocks.
        let blocks: Vec<&str> = text.split("```").skip(1).step_by(2).collect();
        let text = if blocks.is_empty() {
            text.clone()
        } else {
            blocks.join("\n")
        };
        let commands = commands(&text);
        assert!(commands.len() >= 3, "{page}: {commands:?}");
        for command in commands {
            let known = help(&command);
            assert!(
                known,
                "{page}: cargo verify-contracts {}",
                command.join(" ")
            );
        }
    }
    assert!(!help(&["--no-such-flag".into()]));
}

/// Whether the program takes these arguments, as far as it reads them before it is asked for help.
fn help(arguments: &[String]) -> bool {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-verify-contracts"));
    let run = program
        .arg("verify-contracts")
        .args(arguments)
        .arg("--help");
    run.output().expect("the program").status.success()
}

#[test]
fn figures_that_are_told_twice_are_the_same() {
    let measured = read(Path::new("docs/benchmarks.md"));
    let page = read(Path::new("docs/comparison.md"));
    let (_, rest) = page
        .split_once("<!-- Held against benchmarks.md: every line of it stands there. -->")
        .expect("figures");
    let (figures, _) = rest.split_once("<!-- To here. -->").expect("an end");
    let known: BTreeSet<&str> = measured.lines().collect();
    let stale: Vec<&str> = figures
        .lines()
        .filter(|line| !known.contains(line))
        .collect();
    assert!(
        stale.is_empty(),
        "docs/comparison.md says what docs/benchmarks.md does not: copy its tables again: {stale:#?}"
    );
    let rows = figures.lines().filter(|line| line.starts_with("| "));
    assert!(rows.count() > 12, "{figures}");
}
