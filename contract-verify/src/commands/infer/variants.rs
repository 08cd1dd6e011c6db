//! The variants of a function's error, and which failure each of them stands for.
//!
//! By what it carries, where that is a library's error; by its name otherwise. Nothing is
//! made of a variant that fits neither.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use contract_spec::prompt::ErrorEnum;
use contract_spec::{AnyKind, catalog, snake_case};
use proc_macro2::{TokenStream, TokenTree};

use super::super::draft::{self, Interface, Mode, pascal};
use super::calls::Called;
use super::libraries::Library;
use super::types::Types;

/// What the names of variants begin with that stand for bad input.
const INPUT: &[&str] = &[
    "Invalid",
    "Missing",
    "Malformed",
    "Empty",
    "TooLarge",
    "TooLong",
    "TooShort",
    "TooMany",
    "OutOf",
    "Bad",
    "Parse",
];

/// The kinds of interfaces whose failures arrive as a `std::io::Error`.
const BY_IO: &[&str] = &["filesystem", "subprocess"];

/// A variant of the error.
struct Variant {
    name: String,
    /// The errors that it carries, their imports followed.
    carries: Vec<Vec<String>>,
    /// Whether `?` makes it.
    is_from: bool,
}

/// The variants of an error, as a function uses them.
pub(super) struct Variants {
    error: String,
    all: Vec<Variant>,
    /// Those that no interface was found for yet.
    unused: Vec<String>,
    /// Those that the function's body names.
    named: BTreeSet<String>,
    /// Whether other functions give the same enum.
    shared: bool,
    /// Those that the enum has not got.
    new: Vec<String>,
}

impl Variants {
    /// The variants of `found`, which stands in `file`; none where no enum was found.
    pub(super) fn of(
        types: &Types,
        error: &str,
        found: Option<(&ErrorEnum, usize)>,
        named: &BTreeSet<String>,
        shared: bool,
    ) -> Self {
        let mut all = Vec::new();
        for (name, _) in found.iter().flat_map(|(found, _)| &found.variants) {
            all.push(Variant {
                name: name.clone(),
                carries: Vec::new(),
                is_from: false,
            });
        }
        if let Some((found, file)) = found
            && let Ok(parsed) = syn::parse_str::<syn::ItemEnum>(&found.text)
        {
            for (variant, parsed) in all.iter_mut().zip(&parsed.variants) {
                for field in &parsed.fields {
                    variant.carries.extend(types.paths(file, &field.ty));
                    variant.is_from |= field.attrs.iter().any(|one| one.path().is_ident("from"));
                }
            }
        }
        Self {
            error: error.to_owned(),
            unused: all.iter().map(|variant| variant.name.clone()).collect(),
            all,
            named: named.clone(),
            shared: shared && found.is_some(),
            new: Vec::new(),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.all.iter().any(|variant| variant.name == name)
    }

    /// The variant that carries whatever a library says.
    fn carrying(&self, library: &Library) -> Option<&str> {
        let crate_of = library.path.split("::").next()?;
        let is_its = |path: &Vec<String>| match path.as_slice() {
            [first, .., last] => {
                last.ends_with("Error")
                    && (first == crate_of && first != "std" && first != "tokio"
                        || BY_IO.contains(&library.kind)
                            && path.rsplit(|part| part == "io").count() > 1)
            }
            _ => false,
        };
        let fitting: Vec<&Variant> = self
            .all
            .iter()
            .filter(|variant| variant.carries.iter().any(is_its))
            .collect();
        // Of several, the one that the body names, or that `?` makes.
        let chosen = |choose: &dyn Fn(&Variant) -> bool| {
            let mut chosen = fitting.iter().filter(|variant| choose(variant));
            chosen.next().filter(|_| chosen.next().is_none())
        };
        chosen(&|_| true)
            .or_else(|| chosen(&|variant| self.named.contains(&variant.name)))
            .or_else(|| chosen(&|variant| variant.is_from))
            .map(|variant| variant.name.as_str())
    }

    /// The one of some names that is a variant.
    fn fits(&self, names: &[String]) -> Option<String> {
        names.iter().find(|name| self.has(name)).cloned()
    }

    /// An interface with its modes, each returned as the variant that fits.
    pub(super) fn interface(&mut self, called: &Called) -> Interface {
        let kind = called.library.kind;
        let modes = catalog::kind(kind).map_or_else(Vec::new, |kind| {
            draft::modes(&called.name, AnyKind::Known(kind))
        });
        let library = called.library.path.split("::").next().unwrap_or_default();
        let carrying = self.carrying(called.library).map(str::to_owned);
        // One variant for whatever the library says is what `#[from]` makes of it.
        let io = ["Io", "IO"].iter().filter(|_| BY_IO.contains(&kind));
        let whole: Vec<String> = [pascal(&called.name), pascal(library), pascal(kind)]
            .into_iter()
            .chain(io.map(|word| (*word).to_owned()))
            .flat_map(|name| [format!("{name}Error"), name])
            .collect();
        let mut drafted = Vec::new();
        for mode in modes {
            let rest: &[&str] = match mode.name.as_str() {
                catalog::OTHER => &["Unexpected", "Other", "Unknown"],
                _ => &[],
            };
            let exact: Vec<String> = [
                format!("{}{}", pascal(&called.name), pascal(&mode.name)),
                pascal(&mode.name),
            ]
            .into_iter()
            .chain(rest.iter().map(|name| (*name).to_owned()))
            .collect();
            let by_name = |name| (name, "Guessed from the variant's name.".to_owned());
            let carried = || {
                let whose = if BY_IO.contains(&kind) {
                    "std::io"
                } else {
                    library
                };
                let why = format!("Guessed from the error of `{whose}` that the variant carries.");
                carrying.clone().map(|name| (name, why))
            };
            let (variant, why) = self
                .fits(&exact)
                .map(by_name)
                .or_else(carried)
                .or_else(|| self.fits(&whole).map(by_name))
                .unwrap_or_else(|| {
                    let why = format!("`{}` has no variant for it yet.", self.error);
                    (mode.variant.clone(), why)
                });
            self.used(&variant);
            drafted.push(Mode {
                variant,
                decide: format!("{why} {}", mode.decide),
                ..mode
            });
        }
        self.decided_all_the_same(called, &mut drafted);
        Interface {
            name: called.name.clone(),
            kind: kind.to_owned(),
            contract: None,
            modes: drafted,
            declared: false,
            guessed: Some(format!(
                "{} leads to `{}`",
                called.from, called.library.path
            )),
        }
    }

    fn used(&mut self, variant: &str) {
        self.unused.retain(|name| name != variant);
        if !self.has(variant) && !self.new.iter().any(|name| name == variant) {
            self.new.push(variant.to_owned());
        }
    }

    /// Modes that need not be decided on, and that the code has decided on all the same.
    fn decided_all_the_same(&mut self, called: &Called, modes: &mut Vec<Mode>) {
        let kind = catalog::kind(called.library.kind);
        for facts in kind.into_iter().flat_map(|kind| kind.modes) {
            let exact = [
                format!("{}{}", pascal(&called.name), pascal(facts.name)),
                pascal(facts.name),
            ];
            let there = modes.iter().any(|mode| mode.name == facts.name);
            if let Some(at) = self
                .unused
                .iter()
                .position(|name| exact.contains(name))
                .filter(|_| !there)
            {
                let mode = Mode {
                    name: facts.name.to_owned(),
                    variant: self.unused.remove(at),
                    decide: "Guessed from the variant's name.".to_owned(),
                };
                modes.insert(modes.len().saturating_sub(1), mode);
            }
        }
    }

    /// The enum that other functions give as well: what is in it is said once.
    pub(super) fn declared(&self, text: &mut String) {
        if !self.shared {
            return;
        }
        let names: Vec<String> = self
            .all
            .iter()
            .map(|variant| &variant.name)
            .chain(&self.new)
            .map(|name| format!("\"{name}\""))
            .collect();
        let _written = writeln!(
            text,
            "\n# Other functions return it as well: all its variants are listed here, once, and below only what this function returns."
        );
        if !self.new.is_empty() {
            let _written = writeln!(
                text,
                "# DECIDE: not in the enum yet: {}.",
                self.new.join(", ")
            );
        }
        let _written = write!(
            text,
            "[error.{}]\nvariants = [{}]\n",
            self.error,
            names.join(", ")
        );
    }

    /// The variants that no interface was found for: validation, and business rules. Of an
    /// enum that others give as well, those that the body names.
    pub(super) fn own(&self, text: &mut String, function: &str) {
        let left = self
            .unused
            .iter()
            .filter(|name| !self.shared || self.named.contains(*name));
        let (input, domain): (Vec<&String>, Vec<&String>) =
            left.partition(|name| INPUT.iter().any(|word| name.starts_with(word)));
        for (table, variants, why) in [
            (catalog::INPUT, input, "Is this what bad input gives?"),
            (
                catalog::DOMAIN,
                domain,
                "Is this a business rule, or a failure of an interface?",
            ),
        ] {
            if variants.is_empty() {
                continue;
            }
            let _written = writeln!(text, "\n[function.{function}.on.{table}]");
            for variant in variants {
                let _written = writeln!(
                    text,
                    "{} = {{ returns = \"{variant}\" }}  # DECIDE: {why}",
                    super::snake(&snake_case(variant))
                );
            }
        }
    }
}

/// Every name behind a `::` in a function's body.
pub(super) fn named(tokens: TokenStream) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(tokens, &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let mut behind = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if behind {
                    found.insert(ident.to_string());
                }
                behind = false;
            }
            TokenTree::Punct(punct) => behind = punct.as_char() == ':',
            TokenTree::Group(group) => {
                collect(group.stream(), found);
                behind = false;
            }
            TokenTree::Literal(_) => behind = false,
        }
    }
}
