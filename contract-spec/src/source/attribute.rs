//! The arguments of `#[resilience_contract(…)]`.

use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, LitStr, Path, Token, Type, bracketed};

const FORM: &str = "expected the contract's id: \
    `#[resilience_contract(\"payments.charge\")]` reads `[function.charge]` of `contracts/payments.toml`";

const ARGUMENTS: &str =
    "`file = \"…\"`, `error = Type`, `crate = path`, `match`, `open` and `samples = […]`";

/// `#[resilience_contract("payments.charge", file = "…", error = …)]`, read.
pub struct Attribute {
    /// The contract's id as it stands there.
    pub id: LitStr,
    /// Another file than `contracts/<first part of the id>.toml`, relative to the package.
    pub file: Option<LitStr>,
    /// The error type, where the signature does not show it.
    pub error: Option<Type>,
    /// Where `resilience_contract` is found, if not at `::resilience_contract`.
    pub krate: Option<Path>,
    /// How a foreign enum, which cannot derive anything, is held against the contract.
    pub foreign: Option<Foreign>,
}

/// An enum of another crate, known by its patterns alone.
pub struct Foreign {
    /// It is `#[non_exhaustive]`: that the declared variants exist is all that can be checked.
    pub open: bool,
    /// Values that the verifier may return in place of another.
    pub samples: Vec<Expr>,
}

impl Attribute {
    /// The contract file, relative to the package, with `/`.
    pub fn path(&self) -> String {
        match &self.file {
            Some(file) => file.value(),
            None => format!("contracts/{}.toml", self.split().0),
        }
    }

    /// The function's key in the contract file.
    pub fn function(&self) -> String {
        self.split().1
    }

    fn split(&self) -> (String, String) {
        let id = self.id.value();
        match id.rsplit_once('.') {
            Some((stem, function)) => (stem.to_owned(), function.to_owned()),
            None => (id.clone(), id),
        }
    }
}

impl Parse for Attribute {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Err(syn::Error::new(input.span(), FORM));
        }
        if !input.peek(LitStr) {
            return Err(input.error(FORM));
        }
        let id: LitStr = input.parse()?;
        if !is_id(&id.value()) {
            return Err(syn::Error::new_spanned(&id, FORM));
        }
        let mut attribute = Self {
            id,
            file: None,
            error: None,
            krate: None,
            foreign: None,
        };
        let mut open: Option<Ident> = None;
        let mut samples: Option<(Ident, Vec<Expr>)> = None;
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let key: Ident = input.call(syn::ext::IdentExt::parse_any)?;
            let twice = if key == "match" {
                let matched = Foreign {
                    open: false,
                    samples: Vec::new(),
                };
                attribute.foreign.replace(matched).is_some()
            } else if key == "open" {
                open.replace(key.clone()).is_some()
            } else if key == "file" {
                attribute.file.replace(value(input)?).is_some()
            } else if key == "error" {
                attribute.error.replace(value(input)?).is_some()
            } else if key == "crate" {
                input.parse::<Token![=]>()?;
                let path = input.call(Path::parse_mod_style)?;
                attribute.krate.replace(path).is_some()
            } else if key == "samples" {
                samples.replace((key.clone(), list(input)?)).is_some()
            } else {
                return Err(syn::Error::new_spanned(
                    &key,
                    format!("unknown argument `{key}`; there are {ARGUMENTS}"),
                ));
            };
            if twice {
                let message = format!("`{key}` is given twice");
                return Err(syn::Error::new_spanned(&key, message));
            }
        }
        let stray = open.as_ref().or(samples.as_ref().map(|(key, _)| key));
        match (&mut attribute.foreign, stray) {
            (Some(foreign), _) => {
                foreign.open = open.is_some();
                foreign.samples = samples.map(|(_, list)| list).unwrap_or_default();
            }
            (None, Some(key)) => {
                return Err(syn::Error::new_spanned(
                    key,
                    format!(
                        "`{key}` belongs to `match`, which holds an enum of another crate against the contract\n  \
                         help: `#[resilience_contract(\"{}\", match, {key}…)]`; for an enum of your own derive \
                         `FailureModes`",
                        attribute.id.value()
                    ),
                ));
            }
            (None, None) => {}
        }
        Ok(attribute)
    }
}

fn value<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn list(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    input.parse::<Token![=]>()?;
    let list;
    bracketed!(list in input);
    let mut expressions = Vec::new();
    while !list.is_empty() {
        expressions.push(list.parse()?);
        if !list.is_empty() {
            list.parse::<Token![,]>()?;
        }
    }
    Ok(expressions)
}

/// Two or more words with dots between them.
fn is_id(text: &str) -> bool {
    let mut after = '.';
    for letter in text.chars() {
        let fits = match letter {
            '.' => after != '.',
            letter => letter.is_alphanumeric() || matches!(letter, '_' | '-'),
        };
        if !fits {
            return false;
        }
        after = letter;
    }
    after != '.' && text.contains('.')
}

/// What the attribute is called, unless somebody calls it otherwise.
pub const ATTRIBUTE: &str = "resilience_contract";

/// Whether a path names the attribute, by whichever route it was imported.
pub fn is_contract_attribute(path: &Path) -> bool {
    matches!(path.segments.last(), Some(segment) if segment.ident == ATTRIBUTE)
}
