//! From a target's root file to the files of all its modules, as rustc would look for them.
//!
//! Knows files and `mod`, and nothing of builds: a verification run crawls what was built,
//! `check` whatever stands there.

mod wide;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use contract_spec::source::{self, ATTRIBUTE, Cfg, Module, SourceFunction, Uncontracted};
use proc_macro2::Span;

use crate::error::{Error, Result};
pub(crate) use wide::{Root, Sight, crawl_all};

/// Who is told what is found on the way.
pub(crate) trait Visitor {
    /// A contracted function of a file; `modules` are those that the file stands for, the
    /// crate first.
    fn function(
        &mut self,
        file: &Path,
        modules: &[String],
        function: &SourceFunction,
    ) -> Result<()>;

    /// Whether files without a contract are looked into as well.
    fn wants_all(&self) -> bool {
        false
    }

    /// A file that was read, whatever is in it.
    fn file(&mut self, _file: &Path, _modules: &[String], _text: &str) {}

    /// A function that could have a contract and has none.
    fn uncontracted(&mut self, _file: &Path, _modules: &[String], _function: &Uncontracted) {}

    /// A macro that mentions the attribute, so that functions may come out of it.
    fn hidden(&mut self, _file: &Path, _place: Span) {}

    /// A macro of a name that the search for branches knows, defined by the crate itself.
    fn redefined(&mut self, _name: &'static str) {}

    /// A file that is no Rust, as far as can be told.
    fn unreadable(&mut self, _file: &Path, _error: &syn::Error) {}
}

/// Visits the contracted functions of a crate, from its root file on.
pub(crate) fn crawl(root: &Path, name: &str, cfg: &Cfg, visitor: &mut dyn Visitor) -> Result<()> {
    let mut crawler = Crawler {
        cfg,
        visitor,
        visited: HashSet::new(),
    };
    let folder = root.parent().unwrap_or(root);
    crawler.file(root, &[name.replace('-', "_")], folder)
}

struct Crawler<'a> {
    cfg: &'a Cfg,
    visitor: &'a mut dyn Visitor,
    visited: HashSet<PathBuf>,
}

impl Crawler<'_> {
    /// Reads a file and the modules it names. `folder` is where its submodules lie.
    fn file(&mut self, file: &Path, modules: &[String], folder: &Path) -> Result<()> {
        if !self.visited.insert(file.to_owned()) {
            return Ok(());
        }
        let Some(text) = read(file)? else {
            return Ok(());
        };
        for name in source::redefined(&text) {
            self.visitor.redefined(name);
        }
        if !self.visitor.wants_all() && !is_worth_parsing(&text, self.cfg) {
            return Ok(());
        }
        self.visitor.file(file, modules, &text);
        let functions = match self.visitor.wants_all() {
            true => source::functions,
            false => source::contracted_functions,
        };
        let found = match functions(&text, self.cfg) {
            Ok(found) => found,
            Err(error) => {
                self.visitor.unreadable(file, &error);
                return Ok(());
            }
        };
        for place in &found.hidden {
            self.visitor.hidden(file, *place);
        }
        for function in &found.functions {
            self.visitor.function(file, modules, function)?;
        }
        for function in &found.uncontracted {
            self.visitor.uncontracted(file, modules, function);
        }
        for module in &found.modules {
            let inner: Vec<String> = modules.iter().chain(&module.path).cloned().collect();
            if let Some((path, folder)) = place(module, file, folder) {
                self.file(&path, &inner, &folder)?;
            }
        }
        Ok(())
    }
}

/// The text of a source file; `None` for one that is not there: a `cfg` that we cannot
/// judge leaves it out, or rustc will miss it too.
fn read(file: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let path = file.to_owned();
            Err(Error::Read { path, error })
        }
    }
}

/// The file of a module, and where its own submodules lie.
fn place(module: &Module, file: &Path, folder: &Path) -> Option<(PathBuf, PathBuf)> {
    let (name, around) = module.path.split_last()?;
    let around = around
        .iter()
        .fold(folder.to_owned(), |path, part| path.join(part));
    if let Some(named) = &module.file {
        // Relative to the file's own folder, or that of the inline modules around it.
        let base = if module.path.len() > 1 {
            around
        } else {
            file.parent().unwrap_or(file).to_owned()
        };
        let path = base.join(named);
        let folder = path.parent().unwrap_or(&path).to_owned();
        return Some((path, folder));
    }
    let name = name.trim_start_matches("r#");
    let folder = around.join(name);
    let flat = around.join(format!("{name}.rs"));
    let path = if flat.exists() {
        flat
    } else {
        folder.join("mod.rs")
    };
    Some((path, folder))
}

/// Whether a file can hold a contracted function or name another file.
///
/// Most files of a large project hold neither, and looking for two words is a hundred
/// times cheaper than parsing.
fn is_worth_parsing(text: &str, cfg: &Cfg) -> bool {
    text.contains(ATTRIBUTE)
        || names_a_file(text)
        || cfg.aliases.iter().any(|alias| text.contains(alias))
}

/// Whether there may be a `mod name;` in the text; a comment in between counts as one.
fn names_a_file(text: &str) -> bool {
    text.match_indices("mod").any(|(at, word)| {
        let after = &text[at + word.len()..];
        let name = after.trim_start();
        if name.len() == after.len() {
            return after.starts_with("/*") || after.starts_with("//");
        }
        let rest = name.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '#'));
        rest.trim_start().starts_with([';', '/'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_names_another_is_parsed() {
        let is_worth_parsing = |text| is_worth_parsing(text, &Cfg::default());
        for text in [
            "mod a;",
            "pub(crate) mod r#type ;",
            "#[path = \"x.rs\"]\nmod\n  a\n;",
            "mod/* why */a;",
            "mod a // why\n;",
        ] {
            assert!(is_worth_parsing(text), "{text}");
        }
        assert!(is_worth_parsing(
            "#[resilience_contract(\"a.b\")] fn b() {}"
        ));
    }

    #[test]
    fn a_file_without_modules_and_contracts_is_not() {
        let is_worth_parsing = |text| is_worth_parsing(text, &Cfg::default());
        for text in [
            "",
            "fn mode() {}",
            "#[cfg(test)]\nmod tests { use super::*; }",
            "let model = 1;",
        ] {
            assert!(!is_worth_parsing(text), "{text}");
        }
    }

    #[test]
    fn modules_are_looked_for_where_rustc_looks() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("b")).unwrap();
        std::fs::write(root.join("a.rs"), "").unwrap();
        let module = |path: &[&str], file: Option<&str>| Module {
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            file: file.map(str::to_owned),
        };
        let found = |module: &Module| {
            let (path, folder) = place(module, &root.join("lib.rs"), root).unwrap();
            let inside = |path: PathBuf| {
                path.strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/")
            };
            (inside(path), inside(folder))
        };
        let pair = |path: &str, folder: &str| (path.to_owned(), folder.to_owned());
        assert_eq!(found(&module(&["a"], None)), pair("a.rs", "a"));
        assert_eq!(found(&module(&["b"], None)), pair("b/mod.rs", "b"));
        assert_eq!(found(&module(&["r#b"], None)), pair("b/mod.rs", "b"));
        assert_eq!(
            found(&module(&["inline", "c"], None)),
            pair("inline/c/mod.rs", "inline/c")
        );
        assert_eq!(
            found(&module(&["d"], Some("other/e.rs"))),
            pair("other/e.rs", "other")
        );
        assert_eq!(
            found(&module(&["inline", "d"], Some("e.rs"))),
            pair("inline/e.rs", "inline")
        );
    }
}
