//! What becomes of an error that a pattern has caught.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Ident, Macro, Pat, Stmt};

use super::patterns::{CATCH_ALL_OK, DEFAULTED, NOTHING_DONE, ONLY_LOGGED, Pattern};

/// An error of any variant.
#[derive(Default)]
pub(super) struct Caught {
    /// The name it is bound to.
    pub(super) binding: Option<Ident>,
    /// Whether it is bound by `ref`, and stays where it is.
    pub(super) by_reference: bool,
}

/// What a pattern catches, if it is an error of any variant. `among_ok` says that the
/// match has an arm for `Ok`, so that `_` stands for errors.
pub(super) fn catch_all(pattern: &Pat, among_ok: bool) -> Option<Caught> {
    match pattern {
        Pat::TupleStruct(tuple) if is_named(&tuple.path, "Err") && tuple.elems.len() == 1 => {
            match &tuple.elems[0] {
                Pat::Wild(_) | Pat::Rest(_) => Some(Caught::default()),
                Pat::Ident(name) if name.subpat.is_none() && is_binding(&name.ident) => {
                    Some(Caught {
                        binding: Some(name.ident.clone()),
                        by_reference: name.by_ref.is_some(),
                    })
                }
                _ => None,
            }
        }
        Pat::Or(or) => or.cases.iter().find_map(|case| catch_all(case, false)),
        Pat::Paren(paren) => catch_all(&paren.pat, among_ok),
        Pat::Reference(reference) => catch_all(&reference.pat, among_ok),
        Pat::Wild(_) if among_ok => Some(Caught::default()),
        _ => None,
    }
}

/// Whether a pattern is `Ok(…)`.
pub(super) fn is_ok(pattern: &Pat) -> bool {
    match pattern {
        Pat::TupleStruct(tuple) => is_named(&tuple.path, "Ok"),
        Pat::Paren(paren) => is_ok(&paren.pat),
        Pat::Guard(guard) => is_ok(&guard.pat),
        Pat::Or(or) => or.cases.iter().any(is_ok),
        _ => false,
    }
}

/// A lowercase word binds; anything else names a constant or a variant.
fn is_binding(name: &Ident) -> bool {
    !name.to_string().starts_with(char::is_uppercase)
}

pub(super) fn is_named(path: &syn::Path, name: &str) -> bool {
    path.segments.last().is_some_and(|last| last.ident == name)
}

/// What the body of an arm makes of the error that was caught.
pub(super) fn silence(body: &Expr, caught: &Caught) -> Option<&'static Pattern> {
    let (logged, rest) = without_logs(body);
    let unless_logged = |pattern: &'static Pattern| if logged { &ONLY_LOGGED } else { pattern };
    let Some(rest) = rest else {
        return Some(unless_logged(&NOTHING_DONE));
    };
    match peel(rest) {
        Expr::Continue(_) => Some(unless_logged(&NOTHING_DONE)),
        Expr::Tuple(tuple) if tuple.elems.is_empty() => Some(unless_logged(&NOTHING_DONE)),
        Expr::Return(returned) => {
            let value = returned.expr.as_deref()?;
            is_deaf_ok(value, caught).then(|| unless_logged(&CATCH_ALL_OK))
        }
        value if is_deaf_ok(value, caught) => Some(unless_logged(&CATCH_ALL_OK)),
        value if is_default(value) => Some(&DEFAULTED),
        _ => None,
    }
}

/// Whether a body ends in `return`.
pub(super) fn returns(body: &Expr) -> bool {
    matches!(without_logs(body), (_, Some(rest)) if matches!(peel(rest), Expr::Return(_)))
}

/// The value of a body that is a plain `Ok(value)`, returned or not.
pub(super) fn answer(body: &Expr) -> Option<&Expr> {
    let (_, rest) = without_logs(body);
    let value = match peel(rest?) {
        Expr::Return(returned) => peel(returned.expr.as_deref()?),
        other => other,
    };
    match value {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) if is_named(&path.path, "Ok") => call.args.first(),
            _ => None,
        },
        _ => None,
    }
}

/// Whether statements are an `Ok(…)` of something that is just there.
pub(super) fn is_plain_ok(statements: &[Stmt]) -> bool {
    match statements {
        [Stmt::Expr(only, _)] => answer(only).is_some_and(is_plain),
        _ => false,
    }
}

fn is_plain(value: &Expr) -> bool {
    match value {
        Expr::Path(_) => true,
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_plain),
        other => is_default(other),
    }
}

/// What a closure on the error makes of it: `|_| Ok(…)`.
pub(super) fn is_deaf_ok(value: &Expr, caught: &Caught) -> bool {
    let value = peel(value);
    let Expr::Call(call) = value else {
        return false;
    };
    let Expr::Path(path) = &*call.func else {
        return false;
    };
    is_named(&path.path, "Ok") && !mentions(value, caught.binding.as_ref())
}

/// Whether something uses the error.
pub(super) fn mentions(tokens: &impl ToTokens, binding: Option<&Ident>) -> bool {
    binding.is_some_and(|binding| contains(tokens.to_token_stream(), &binding.to_string()))
}

fn contains(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => contains(group.stream(), name),
        TokenTree::Ident(ident) => ident == name,
        // `"{error}"` of the formatting macros.
        TokenTree::Literal(literal) => literal.to_string().contains(&format!("{{{name}")),
        TokenTree::Punct(_) => false,
    })
}

/// A body without the log events at its beginning: whether there were any, and what is left.
/// `None` for nothing.
fn without_logs(body: &Expr) -> (bool, Option<&Expr>) {
    match peel(body) {
        Expr::Macro(inner) if is_log(&inner.mac) => (true, None),
        Expr::Block(block) if block.label.is_none() => {
            let is_log_statement = |statement: &&Stmt| match statement {
                Stmt::Macro(inner) => is_log(&inner.mac),
                Stmt::Expr(Expr::Macro(inner), _) => is_log(&inner.mac),
                _ => false,
            };
            let statements = &block.block.stmts;
            let logs = statements.iter().take_while(is_log_statement).count();
            match &statements[logs..] {
                [] => (logs > 0, None),
                [Stmt::Expr(only, _)] => (logs > 0, Some(only)),
                // Whatever it is, it is more than nothing.
                _ => (false, Some(body)),
            }
        }
        other => (false, Some(other)),
    }
}

fn peel(mut value: &Expr) -> &Expr {
    loop {
        value = match value {
            Expr::Paren(inner) => &inner.expr,
            Expr::Group(inner) => &inner.expr,
            Expr::Block(inner) if inner.label.is_none() => match &inner.block.stmts[..] {
                [Stmt::Expr(only, None)] => only,
                _ => return value,
            },
            _ => return value,
        };
    }
}

const LOGS: &[&str] = &[
    "debug", "dbg", "eprint", "eprintln", "error", "event", "info", "log", "print", "println",
    "trace", "warn", "warning",
];

pub(super) fn is_log(mac: &Macro) -> bool {
    LOGS.iter().any(|name| is_named(&mac.path, name))
}

/// `None`, `0`, `Vec::new()`, `Default::default()`.
fn is_default(value: &Expr) -> bool {
    match value {
        Expr::Lit(_) => true,
        Expr::Path(path) => is_named(&path.path, "None"),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => {
                call.args.is_empty()
                    && (is_named(&path.path, "new") || is_named(&path.path, "default"))
            }
            _ => false,
        },
        Expr::Macro(inner) => is_named(&inner.mac.path, "vec") && inner.mac.tokens.is_empty(),
        _ => false,
    }
}
