//! Giving tokens another place, so that an error points where it should.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The tokens, shown at `span`. What they mean stays: names are looked up as before.
pub(crate) fn respan(tokens: &impl ToTokens, span: Span) -> TokenStream {
    moved(tokens.to_token_stream(), span)
}

fn moved(tokens: TokenStream, span: Span) -> TokenStream {
    tokens.into_iter().map(|token| one(token, span)).collect()
}

fn one(mut token: TokenTree, span: Span) -> TokenTree {
    let place = span.resolved_at(token.span());
    if let TokenTree::Group(group) = &token {
        let mut inner = Group::new(group.delimiter(), moved(group.stream(), span));
        inner.set_span(place);
        return TokenTree::Group(inner);
    }
    token.set_span(place);
    token
}
