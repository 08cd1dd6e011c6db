//! What is found in a file, and what is not.

use std::fmt::Write as _;

use super::*;

/// Everything that is told of a file.
fn told(found: &SourceFile) -> String {
    let mut told = String::new();
    for f in &found.functions {
        let id = f
            .attribute
            .as_ref()
            .map_or("unreadable".into(), |a| a.id.value());
        let branches = f.branches().0.into_iter().map(|b| b.span.start());
        let places: Vec<_> = branches.map(|at| (at.line, at.column)).collect();
        let of = (f.name.start(), &f.modules, &f.of, f.lines);
        writeln!(told, "{id} {} {of:?} {places:?}", f.ident).unwrap();
    }
    for f in &found.uncontracted {
        let of = (f.name.start(), &f.modules, &f.of);
        writeln!(told, "{} {of:?}", f.ident).unwrap();
    }
    let hidden = found.hidden.iter().map(|span| span.start());
    told + &format!("{:?} {:?}\n", found.modules, hidden.collect::<Vec<_>>())
}

fn sources(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            sources(&path, found);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_outline_of_a_file_tells_the_same_as_the_whole() {
    let mut files = Vec::new();
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    sources(std::path::Path::new(workspace), &mut files);
    assert!(files.len() > 100, "{}", files.len());
    let mut shorter = 0;
    for path in files {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let Ok(whole) = syn::parse_file(&text) else {
            continue;
        };
        let cfg = Cfg::default();
        if let Some(outline) = outline::outline(&text, &[ATTRIBUTE]) {
            assert!(syn::parse_file(&outline).is_ok(), "{}", path.display());
            shorter += 1;
        }
        assert_eq!(
            told(&functions(&text, &cfg).unwrap()),
            told(&find(whole, &cfg)),
            "{}",
            path.display()
        );
    }
    assert!(shorter > 100, "{shorter}");
}

fn found(text: &str) -> Vec<String> {
    let file = functions(text, &Cfg::parse("unix\n")).unwrap();
    file.functions
        .iter()
        .map(|f| {
            let id = f.attribute.as_ref().unwrap().id.value();
            let line = f.name.start().line;
            format!("{id} {}{}:{line}", f.modules.concat(), f.ident)
        })
        .collect()
}

#[test]
fn functions_methods_and_nested_functions_are_found_by_the_last_word_of_the_attribute() {
    let text = "
#[resilience_contract(\"a.one\")] fn one() -> R { Ok(()) }
mod m {
    impl T { #[resilience_contract::resilience_contract(\"a.two\")] async fn two(&self) -> R { Ok(()) } }
    trait U { #[resilience_contract(\"a.three\")] fn three() -> R { Err(E) } }
}
fn outer() { #[resilience_contract(\"a.four\")] fn four() -> R { Ok(()) } }
#[cfg_attr(unix, resilience_contract(\"a.five\"))] fn five() -> R { Ok(()) }
";
    assert_eq!(
        found(text),
        [
            "a.one one:2",
            "a.two mtwo:4",
            "a.three mthree:5",
            "a.four four:7",
            "a.five five:8"
        ]
    );
}

#[test]
fn what_the_configuration_leaves_out_is_not_found() {
    let text = "
#[cfg(windows)] #[resilience_contract(\"a.one\")] fn one() -> R { Ok(()) }
#[cfg(windows)] mod m { #[resilience_contract(\"a.two\")] fn two() -> R { Ok(()) } }
#[cfg_attr(windows, resilience_contract(\"a.three\"))] fn three() -> R { Ok(()) }
";
    assert_eq!(found(text), [""; 0]);
}

#[test]
fn what_others_call_and_can_fail_could_have_a_contract() {
    let text = "
pub fn one() -> Result<(), E> { Ok(()) }
fn private() -> Result<(), E> { Ok(()) }
pub fn sure() -> u8 { 1 }
pub(crate) mod m {
    impl<T> S<T> { pub async fn two(&self) -> io::Result<u8> { Ok(1) } fn inner(&self) -> R { x } }
    impl Tr for S { fn three(&self) -> AppResult<u8> { Ok(1) } }
    trait Tr { fn four(&self) -> Pin<Box<dyn Future<Output = Result<(), E>>>> { todo() } }
}
#[resilience_contract(\"a.five\")] pub fn five() -> Result<(), E> { Ok(()) }
#[tokio::test] pub async fn six() -> Result<(), E> { Ok(()) }
#[cfg(test)] mod tests { pub fn seven() -> Result<(), E> { Ok(()) } }
#[cfg(windows)] pub fn eight() -> Result<(), E> { Ok(()) }
";
    let file = functions(text, &Cfg::parse("unix\n")).unwrap();
    let found = file.uncontracted.iter().map(|f| {
        let of = f.of.as_deref().unwrap_or_default();
        format!(
            "{} {of} {}:{}",
            f.modules.concat(),
            f.ident,
            f.name.start().line
        )
    });
    let found: Vec<String> = found.collect();
    assert_eq!(
        found,
        ["  one:2", "m S two:6", "m S three:7", "m Tr four:8"]
    );
}

#[test]
fn a_function_has_the_lines_of_its_documentation_too() {
    let text = "\n/// What\n/// it does.\n#[resilience_contract(\"a.b\")]\npub fn b(\n) -> R {\n  Ok(())\n}\n";
    let file = functions(text, &Cfg::default()).unwrap();
    assert_eq!(file.functions[0].lines, (2, 8));
}

#[test]
fn modules_in_other_files_are_named_with_their_path() {
    let file = functions(
        "mod a { mod b; } #[path = \"x.rs\"] mod c; #[cfg(windows)] mod d;",
        &Cfg::default(),
    )
    .unwrap();
    let modules: Vec<_> = file
        .modules
        .iter()
        .map(|m| (m.path.join("::"), m.file.clone()))
        .collect();
    assert_eq!(
        modules,
        [
            ("a::b".to_owned(), None),
            ("c".to_owned(), Some("x.rs".to_owned()))
        ]
    );
}

#[test]
fn what_is_not_asked_about_need_not_be_rust_either_way() {
    let cfg = Cfg::default();
    let contracted = "#[resilience_contract(\"a.b\")] fn f() {}";
    for nobodys in [
        "fn g() { 1 1 }",
        "fn g<const N: usize>(a: A<{ N }>) { 1 1 }",
    ] {
        let text = format!("{nobodys} {contracted}");
        assert_eq!(functions(&text, &cfg).unwrap().functions.len(), 1);
        assert_eq!(
            contracted_functions(&text, &cfg).unwrap().functions.len(),
            1
        );
    }
}

#[test]
fn the_attribute_is_found_under_its_other_names_if_it_takes_what_ours_does() {
    let text = "
        #[contract(\"a.b\", error = E)] fn b() { 1 }
        #[facade::contract(\"a.c\")] async fn c() { 2 }
        #[contract(requires = 1)] fn another_macro() { 3 }
        #[contract] fn without() { 4 }
        #[resilience_contract(\"a.d\")] fn d() { 5 }
        make! { #[contract(\"a.e\")] fn e() {} }
        make! { contract (1); contract!(x) }
    ";
    let ids = |cfg: &Cfg| -> (Vec<String>, usize) {
        let found = functions(text, cfg).unwrap();
        let only = contracted_functions(text, cfg).unwrap();
        assert_eq!(only.functions.len(), found.functions.len());
        let ids = found.functions.iter().filter_map(|function| {
            let attribute = function.attribute.as_ref().ok()?;
            Some(attribute.id.value())
        });
        (ids.collect(), found.hidden.len())
    };
    assert_eq!(ids(&Cfg::default()), (vec!["a.d".to_owned()], 0));
    let cfg = Cfg {
        aliases: ["contract".to_owned()].into(),
        ..Cfg::default()
    };
    let expected = ["a.b", "a.c", "a.d"].map(str::to_owned).to_vec();
    assert_eq!(ids(&cfg), (expected, 1));
}
