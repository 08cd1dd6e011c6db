//! Whether an item is compiled at all, as far as its `#[cfg]` can tell.

use std::collections::BTreeSet;

use syn::{Attribute, Expr, Lit, Meta, Token, punctuated::Punctuated};

/// The configuration that a package is built with.
#[derive(Debug, Clone, Default)]
pub struct Cfg {
    /// `unix`, `debug_assertions` …
    pub names: BTreeSet<String>,
    /// `("target_os", "linux")`, `("feature", "probe")` …
    pub values: BTreeSet<(String, String)>,
    /// Whether it is a build for tests; `None` where both are built.
    pub test: Option<bool>,
    /// What else the attribute is called there: `use … as contract`, or a facade's own name.
    pub aliases: BTreeSet<String>,
}

impl Cfg {
    /// Reads what `rustc --print cfg` prints.
    pub fn parse(printed: &str) -> Self {
        let mut cfg = Self::default();
        printed.lines().for_each(|line| cfg.add(line));
        cfg
    }

    /// Adds one line of that, or what a build script printed after `rustc-cfg=`.
    pub fn add(&mut self, line: &str) {
        match line.split_once('=') {
            Some((key, value)) => {
                let value = value.trim_matches('"').to_owned();
                self.values.insert((key.trim().to_owned(), value));
            }
            None => {
                self.names.insert(line.trim().to_owned());
            }
        }
    }

    /// Whether attributes leave an item in; in doubt they do.
    pub fn allows(&self, attributes: &[Attribute]) -> bool {
        attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"))
            .filter_map(|attribute| attribute.parse_args::<Meta>().ok())
            .all(|meta| self.holds(&meta) != Some(false))
    }

    /// `None` for what depends on the target, such as `test` where both are built.
    pub(super) fn holds(&self, meta: &Meta) -> Option<bool> {
        match meta {
            Meta::Path(path) if path.is_ident("test") => self.test,
            Meta::Path(path) if path.is_ident("true") => Some(true),
            Meta::Path(path) if path.is_ident("false") => Some(false),
            Meta::Path(path) => Some(self.names.contains(&path.get_ident()?.to_string())),
            Meta::NameValue(pair) => {
                let Expr::Lit(literal) = &pair.value else {
                    return None;
                };
                let Lit::Str(value) = &literal.lit else {
                    return None;
                };
                let key = pair.path.get_ident()?.to_string();
                Some(self.values.contains(&(key, value.value())))
            }
            Meta::List(list) => {
                let inner = list
                    .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
                    .ok()?;
                let held: Vec<Option<bool>> = inner.iter().map(|m| self.holds(m)).collect();
                if list.path.is_ident("not") {
                    return held.first().copied().flatten().map(|held| !held);
                }
                let decisive = list.path.is_ident("any");
                if !decisive && !list.path.is_ident("all") {
                    return None;
                }
                if held.contains(&Some(decisive)) {
                    Some(decisive)
                } else if held.contains(&None) {
                    None
                } else {
                    Some(!decisive)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(attribute: &str) -> bool {
        let cfg = Cfg::parse("unix\ntarget_os=\"linux\"\nfeature=\"a\"\n");
        let item: syn::ItemFn = syn::parse_str(&format!("{attribute} fn f() {{}}")).unwrap();
        cfg.allows(&item.attrs)
    }

    #[test]
    fn only_what_is_certainly_false_is_left_out() {
        assert!(allows("#[cfg(unix)]"));
        assert!(!allows("#[cfg(windows)]"));
        assert!(allows("#[cfg(feature = \"a\")]"));
        assert!(!allows("#[cfg(feature = \"b\")]"));
        assert!(allows("#[cfg(any(windows, target_os = \"linux\"))]"));
        assert!(!allows("#[cfg(all(unix, feature = \"b\"))]"));
        assert!(!allows("#[cfg(not(unix))]"));
    }

    #[test]
    fn test_is_undecided_because_a_library_is_built_both_ways() {
        assert!(allows("#[cfg(test)]"));
        assert!(allows("#[cfg(not(test))]"));
        assert!(!allows("#[cfg(all(test, windows))]"));
    }

    #[test]
    fn what_only_tests_have_is_known_where_test_is_decided() {
        let cfg = Cfg {
            test: Some(false),
            ..Cfg::default()
        };
        let item: syn::ItemFn = syn::parse_str("#[cfg(any(test, no))] fn f() {}").unwrap();
        assert!(!cfg.allows(&item.attrs));
        let item: syn::ItemFn = syn::parse_str("#[cfg(not(test))] fn f() {}").unwrap();
        assert!(cfg.allows(&item.attrs));
    }
}
