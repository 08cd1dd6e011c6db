//! What a statement throws away.

use syn::{Attribute, Expr, Pat, Stmt, Type};

use super::super::macros::is_one_of;
use super::arm::is_uppercase;
use super::only;

/// A value that a statement throws away: `let _ = …;`, `_ = …;`, `drop(…);`.
pub struct Discard<'a> {
    /// The value, which has no place of its own.
    pub value: &'a Expr,
    /// Its type, where that is written.
    pub kind: Option<&'a Type>,
    /// The function that it is handed to.
    pub to: Option<&'a Expr>,
    /// The statement's attributes.
    pub attributes: &'a [Attribute],
}

/// What a statement throws away, if it is a value made there and then.
pub(super) fn thrown_away(statement: &Stmt) -> Option<Discard<'_>> {
    let discard = |value, attributes| Discard {
        value,
        kind: None,
        to: None,
        attributes,
    };
    let found = match statement {
        Stmt::Local(local) => {
            let init = local.init.as_ref()?;
            if init.diverge.is_some() {
                return None;
            }
            let found = discard(&*init.expr, &local.attrs);
            match &local.pat {
                Pat::Wild(_) => found,
                Pat::Type(typed) if matches!(&*typed.pat, Pat::Wild(_)) => Discard {
                    kind: Some(&*typed.ty),
                    ..found
                },
                _ => return None,
            }
        }
        Stmt::Expr(Expr::Assign(assign), Some(_)) if matches!(&*assign.left, Expr::Infer(_)) => {
            discard(&*assign.right, &assign.attrs)
        }
        Stmt::Expr(Expr::Call(call), Some(_)) => match (&*call.func, only(&call.args)) {
            (Expr::Path(path), Some(value)) if is_drop(&path.path) => Discard {
                to: Some(&*call.func),
                ..discard(value, &call.attrs)
            },
            _ => return None,
        },
        // `write!(text, …).ok();`
        Stmt::Expr(Expr::MethodCall(call), Some(_))
            if call.method == "ok"
                && call.args.is_empty()
                && matches!(&*call.receiver, Expr::Macro(inner) if is_writing(&inner.mac)) =>
        {
            discard(&*call.receiver, &call.attrs)
        }
        _ => return None,
    };
    is_fresh(found.value).then_some(found)
}

/// Whether a macro writes, perhaps into a text, which cannot fail.
pub(super) fn is_writing(mac: &syn::Macro) -> bool {
    is_one_of(mac, &["write", "writeln"])
}

/// Whether this is std's: any other may do something with what it is given.
fn is_drop(path: &syn::Path) -> bool {
    let segments = &path.segments;
    match segments.len() {
        0 => false,
        1 => segments[0].ident == "drop",
        count => segments[count - 2].ident == "mem" && segments[count - 1].ident == "drop",
    }
}

/// Whether an expression makes a value. What has a place of its own may be thrown away as
/// often as one likes: it is not the failure, and reading it could be a mistake. So may
/// what only wraps something, whose temporaries can live longer than the statement.
fn is_fresh(value: &Expr) -> bool {
    /// Macros that give a value which may be a `Result`.
    const GIVING: &[&str] = &["external", "try_join", "write", "writeln"];
    match value {
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else {
                return true;
            };
            match path.path.segments.last() {
                Some(last) => !is_uppercase(&last.ident),
                None => true,
            }
        }
        Expr::MethodCall(_) | Expr::Await(_) | Expr::Try(_) => true,
        Expr::Paren(inner) => is_fresh(&inner.expr),
        Expr::Macro(inner) => is_one_of(&inner.mac, GIVING),
        _ => false,
    }
}
