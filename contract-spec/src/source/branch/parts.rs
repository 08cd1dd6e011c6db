//! What expressions and statements are made of, as far as branches ask.

use syn::{Attribute, Expr, Stmt};

/// The future inside of what only boxes or pins it, or the `async` block itself.
pub(super) fn awaited(value: &mut Expr) -> Option<&mut Expr> {
    match value {
        Expr::Async(_) => Some(value),
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else {
                return None;
            };
            let last = path.path.segments.last()?;
            let boxes = ["pin", "new", "from"].iter().any(|name| last.ident == name);
            let mut arguments = call.args.iter_mut();
            match (arguments.next(), arguments.next()) {
                (Some(only), None) if boxes => Some(only),
                _ => None,
            }
        }
        Expr::MethodCall(call) => {
            let boxes = ["boxed", "boxed_local", "instrument", "in_current_span"];
            boxes
                .iter()
                .any(|name| call.method == name)
                .then_some(&mut *call.receiver)
        }
        _ => None,
    }
}

/// Whether an expression is `Ok(…)` or `Err(…)`, by whichever path.
pub(super) fn is_call_of(value: &Expr, name: &str) -> bool {
    called(value).is_some_and(|path| path.segments.last().is_some_and(|last| last.ident == name))
}

/// Whether an expression calls a function of std that never comes back.
pub(super) fn diverges(value: &Expr) -> bool {
    const NEVER: &[(&str, &[&str])] = &[
        ("process", &["exit", "abort"]),
        ("panic", &["resume_unwind", "panic_any"]),
    ];
    let Some(path) = called(value) else {
        return false;
    };
    let mut names = path.segments.iter().rev().map(|segment| &segment.ident);
    let (Some(name), Some(module)) = (names.next(), names.next()) else {
        return false;
    };
    NEVER
        .iter()
        .any(|(of, functions)| module == of && functions.iter().any(|function| name == function))
}

/// The path that a call calls.
fn called(value: &Expr) -> Option<&syn::Path> {
    match value {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => Some(&path.path),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn cfg_of(attributes: &[Attribute]) -> Vec<Attribute> {
    let cfg = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    cfg.cloned().collect()
}

pub(super) fn statement_attributes(statement: &Stmt) -> &[Attribute] {
    match statement {
        Stmt::Local(local) => &local.attrs,
        Stmt::Macro(mac) => &mac.attrs,
        Stmt::Expr(value, _) => expression_attributes(value),
        Stmt::Item(_) => &[],
    }
}

/// The attributes of the expressions that stand as statements.
fn expression_attributes(value: &Expr) -> &[Attribute] {
    match value {
        Expr::Assign(inner) => &inner.attrs,
        Expr::Await(inner) => &inner.attrs,
        Expr::Block(inner) => &inner.attrs,
        Expr::Call(inner) => &inner.attrs,
        Expr::ForLoop(inner) => &inner.attrs,
        Expr::If(inner) => &inner.attrs,
        Expr::Loop(inner) => &inner.attrs,
        Expr::Macro(inner) => &inner.attrs,
        Expr::Match(inner) => &inner.attrs,
        Expr::MethodCall(inner) => &inner.attrs,
        Expr::Path(inner) => &inner.attrs,
        Expr::Return(inner) => &inner.attrs,
        Expr::Try(inner) => &inner.attrs,
        Expr::Unsafe(inner) => &inner.attrs,
        Expr::While(inner) => &inner.attrs,
        _ => &[],
    }
}
