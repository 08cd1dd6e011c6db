//! `schema` and `init`: the JSON Schemas of contracts and reports, printed, and that of
//! contracts put where editors look.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use contract_spec::schema::{FILE, MARK, TEXT};

use super::Answer;
use crate::cli;
use crate::contracts::find;
use crate::error::{Error, Result};
use crate::explore;
use crate::report::SCHEMA;

pub(super) fn schema(asked: &cli::Schema) -> Answer {
    Answer::plain(match (asked.report, asked.explore) {
        (true, _) => SCHEMA,
        (_, true) => explore::SCHEMA,
        _ => TEXT,
    })
}

/// A file that is to be written, and what is said about it.
struct Change {
    path: PathBuf,
    text: String,
    said: String,
}

/// Puts the schema into a package. Everything is read before anything is written.
pub(super) fn init(package: &Path) -> Result<Answer> {
    if !package.is_dir() {
        let message = format!("there is no folder {}", package.display());
        return Err(Error::Usage(message));
    }
    super::package::is_meant(package)?;
    let mut changes: Vec<Change> = published(package)?.into_iter().collect();
    let contracts = package.join("contracts");
    let mut paths = Vec::new();
    find(&contracts, &mut paths)?;
    for path in &paths {
        changes.extend(naming(&contracts, path)?);
    }
    let mut text = String::new();
    for Change {
        path,
        text: new,
        said,
    } in changes
    {
        std::fs::write(&path, new).map_err(|error| Error::Write { path, error })?;
        let _written = writeln!(text, "{said}");
    }
    if text.is_empty() {
        text = "nothing to do: the schema is there, and every contract names one\n".to_owned();
    }
    if paths.is_empty() {
        text.push_str("there are no contracts yet: `cargo verify-contracts new ID` writes one\n");
    }
    Ok(Answer::plain(text))
}

/// The schema itself, unless it is there.
fn published(package: &Path) -> Result<Option<Change>> {
    let path = package.join(FILE);
    let said = match std::fs::read_to_string(&path) {
        Ok(text) if text == TEXT => return Ok(None),
        Ok(text) if is_ours(&text) => "replaced an older",
        Ok(_) => {
            let message = format!(
                "{} is not of this program's making; nothing was written\n  \
                 help: move it away, or let the contracts name it themselves with `#:schema`",
                shown(&path)
            );
            return Err(Error::Usage(message));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => "wrote",
        Err(error) => return Err(Error::Read { path, error }),
    };
    let said = format!("{said} {}", shown(&path));
    let text = TEXT.to_owned();
    Ok(Some(Change { path, text, said }))
}

fn is_ours(text: &str) -> bool {
    let schema: Option<serde_json::Value> = serde_json::from_str(text).ok();
    schema.is_some_and(|schema| schema["$comment"] == MARK)
}

/// A contract with the line that names the schema, unless it names one.
fn naming(contracts: &Path, path: &Path) -> Result<Option<Change>> {
    let before = std::fs::read_to_string(path).map_err(|error| Error::Read {
        path: path.to_owned(),
        error,
    })?;
    if names_a_schema(&before) {
        return Ok(None);
    }
    let folders = path
        .strip_prefix(contracts)
        .unwrap_or(path)
        .components()
        .count();
    let line = format!("#:schema {}{FILE}", "../".repeat(folders));
    Ok(Some(Change {
        path: path.to_owned(),
        text: named(&before, &line),
        said: format!("{}: added `{line}`", shown(path)),
    }))
}

/// Whether one of the comments at the head of a contract names a schema.
fn names_a_schema(text: &str) -> bool {
    let lines = text.trim_start_matches('\u{feff}').lines();
    let mut head = lines
        .map(str::trim)
        .take_while(|line| line.is_empty() || line.starts_with('#'));
    head.any(|line| line.starts_with("#:schema"))
}

/// The line before all others, with the line ends of the file.
fn named(text: &str, line: &str) -> String {
    let (mark, rest) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let end = if rest
        .lines()
        .next()
        .is_some_and(|first| rest[first.len()..].starts_with('\r'))
    {
        "\r\n"
    } else {
        "\n"
    };
    format!("{mark}{line}{end}{rest}")
}

/// A path as people write it.
pub(super) fn shown(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_named_at_the_head_and_nowhere_else() {
        assert!(names_a_schema(
            "\u{feff}# a\n\n#:schema x.json\nformat = 1\n"
        ));
        assert!(!names_a_schema("format = 1\n#:schema x.json\n"));
        assert!(!names_a_schema("# a schema\n"));
    }

    #[test]
    fn the_line_comes_first_and_ends_as_the_others_do() {
        assert_eq!(named("", "#x"), "#x\n");
        assert_eq!(named("a = 1", "#x"), "#x\na = 1");
        assert_eq!(named("a = 1\r\nb = 2\n", "#x"), "#x\r\na = 1\r\nb = 2\n");
        assert_eq!(named("\u{feff}a = 1\n", "#x"), "\u{feff}#x\na = 1\n");
    }
}
