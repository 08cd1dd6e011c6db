//! How a file is named in findings: as the repository does.

use std::path::{Component, Path, PathBuf};

/// A path as people see it: relative to the workspace, with `/`, and without a detour, because
/// who annotates a change looks for the file by the one name that it has in the repository.
pub(crate) fn shown(root: &Path, path: &Path) -> String {
    let straight = straight(path).filter(|straight| straight.starts_with(root));
    let path = straight.as_deref().unwrap_or(path);
    let shown = path.strip_prefix(root).unwrap_or(path);
    shown.to_string_lossy().replace('\\', "/")
}

/// `shop/../contracts` as `contracts`, unless `shop` is a link that leads elsewhere.
fn straight(path: &Path) -> Option<PathBuf> {
    let mut straight = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            straight.pop().then_some(())?;
        } else {
            straight.push(part);
        }
    }
    let is_same = || Some(path.canonicalize().ok()? == straight.canonicalize().ok()?);
    let has_detour = straight.as_path() != path;
    (has_detour && is_same()?).then_some(straight)
}
