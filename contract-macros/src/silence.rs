//! Silent failures as compile errors.

use contract_spec::model::Outcome;
use contract_spec::source::silent::{self, DISCARDED, Discard, Tier};
use proc_macro2::Span;
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Block, Error, Expr, Path, Stmt, Token};

use crate::contract::Declared;
use crate::respan::respan;

/// Refuses what hides a failure beyond doubt. A value that a statement throws away is given to the
/// compiler, which alone knows whether it is a `Result`; whether there is one is what is returned.
pub(crate) fn refuse(body: &mut Block, declared: &Declared, krate: &Path) -> syn::Result<bool> {
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
            "{}\n  help: {}",
            silence.pattern.message, silence.pattern.help
        );
        let error = Error::new_spanned(&silence.tokens, message);
        match &mut mistakes {
            Some(mistakes) => mistakes.combine(error),
            None => mistakes = Some(error),
        }
    }
    mistakes.map_or(Ok(changed), Err)
}

/// The interfaces whose failure the contract lets pass for a reason.
fn recovered(declared: &Declared) -> Vec<&str> {
    let modes = declared.function.modes.iter();
    modes
        .filter(|mode| matches!(mode.outcome, Some(Outcome::Recovers(_))))
        .map(|mode| mode.interface.value.as_str())
        .collect()
}

/// What a statement throws away, shown to a method that is deprecated for a `Result`. Stable
/// macros have no other way to refuse a type. The value is evaluated once, coerced to its type
/// and dropped when it was before, and so are the temporaries that it borrows from; what is
/// denied is the method alone, not what stands in the value. It stays an expression that can be
/// looked into: a `?` in the value is a branch, and the probes come later.
fn judged(discard: &Discard<'_>, krate: &Path) -> Stmt {
    debug_assert_eq!(DISCARDED.tier, Tier::Error);
    let Discard {
        value,
        kind,
        to,
        attributes,
    } = discard;
    let span = value.span();
    let here = Span::mixed_site().located_at(span);
    let krate = respan(krate, span);
    let value = match kind {
        Some(kind) => quote_spanned!(span=> #krate::__private::silent::of::<#kind>(#value)),
        None => value.to_token_stream(),
    };
    let judge = quote_spanned! {here=>
        #[deny(deprecated)]
        let () = {
            use #krate::__private::silent::{DiscardAny as _, DiscardFormat as _, DiscardResult as _};
            (&&&#krate::__private::silent::Discard(__value)).discard()
        };
    };
    let discard: Expr = match to {
        None => syn::parse_quote_spanned! {here=>
            #(#attributes)* match &#value { __value => { #judge } }
        },
        Some(function) => syn::parse_quote_spanned! {here=>
            #(#attributes)* match #value {
                __thrown => {
                    match &__thrown { __value => { #judge } }
                    #function(__thrown);
                }
            }
        },
    };
    Stmt::Expr(discard, Some(Token![;](span)))
}
