//! `degrade!("reason", expression)`: the expression, if the reason is one.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Expr, LitStr, Path, Token};

use crate::mistake::mistake;
use crate::parse::parse;

/// Texts that stand where a reason should.
const PLACEHOLDERS: &[&str] = &[
    "todo",
    "tbd",
    "fixme",
    "xxx",
    "n/a",
    "lorem ipsum",
    "none",
    "because",
];

/// Fewer letters have never explained anything.
const SHORTEST: usize = 15;

struct Degrade {
    /// The path of the runtime crate, which `macro_rules!` hands over.
    krate: Path,
    reason: Expr,
    value: Expr,
}

impl Parse for Degrade {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let krate = input.call(Path::parse_mod_style)?;
        input.parse::<Token![;]>()?;
        let missing = |input: ParseStream<'_>| {
            input.error(
                "expected a reason and an expression: `degrade!(\"the cache is an optimisation\", cache.set(value))`",
            )
        };
        if input.is_empty() {
            return Err(missing(input));
        }
        let reason: Expr = input.parse()?;
        if input.is_empty() {
            return Err(missing(input));
        }
        input.parse::<Token![,]>()?;
        let value = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Self {
            krate,
            reason,
            value,
        })
    }
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let Degrade {
        krate,
        reason,
        value,
    } = match parse(input) {
        Ok(degrade) => degrade,
        Err(error) => return error.into_compile_error(),
    };
    let reason = match literal(&reason) {
        Ok(reason) => reason,
        Err(error) => {
            let error = error.into_compile_error();
            // The value as well, so that no other error follows from this one.
            return quote!({ #error #value });
        }
    };
    if cfg!(feature = "probe") {
        let span = reason.span();
        quote_spanned! {span=>
            #krate::__private::degraded(
                #reason,
                ::core::concat!(::core::file!(), ":", ::core::line!(), ":", ::core::column!()),
                #value,
            )
        }
    } else {
        quote!(#value)
    }
}

fn literal(reason: &Expr) -> syn::Result<&LitStr> {
    let Expr::Lit(syn::ExprLit {
        lit: syn::Lit::Str(literal),
        ..
    }) = reason
    else {
        return Err(mistake(
            reason,
            "the reason must be a literal: it is read by reviewers, not by the program",
        ));
    };
    let text = literal.value();
    let text = text.trim();
    let letters = text.chars().count();
    let is_ascii = letters == text.len();
    let is_short = letters < SHORTEST || (is_ascii && !text.contains(' '));
    if is_short || is_placeholder(&text.to_lowercase()) {
        return Err(mistake(
            reason,
            "a reviewer cannot judge this reason\n  help: say in a few words why this failure may be lost: \
             \"the mail is a courtesy, the order stands without it\"",
        ));
    }
    Ok(literal)
}

fn is_placeholder(text: &str) -> bool {
    for placeholder in PLACEHOLDERS {
        if let Some(rest) = text.strip_prefix(placeholder) {
            match rest.chars().next() {
                Some(next) if next.is_alphanumeric() => {}
                _ => return true,
            }
        }
    }
    false
}
