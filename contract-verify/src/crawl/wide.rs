//! The same way over many files at once, for whoever makes plain data of each.
//!
//! Places in a source are good only on the thread that parsed it, so what is to be known
//! of a file is taken out of it there.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use contract_spec::source::{self, Cfg, SourceFile};

use super::{is_worth_parsing, place, read};
use crate::error::Result;
use crate::parallel;

/// Where a crate begins.
#[derive(Debug)]
pub(crate) struct Root {
    /// Its root file.
    pub(crate) file: PathBuf,
    /// Its name, as cargo knows it.
    pub(crate) name: String,
    pub(crate) cfg: Cfg,
    /// Whether files without a contract are looked into as well.
    pub(crate) all: bool,
}

/// A file, while it is looked at.
pub(crate) struct Sight<'a> {
    /// The index of the crate's root.
    pub(crate) root: usize,
    pub(crate) file: &'a Path,
    /// The modules that the file stands for, the crate first.
    pub(crate) modules: &'a [String],
    /// What it holds; an error where it is no Rust, as far as can be told.
    pub(crate) found: syn::Result<SourceFile>,
}

/// A file that is yet to be looked at.
struct Job {
    root: usize,
    file: PathBuf,
    modules: Vec<String>,
    /// Where its submodules lie.
    folder: PathBuf,
}

/// Looks at the files of crates on every processor. What comes back is in an order that
/// the files alone decide.
///
/// # Errors
/// Where a file cannot be read, and those of `look`.
pub(crate) fn crawl_all<R: Send>(
    roots: &[Root],
    look: impl Fn(Sight<'_>) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let begin = roots.iter().enumerate().map(|(index, root)| Job {
        root: index,
        file: root.file.clone(),
        modules: vec![root.name.replace('-', "_")],
        folder: root.file.parent().unwrap_or(&root.file).to_owned(),
    });
    let mut open: Vec<Job> = begin.collect();
    let mut visited = HashSet::new();
    let mut results = Vec::new();
    while !open.is_empty() {
        open.retain(|job| visited.insert((job.root, job.file.clone())));
        let looked = parallel::map(parallel::jobs(), &open, |job| {
            visit(job, &roots[job.root], &look)
        })?;
        open.clear();
        for (result, inner) in looked {
            results.extend(result);
            open.extend(inner);
        }
    }
    Ok(results)
}

/// Looks at one file, and finds those of its modules.
fn visit<R>(
    job: &Job,
    root: &Root,
    look: &impl Fn(Sight<'_>) -> Result<R>,
) -> Result<(Option<R>, Vec<Job>)> {
    let text = read(&job.file)?;
    let Some(text) = text.filter(|text| root.all || is_worth_parsing(text, &root.cfg)) else {
        return Ok((None, Vec::new()));
    };
    let functions = match root.all {
        true => source::functions,
        false => source::contracted_functions,
    };
    let found = functions(&text, &root.cfg);
    let modules = found.iter().flat_map(|found| &found.modules);
    let inner = modules.filter_map(|module| {
        let (file, folder) = place(module, &job.file, &job.folder)?;
        Some(Job {
            root: job.root,
            file,
            modules: job.modules.iter().chain(&module.path).cloned().collect(),
            folder,
        })
    });
    let inner = inner.collect();
    let result = look(Sight {
        root: job.root,
        file: &job.file,
        modules: &job.modules,
        found,
    })?;
    Ok((Some(result), inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_through_their_modules_each_once_and_in_the_same_order() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "lib.rs",
            "mod a; mod b; mod lost; #[path = \"b.rs\"] mod again;",
        );
        write("a.rs", "mod inner; fn f() -> Result<(), E> { Ok(()) }");
        write("a/inner.rs", "// resilience_contract\nfn {");
        write("b.rs", "mod own {}");
        let root = |all| Root {
            file: folder.path().join("lib.rs"),
            name: "my-crate".into(),
            cfg: Cfg::default(),
            all,
        };
        let seen = |all| {
            crawl_all(&[root(all)], |sight| {
                let is_rust = if sight.found.is_ok() {
                    ""
                } else {
                    " is no Rust"
                };
                Ok(format!("{}{is_rust}", sight.modules.join("::")))
            })
            .unwrap()
        };
        let inner = "my_crate::a::inner is no Rust";
        for _ in 0..10 {
            assert_eq!(
                seen(true),
                ["my_crate", "my_crate::a", "my_crate::b", inner]
            );
            assert_eq!(seen(false), ["my_crate", "my_crate::a", inner]);
        }
    }
}
