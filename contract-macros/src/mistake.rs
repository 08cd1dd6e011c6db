//! What is wrong with what the user has written.

use quote::ToTokens;
use syn::Error;

/// A mistake at some tokens.
pub(crate) fn mistake(place: &dyn ToTokens, message: &str) -> Error {
    Error::new_spanned(place, message)
}

/// One more mistake.
pub(crate) fn add(mistakes: &mut Option<Error>, mistake: Error) {
    match mistakes {
        Some(mistakes) => mistakes.combine(mistake),
        None => *mistakes = Some(mistake),
    }
}

/// Both, or what is wrong with either.
pub(crate) fn both<A, B>(a: syn::Result<A>, b: syn::Result<B>) -> syn::Result<(A, B)> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(mut first), Err(second)) => {
            first.combine(second);
            Err(first)
        }
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
    }
}
