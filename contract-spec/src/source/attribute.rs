//! The arguments of `#[resilience_contract(…)]`.

use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Path, Token, Type};

/// `#[resilience_contract("payments.charge", file = "…", error = …)]`, read.
#[derive(Clone)]
pub struct Attribute {
    /// The contract's id as it stands there.
    pub id: LitStr,
    /// Another file than `contracts/<first part of the id>.toml`, relative to the package.
    pub file: Option<LitStr>,
    /// The error type, where the signature does not show it.
    pub error: Option<Type>,
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
        const FORM: &str = "expected the contract's id: \
            `#[resilience_contract(\"payments.charge\")]` reads `[function.charge]` of `contracts/payments.toml`";
        if !input.peek(LitStr) {
            return Err(input.error(FORM));
        }
        let id: LitStr = input.parse()?;
        let text = id.value();
        let well_formed = text.split('.').count() >= 2
            && text.split('.').all(|part| {
                !part.is_empty()
                    && part
                        .chars()
                        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
            });
        if !well_formed {
            return Err(syn::Error::new_spanned(&id, FORM));
        }
        let mut attribute = Self {
            id,
            file: None,
            error: None,
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let key: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            let twice = if key == "file" {
                attribute.file.replace(input.parse()?).is_some()
            } else if key == "error" {
                attribute.error.replace(input.parse()?).is_some()
            } else {
                return Err(syn::Error::new_spanned(
                    &key,
                    format!(
                        "unknown argument `{key}`; there are `file = \"…\"` and `error = Type`"
                    ),
                ));
            };
            if twice {
                return Err(syn::Error::new_spanned(
                    &key,
                    format!("`{key}` is given twice"),
                ));
            }
        }
        Ok(attribute)
    }
}

/// Whether a path names the attribute, by whichever route it was imported.
pub fn is_contract_attribute(path: &Path) -> bool {
    path.segments
        .last()
        .is_some_and(|segment| segment.ident == "resilience_contract")
}
