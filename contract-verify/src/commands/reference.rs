//! The reference pages of the book, from the registries and the command line themselves.

mod format;

use std::fmt::Write as _;
use std::path::Path;

use contract_spec::catalog::{self, Kind};

use super::{Answer, explain, shell};
use crate::error::{Error, Result};

const GENERATED: &str = "<!-- Generated from the source: `UPDATE=1 cargo test -p contract-verify --test reference`. -->\n";

/// Writes every page into a folder.
pub(super) fn reference(folder: &Path) -> Result<Answer> {
    let mut text = String::new();
    for (name, page) in [
        ("codes.md", codes()),
        ("catalog.md", catalog()),
        ("command-line.md", command_line()),
        ("contract.md", format::page()),
    ] {
        let path = folder.join(name);
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, page));
        written.map_err(|error| Error::Write {
            path: path.clone(),
            error,
        })?;
        let _written = writeln!(text, "wrote {}", path.display());
    }
    Ok(Answer::plain(text))
}

fn codes() -> String {
    let entries = explain::entries();
    let mut page = format!(
        "{GENERATED}\n# Codes\n\nEvery finding has a code, and a published code keeps its meaning. \
         `cargo verify-contracts explain CODE` says the same at the command line.\n\n\
         | code | name | level | meaning |\n|---|---|---|---|\n"
    );
    for entry in &entries {
        let explain::Entry {
            code,
            name,
            level,
            summary,
            ..
        } = entry;
        let summary = cell(summary);
        let _written = writeln!(
            page,
            "| [{code}](#{}) | {name} | {level} | {summary} |",
            code.to_lowercase()
        );
    }
    for entry in &entries {
        let _written = write!(
            page,
            "\n<a id=\"{}\"></a>\n\n## {} {}\n\nLevel: {}.\n\n{}\n",
            entry.code.to_lowercase(),
            entry.code,
            entry.name,
            entry.level,
            entry.explanation.trim()
        );
        if let Some((bad, good)) = entry.examples {
            for (title, example) in [("Refused", bad), ("Mended", good)] {
                let fence = fence(example);
                let _written = write!(
                    page,
                    "\n{title}:\n\n{fence}toml\n{}\n{fence}\n",
                    example.trim_end()
                );
            }
        }
    }
    page
}

fn catalog() -> String {
    let mut page = format!(
        "{GENERATED}\n# The catalog of interfaces\n\nThe kinds of interfaces and the ways each fails. \
         A contract decides on every mandatory mode of the interfaces that it uses; every kind has the \
         mode `{}` besides, for whatever the others do not cover.\n\n\
         *Effect* is what the failed request has done on the other side. *Again* is whether trying again can help. \
         *Surface* is how the failure reaches the caller: as an `Err`, or inside an `Ok` that somebody must look into.\n",
        catalog::OTHER
    );
    for kind in catalog::kinds() {
        kind_of(&mut page, kind);
    }
    page
}

/// A kind with its modes, in Markdown.
pub(super) fn kind_of(page: &mut String, kind: &Kind) {
    let _written = write!(page, "\n## {}\n\n{}\n", kind.name, kind.summary);
    if kind.modes.is_empty() {
        return;
    }
    page.push_str("\n| mode | mandatory | effect | again | surface | what happened | in Rust |\n|---|---|---|---|---|---|---|\n");
    for mode in kind.modes {
        let _written = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            mode.name,
            if mode.mandatory { "yes" } else { "" },
            mode.effect.name(),
            mode.retryability.name(),
            mode.surface.name(),
            cell(mode.summary),
            cell(mode.rust)
        );
    }
}

fn command_line() -> String {
    let mut page = format!("{GENERATED}\n# The command line\n");
    let main = shell::command();
    help(&mut page, "cargo verify-contracts", &main);
    let visible = |command: &&clap::Command| !command.is_hide_set() && command.get_name() != "help";
    for command in main.get_subcommands().filter(visible) {
        help(
            &mut page,
            &format!("cargo verify-contracts {}", command.get_name()),
            command,
        );
    }
    page
}

fn help(page: &mut String, name: &str, command: &clap::Command) {
    let text = command
        .clone()
        .term_width(100)
        .bin_name(name)
        .render_long_help()
        .to_string();
    let _written = write!(page, "\n## {name}\n\n```text\n");
    for line in text.trim_end().lines() {
        let _written = writeln!(page, "{}", line.trim_end());
    }
    page.push_str("```\n");
}

/// A text within a table: one line, no bars.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('|', "\\|")
}

/// More backticks than the text has anywhere.
fn fence(text: &str) -> String {
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    "`".repeat(usize::max(3, longest + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_break_a_table_or_a_fence() {
        assert_eq!(cell("a |\n b"), "a \\| b");
        assert_eq!(fence("a"), "```");
        assert_eq!(fence("a ````b"), "`````");
    }

    #[test]
    fn every_code_and_every_kind_has_its_place() {
        let (codes, catalog) = (codes(), catalog());
        for entry in explain::entries() {
            assert!(codes.contains(&format!("\n## {} {}\n", entry.code, entry.name)));
        }
        for kind in catalog::kinds() {
            assert!(catalog.contains(&format!("\n## {}\n", kind.name)));
        }
    }
}
