//! The lines that a branch or a finding is about.

use std::collections::HashMap;
use std::path::{Component, Path};

use super::page::{Page, put};

/// So many lines stand before and behind.
const AROUND: usize = 2;

/// Source files, each read once.
pub(super) struct Sources<'r> {
    root: &'r Path,
    files: HashMap<String, Vec<String>>,
}

impl<'r> Sources<'r> {
    /// Of files below this folder, and of no others.
    pub(super) fn new(root: &'r Path) -> Self {
        Self {
            root,
            files: HashMap::new(),
        }
    }

    fn lines(&mut self, file: &str) -> &[String] {
        if !self.files.contains_key(file) {
            let path = Path::new(file);
            let inside = path
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
            let text = if inside {
                // A report may be older than the file; then it shows no lines.
                std::fs::read_to_string(self.root.join(path)).unwrap_or_default()
            } else {
                String::new()
            };
            let lines = text.lines().map(str::to_owned).collect();
            self.files.insert(file.to_owned(), lines);
        }
        &self.files[file]
    }

    /// The lines around a place, with it marked; nothing if there are none.
    pub(super) fn excerpt(&mut self, page: &mut Page, file: &str, line: u32, column: Option<u32>) {
        let lines = self.lines(file);
        let Some(at) = (line as usize)
            .checked_sub(1)
            .filter(|at| *at < lines.len())
        else {
            return;
        };
        let (first, last) = (
            at.saturating_sub(AROUND),
            (at + AROUND).min(lines.len() - 1),
        );
        // What all of them are indented by says nothing.
        let shown = &lines[first..=last];
        let indented = shown.iter().filter(|line| !line.trim().is_empty());
        let indent = indented
            .map(|line| line.len() - line.trim_start_matches(' ').len())
            .min()
            .unwrap_or_default();
        put!(page; "<pre class=\"source\" tabindex=\"0\"><code>");
        for (number, text) in shown.iter().enumerate() {
            let number = first + number;
            let text = text.get(indent..).unwrap_or_default();
            if number == at {
                put!(page; "<span class=\"line hit\"><i>" (number + 1) "</i>");
                let place = column.and_then(|column| (column as usize).checked_sub(1 + indent));
                marked(page, text, place);
            } else {
                put!(page; "<span class=\"line\"><i>" (number + 1) "</i>" (text));
            }
            page.raw("\n</span>");
        }
        put!(page; "</code></pre>");
    }
}

/// A line with the word, or else the character, at a column marked.
fn marked(page: &mut Page, text: &str, column: Option<usize>) {
    let start = column.and_then(|column| Some(text.char_indices().nth(column)?.0));
    let Some(start) = start else {
        page.text(text);
        return;
    };
    let (before, rest) = text.split_at(start);
    let word = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let (word, rest) = rest.split_at(word.max(first));
    put!(page; (before) "<mark>" (word) "</mark>" (rest));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(file: &str, line: u32, column: u32) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("inner")).unwrap();
        std::fs::write(folder.path().join("secret.rs"), "secret\n").unwrap();
        let text = "fn f() {\n    <one>;\n    two()?;\n\n    three();\n    four();\n}\n";
        std::fs::write(folder.path().join("inner/a.rs"), text).unwrap();
        let mut page = Page::default();
        let root = folder.path().join("inner");
        Sources::new(&root).excerpt(&mut page, file, line, Some(column));
        page.into_html()
    }

    #[test]
    fn a_place_stands_among_its_lines() {
        assert_eq!(
            excerpt("a.rs", 4, 1),
            "<pre class=\"source\" tabindex=\"0\"><code>\
             <span class=\"line\"><i>2</i>&lt;one&gt;;\n</span>\
             <span class=\"line\"><i>3</i>two()?;\n</span>\
             <span class=\"line hit\"><i>4</i>\n</span>\
             <span class=\"line\"><i>5</i>three();\n</span>\
             <span class=\"line\"><i>6</i>four();\n</span></code></pre>"
        );
        assert!(excerpt("a.rs", 3, 10).contains("two()<mark>?</mark>;"));
        assert!(excerpt("a.rs", 3, 5).contains("<mark>two</mark>()?;"));
    }

    #[test]
    fn what_is_not_there_or_lies_elsewhere_is_not_shown() {
        for file in ["../secret.rs", "no.rs", "/etc/passwd", ""] {
            assert_eq!(excerpt(file, 1, 1), "", "{file}");
        }
        assert_eq!(excerpt("a.rs", 99, 1), "");
        assert_eq!(excerpt("a.rs", 0, 0), "");
        assert!(excerpt("a.rs", 7, 99).contains("<i>7</i>}"));
    }
}
