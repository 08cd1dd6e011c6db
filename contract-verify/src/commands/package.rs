//! The folder that `new` and `init` write into: a package's, because the macros and the verifier
//! read a contract beside the manifest of its package and nowhere else.

use std::path::Path;

use super::schema::shown;
use crate::error::{Error, Result};

/// Refuses the root of a workspace that is no package itself. A folder without a manifest is
/// taken: a contract may be there before its package is.
pub(super) fn is_meant(folder: &Path) -> Result<()> {
    let Ok(text) = std::fs::read_to_string(folder.join("Cargo.toml")) else {
        return Ok(());
    };
    // What is no manifest is cargo's to complain about.
    let Ok(manifest) = text.parse::<toml_edit::DocumentMut>() else {
        return Ok(());
    };
    let Some(workspace) = manifest.get("workspace") else {
        return Ok(());
    };
    if manifest.get("package").is_some() {
        return Ok(());
    }
    let members = workspace.get("members").and_then(|list| list.as_array());
    let mut members = members
        .into_iter()
        .flatten()
        .filter_map(|member| member.as_str());
    let member = members
        .find(|member| !member.contains(['*', '?', '[']))
        .unwrap_or("MEMBER");
    Err(Error::Usage(format!(
        "{} is that of a workspace and of no package; nothing was written\n  \
         help: contracts stand in the package whose functions they are of: `--package-dir {member}`",
        shown(&folder.join("Cargo.toml"))
    )))
}
