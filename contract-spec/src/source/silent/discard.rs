//! What a statement throws away.

use syn::{Attribute, Expr, Pat, Stmt, Type};

use super::arm::is_named;

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
            let init = local.init.as_ref().filter(|init| init.diverge.is_none())?;
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
        Stmt::Expr(Expr::Call(call), Some(_)) => match (&*call.func, call.args.first()) {
            (Expr::Path(path), Some(value)) if call.args.len() == 1 && is_drop(&path.path) => {
                Discard {
                    to: Some(&*call.func),
                    ..discard(value, &call.attrs)
                }
            }
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
    is_named(&mac.path, "write") || is_named(&mac.path, "writeln")
}

/// Whether this is std's: any other may do something with what it is given.
fn is_drop(path: &syn::Path) -> bool {
    let names: Vec<_> = path.segments.iter().map(|segment| &segment.ident).collect();
    match names[..] {
        [only] => only == "drop",
        [.., module, last] => module == "mem" && last == "drop",
        [] => false,
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
            let last = match &*call.func {
                Expr::Path(path) => path.path.segments.last(),
                _ => None,
            };
            !last.is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase))
        }
        Expr::MethodCall(_) | Expr::Await(_) | Expr::Try(_) => true,
        Expr::Macro(inner) => GIVING.iter().any(|name| is_named(&inner.mac.path, name)),
        _ => false,
    }
}
