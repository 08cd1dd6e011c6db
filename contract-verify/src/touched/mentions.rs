//! Where names stand in the sources: what has a name that stands nowhere else concerns
//! nobody else; and which other files they speak of.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::path::{Component, Path, PathBuf};

use cargo_metadata::Metadata;
use proc_macro2::{TokenStream, TokenTree};

use super::items::Items;
use super::{is_for_tests, local, package_of};
use crate::contracts::package_root;
use crate::shown::without_detours;
use crate::sources;

/// Every identifier in the sources that lie here, with its places.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    places: HashMap<String, Vec<Mention>>,
    /// Whether a source takes in others by paths that lead out of its folder.
    pub(super) reach_out: bool,
    /// What lies outside of the package of the source that says how to get there.
    outside: BTreeSet<PathBuf>,
    /// The parts of whatever a text in code could be a path to.
    parts: BTreeSet<String>,
}

#[derive(Debug)]
struct Mention {
    package: String,
    file: PathBuf,
    line: u32,
    in_test: bool,
}

impl Mentions {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let mut found = Self::default();
        for package in local(metadata) {
            let root = package_root(package);
            sources::each(&root, &mut |file| {
                let text = std::fs::read_to_string(&file).unwrap_or_default();
                let of_tests =
                    package_of(metadata, &file).is_some_and(|package| is_for_tests(package, &file));
                found.file(&package.name, &root, &file, &text, of_tests);
            });
        }
        found
    }

    fn file(&mut self, package: &str, root: &Path, file: &Path, text: &str, of_tests: bool) {
        self.reach_out |= text.contains("#[path") && text.contains("\"..");
        let items = Items::of(text).unwrap_or_default();
        let tokens: TokenStream = text.parse().unwrap_or_default();
        let mut texts = Vec::new();
        texts_of(tokens.clone(), &mut texts);
        for text in texts {
            self.text(root, file, &text);
        }
        self.tokens(tokens, &mut |line| Mention {
            package: package.to_owned(),
            file: file.to_owned(),
            line,
            in_test: of_tests || items.is_test(line),
        });
    }

    fn tokens(&mut self, tokens: TokenStream, mention: &mut impl FnMut(u32) -> Mention) {
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    let line = u32::try_from(name.span().start().line).unwrap_or(u32::MAX);
                    let places = self.places.entry(name.to_string()).or_default();
                    places.push(mention(line));
                }
                TokenTree::Group(group) => self.tokens(group.stream(), mention),
                _ => {}
            }
        }
    }

    fn text(&mut self, root: &Path, file: &Path, text: &str) {
        let parts = text.split(['/', '\\']).filter(|part| !part.is_empty());
        self.parts.extend(parts.map(str::to_owned));
        // `env!("CARGO_MANIFEST_DIR")` may stand in front.
        let relative = Path::new(text.trim_start_matches('/'));
        let mut components = relative.components();
        let leads_up = components.next() == Some(Component::ParentDir);
        if !leads_up || !components.any(|part| matches!(part, Component::Normal(_))) {
            return;
        }
        // From the file, as `include_str!` goes, or from the package, as its tests do.
        let folder = file.parent().unwrap_or(root);
        let ways = [folder, root].map(|from| without_detours(&from.join(relative)));
        let outside = ways
            .into_iter()
            .filter(|path| !path.starts_with(root) && path.exists());
        self.outside.extend(outside);
    }

    /// Whether a source of another package says how to get to a file.
    pub(super) fn reaches(&self, path: &Path) -> bool {
        self.outside.iter().any(|outside| path.starts_with(outside))
    }

    /// Whether a source speaks of a file, or of a folder that it lies in, below `top`.
    pub(super) fn speaks_of(&self, path: &Path, top: &Path) -> bool {
        let mut below = path.strip_prefix(top).unwrap_or(path).iter();
        below.any(|part| self.parts.contains(&*part.to_string_lossy()))
    }

    /// Whether a name stands anywhere in these packages but in these lines of this file.
    pub(super) fn elsewhere(
        &self,
        packages: &BTreeSet<&str>,
        name: &str,
        file: &Path,
        lines: &RangeInclusive<u32>,
        with_tests: bool,
    ) -> bool {
        let places = self.places.get(name).into_iter().flatten();
        let places = places.filter(|place| packages.contains(place.package.as_str()));
        let mut others = places.filter(|place| with_tests || !place.in_test);
        others.any(|place| place.file != file || !lines.contains(&place.line))
    }
}

/// The texts among some tokens, but for documentation.
fn texts_of(tokens: TokenStream, found: &mut Vec<String>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    found.push(text.value());
                }
            }
            TokenTree::Ident(name) if name == "doc" => {
                // `doc = include_str!("…")` is no text yet.
                let is_equals = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '=');
                let is_text = |token: &TokenTree| matches!(token, TokenTree::Literal(_));
                if tokens.next_if(is_equals).is_some() {
                    tokens.next_if(is_text);
                }
            }
            TokenTree::Group(group) => texts_of(group.stream(), found),
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_wherever_it_stands() {
        let text =
            "fn f() {\n    f();\n}\nfn g() {}\n#[test]\nfn t() {\n    f(); g();\n}\nm! { h }\n";
        let mut mentions = Mentions::default();
        let file = Path::new("src/lib.rs");
        mentions.file("a", Path::new("/a"), file, text, false);
        let here = BTreeSet::from(["a"]);
        let elsewhere =
            |name, lines, with_tests| mentions.elsewhere(&here, name, file, &lines, with_tests);
        assert!(elsewhere("f", 1..=3, true));
        assert!(!elsewhere("f", 1..=3, false));
        assert!(elsewhere("h", 1..=1, false));
        assert!(!elsewhere("t", 5..=8, true));
        assert!(mentions.elsewhere(&here, "t", Path::new("b.rs"), &(5..=8), true));
        assert!(!mentions.elsewhere(&BTreeSet::from(["b"]), "f", file, &(5..=8), true));
        assert!(!mentions.reach_out);
        mentions.file(
            "a",
            Path::new("/a"),
            file,
            "#[path = \"../x.rs\"] mod x;",
            false,
        );
        assert!(mentions.reach_out);
    }

    #[test]
    fn texts_say_which_files_are_read_and_documentation_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("a");
        let shared = folder.path().join("shared");
        for made in [&root.join("src"), &root.join("b"), &shared] {
            std::fs::create_dir_all(made).unwrap();
        }
        let mut mentions = Mentions::default();
        let text = "//! See guide.md.\n#![doc = include_str!(\"../intro.md\")]\n\
            /// prompts/none.md\nconst A: &str = include_str!(\"../../shared\");\n\
            const B: &str = concat!(env!(\"X\"), \"/../gone\");\n\
            fn f() { read(r\"prompts/mail/\"); join(\"../b\"); join(\"..\"); }";
        mentions.file("a", &root, &root.join("src/lib.rs"), text, false);
        let speaks = |path: &str| mentions.speaks_of(&root.join(path), &root);
        assert!(speaks("intro.md") && speaks("prompts/mail/x.md") && speaks("mail/x.md"));
        assert!(!speaks("guide.md") && !speaks("none.md") && !speaks("x/y.md"));
        assert!(mentions.reaches(&shared.join("x.sql")));
        assert!(!mentions.reaches(&root.join("b/x.sql")));
        assert!(!mentions.reaches(&folder.path().join("gone")));
    }
}
