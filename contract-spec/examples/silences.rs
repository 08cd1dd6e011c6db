//! Every silent failure in functions that return a `Result`, contracted or not: what the
//! precision of the finder is measured with.
//!
//!     cargo run --release --package contract-spec --example silences -- FOLDER…
//!
//! A line for each, with tabs between: file, line, column, code, tier, function. Code that
//! only tests have is left out. Of what a statement throws away (RC210) only the compiler
//! knows whether it is a `Result`; here every such value is listed.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use contract_spec::source::Returned;
use contract_spec::source::silent::{self, DISCARDED, Pattern, Tier};
use proc_macro2::{LineColumn, Span};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Block, Expr, ImplItemFn, Item, ItemFn, Meta, Signature, Token, TraitItemFn, Type,
};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for folder in std::env::args_os().skip(1) {
        let mut files = Vec::new();
        sources(Path::new(&folder), &mut files)?;
        files.sort();
        for file in files {
            let text = std::fs::read_to_string(&file)?;
            // What this version of syn cannot parse is said, for it is not counted.
            let Ok(mut parsed) = syn::parse_file(&text) else {
                writeln!(out, "{}\t0\t0\tunread\t-\t-", file.display())?;
                continue;
            };
            let mut finder = Finder::default();
            finder.visit_file_mut(&mut parsed);
            writeln!(
                out,
                "{}\t0\t0\tread\t{}\t{}",
                file.display(),
                finder.functions,
                text.lines().count()
            )?;
            for hit in finder.hits {
                let tier = match hit.pattern.tier {
                    Tier::Error => "error",
                    Tier::Warning => "warning",
                };
                let LineColumn { line, column } = hit.at;
                let (code, of) = (hit.pattern.code, hit.function);
                let file = file.display();
                writeln!(out, "{file}\t{line}\t{}\t{code}\t{tier}\t{of}", column + 1)?;
            }
        }
    }
    Ok(())
}

/// The sources of a package, without its tests, benchmarks and examples.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default();
        let name = name.to_string_lossy();
        let of_tests = ["tests", "test", "benches", "examples", "target", "testdata"];
        if of_tests.contains(&&*name) || name.ends_with("_tests") || name.ends_with("_test") {
            continue;
        }
        if path.is_dir() {
            sources(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

struct Hit {
    pattern: &'static Pattern,
    at: LineColumn,
    function: String,
}

#[derive(Default)]
struct Finder {
    functions: usize,
    hits: Vec<Hit>,
}

impl Finder {
    fn function(&mut self, signature: &Signature, body: &mut Block) {
        if !can_fail(signature) {
            return;
        }
        self.functions += 1;
        let function = signature.ident.to_string();
        let mut thrown: Vec<Span> = Vec::new();
        let found = silent::find(&mut body.clone(), &[], &mut |discard| {
            // What `?` gives is none, and a type that is written out tells.
            if !matches!(discard.value, Expr::Try(_)) && discard.kind.is_none() {
                thrown.push(discard.value.span());
            }
            None
        });
        let silences = found
            .silences
            .iter()
            .map(|found| (found.pattern, found.span));
        let thrown = thrown.into_iter().map(|span| (&DISCARDED, span));
        let mut hits: Vec<Hit> = silences
            .chain(thrown)
            .map(|(pattern, span)| Hit {
                pattern,
                at: span.start(),
                function: function.clone(),
            })
            .collect();
        hits.sort_by_key(|hit| (hit.at, hit.pattern.code));
        self.hits.append(&mut hits);
    }
}

impl VisitMut for Finder {
    fn visit_item_mut(&mut self, item: &mut Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Trait(item) => &item.attrs,
            _ => return,
        };
        if !of_tests(attributes) {
            visit_mut::visit_item_mut(self, item);
        }
    }

    fn visit_item_fn_mut(&mut self, item: &mut ItemFn) {
        self.function(&item.sig, &mut item.block);
        visit_mut::visit_item_fn_mut(self, item);
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut ImplItemFn) {
        if !of_tests(&item.attrs) {
            self.function(&item.sig, &mut item.block);
            visit_mut::visit_impl_item_fn_mut(self, item);
        }
    }

    fn visit_trait_item_fn_mut(&mut self, item: &mut TraitItemFn) {
        if let Some(body) = &mut item.default {
            self.function(&item.sig, body);
            visit_mut::visit_block_mut(self, body);
        }
    }
}

/// Whether only tests have an item: `#[test]`, `#[cfg(test)]`, `#[cfg(all(test, …))]`.
fn of_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        let of_cfg = attribute
            .path()
            .is_ident("cfg")
            .then(|| attribute.parse_args::<Meta>());
        last.is_some_and(|last| last.ident == "test")
            || matches!(of_cfg, Some(Ok(meta)) if needs_test(&meta))
    })
}

fn needs_test(meta: &Meta) -> bool {
    match meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => {
            let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
            let inner = list.parse_args_with(parser);
            inner.is_ok_and(|inner| inner.iter().any(needs_test))
        }
        _ => false,
    }
}

/// Whether a signature says `Result`, by that name or as an alias that ends in it.
fn can_fail(signature: &Signature) -> bool {
    let (Returned::Value(output) | Returned::Future(output) | Returned::BoxedFuture(output)) =
        Returned::of(signature)
    else {
        return false;
    };
    let Type::Path(path) = output else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident.to_string().ends_with("Result"))
}
