//! Giving tokens another place, so that an error points where it should.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The tokens, shown at `span`. What they mean stays: names are looked up as before.
pub(crate) fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    let mut moved = TokenStream::new();
    for token in tokens {
        one(token, span).to_tokens(&mut moved);
    }
    moved
}

fn one(mut token: TokenTree, span: Span) -> TokenTree {
    let place = span.resolved_at(token.span());
    if let TokenTree::Group(group) = &token {
        let mut inner = Group::new(group.delimiter(), respan(group.stream(), span));
        inner.set_span(place);
        return TokenTree::Group(inner);
    }
    token.set_span(place);
    token
}
