//! The reports of the last two runs, kept beside the build: what `prompt --for repair`
//! reads, and by what it knows a finding that came back.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::report::Report;

/// The report of the last run, in the verifier's own folder.
pub(crate) fn report(folder: &Path) -> PathBuf {
    folder.join("report.json")
}

/// That of the run before, in the folder of the last one.
pub(crate) fn before(report: &Path) -> PathBuf {
    report.with_extension("before.json")
}

/// Keeps a report, and the last one as that of the run before.
pub(crate) fn keep(folder: &Path, report: &Report) -> Result<()> {
    let path = self::report(folder);
    let failed = |error: std::io::Error| {
        let path = path.clone();
        Error::Write { path, error }
    };
    let text = serde_json::to_string_pretty(report).map_err(|error| failed(error.into()))?;
    std::fs::create_dir_all(folder).map_err(failed)?;
    // Whoever reads meanwhile reads a whole one.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    match std::fs::rename(&path, before(&path)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    file.persist(&path).map_err(|error| failed(error.error))?;
    Ok(())
}
