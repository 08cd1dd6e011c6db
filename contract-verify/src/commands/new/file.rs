//! The file of a new contract: tables put among those that are there, and the writing.

use std::path::Path;

use contract_spec::Source;
use toml_edit::{DocumentMut, Item, Table};

use crate::error::{Error, Result};

/// A file with more tables, everything else as it was laid out.
pub(super) fn added(source: &Source, tables: &str) -> Result<String> {
    let broken = |error: toml_edit::TomlError| Error::Usage(format!("{}: {error}", source.path));
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let mut document: DocumentMut = text.parse().map_err(broken)?;
    let more: DocumentMut = tables.parse().map_err(broken)?;
    for (section, item) in more.iter() {
        let Some(new) = item.as_table() else {
            continue;
        };
        let place = document.entry(section).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        let Some(place) = place.as_table_mut() else {
            let message = format!(
                "`{section}` of {} is no table with headers; add by hand:\n{tables}",
                source.path
            );
            return Err(Error::Usage(message));
        };
        for (name, item) in new.iter() {
            let mut item = item.clone();
            without_position(&mut item);
            place.insert(name, item);
        }
    }
    let mut text = document.to_string();
    if source.text.contains("\r\n") {
        text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    if source.text.starts_with('\u{feff}') {
        text.insert(0, '\u{feff}');
    }
    Ok(text)
}

/// Lets a table stand where its new neighbours stand, not where it came from.
fn without_position(item: &mut Item) {
    if let Some(table) = item.as_table_mut() {
        table.set_position(None);
        for (_, item) in table.iter_mut() {
            without_position(item);
        }
    }
}

/// Writes the file, which must not be there if it is a new one.
pub(super) fn write(folder: &Path, path: &Path, text: &str, fresh: bool) -> Result<()> {
    let unwritable = |error| {
        let path = path.to_owned();
        Error::Write { path, error }
    };
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let mut options = std::fs::OpenOptions::new();
    // Somebody else may have written the file in the meantime.
    options.write(true).create_new(fresh).truncate(!fresh);
    let mut file = options.open(path).map_err(unwritable)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_added_and_nothing_else_of_the_file_changes() {
        let text = "#:schema x\nformat = 1 # one\n\n[interface.a]\nkind   = 'http'   # why\n\n[function.f]\n\
                    [function.f.on.a] # here\ntimeout = {returns=\"A\"}\n\n# the end\n";
        let tables = "\n[interface.b]\nkind = \"cache\"\n\n[function.g]\nerror = \"E\"\n\n[function.g.on.b]\nx = 1\n";
        let source = Source::new("contracts/a.toml", text);
        let after = added(&source, tables).unwrap();
        assert!(after.starts_with("#:schema x\nformat = 1 # one\n\n[interface.a]\nkind   = 'http'   # why\n\n[interface.b]"), "{after}");
        assert!(
            after.contains("[function.f.on.a] # here\ntimeout = {returns=\"A\"}\n"),
            "{after}"
        );
        assert!(
            after.contains("\n\n[function.g]\nerror = \"E\"\n\n[function.g.on.b]\nx = 1\n"),
            "{after}"
        );
        assert!(after.ends_with("# the end\n"), "{after}");
    }

    #[test]
    fn line_ends_and_byte_order_marks_are_kept() {
        let source = Source::new("contracts/a.toml", "\u{feff}format = 1\r\n[function.f]\r\n");
        let after = added(&source, "\n[function.g]\nerror = \"E\"\n").unwrap();
        assert_eq!(
            after,
            "\u{feff}format = 1\r\n[function.f]\r\n\r\n[function.g]\r\nerror = \"E\"\r\n"
        );
    }
}
