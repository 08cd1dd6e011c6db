//! The pages that readers follow, followed: what they show is what comes out.

#[path = "support/page.rs"]
mod page;
mod support;

use std::path::Path;

use page::{Reader, steps};

#[test]
fn the_tutorial_can_be_followed_to_its_end() {
    follow("tutorial.md");
}

#[test]
fn adopting_can_be_followed_to_its_end() {
    follow("adopting.md");
}

fn follow(page: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("docs").join(page)).expect("the page");
    let folder = tempfile::tempdir().expect("a folder");
    // As a checkout stands beside the new crate.
    std::os::unix::fs::symlink(&root, folder.path().join("resilience-contracts"))
        .expect("a link to this repository");
    let mut reader = Reader::new(folder.path(), &support::target_dir());
    let steps = steps(&text);
    assert!(steps.len() > 10, "{page} has only {} steps", steps.len());
    for step in &steps {
        if let Err(why) = reader.does(step) {
            panic!("docs/{page}: {why}");
        }
    }
}
