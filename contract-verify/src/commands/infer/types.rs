//! Where the types of a package lead: which library a field, a parameter or a path comes to.
//!
//! Syntax only: imports and structs are followed by their names, three structs deep, and
//! what cannot be followed is said not to be known.

use std::collections::HashMap;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Fields, Item, Type, UseTree};

use super::super::code::Sources;
use super::libraries::{Library, of_path};

/// How many structs are looked into, one in another.
const DEEPEST: usize = 3;

/// The types of a package.
#[derive(Debug, Default)]
pub(super) struct Types {
    /// By the index of the file, what a name stands for there.
    imports: Vec<HashMap<String, Vec<String>>>,
    /// By a struct's name, its file and its fields.
    structs: HashMap<String, (usize, Vec<Field>)>,
}

#[derive(Debug)]
struct Field {
    name: String,
    /// Every path in its type.
    paths: Vec<Vec<String>>,
}

impl Types {
    pub(super) fn of(sources: &Sources) -> Self {
        let mut types = Self::default();
        for (index, file) in sources.files.iter().enumerate() {
            types.imports.push(HashMap::new());
            if let Ok(parsed) = syn::parse_file(&file.text) {
                types.items(index, &parsed.items);
            }
        }
        types
    }

    fn items(&mut self, file: usize, items: &[Item]) {
        for item in items {
            match item {
                Item::Use(item) => import(&mut self.imports[file], &mut Vec::new(), &item.tree),
                Item::Struct(item) => {
                    let fields = match &item.fields {
                        Fields::Named(fields) => fields.named.iter().collect::<Vec<_>>(),
                        Fields::Unnamed(fields) => fields.unnamed.iter().collect(),
                        Fields::Unit => Vec::new(),
                    };
                    let fields = fields.into_iter().enumerate().map(|(at, field)| Field {
                        name: field
                            .ident
                            .as_ref()
                            .map_or_else(|| at.to_string(), ToString::to_string),
                        paths: paths(&field.ty),
                    });
                    self.structs
                        .entry(item.ident.to_string())
                        .or_insert((file, fields.collect()));
                }
                Item::Mod(item) => {
                    if let Some((_, items)) = &item.content {
                        self.items(file, items);
                    }
                }
                _ => {}
            }
        }
    }

    /// The library that a path of a file leads into.
    pub(super) fn path(&self, file: usize, path: &[String]) -> Option<&'static Library> {
        of_path(&self.expanded(file, path))
    }

    /// The library behind a type of a file.
    pub(super) fn of_type(&self, file: usize, of: &Type) -> Option<&'static Library> {
        self.behind(file, &paths(of), DEEPEST)
    }

    /// The library behind a field of a struct.
    pub(super) fn of_field(&self, owner: &str, field: &str) -> Option<&'static Library> {
        let (file, fields) = self.structs.get(owner)?;
        let field = fields.iter().find(|known| known.name == field)?;
        self.behind(*file, &field.paths, DEEPEST)
    }

    fn behind(&self, file: usize, paths: &[Vec<String>], depth: usize) -> Option<&'static Library> {
        let direct = paths.iter().find_map(|path| self.path(file, path));
        if direct.is_some() || depth == 0 {
            return direct;
        }
        paths.iter().find_map(|path| {
            let (file, fields) = self.structs.get(path.last()?)?;
            fields
                .iter()
                .find_map(|field| self.behind(*file, &field.paths, depth - 1))
        })
    }

    /// A path with its first name as it was imported.
    fn expanded(&self, file: usize, path: &[String]) -> Vec<String> {
        let first = path.first().and_then(|first| self.imports[file].get(first));
        match first {
            Some(imported) => imported.iter().chain(&path[1..]).cloned().collect(),
            None => path.to_vec(),
        }
    }
}

/// Notes what the names of a `use` stand for.
fn import(names: &mut HashMap<String, Vec<String>>, before: &mut Vec<String>, tree: &UseTree) {
    let mut note = |name: String, last: String| {
        // `use std::fs::{self}` is `use std::fs`.
        let path = if last == "self" {
            before.clone()
        } else {
            before.iter().cloned().chain([last]).collect()
        };
        let name = if name == "self" {
            path.last().cloned().unwrap_or_default()
        } else {
            name
        };
        names.insert(name, path);
    };
    match tree {
        UseTree::Name(name) => note(name.ident.to_string(), name.ident.to_string()),
        UseTree::Rename(rename) => note(rename.rename.to_string(), rename.ident.to_string()),
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            import(names, before, &path.tree);
            before.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                import(names, before, tree);
            }
        }
        _ => {}
    }
}

/// Every path in a type: `Arc<reqwest::Client>` has `Arc` and `reqwest::Client`.
fn paths(of: &Type) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    collect(of.to_token_stream(), &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<Vec<String>>) {
    let mut joined = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                match found.last_mut() {
                    Some(path) if joined => path.push(name),
                    _ => found.push(vec![name]),
                }
                joined = false;
            }
            TokenTree::Punct(punct) => joined = punct.as_char() == ':',
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Literal(_) => joined = false,
        }
    }
}
