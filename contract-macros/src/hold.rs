//! `hold!(begun, call)`: the place in front of a call to an interface at which a fault may take
//! time.
//!
//! Whether it can be awaited there, only the call's own tokens show: where they are awaited,
//! the code around them is asynchronous.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut tokens = input.into_iter();
    let (Some(begun), Some(_comma)) = (tokens.next(), tokens.next()) else {
        return TokenStream::new();
    };
    let call: Vec<TokenTree> = tokens.collect();
    let method = match (is_awaited(&call), is_limited(&call)) {
        (true, false) => "held",
        (true, true) => "held_within_limits",
        (false, _) => return quote!(#begun.held_up()),
    };
    let method = Ident::new(method, Span::mixed_site());
    quote!(#begun.#method().await)
}

/// Whether something is awaited here, and not in a future, a closure or a macro's own code.
fn is_awaited(tokens: &[TokenTree]) -> bool {
    // `async { … }`, `async move { … }`, `async |x| …`: up to its braces, or to the next argument.
    let mut elsewhere = false;
    let mut before = ' ';
    for token in tokens {
        let after = std::mem::replace(&mut before, ' ');
        match token {
            TokenTree::Punct(punct) => {
                before = punct.as_char();
                elsewhere &= before != ',';
            }
            TokenTree::Ident(name) if name == "async" => elsewhere = true,
            TokenTree::Ident(name) if after == '.' && name == "await" && !elsewhere => return true,
            TokenTree::Group(group) => {
                let braces = group.delimiter() == proc_macro2::Delimiter::Brace;
                if elsewhere {
                    elsewhere = !braces;
                } else if after != '!'
                    && is_awaited(&group.stream().into_iter().collect::<Vec<_>>())
                {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// Whether the call speaks of time: then it may have a limit of its own.
fn is_limited(tokens: &[TokenTree]) -> bool {
    const OF_TIME: [&str; 6] = ["timeout", "deadline", "elapsed", "select", "sleep", "race"];
    tokens.iter().any(|token| match token {
        TokenTree::Ident(name) => {
            let name = name.to_string().to_lowercase();
            OF_TIME.iter().any(|word| name.contains(word))
        }
        TokenTree::Group(group) => is_limited(&group.stream().into_iter().collect::<Vec<_>>()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(call: &str) -> String {
        let input: TokenStream = format!("begun, {call}").parse().unwrap();
        expand(input).to_string().replace(' ', "")
    }

    #[test]
    fn what_is_awaited_here_can_be_held_here() {
        for call in [
            "self.gateway.charge(order).await",
            "match self.gateway.charge(order).await { Ok(x) => Ok(x), Err(e) => Err(e) }",
            "convert(self.gateway.charge(order).await)",
            "(async { 1 }).await",
            "{ let a = async move { b.await }; a.await }",
            "both(async |x| x.await, a.await)",
            "!self.is_there(order).await",
        ] {
            assert_eq!(expanded(call), "begun.held().await", "{call}");
        }
    }

    #[test]
    fn what_is_not_awaited_here_is_not() {
        for call in [
            "self.gateway.charge(order)",
            "block_on(async { self.gateway.charge(order).await })",
            "block_on(async move { self.gateway.charge(order).await })",
            "run(async |x| { x.await })",
            "run(async |x| x.await)",
            "run(async move |x: (u32, u32)| f(x).await)",
            "block_on!(x.await)",
            "await_all(x)",
        ] {
            assert_eq!(expanded(call), "begun.held_up()", "{call}");
        }
    }

    #[test]
    fn what_speaks_of_time_may_have_a_limit_of_its_own() {
        for call in [
            "timeout(LIMIT, self.gateway.charge(order)).await",
            "self.gateway.charge(order).timeout(LIMIT).await",
            "tokio::time::timeout_at(at, f()).await.unwrap_or(Err(Error::Down))",
        ] {
            assert_eq!(expanded(call), "begun.held_within_limits().await", "{call}");
        }
    }
}
