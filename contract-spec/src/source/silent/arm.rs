//! What becomes of an error that a pattern has caught.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Arm, Block, Expr, Ident, Macro, Pat, Stmt};

use super::super::macros::is_one_of;
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
                Pat::Ident(name) if name.subpat.is_none() && !is_uppercase(&name.ident) => {
                    Some(Caught {
                        binding: Some(name.ident.clone()),
                        by_reference: name.by_ref.is_some(),
                    })
                }
                _ => None,
            }
        }
        Pat::Or(or) => {
            for case in or.cases.pairs() {
                if let Some(caught) = catch_all(case.value(), false) {
                    return Some(caught);
                }
            }
            None
        }
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
        Pat::Or(or) => {
            for case in or.cases.pairs() {
                if is_ok(case.value()) {
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}

/// Whether some arms have one for `Ok`.
pub(super) fn has_ok(arms: &[Arm]) -> bool {
    for arm in arms {
        if is_ok(&arm.pat) {
            return true;
        }
    }
    false
}

/// Whether a name is a type, a constant or a variant; a lowercase word in a pattern binds.
pub(super) fn is_uppercase(name: &Ident) -> bool {
    match name.to_string().chars().next() {
        Some(first) => first.is_uppercase(),
        None => false,
    }
}

pub(super) fn is_named(path: &syn::Path, name: &str) -> bool {
    match path.segments.last() {
        Some(last) => last.ident == name,
        None => false,
    }
}

/// What the body of an arm makes of the error that was caught.
pub(super) fn silence(body: &Expr, caught: &Caught) -> Option<&'static Pattern> {
    silence_of(without_logs(body)?, caught)
}

/// The same of a block.
pub(super) fn silence_of_block(body: &Block, caught: &Caught) -> Option<&'static Pattern> {
    silence_of(block_without_logs(&body.stmts)?, caught)
}

fn silence_of((logged, rest): Unlogged<'_>, caught: &Caught) -> Option<&'static Pattern> {
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
    matches!(without_logs(body), Some((_, Some(rest))) if matches!(peel(rest), Expr::Return(_)))
}

/// The value of a body that is a plain `Ok(value)`, returned or not.
pub(super) fn answer(body: &Expr) -> Option<&Expr> {
    let (_, rest) = without_logs(body)?;
    let value = match peel(rest?) {
        Expr::Return(returned) => peel(returned.expr.as_deref()?),
        other => other,
    };
    match value {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) if is_named(&path.path, "Ok") => call.args.get(0),
            _ => None,
        },
        _ => None,
    }
}

/// Whether statements are an `Ok(…)` of something that is just there.
pub(super) fn is_plain_ok(statements: &[Stmt]) -> bool {
    match statements {
        [Stmt::Expr(only, _)] => matches!(answer(only), Some(value) if is_plain(value)),
        _ => false,
    }
}

fn is_plain(value: &Expr) -> bool {
    match value {
        Expr::Path(_) => true,
        Expr::Tuple(tuple) => {
            for element in tuple.elems.pairs() {
                if !is_plain(element.value()) {
                    return false;
                }
            }
            true
        }
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
pub(super) fn mentions(value: &Expr, binding: Option<&Ident>) -> bool {
    match binding {
        Some(binding) => contains(value.to_token_stream(), &binding.to_string()),
        None => false,
    }
}

fn contains(tokens: TokenStream, name: &str) -> bool {
    for token in tokens {
        let found = match token {
            TokenTree::Group(group) => contains(group.stream(), name),
            TokenTree::Ident(ident) => ident == name,
            TokenTree::Literal(literal) => is_formatted(&literal.to_string(), name),
            TokenTree::Punct(_) => false,
        };
        if found {
            return true;
        }
    }
    false
}

/// `"{error}"` of the formatting macros.
fn is_formatted(literal: &str, name: &str) -> bool {
    for (place, letter) in literal.char_indices() {
        if letter == '{' && literal[place + 1..].starts_with(name) {
            return true;
        }
    }
    false
}

/// A body without the log events at its beginning: whether there were any, and what is left,
/// if anything is.
type Unlogged<'a> = (bool, Option<&'a Expr>);

/// `None` where more than one thing is left.
fn without_logs(body: &Expr) -> Option<Unlogged<'_>> {
    match peel(body) {
        Expr::Macro(inner) if is_log(&inner.mac) => Some((true, None)),
        Expr::Block(block) if block.label.is_none() => block_without_logs(&block.block.stmts),
        other => Some((false, Some(other))),
    }
}

fn block_without_logs(statements: &[Stmt]) -> Option<Unlogged<'_>> {
    if let [Stmt::Expr(only, None)] = statements {
        return without_logs(only);
    }
    let mut logged = false;
    let mut rest = statements;
    while let [first, behind @ ..] = rest
        && is_log_statement(first)
    {
        logged = true;
        rest = behind;
    }
    match rest {
        [] => Some((logged, None)),
        [Stmt::Expr(only, _)] => Some((logged, Some(only))),
        _ => None,
    }
}

fn is_log_statement(statement: &Stmt) -> bool {
    match statement {
        Stmt::Macro(inner) => is_log(&inner.mac),
        Stmt::Expr(Expr::Macro(inner), _) => is_log(&inner.mac),
        _ => false,
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
    is_one_of(mac, LOGS)
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
