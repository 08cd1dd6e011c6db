//! A unified diff, held against the files that it leads to.

use std::io::Read;
use std::path::{Path, PathBuf};

use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use diffy::{Hunk, Line};

use crate::error::{Error, Result};

/// What a diff says of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) path: PathBuf,
    pub(super) edits: Edits,
}

/// How a file was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Edits {
    /// At these places.
    Lines(Vec<Edit>),
    /// In a way that cannot be followed line by line: it is gone, moved, or not text.
    Whole,
}

/// One changed line, in the numbers of the new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    /// This line is new.
    Added(u32),
    /// Something that was in front of this line is gone.
    Removed(u32),
    /// So is a line that means nothing by itself, unless it stood in a text.
    Thinned(u32),
}

/// Reads a diff; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<String> {
    let text = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map(|_| String::from_utf8_lossy(&bytes).into_owned())
    } else {
        // Files in other encodings may be among those that it changes.
        std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    text.map_err(|error| Error::Read {
        path: path.to_owned(),
        error,
    })
}

/// Takes a diff apart. `top` is the folder that its paths are relative to.
pub(super) fn parse(text: &str, top: &Path) -> Result<Vec<Changed>> {
    // `git diff … | cargo verify-contracts --in-diff -` hands over nothing where git failed, and
    // the shell tells nobody: that must not end as a run in which nothing was wrong.
    if text.trim().is_empty() {
        return Err(Error::Diff(
            "it is empty: either nothing was changed, and then there is nothing to verify, or the command that \
             should have written it failed; in CI that is mostly a checkout without history (`fetch-depth: 0`)"
                .into(),
        ));
    }
    let is_combined =
        |line: &str| line.starts_with("diff --cc ") || line.starts_with("diff --combined ");
    if text.lines().any(is_combined) {
        return Err(Error::Diff(format!(
            "it is one of a merge with all its parents; {FITTING}"
        )));
    }
    let is_git = text.lines().any(|line| line.starts_with("diff --git "));
    let options = if is_git {
        ParseOptions::gitdiff()
    } else {
        ParseOptions::unidiff()
    };
    let mut changed = Vec::new();
    for patch in PatchSet::parse(text, options) {
        let patch =
            patch.map_err(|error| Error::Diff(format!("it is not a unified diff: {error}")))?;
        let operation = patch.operation();
        let is_moved = matches!(operation, FileOperation::Rename { .. });
        let (old, new) = ends(operation);
        if let Some(gone) = old
            && (is_moved || new.is_none())
        {
            changed.push(Changed {
                path: find(top, gone),
                edits: Edits::Whole,
            });
        }
        let is_empty = patch
            .patch()
            .as_text()
            .is_some_and(|text| text.hunks().is_empty());
        let is_mode = patch.old_mode().is_some() || patch.new_mode().is_some();
        if is_empty && !is_moved && !is_mode {
            return Err(Error::Diff(
                "it breaks off, or says nothing of a file that it names".into(),
            ));
        }
        let Some(new) = new else { continue };
        let path = find(top, new);
        let edits = match patch.patch().as_text() {
            Some(text) if !is_moved => Edits::Lines(edits(text.hunks(), &path, new)?),
            _ => Edits::Whole,
        };
        changed.push(Changed { path, edits });
    }
    if changed.is_empty() {
        return Err(Error::Diff("it is not a unified diff".into()));
    }
    Ok(changed)
}

/// The path before and the path after.
fn ends<'a>(operation: &'a FileOperation<'_, str>) -> (Option<&'a str>, Option<&'a str>) {
    match operation {
        FileOperation::Delete(path) => (Some(path), None),
        FileOperation::Create(path) => (None, Some(path)),
        FileOperation::Modify { original, modified } => (Some(original), Some(modified)),
        FileOperation::Rename { from, to } | FileOperation::Copy { from, to } => {
            (Some(from), Some(to))
        }
    }
}

/// Where a path leads: git puts `a/` and `b/` in front, unless it is told not to.
fn find(top: &Path, path: &str) -> PathBuf {
    let stripped = path
        .split_once('/')
        .filter(|(prefix, _)| matches!(*prefix, "a" | "b" | "c" | "i" | "w" | "o"))
        .map(|(_, rest)| top.join(rest));
    let whole = top.join(path);
    match stripped {
        Some(stripped) if stripped.exists() || !whole.exists() => stripped,
        _ => whole,
    }
}

fn edits(hunks: &[Hunk<'_, str>], path: &Path, shown: &str) -> Result<Vec<Edit>> {
    let text = std::fs::read(path).map_err(|_| {
        Error::Diff(format!(
            "there is no `{shown}` here, which it changes; {FITTING}"
        ))
    })?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let mut edits = Vec::new();
    for hunk in hunks {
        let mut number = hunk.new_range().start();
        // An empty file has no first line.
        if hunk.new_range().is_empty() {
            number += 1;
        }
        for line in hunk.lines() {
            let at = u32::try_from(number).unwrap_or(u32::MAX);
            let there = match line {
                Line::Delete(gone) => {
                    edits.push(match is_empty(gone) && !gone.contains("*/") {
                        true => Edit::Thinned(at),
                        false => Edit::Removed(at),
                    });
                    continue;
                }
                Line::Insert(line) => {
                    edits.push(Edit::Added(at));
                    line
                }
                Line::Context(line) => line,
            };
            let fits = lines
                .get(number.wrapping_sub(1))
                .is_some_and(|line| line.trim_end() == there.trim_end());
            if !fits {
                return Err(Error::Diff(format!(
                    "line {number} of `{shown}` is another one here; {FITTING}"
                )));
            }
            number += 1;
        }
    }
    Ok(edits)
}

const FITTING: &str =
    "make it from what is checked out, as `git diff main...HEAD` does where nothing is uncommitted";

/// Whether a line by itself means nothing to the compiler. Documentation means something to
/// macros, and the ends of other comments to what they take away.
pub(super) fn is_empty(line: &str) -> bool {
    let line = line.trim();
    let documents = line.starts_with("///") || line.starts_with("//!");
    line.is_empty() || (line.starts_with("//") && !documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str, files: &[(&str, &str)]) -> Result<Vec<(String, Edits)>> {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let relative = |changed: Changed| {
            let path = changed.path.strip_prefix(folder.path()).unwrap().to_owned();
            (path.to_string_lossy().into_owned(), changed.edits)
        };
        let changed = parse(text, folder.path())?;
        Ok(changed.into_iter().map(relative).collect())
    }

    #[test]
    fn lines_are_counted_in_the_new_file() {
        let diff = "diff --git a/src/a.rs b/src/a.rs\n--- a/src/a.rs\n+++ b/src/a.rs\n\
                    @@ -1,4 +1,4 @@\n one\n-two\n+zwei\n three\n-// four\n-// */\n four\n+five\n";
        let files = [("src/a.rs", "one\nzwei\nthree\nfour\nfive\n")];
        let expected = vec![
            Edit::Removed(2),
            Edit::Added(2),
            Edit::Thinned(4),
            Edit::Removed(4),
            Edit::Added(5),
        ];
        // `-1,6 +1,5`: what a hand-made diff gets wrong is refused, not guessed.
        assert!(changed(diff, &files).is_err());
        let diff = diff.replace("-1,4 +1,4", "-1,6 +1,5");
        assert_eq!(
            changed(&diff, &files).unwrap(),
            [("src/a.rs".into(), Edits::Lines(expected))]
        );
    }

    #[test]
    fn what_is_new_gone_moved_or_not_text_is_told_apart() {
        let diff = "diff --git a/new.rs b/new.rs\nnew file mode 100644\n--- /dev/null\n+++ b/new.rs\n@@ -0,0 +1 @@\n+a\n\
            diff --git a/gone.rs b/gone.rs\ndeleted file mode 100644\n--- a/gone.rs\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n\
            diff --git a/from.rs b/to.rs\nsimilarity index 100%\nrename from from.rs\nrename to to.rs\n\
            diff --git a/x.png b/x.png\nindex 1..2 100644\nBinary files a/x.png and b/x.png differ\n";
        let diff =
            &format!("{diff}diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n");
        let files = [
            ("new.rs", "a\n"),
            ("to.rs", ""),
            ("x.png", ""),
            ("run.sh", ""),
        ];
        let expected = [
            ("new.rs".to_owned(), Edits::Lines(vec![Edit::Added(1)])),
            ("gone.rs".to_owned(), Edits::Whole),
            ("from.rs".to_owned(), Edits::Whole),
            ("to.rs".to_owned(), Edits::Whole),
            ("x.png".to_owned(), Edits::Whole),
            ("run.sh".to_owned(), Edits::Lines(Vec::new())),
        ];
        assert_eq!(changed(diff, &files).unwrap(), expected);
    }

    #[test]
    fn names_that_git_quotes_and_diffs_without_prefixes_are_read() {
        let diff = "diff --git \"a/\\303\\274 b.rs\" \"b/\\303\\274 b.rs\"\n--- \"a/\\303\\274 b.rs\"\n+++ \"b/\\303\\274 b.rs\"\n@@ -1 +1 @@\n-a\n+b\n";
        let found = changed(diff, &[("ü b.rs", "b\r\n")]).unwrap();
        assert_eq!(found[0].0, "ü b.rs");
        let plain = "--- b/x.rs\n+++ b/x.rs\n@@ -1 +1 @@\n-a\n+b\n";
        let found = changed(plain, &[("b/x.rs", "b\n")]).unwrap();
        assert_eq!(found[0].0, "b/x.rs");
    }

    #[test]
    fn a_diff_of_something_else_is_refused() {
        let diff = "--- a/x.rs\n+++ b/x.rs\n@@ -1 +1 @@\n-a\n+b\n";
        let refused = changed(diff, &[("x.rs", "c\n")]).unwrap_err().to_string();
        assert!(refused.contains("line 1 of `b/x.rs`"), "{refused}");
        let refused = changed(diff, &[]).unwrap_err().to_string();
        assert!(refused.contains("no `b/x.rs` here"), "{refused}");
        let refused = changed("hello\n", &[]).unwrap_err().to_string();
        assert!(refused.contains("not a unified diff"), "{refused}");
        let merge = "diff --cc x.rs\n--- a/x.rs\n+++ b/x.rs\n@@@ -1,1 -1,1 +1,1 @@@\n--a\n++b\n";
        let refused = changed(merge, &[("x.rs", "b\n")]).unwrap_err().to_string();
        assert!(refused.contains("of a merge"), "{refused}");
        let cut = "diff --git a/x.rs b/x.rs\nindex 1..2 100644\n--- a/x.rs\n+++ b/x.rs\n";
        assert!(changed(cut, &[("x.rs", "b\n")]).is_err());
        let nothing = changed("\n", &[]).unwrap_err().to_string();
        assert!(nothing.contains("it is empty"), "{nothing}");
    }
}
