//! Which error a function gives: its signature, through the aliases and imports of the crate.

use std::collections::{HashMap, HashSet};

use contract_spec::source::Returned;
use syn::{GenericArgument, GenericParam, Item, ItemType, PathArguments, Signature, Type};

use super::types::Types;

/// How many aliases are followed, one to another.
const DEEPEST: usize = 4;

/// The error of a function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Given {
    /// An enum of the crate, and the file that declares it.
    Own(String, usize),
    /// A type of the crate that is no enum, or that was not found.
    Other(String),
    /// A type of another crate, in words.
    Foreign(String),
    /// It gives no `Result`.
    Nothing,
    /// It gives one that could not be followed.
    Unknown,
}

/// The aliases of a crate, and the names that belong to it.
#[derive(Default)]
pub(super) struct Aliases {
    /// By name, where it is declared and what for.
    aliases: HashMap<String, Vec<(usize, ItemType)>>,
    /// `type Error = …` of a type's implementations, by the type; none where they differ.
    associated: HashMap<String, Option<(usize, Type)>>,
    /// Modules, and the crate's own names.
    own: HashSet<String>,
}

impl Aliases {
    pub(super) fn note(&mut self, file: usize, item: &Item) {
        match item {
            Item::Type(item) => self
                .aliases
                .entry(item.ident.to_string())
                .or_default()
                .push((file, item.clone())),
            Item::Mod(item) => {
                self.own.insert(item.ident.to_string());
            }
            Item::Impl(item) => {
                let Some(owner) = last_name(&item.self_ty) else {
                    return;
                };
                for part in &item.items {
                    if let syn::ImplItem::Type(part) = part
                        && part.ident == "Error"
                    {
                        let written = |of: &Type| quote::quote!(#of).to_string();
                        self.associated
                            .entry(owner.clone())
                            .and_modify(|known| {
                                if known
                                    .as_ref()
                                    .is_some_and(|(_, of)| written(of) != written(&part.ty))
                                {
                                    *known = None;
                                }
                            })
                            .or_insert_with(|| Some((file, part.ty.clone())));
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn belongs(&mut self, module: &str) {
        self.own.insert(module.to_owned());
    }

    /// Whether a path, with its imports followed, stays in the crate.
    fn is_own(&self, path: &[String]) -> bool {
        match path {
            [first, _, ..] => {
                matches!(first.as_str(), "crate" | "self" | "super" | "Self")
                    || self.own.contains(first)
            }
            _ => true,
        }
    }

    /// The alias that a path of a file means.
    fn alias(&self, file: usize, path: &[String], types: &Types) -> Option<&(usize, ItemType)> {
        let expanded = types.expanded(file, path);
        if !self.is_own(&expanded) {
            return None;
        }
        let known = self.aliases.get(expanded.last()?)?;
        let declares = match expanded.as_slice() {
            [_] => Some(file),
            [before @ .., _] => types.module(file, before),
            [] => None,
        };
        let found = known.iter().find(|(there, _)| Some(*there) == declares);
        // Which of several is meant is not to be guessed, nor whether one is meant at all.
        let only = || known.first().filter(|_| known.len() == 1);
        found.or_else(|| only().filter(|_| expanded.len() > 1 || self.takes_all(file, types)))
    }

    /// Whether a file takes in names of the crate without saying which.
    fn takes_all(&self, file: usize, types: &Types) -> bool {
        types.globs(file).iter().any(|glob| match glob.as_slice() {
            [only] => matches!(only.as_str(), "crate" | "super") || self.own.contains(only),
            path => self.is_own(path),
        })
    }
}

/// The error of a signature in a file, in an `impl` of `owner`.
pub(super) fn given(
    types: &Types,
    file: usize,
    owner: Option<&str>,
    signature: &Signature,
) -> Given {
    let (Returned::Value(output) | Returned::Future(output) | Returned::BoxedFuture(output)) =
        Returned::of(signature)
    else {
        return Given::Nothing;
    };
    let around = Around { types, owner };
    match around.error_of(file, output, DEEPEST) {
        Some((there, error)) => around.named(there, &error, DEEPEST),
        None => around.of_elsewhere(file, output),
    }
}

struct Around<'a> {
    types: &'a Types,
    owner: Option<&'a str>,
}

impl Around<'_> {
    /// The second argument of a `Result`, and the file whose names it is written in.
    fn error_of(&self, file: usize, output: &Type, depth: usize) -> Option<(usize, Type)> {
        let Type::Path(path) = output else {
            return None;
        };
        let arguments = arguments(path);
        let names = names(path);
        if depth > 0
            && let Some((there, alias)) = self.types.aliases.alias(file, &names, self.types)
        {
            let (inside, error) = self.error_of(*there, &alias.ty, depth - 1)?;
            // The alias's own parameter, as it is given or by default.
            let parameter = last_name(&error).and_then(|name| {
                let parameters = alias.generics.params.iter().filter_map(|one| match one {
                    GenericParam::Type(one) => Some(one),
                    _ => None,
                });
                parameters.enumerate().find(|(_, one)| one.ident == name)
            });
            return match parameter {
                Some((at, one)) => match arguments.get(at) {
                    Some(argument) => Some((file, argument.clone())),
                    None => Some((*there, one.default.as_ref()?.1.clone())),
                },
                None => Some((inside, error)),
            };
        }
        if arguments.len() > 1 {
            return arguments.last().map(|error| (file, error.clone()));
        }
        // An alias of another crate: `io::Result` gives an `io::Error`.
        let mut expanded = self.types.expanded(file, &names);
        if expanded.len() < 2 || expanded.last()? != "Result" {
            return None;
        }
        expanded.pop();
        let error: Type = syn::parse_str(&format!("{}::Error", expanded.join("::"))).ok()?;
        Some((file, error))
    }

    /// An alias of another crate hides an error that is not its own.
    fn of_elsewhere(&self, file: usize, output: &Type) -> Given {
        let Type::Path(path) = output else {
            return Given::Unknown;
        };
        let expanded = self.types.expanded(file, &names(path));
        let says_so = expanded.last().is_some_and(|last| last.ends_with("Result"));
        match (says_so, self.types.aliases.is_own(&expanded)) {
            (false, _) => Given::Nothing,
            (true, true) => Given::Unknown,
            (true, false) => Given::Foreign(format!("the error of `{}`", expanded.join("::"))),
        }
    }

    /// What a type is called, and whose it is.
    fn named(&self, file: usize, error: &Type, depth: usize) -> Given {
        let Type::Path(path) = error else {
            return Given::Foreign(quoted(error));
        };
        let names = names(path);
        if depth > 0 {
            if names.first().is_some_and(|first| first == "Self") {
                let associated = self
                    .owner
                    .and_then(|owner| self.types.aliases.associated.get(owner)?.as_ref());
                return match associated {
                    Some((there, of)) => self.named(*there, of, depth - 1),
                    None => Given::Unknown,
                };
            }
            if let Some((there, alias)) = self.types.aliases.alias(file, &names, self.types) {
                return self.named(*there, &alias.ty, depth - 1);
            }
        }
        // `use thiserror::Error` brings a derive, and the type is the one beside it.
        let expanded = match names.as_slice() {
            [name] if self.types.is_declared(name, file) => names.clone(),
            _ => self.types.expanded(file, &names),
        };
        if !self.types.aliases.is_own(&expanded) {
            return Given::Foreign(format!("`{}`", expanded.join("::")));
        }
        let Some(name) = expanded.last() else {
            return Given::Unknown;
        };
        let single = expanded.len() == 1;
        if single
            && !self.types.is_declared(name, file)
            && !self.types.aliases.takes_all(file, self.types)
        {
            // A name of the prelude, a parameter; or what a macro declares.
            let known = matches!(name.as_str(), "Box" | "String" | "Vec" | "Option");
            return if known || name.len() == 1 {
                Given::Foreign(quoted(error))
            } else {
                Given::Other(name.clone())
            };
        }
        match self.types.declares(&expanded, file) {
            Some((there, true)) => Given::Own(name.clone(), there),
            Some((_, false)) | None => Given::Other(name.clone()),
        }
    }
}

/// A type as people write it.
fn quoted(of: &Type) -> String {
    let text = format!("`{}`", quote::quote!(#of));
    text.replace(" :: ", "::")
        .replace(" < ", "<")
        .replace(" >", ">")
        .replace("& ", "&")
        .replace(" ,", ",")
}

fn last_name(of: &Type) -> Option<String> {
    match of {
        Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

fn names(path: &syn::TypePath) -> Vec<String> {
    path.path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect()
}

fn arguments(path: &syn::TypePath) -> Vec<Type> {
    match path.path.segments.last().map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(of) => Some(of.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}
