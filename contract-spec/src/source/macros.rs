//! Looking into macro calls whose input is a list of expressions.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::parse::ParseStream;
use syn::{Expr, Macro, Token};

/// Whether it is called by one of these names, by whichever path.
pub(super) fn is_one_of(mac: &Macro, names: &[&str]) -> bool {
    match mac.path.segments.last() {
        Some(segment) => is_any(&segment.ident, names),
        None => false,
    }
}

/// Whether a name is one of some.
pub(super) fn is_any(name: &Ident, names: &[&str]) -> bool {
    for one in names {
        if name == one {
            return true;
        }
    }
    false
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

/// Reads a macro's input with `parser`; whether that could read all of it.
pub(super) fn read(
    mac: &Macro,
    parser: &mut dyn FnMut(ParseStream<'_>) -> syn::Result<()>,
) -> bool {
    mac.parse_body_with(parser).is_ok()
}

/// Shows to `visit` whatever can be read as expressions; `false` if nothing can, and
/// something could be hidden in there.
pub(super) fn visit_inside(mac: &Macro, visit: &mut dyn FnMut(&mut Expr)) -> bool {
    if mac.tokens.is_empty() || is_one_of(mac, HARMLESS) {
        return true;
    }
    // Of `external!(gateway, call)`, the first is a name, and that is an expression too.
    let mut arguments = Vec::new();
    if !read(mac, &mut |input| list(input, &mut arguments)) {
        return false;
    }
    // Copies: what is found is reported, what would be replaced stays, for it is another's macro.
    for argument in &mut arguments {
        visit(argument);
    }
    true
}

/// Expressions with commas between them, or with semicolons.
fn list(input: ParseStream<'_>, expressions: &mut Vec<Expr>) -> syn::Result<()> {
    expressions.push(input.parse()?);
    let semicolons = input.peek(Token![;]);
    while !input.is_empty() {
        if semicolons {
            input.parse::<Token![;]>()?;
        } else {
            input.parse::<Token![,]>()?;
        }
        if !input.is_empty() {
            expressions.push(input.parse()?);
        }
    }
    Ok(())
}

/// The interfaces of every `external!` among some tokens.
pub(super) fn interfaces(tokens: TokenStream, found: &mut Vec<String>) {
    // Whether what stands before is `external`, and whether it is `external!`.
    let (mut named, mut called) = (false, false);
    for token in tokens {
        let was_named = std::mem::replace(&mut named, false);
        let was_called = std::mem::replace(&mut called, false);
        match token {
            TokenTree::Ident(name) => named = name == "external",
            TokenTree::Punct(punct) => called = was_named && punct.as_char() == '!',
            TokenTree::Group(group) => {
                if was_called
                    && let Some(TokenTree::Ident(name)) = group.stream().into_iter().next()
                {
                    found.push(name.to_string());
                }
                interfaces(group.stream(), found);
            }
            TokenTree::Literal(_) => {}
        }
    }
}
