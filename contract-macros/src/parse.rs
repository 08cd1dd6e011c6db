//! Tokens as syntax. Like `syn::parse2`, of which there would be a copy for everything that is
//! read, and whoever uses the macros compiles them all.

use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Error, Result};

/// Reads all of the tokens as one thing.
pub(crate) fn parse<T: Parse>(tokens: TokenStream) -> Result<T> {
    let mut parsed = None;
    parse_with(tokens, &mut |input| {
        parsed = Some(input.parse()?);
        Ok(())
    })?;
    match parsed {
        Some(parsed) => Ok(parsed),
        None => Err(Error::new(Span::call_site(), "nothing was read")),
    }
}

/// Reads all of the tokens with `parser`.
pub(crate) fn parse_with(
    tokens: TokenStream,
    parser: &mut dyn FnMut(ParseStream<'_>) -> Result<()>,
) -> Result<()> {
    parser.parse2(tokens)
}
