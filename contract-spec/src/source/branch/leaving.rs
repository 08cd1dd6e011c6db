//! Macro calls that leave the function around them, or hold what does.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Token};

use super::super::macros::{HARMLESS, is_one_of};

/// Macros of std, and ours, that evaluate their arguments as plain expressions.
const TRANSPARENT: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "degrade",
    "eprint",
    "eprintln",
    "external",
    "format",
    "format_args",
    "print",
    "println",
    "vec",
    "write",
    "writeln",
];

/// Macros that never give a value back.
const DIVERGING: &[&str] = &["panic", "todo", "unimplemented", "unreachable"];

/// Macros of anyhow, eyre and snafu that return an `Err` from the function around them.
const LEAVING: &[&str] = &["bail", "ensure", "ensure_whatever", "whatever"];

/// The macros that are known here and that a text defines anew, so that they may mean
/// anything; unless they are known to leave, and so they do.
pub fn redefined(text: &str) -> Vec<&'static str> {
    const DEFINITION: &str = "macro_rules!";
    let known = || TRANSPARENT.iter().chain(LEAVING).chain(DIVERGING);
    let definitions = text.match_indices(DEFINITION).filter_map(|(at, _)| {
        let after = text[at + DEFINITION.len()..].trim_start();
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let (name, rest) = after.split_at(after.find(|letter| !is_part(letter))?);
        let name = known().find(|known| **known == name).copied()?;
        let leaves = LEAVING.contains(&name) && mentions_leaving(definition(rest));
        (!leaves).then_some(name)
    });
    definitions.collect()
}

/// The rules at the beginning of a text, up to the bracket that closes them.
fn definition(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth <= 1 => return &text[..at],
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    text
}

fn mentions_leaving(rules: &str) -> bool {
    rules.contains("return")
        || rules.contains('?')
        || LEAVING
            .iter()
            .any(|name| rules.contains(&format!("{name}!")))
}

/// Whether the macro leaves the function with an error, at least sometimes.
pub(super) fn leaves(mac: &Macro) -> bool {
    is_one_of(mac, LEAVING)
}

/// Shows the arguments of such a macro to `visit`, as far as they are expressions.
pub(super) fn visit_leaving(mac: &mut Macro, visit: impl FnMut(&mut Expr)) {
    let parsed = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone());
    if let Ok(mut arguments) = parsed {
        arguments.iter_mut().for_each(visit);
        mac.tokens = arguments.into_token_stream();
    }
}

/// Whether the macro diverges, so that its value is never the function's.
pub(super) fn diverges(mac: &Macro) -> bool {
    is_one_of(mac, DIVERGING)
}

/// Whether the macro call is an expression whose value is that of one of its arguments.
pub(super) fn is_marker(mac: &Macro) -> bool {
    is_one_of(mac, &["external", "degrade"])
}

/// Shows every argument to `visit`; `false` if the macro cannot be looked into.
pub(super) fn visit_arguments(mac: &mut Macro, visit: impl FnMut(&mut Expr)) -> bool {
    if !is_one_of(mac, TRANSPARENT) {
        return !may_leave(mac.tokens.clone());
    }
    let tokens = mac.tokens.clone();
    if let Ok(mut arguments) =
        Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone())
    {
        arguments.iter_mut().for_each(visit);
        mac.tokens = arguments.into_token_stream();
        return true;
    }
    // `vec![value; count]`
    if let Ok(mut arguments) = Punctuated::<Expr, Token![;]>::parse_terminated.parse2(tokens) {
        arguments.iter_mut().for_each(visit);
        mac.tokens = arguments.into_token_stream();
        return true;
    }
    !may_leave(mac.tokens.clone())
}

/// The events of `log` and `tracing`.
const EVENTS: &[&str] = &["debug", "error", "event", "info", "log", "trace", "warn"];

/// Shows to `visit` every argument of a macro of which it is known what it expands to, by
/// its name; `false` for any other, which may hold a `return` of its own, and for one whose
/// arguments leave the function and cannot be shown.
pub fn visit_known(mac: &mut Macro, visit: impl FnMut(&mut Expr)) -> bool {
    let known = [TRANSPARENT, DIVERGING, HARMLESS, EVENTS];
    known.iter().any(|names| is_one_of(mac, names)) && visit_arguments(mac, visit)
}

/// Whether tokens hold a `?` or a `return`, which could leave the function.
fn may_leave(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => may_leave(group.stream()),
        TokenTree::Ident(ident) => ident == "return",
        TokenTree::Punct(punct) => punct.as_char() == '?',
        TokenTree::Literal(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::redefined;

    #[test]
    fn a_macro_of_a_known_name_is_found_where_it_is_defined() {
        let text =
            "macro_rules! ensure { () => {} }\nmacro_rules!  write(() => {});\nmacro_rules! own {}";
        assert_eq!(redefined(text), ["ensure", "write"]);
        assert_eq!(redefined("ensure!(x); // macro_rules! ensured {}"), [""; 0]);
    }
}
