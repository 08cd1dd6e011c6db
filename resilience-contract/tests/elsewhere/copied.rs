//! A package of `tests/crates`, copied so that it can be built and changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The copy.
pub(crate) struct Copied {
    folder: tempfile::TempDir,
    target: PathBuf,
}

/// What cargo did.
pub(crate) struct Run {
    pub(crate) success: bool,
    pub(crate) stderr: String,
}

impl Copied {
    /// Copies a package to a folder of that name. All copies of one package share what
    /// they build, and one after the other.
    pub(crate) fn new(package: &str, place: &str) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = tempfile::Builder::new().prefix(place).tempdir().unwrap();
        copy(&here.join("tests/crates").join(package), folder.path());
        let manifest = folder.path().join("Cargo.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        let path = here.to_str().unwrap().replace('\\', "/");
        fs::write(&manifest, text.replace("RESILIENCE_CONTRACT", &path)).unwrap();
        let copied = Self {
            folder,
            target: Path::new(env!("CARGO_TARGET_TMPDIR")).join("elsewhere"),
        };
        // The versions of the workspace, so that nothing is fetched.
        fs::copy(
            here.join("../Cargo.lock"),
            copied.folder().join("Cargo.lock"),
        )
        .unwrap();
        copied
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs cargo in the copy, with nothing of the surrounding run.
    pub(crate) fn cargo(&self, args: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(args)
            .args(["--offline"].iter().filter(|_| !args.contains(&"--")))
            .current_dir(self.folder())
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        let output = command.output().unwrap();
        Run {
            success: output.status.success(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder().join(path)).unwrap()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        fs::write(self.folder().join(path), text).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.folder().join(path)).unwrap();
    }

    /// The newest file that was built under such a name.
    pub(crate) fn artifact(&self, folder: &str, prefix: &str, suffix: &str) -> Vec<u8> {
        let entries = fs::read_dir(self.target.join(folder)).unwrap();
        let files = entries.map(|entry| entry.unwrap().path()).filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(prefix) && name.ends_with(suffix)
        });
        let newest = files.max_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
        fs::read(newest.expect("it was built")).unwrap()
    }
}

impl Run {
    pub(crate) fn assert_success(&self) {
        assert!(self.success, "{}", self.stderr);
    }

    /// The packages that were compiled.
    pub(crate) fn compiled(&self) -> Vec<String> {
        self.assert_success();
        let lines = self.stderr.lines().map(str::trim);
        let names = lines.filter_map(|line| {
            let rest = line
                .strip_prefix("Checking ")
                .or(line.strip_prefix("Compiling "))?;
            Some(rest.split(' ').next()?.to_owned())
        });
        names.collect()
    }
}

/// Assembly without what names the crate that it comes from.
pub(crate) fn plain_assembly(text: &str) -> String {
    let mut plain = String::new();
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with(".file") || line.starts_with(".ident") {
            continue;
        }
        plain.push_str(&without_hashes(line));
        plain.push('\n');
    }
    plain
}

/// `17h0123456789abcdefE` differs from build to build.
fn without_hashes(line: &str) -> String {
    let mut parts = line.split("17h");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let hash = part
            .get(..16)
            .filter(|hash| hash.bytes().all(|b| b.is_ascii_hexdigit()));
        out.push_str(if hash.is_some() { &part[16..] } else { part });
    }
    out
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if path.is_dir() {
            if name != "target" {
                fs::create_dir_all(to.join(name)).unwrap();
                copy(&path, &to.join(name));
            }
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}
