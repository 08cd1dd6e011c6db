//! Where names stand in the sources: what has a name that stands nowhere else concerns
//! nobody else.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use cargo_metadata::Metadata;
use proc_macro2::{TokenStream, TokenTree};

use super::items::Items;
use super::{is_for_tests, local, package_of};
use crate::contracts::package_root;
use crate::sources;

/// Every identifier in the sources that lie here, with its places.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    places: HashMap<String, Vec<Mention>>,
    /// Whether a source takes in others by paths that lead out of its folder.
    pub(super) reach_out: bool,
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
            sources::each(&package_root(package), &mut |file| {
                let text = std::fs::read_to_string(&file).unwrap_or_default();
                let of_tests =
                    package_of(metadata, &file).is_some_and(|package| is_for_tests(package, &file));
                found.file(&package.name, &file, &text, of_tests);
            });
        }
        found
    }

    fn file(&mut self, package: &str, file: &Path, text: &str, of_tests: bool) {
        self.reach_out |= text.contains("#[path") && text.contains("\"..");
        let items = Items::of(text).unwrap_or_default();
        let tokens: TokenStream = text.parse().unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_wherever_it_stands() {
        let text =
            "fn f() {\n    f();\n}\nfn g() {}\n#[test]\nfn t() {\n    f(); g();\n}\nm! { h }\n";
        let mut mentions = Mentions::default();
        let file = Path::new("src/lib.rs");
        mentions.file("a", file, text, false);
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
        mentions.file("a", file, "#[path = \"../x.rs\"] mod x;", false);
        assert!(mentions.reach_out);
    }
}
