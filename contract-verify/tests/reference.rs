//! The reference pages are those that the source gives now.

use std::path::Path;
use std::process::Command;

#[test]
fn the_reference_pages_are_up_to_date() {
    let there = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference");
    let fresh = tempfile::tempdir().expect("a folder");
    let update = std::env::var_os("UPDATE").is_some();
    let folder = if update { &*there } else { fresh.path() };
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-verify-contracts"));
    let written = command
        .arg("reference")
        .arg(folder)
        .output()
        .expect("the program");
    assert!(
        written.status.success(),
        "{}",
        String::from_utf8_lossy(&written.stderr)
    );
    for page in ["codes.md", "catalog.md", "command-line.md", "contract.md"] {
        let read = |folder: &Path| std::fs::read_to_string(folder.join(page)).unwrap_or_default();
        assert!(
            read(&there) == read(folder),
            "docs/reference/{page} is stale: UPDATE=1 cargo test -p contract-verify --test reference"
        );
    }
}
