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
    let straight = without_detours(path);
    let is_same = || Some(path.canonicalize().ok()? == straight.canonicalize().ok()?);
    let has_detour = straight != path;
    (has_detour && is_same()?).then_some(straight)
}

/// A path without `.` and `..`, as far as can be said without looking.
pub(crate) fn without_detours(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                straight.pop();
            }
            part => straight.push(part),
        }
    }
    straight
}
