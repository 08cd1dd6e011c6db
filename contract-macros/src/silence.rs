//! Silent failures as compile errors.

use contract_spec::model::Outcome;
use contract_spec::source::silent::{self, DISCARDED, Discard, Tier};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Block, Error, Expr, Ident, Stmt, Token};

use crate::contract::Declared;
use crate::mistake::{self, mistake};
use crate::respan::respan;

/// Refuses what hides a failure beyond doubt. A value that a statement throws away is given to the
/// compiler, which alone knows whether it is a `Result`; whether there is one is what is returned.
pub(crate) fn refuse(
    body: &mut Block,
    declared: &Declared<'_>,
    krate: &TokenStream,
) -> syn::Result<bool> {
    let recovered = recovered(declared);
    let mut changed = false;
    let found = silent::find(body, &recovered, &mut |discard| {
        changed = true;
        Some(judged(&discard, krate))
    });
    let mut mistakes: Option<Error> = None;
    for silence in &found.silences {
        if silence.pattern.tier != Tier::Error {
            continue;
        }
        let message = format!(
            "{} ({})\n  help: {}",
            silence.pattern.message, silence.pattern.code, silence.pattern.help
        );
        mistake::add(&mut mistakes, mistake(&silence.tokens, &message));
    }
    match mistakes {
        Some(mistakes) => Err(mistakes),
        None => Ok(changed),
    }
}

/// The interfaces whose failure the contract lets pass for a reason.
fn recovered<'f>(declared: &Declared<'f>) -> Vec<&'f str> {
    let mut interfaces = Vec::new();
    for mode in &declared.function.modes {
        if matches!(mode.outcome, Some(Outcome::Recovers(_))) {
            interfaces.push(mode.interface.value.as_str());
        }
    }
    interfaces
}

/// What a statement throws away, shown to a method that is deprecated for a `Result`. Stable
/// macros have no other way to refuse a type. The value is evaluated once, coerced to its type
/// and dropped when it was before, and so are the temporaries that it borrows from; what is
/// denied is the method alone, not what stands in the value. For the probes it stays an
/// expression that can be looked into: a `?` in the value is a branch.
fn judged(discard: &Discard<'_>, krate: &TokenStream) -> Stmt {
    debug_assert!(matches!(DISCARDED.tier, Tier::Error));
    let Discard {
        value,
        kind,
        to,
        attributes,
    } = discard;
    let span = value.span();
    let here = Span::mixed_site().located_at(span);
    let krate = respan(krate.clone(), span);
    let value = match kind {
        Some(kind) => quote_spanned!(span=> #krate::__private::silent::of::<#kind>(#value)),
        None => value.to_token_stream(),
    };
    let judge = |value: TokenStream| {
        quote_spanned! {here=>
            match &#value {
                __value => {
                    #[deny(deprecated)]
                    let () = {
                        use #krate::__private::silent::{
                            DiscardAny as _, DiscardFormat as _, DiscardResult as _,
                        };
                        (&&&#krate::__private::silent::Discard(__value)).discard()
                    };
                }
            }
        }
    };
    let judged = match to {
        None => judge(value),
        Some(function) => {
            let thrown = Ident::new("__thrown", here);
            let judge = judge(thrown.to_token_stream());
            quote_spanned!(here=> match #value { #thrown => { #judge #function(#thrown); } })
        }
    };
    let mut discard = TokenStream::new();
    for attribute in *attributes {
        attribute.to_tokens(&mut discard);
    }
    judged.to_tokens(&mut discard);
    #[cfg(feature = "probe")]
    let discard: Expr = syn::parse_quote!(#discard);
    #[cfg(not(feature = "probe"))]
    let discard = Expr::Verbatim(discard);
    Stmt::Expr(discard, Some(Token![;](span)))
}
