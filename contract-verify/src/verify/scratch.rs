//! The run's own files, and the lock on them.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use crate::error::{Error, Result};
use crate::status::Status;

/// The run's own files, gone when it ends.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: tempfile::TempDir,
    /// Held to the end: another build into the same place would exchange the
    /// test binaries under our hands.
    _lock: File,
}

impl Scratch {
    pub(super) fn new(parent: &Path, status: Status) -> Result<Self> {
        let unwritable = |error| Error::Write {
            path: parent.to_owned(),
            error,
        };
        std::fs::create_dir_all(parent).map_err(unwritable)?;
        let lock = File::create(parent.join(".lock")).map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                status.say(
                    "Blocking",
                    "waiting for another run of verify-contracts in the same target directory",
                );
                lock.lock().map_err(unwritable)?;
            }
            // Some network file systems know no locks; cargo goes on there, too.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(unwritable(error)),
        }
        clear(parent).map_err(unwritable)?;
        let folder = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(parent)
            .map_err(unwritable)?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Takes away what runs left that were ended before they could do so themselves.
fn clear(parent: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(parent)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("run-") {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
