//! Looking into macro calls whose input is a list of expressions.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Token};

/// Whether it is called by one of these names, by whichever path.
pub(super) fn is_one_of(mac: &Macro, names: &[&str]) -> bool {
    mac.path
        .segments
        .last()
        .is_some_and(|segment| names.iter().any(|name| segment.ident == name))
}

/// Macros without an expression in them that could fail.
pub(super) const HARMLESS: &[&str] = &[
    "cfg",
    "column",
    "compile_error",
    "concat",
    "const_format",
    "debug_span",
    "env",
    "error_span",
    "file",
    "include_bytes",
    "include_str",
    "info_span",
    "json",
    "line",
    "matches",
    "module_path",
    "option_env",
    "span",
    "stringify",
    "thread_local",
    "trace_span",
    "unreachable",
    "warn_span",
];

/// Shows to `visit` whatever can be read as expressions; `false` if nothing can, and
/// something could be hidden in there.
pub(super) fn visit_inside(mac: &Macro, mut visit: impl FnMut(&mut Expr)) -> bool {
    if mac.tokens.is_empty() || is_one_of(mac, HARMLESS) {
        return true;
    }
    // Of `external!(gateway, call)`, the first is a name, and that is an expression too.
    let arguments = match Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone())
    {
        Ok(arguments) => arguments.into_iter().collect::<Vec<_>>(),
        Err(_) => {
            match Punctuated::<Expr, Token![;]>::parse_terminated.parse2(mac.tokens.clone()) {
                Ok(arguments) => arguments.into_iter().collect(),
                Err(_) => return false,
            }
        }
    };
    // Copies: what is found is reported, what would be replaced stays, for it is another's macro.
    for mut argument in arguments {
        visit(&mut argument);
    }
    true
}

/// The interfaces of every `external!` among some tokens.
pub(super) fn interfaces(tokens: TokenStream, found: &mut Vec<String>) {
    let mut before = [String::new(), String::new()];
    for token in tokens {
        let text = match &token {
            TokenTree::Group(group) => {
                if before == ["external", "!"]
                    && let Some(TokenTree::Ident(name)) = group.stream().into_iter().next()
                {
                    found.push(name.to_string());
                }
                interfaces(group.stream(), found);
                String::new()
            }
            other => other.to_string(),
        };
        let [_, last] = before;
        before = [last, text];
    }
}
