//! What a changed file is, by its path alone.

use std::path::Path;

use crate::policy;

/// Whether the compiler reads a file as Rust.
pub(super) fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// Folders and files of tools that have nothing to do with tests.
const TOOLS: &[&str] = &[
    ".git",
    ".github",
    ".gitlab",
    ".gitlab-ci.yml",
    ".gitignore",
    ".gitattributes",
    ".vscode",
    ".idea",
    ".editorconfig",
];

/// Whether a file is a tool's: no test can tell that it was changed.
pub(super) fn is_of_tools(path: &Path) -> bool {
    has(path, TOOLS)
}

/// Whether a file is for people, unless a source speaks of it. Where tests find their data,
/// prose is data too.
pub(super) fn is_prose(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    (extension == "md" || name.starts_with("LICENSE")) && !has(path, &["src", "tests"])
}

fn has(path: &Path, known: &[&str]) -> bool {
    let mut parts = path.iter();
    parts.any(|part| known.iter().any(|known| part == *known))
}

/// Whether everything depends on a file.
pub(super) fn decides_everything(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = path.parent().and_then(Path::file_name);
    let known = [
        "Cargo.toml",
        "Cargo.lock",
        "build.rs",
        "rust-toolchain",
        "rust-toolchain.toml",
    ];
    known.contains(&name.as_ref())
        || folder.is_some_and(|folder| folder == ".cargo")
        || path.ends_with(policy::FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_tools_and_prose_are_inert_and_nothing_else() {
        for (path, expected) in [
            (".github/workflows/ci.yml", true),
            ("README.md", true),
            ("docs/a.md", true),
            ("tests/data/a.md", false),
            ("src/lib.rs", false),
            (".env.test", false),
            (".sqlx/query.json", false),
        ] {
            let path = Path::new(path);
            assert_eq!(is_of_tools(path) || is_prose(path), expected, "{path:?}");
        }
    }
}
