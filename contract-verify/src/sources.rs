//! Source files as they lie in folders, and what in them is for tests alone.

use std::path::{Path, PathBuf};

use syn::{Attribute, Meta};

/// Shows every Rust file below a folder, in the order of names. Hidden folders and `target`
/// hold nobody's sources; what cannot be read is said by whoever needs it.
pub(crate) fn each(folder: &Path, look: &mut dyn FnMut(PathBuf)) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !name.starts_with('.') && name != "target" => {
                each(&entry.path(), look);
            }
            Ok(kind) if kind.is_file() && name.ends_with(".rs") => look(entry.path()),
            _ => {}
        }
    }
}

/// `#[test]`, `#[tokio::test]`, `#[rstest]`, `#[test_case(…)]`.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|last| last.ident.to_string().contains("test"))
    })
}

/// `#[cfg(test)]`, also among other conditions.
pub(crate) fn is_cfg_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            let mut words = condition.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.any(|word| word == "test") && !condition.contains("not")
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use syn::{ItemFn, parse_str};

    use super::*;

    #[test]
    fn code_for_tests_is_known_by_its_attributes() {
        let attributes = |text: &str| {
            let function: ItemFn = parse_str(&format!("{text} fn f() {{}}")).unwrap();
            (is_test(&function.attrs), is_cfg_test(&function.attrs))
        };
        for (text, expected) in [
            ("#[test]", (true, false)),
            ("#[tokio::test(start_paused = true)]", (true, false)),
            ("#[rstest]", (true, false)),
            ("#[cfg(test)]", (false, true)),
            ("#[cfg(all(test, unix))]", (false, true)),
            ("#[cfg(not(test))]", (false, false)),
            ("#[cfg(feature = \"testing\")]", (false, false)),
            ("#[inline]", (false, false)),
        ] {
            assert_eq!(attributes(text), expected, "{text}");
        }
    }

    #[test]
    fn files_are_shown_in_order_and_those_of_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["b.rs", "a/z.rs", "a/note.md", "target/x.rs", ".git/y.rs"] {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let mut found = Vec::new();
        each(folder.path(), &mut |path| found.push(path));
        let expected = ["a/z.rs", "b.rs"].map(|file| folder.path().join(file));
        assert_eq!(found, expected);
    }
}
