//! What tests say in so many words: which names stand in their bodies, and in those of the
//! helpers in test code that they call.
//!
//! A test that notices a mutant without naming the variant has noticed it by what some code
//! made of it. That is worth knowing, and no more: names are read, not understood.

use std::collections::{BTreeMap, HashMap, HashSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::visit::{self, Visit};
use syn::{Item, ItemFn, ItemMod};

use crate::compiled::relative;
use crate::contracts::package_root;
use crate::sources::{self, is_cfg_test, is_test};
use crate::workspace::Workspace;

/// The names in the tests of the selected packages, by the name of the test's function.
#[derive(Debug, Default)]
pub(crate) struct Naming {
    tests: HashMap<String, Names>,
    /// `Enum::Variant` in tests, and where each stands first.
    paths: BTreeMap<(String, String), Site>,
    /// How many enums of a name the sources declare, as far as can be told without types.
    enums: HashMap<String, usize>,
}

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

type Names = HashSet<String>;

impl Naming {
    /// Reads the tests of the selected packages.
    pub(crate) fn of(workspace: &Workspace) -> Self {
        let mut reader = Reader::default();
        let root = workspace.root();
        for package in workspace.packages() {
            let folder = package_root(package);
            // What lies in a folder of tests is compiled for them alone.
            let roots = package.targets.iter().filter(|target| target.is_test());
            let of_tests: Vec<_> = roots
                .filter_map(|target| target.src_path.parent())
                .collect();
            let members = workspace.metadata.workspace_packages();
            let dependencies = package.dependencies.iter();
            let others = dependencies
                .filter(|of| !members.iter().any(|member| *member.name == of.name))
                .map(|of| of.rename.as_ref().unwrap_or(&of.name).replace('-', "_"));
            reader.others = others.chain(["std".to_owned()]).collect();
            sources::each(&folder, &mut |path| {
                let is_test = of_tests.iter().any(|folder| path.starts_with(folder));
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                reader.enums(&text);
                if is_test || text.contains("test") {
                    reader.file(&relative(&root, &path), &text, is_test);
                }
            });
        }
        reader.end()
    }

    /// Whether a test names something; `None` where the test's function was not found, as
    /// one that a macro makes.
    pub(crate) fn names(&self, test: &str, name: &str) -> Option<bool> {
        let mut segments = test
            .split("::")
            .filter_map(|name| self.tests.get(name))
            .peekable();
        segments.peek()?;
        Some(segments.any(|names| names.contains(name)))
    }

    /// `Enum::Variant` in tests, and where each stands first; none of an enum of another
    /// crate, nor of one whose name is that of several.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (&str, &str, &Site)> {
        let paths = self.paths.iter();
        let paths = paths.filter(|((of, _), _)| self.enums.get(of) == Some(&1));
        paths.map(|((of, variant), site)| (of.as_str(), variant.as_str(), site))
    }
}

#[derive(Default)]
struct Reader {
    tests: HashMap<String, Names>,
    helpers: HashMap<String, Names>,
    paths: BTreeMap<(String, String), Site>,
    enums: HashMap<String, usize>,
    /// The crates that the package depends on and that are not of the workspace.
    others: HashSet<String>,
}

impl Reader {
    /// Counts the enums of a source, one in a comment too: then there may be two.
    fn enums(&mut self, text: &str) {
        for (at, word) in text.match_indices("enum ") {
            let name = text[at + word.len()..].trim_start();
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
            let name = &name[..end.unwrap_or(name.len())];
            if !name.is_empty() {
                *self.enums.entry(name.to_owned()).or_default() += 1;
            }
        }
    }

    fn file(&mut self, shown: &str, text: &str, is_test: bool) {
        // What cannot be read was said before.
        let Ok(file) = syn::parse_file(text) else {
            return;
        };
        let mut visitor = Visitor {
            reader: self,
            shown,
            is_test,
            tests: Vec::new(),
            beside: Names::new(),
            foreign: Names::new(),
        };
        for item in &file.items {
            visitor.imports(item);
        }
        visitor.visit_file(&file);
        let Visitor { tests, beside, .. } = visitor;
        for test in tests {
            let names = self.tests.entry(test).or_default();
            names.extend(beside.iter().cloned());
        }
    }

    /// Adds to each test what stands in the helpers that it names, and in those that they name.
    fn end(mut self) -> Naming {
        for names in self.tests.values_mut() {
            let mut new: Vec<String> = names.iter().cloned().collect();
            while let Some(name) = new.pop() {
                for more in self.helpers.get(&name).into_iter().flatten() {
                    if names.insert(more.clone()) {
                        new.push(more.clone());
                    }
                }
            }
        }
        Naming {
            tests: self.tests,
            paths: self.paths,
            enums: self.enums,
        }
    }
}

struct Visitor<'a> {
    reader: &'a mut Reader,
    shown: &'a str,
    is_test: bool,
    /// The tests of the file.
    tests: Vec<String>,
    /// The names in test code that is no function.
    beside: Names,
    /// The names that `use` brings in from another crate, anywhere in the file.
    foreign: Names,
}

impl Visitor<'_> {
    /// Notes what an item, or one in its braces, brings in from another crate.
    fn imports(&mut self, item: &Item) {
        match item {
            Item::Use(item) => {
                let mut root = None;
                for token in item.tree.to_token_stream() {
                    if let TokenTree::Ident(ident) = token {
                        root = Some(ident.to_string());
                        break;
                    }
                }
                if root.is_some_and(|root| self.reader.others.contains(&root)) {
                    read(
                        item.tree.to_token_stream(),
                        &mut self.foreign,
                        &mut |_, _, _, _| {},
                    );
                }
            }
            Item::Mod(inner) => {
                for item in inner.content.iter().flat_map(|(_, items)| items) {
                    self.imports(item);
                }
            }
            _ => {}
        }
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let outside = self.is_test;
        self.is_test |= is_cfg_test(&item.attrs);
        visit::visit_item_mod(self, item);
        self.is_test = outside;
    }

    /// Tables of cases, methods of helpers: whatever stands in test code beside functions may be
    /// what a test of the same file looks at.
    fn visit_item(&mut self, item: &'ast Item) {
        let is_other = !matches!(item, Item::Fn(_) | Item::Mod(_) | Item::Use(_));
        if self.is_test && is_other {
            read(
                item.to_token_stream(),
                &mut self.beside,
                &mut |_, _, _, _| {},
            );
        }
        visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        let is_test = is_test(&item.attrs);
        if is_test || self.is_test {
            let name = item.sig.ident.to_string();
            if is_test {
                self.tests.push(name.clone());
            }
            let of = match is_test {
                true => self.reader.tests.entry(name),
                false => self.reader.helpers.entry(name),
            };
            let names = of.or_default();
            let paths = &mut self.reader.paths;
            // With its attributes, in which cases stand.
            let (others, foreign) = (&self.reader.others, &self.foreign);
            read(
                item.to_token_stream(),
                names,
                &mut |root, of, variant, site| {
                    if others.contains(root) || foreign.contains(&of) {
                        return;
                    }
                    let (line, column) = site;
                    paths.entry((of, variant)).or_insert_with(|| Site {
                        file: self.shown.to_owned(),
                        line,
                        column,
                    });
                },
            );
        }
    }
}

/// Collects identifiers, words in texts, and paths of two, each with what the path begins with.
fn read(
    tokens: TokenStream,
    names: &mut Names,
    path: &mut impl FnMut(&str, String, String, (usize, usize)),
) {
    let mut before: Option<String> = None;
    let mut root = String::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                names.insert(name.clone());
                if colons == 2
                    && let Some(of) = before.take()
                {
                    let start = ident.span().start();
                    path(&root, of, name.clone(), (start.line, start.column + 1));
                } else {
                    root.clone_from(&name);
                }
                before = Some(name);
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            TokenTree::Group(group) => {
                read(group.stream(), names, path);
                before = None;
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
                names.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
                before = None;
            }
            TokenTree::Punct(_) => before = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
        fn not_in_tests() { E::Hidden; }
        #[cfg(test)]
        mod tests {
            fn expect_late(error: E) { deeper(error) }
            fn deeper(error: E) { assert!(matches!(error, E::Late)) }
            #[test]
            fn direct() { assert_eq!(f(), Err(crate::E::Gone)); not_in_tests() }
            use other::errors::{F, G};
            #[test]
            fn of_others() { (Twice::A, other::E::Theirs, F::A, Unknown::A); }
            #[tokio::test]
            async fn through_helpers() { expect_late(f().await.unwrap_err()) }
            #[rstest]
            #[case(E::Full)]
            fn by_case(#[case] error: E) { assert_eq!(f(), Err(error)) }
            const CASES: &[E] = &[E::Listed];
            #[test]
            #[should_panic(expected = "it is Odd")]
            fn by_text() { f().unwrap() }
        }
    "#;

    fn naming() -> Naming {
        let mut reader = Reader {
            others: HashSet::from(["other".to_owned()]),
            ..Reader::default()
        };
        reader
            .enums("pub enum E { A } mod a { enum Twice {} } enum Twice { A } enum F<T> { A(T) }");
        reader.file("src/lib.rs", SOURCE, false);
        reader.end()
    }

    #[test]
    fn a_test_names_what_stands_in_it_and_in_its_helpers() {
        let naming = naming();
        for (test, name, expected) in [
            ("tests::direct", "Gone", Some(true)),
            ("tests::direct", "Late", Some(false)),
            ("tests::direct", "Hidden", Some(false)),
            ("tests::through_helpers", "Late", Some(true)),
            ("tests::through_helpers", "Gone", Some(false)),
            ("tests::by_case::case_1", "Full", Some(true)),
            ("tests::by_text", "Odd", Some(true)),
            ("tests::by_text", "Listed", Some(true)),
            ("tests::by_text", "Late", Some(false)),
            ("tests::made_by_a_macro", "Gone", None),
        ] {
            assert_eq!(naming.names(test, name), expected, "{test} {name}");
        }
    }

    #[test]
    fn paths_of_two_are_known_with_their_places() {
        let naming = naming();
        // Not those of another crate, nor of two enums of one name.
        let paths: Vec<_> = naming.paths().collect();
        let variants: Vec<_> = paths.iter().map(|(_, variant, _)| *variant).collect();
        assert_eq!(variants, ["Full", "Gone", "Late"]);
        assert_eq!((paths[1].2.line, paths[1].2.column), (8, 57));
    }
}
