//! Sources are parsed without what nobody asks about: on real ones, that changes nothing.

use std::path::{Path, PathBuf};

use contract_spec::source::{Cfg, SourceFile, contracted_functions, functions};

/// All sources of this workspace, some of which are no Rust.
fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                walk(&path, files);
            } else if name.ends_with(".rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
        &mut files,
    );
    files
}

/// Everything that is known of the contracted functions of a file, and of its modules.
fn told(file: &SourceFile) -> Vec<String> {
    let functions = file.functions.iter().map(|function| {
        let (branches, opaque) = function.branches();
        let places = branches.iter().map(|branch| branch.span.start());
        let places: Vec<_> = places.map(|at| (at.line, at.column)).collect();
        let (ident, of, modules) = (&function.ident, &function.of, &function.modules);
        let (name, lines) = (function.name.start(), function.lines);
        format!(
            "{ident} {of:?} {modules:?} {name:?} {lines:?} {places:?} {}",
            opaque.len()
        )
    });
    let modules = file.modules.iter().map(|module| format!("{module:?}"));
    let hidden = file
        .hidden
        .iter()
        .map(|place| format!("{:?}", place.start()));
    functions.chain(modules).chain(hidden).collect()
}

#[test]
fn the_contracted_functions_of_real_sources_are_the_same_without_all_else() {
    let (mut contracted, mut modules) = (0, 0);
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        let cfg = Cfg::default();
        // What is no Rust may be passed over where nothing contracted is in it.
        let Ok(whole) = functions(&text, &cfg) else {
            continue;
        };
        let some = contracted_functions(&text, &cfg).unwrap_or_else(|error| {
            panic!("{}: {error}", path.display());
        });
        assert_eq!(told(&some), told(&whole), "{}", path.display());
        assert!(some.uncontracted.is_empty());
        contracted += whole.functions.len();
        modules += whole.modules.len();
    }
    assert!(contracted > 100 && modules > 100, "{contracted} {modules}");
}
