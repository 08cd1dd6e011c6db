//! Where the types of a package lead: which library a field, a parameter or a path comes to.
//!
//! Syntax only: imports and structs are followed by their names, three structs deep, and
//! what cannot be followed is said not to be known.

use std::collections::HashMap;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Fields, Item, Type, UseTree};

use super::super::code::{Sources, is_for_tests};
use super::error::Aliases;
use super::libraries::{Library, of_path};

/// How many structs are looked into, one in another.
const DEEPEST: usize = 3;

/// Types that lead nowhere but to another task.
const IN_PROCESS: &[&str] = &[
    "Mutex",
    "RwLock",
    "Semaphore",
    "Sender",
    "Receiver",
    "UnboundedSender",
    "UnboundedReceiver",
    "Notify",
    "Barrier",
    "OnceCell",
    "OnceLock",
    "JoinSet",
    "JoinHandle",
    "CancellationToken",
];

/// What is handed from task to task, whatever it carries.
const CHANNELS: &[&str] = &["Sender", "Receiver", "UnboundedSender", "UnboundedReceiver"];

/// The types of a package.
#[derive(Default)]
pub(super) struct Types {
    /// By the index of the file, what a name stands for there.
    imports: Vec<HashMap<String, Vec<String>>>,
    /// By a struct's name, its file and its fields.
    structs: HashMap<String, (usize, Vec<Field>)>,
    /// By the index of the file, the crate and the modules that it stands for.
    modules: Vec<Vec<String>>,
    /// By a type's name, the files that declare one, and whether as an enum.
    declared: HashMap<String, Vec<(usize, bool)>>,
    /// By the index of the file, what it takes everything of: `use crate::prelude::*`.
    globs: Vec<Vec<Vec<String>>>,
    /// Modules under `#[cfg(test)]`.
    test_modules: Vec<Vec<String>>,
    pub(super) aliases: Aliases,
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
            types.modules.push(file.modules.clone());
            types.globs.push(Vec::new());
            for module in &file.modules {
                types.aliases.belongs(module);
            }
            if let Ok(parsed) = syn::parse_file(&file.text) {
                types.items(index, &parsed.items);
            }
        }
        types
    }

    fn items(&mut self, file: usize, items: &[Item]) {
        for item in items {
            self.aliases.note(file, item);
            match item {
                Item::Use(item) => import(
                    &mut self.imports[file],
                    &mut self.globs[file],
                    &mut Vec::new(),
                    &item.tree,
                ),
                Item::Enum(item) => self.declare(file, item.ident.to_string(), true),
                Item::Struct(item) => {
                    self.declare(file, item.ident.to_string(), false);
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
                    if is_for_tests(&item.attrs) {
                        let mut module = self.modules[file].clone();
                        module.push(item.ident.to_string());
                        self.test_modules.push(module);
                    }
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

    /// Every path in a type of a file, their imports followed.
    pub(super) fn paths(&self, file: usize, of: &Type) -> Vec<Vec<String>> {
        let paths = paths(of);
        paths.iter().map(|path| self.expanded(file, path)).collect()
    }

    /// The library behind any of the paths in some tokens.
    pub(super) fn of_tokens(&self, file: usize, tokens: TokenStream) -> Option<&'static Library> {
        let mut found = Vec::new();
        collect(tokens, &mut found);
        self.behind(file, &found, DEEPEST)
    }

    fn declare(&mut self, file: usize, name: String, is_enum: bool) {
        self.declared.entry(name).or_default().push((file, is_enum));
    }

    /// The library behind a field of a field of a struct: `self.config.client`.
    pub(super) fn of_field(&self, owner: &str, fields: &[String]) -> Option<&'static Library> {
        let (file, last) = self.field(owner, fields)?;
        self.behind(file, &last.paths, DEEPEST)
    }

    /// Whether a field never leaves the process: a lock, a channel.
    pub(super) fn is_at_home(&self, owner: &str, fields: &[String]) -> bool {
        self.field(owner, fields).is_some_and(|(_, field)| {
            let names = field.paths.iter().filter_map(|path| path.last());
            let mut names = names.map(String::as_str);
            names.any(|name| IN_PROCESS.contains(&name))
        })
    }

    fn field(&self, owner: &str, fields: &[String]) -> Option<(usize, &Field)> {
        let (file, known) = self.structs.get(owner)?;
        let [first, rest @ ..] = fields else {
            return None;
        };
        let field = known.iter().find(|field| field.name == *first)?;
        if rest.is_empty() {
            return Some((*file, field));
        }
        field
            .paths
            .iter()
            .find_map(|path| self.field(path.last()?, rest))
    }

    fn behind(&self, file: usize, paths: &[Vec<String>], depth: usize) -> Option<&'static Library> {
        let mut names = paths.iter().filter_map(|path| path.last());
        if names.any(|name| CHANNELS.contains(&name.as_str())) {
            return None;
        }
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

    /// The file that the modules of a path lead to, from a file.
    pub(super) fn module(&self, from: usize, path: &[String]) -> Option<usize> {
        let here = &self.modules[from];
        let mut whole = here.clone();
        for (at, part) in path.iter().enumerate() {
            match part.as_str() {
                "crate" => whole.truncate(1),
                "self" => {}
                "super" => {
                    whole.pop();
                }
                // A module beside the file's own, or the crate by its name.
                _ if at == 0 && here.first() == Some(part) => whole.truncate(1),
                _ => whole.push(part.clone()),
            }
        }
        let exactly = self.modules.iter().position(|modules| *modules == whole);
        exactly.or_else(|| {
            let last = path.last()?;
            let mut named = (0..self.modules.len()).filter(|file| {
                let modules = &self.modules[*file];
                modules.len() > 1 && modules.last() == Some(last)
            });
            // Which of several is meant is not to be guessed.
            named.next().filter(|_| named.next().is_none())
        })
    }

    /// Whether a file belongs to a module that only tests are built with.
    pub(super) fn is_for_tests(&self, file: usize) -> bool {
        let modules = &self.modules[file];
        self.test_modules
            .iter()
            .any(|module| modules.starts_with(module))
    }

    /// The file that declares the type which a path of the crate leads to, through what
    /// others pass on, and whether as an enum.
    pub(super) fn declares(&self, path: &[String], from: usize) -> Option<(usize, bool)> {
        let (mut path, mut at) = (path.to_vec(), from);
        for _ in 0..DEEPEST {
            let [before @ .., name] = path.as_slice() else {
                break;
            };
            let declared = self.declared.get(name)?;
            let file = match before {
                [] => Some(at),
                before => self.module(at, before),
            };
            let Some(file) = file else { break };
            if let Some(found) = declared.iter().find(|(there, _)| *there == file) {
                return Some(*found);
            }
            match self.imports[file].get(name) {
                Some(passed) if *passed != path => path.clone_from(passed),
                _ => break,
            }
            at = file;
        }
        // Which of several is meant is not to be guessed.
        match self.declared.get(path.last()?)?.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// Whether a file declares a type of that name itself.
    pub(super) fn is_declared(&self, name: &str, file: usize) -> bool {
        let known = self.declared.get(name);
        known.is_some_and(|all| all.iter().any(|(there, _)| *there == file))
    }

    /// Everything that a file takes in without naming it.
    pub(super) fn globs(&self, file: usize) -> &[Vec<String>] {
        &self.globs[file]
    }

    /// A path with its first name as it was imported.
    pub(super) fn expanded(&self, file: usize, path: &[String]) -> Vec<String> {
        let first = path.first().and_then(|first| self.imports[file].get(first));
        match first {
            Some(imported) => imported.iter().chain(&path[1..]).cloned().collect(),
            None => path.to_vec(),
        }
    }
}

/// Notes what the names of a `use` stand for.
fn import(
    names: &mut HashMap<String, Vec<String>>,
    globs: &mut Vec<Vec<String>>,
    before: &mut Vec<String>,
    tree: &UseTree,
) {
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
            import(names, globs, before, &path.tree);
            before.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                import(names, globs, before, tree);
            }
        }
        UseTree::Glob(_) => globs.push(before.clone()),
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
