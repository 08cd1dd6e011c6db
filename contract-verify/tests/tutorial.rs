//! The tutorial, done as it says: what it shows is what comes out.

#[path = "support/page.rs"]
mod page;
mod support;

use std::path::Path;

use page::{Reader, steps};

#[test]
fn the_tutorial_can_be_followed_to_its_end() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = std::fs::read_to_string(root.join("docs/tutorial.md")).expect("the tutorial");
    let folder = tempfile::tempdir().expect("a folder");
    // As a checkout stands beside the new crate.
    std::os::unix::fs::symlink(&root, folder.path().join("resilience-contracts"))
        .expect("a link to this repository");
    let mut reader = Reader::new(folder.path(), &support::target_dir());
    let steps = steps(&page);
    assert!(
        steps.len() > 30,
        "the tutorial has more steps than {}",
        steps.len()
    );
    for step in &steps {
        if let Err(why) = reader.does(step) {
            panic!("docs/tutorial.md: {why}");
        }
    }
}
