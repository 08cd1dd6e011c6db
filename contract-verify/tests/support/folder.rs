//! A folder that commands run in: empty, or a copy of a fixture.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Run, run};

/// A copy of a fixture, gone with the test.
pub(crate) struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder }
    }

    pub(crate) fn of(fixture: &str) -> Self {
        let copy = Self::empty();
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/contracts")
            .join(fixture);
        copy_all(&from, copy.path());
        copy
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path().join(file)).expect("a file of the folder")
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-verify-contracts"));
        command
            .args(arguments)
            .current_dir(self.path())
            .stdin(Stdio::null())
            .env_remove("CARGO_TERM_COLOR")
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("COLUMNS");
        run(&mut command)
    }

    /// Everything that a run says, with the folder's own name left out.
    pub(crate) fn said(&self, arguments: &[&str]) -> String {
        let Run {
            code,
            stdout,
            stderr,
        } = self.run(arguments);
        let mut said = format!("exit code {code}\n");
        for (name, text) in [("stdout", stdout), ("stderr", stderr)] {
            if !text.is_empty() {
                said = format!("{said}---- {name}\n{text}");
            }
        }
        let folder = self.path().to_string_lossy().into_owned();
        let canonical = self.path().canonicalize().expect("a folder");
        said.replace(&*canonical.to_string_lossy(), "FOLDER")
            .replace(&folder, "FOLDER")
    }
}

fn copy_all(from: &Path, to: &Path) {
    for entry in from.read_dir().expect("a fixture") {
        let from: PathBuf = entry.expect("an entry").path();
        let to = to.join(from.file_name().expect("a name"));
        if from.is_dir() {
            std::fs::create_dir_all(&to).expect("a folder");
            copy_all(&from, &to);
        } else {
            std::fs::copy(&from, &to).expect("a copy");
        }
    }
}
