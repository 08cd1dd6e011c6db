//! What stands directly inside of an expression.
//!
//! syn's own visitors would do, but whoever uses the macros compiles them anew for each visitor,
//! types and items included, where nothing fails at run time.

use syn::punctuated::Punctuated;
use syn::{Block, Expr, Pat, Token};

/// A part of an expression that runs when it does.
pub(super) enum Part<'a> {
    Expression(&'a mut Expr),
    Block(&'a mut Block),
}

/// Shows every part, in the order of the source. The input of a macro is none.
pub(super) fn inside(expression: &mut Expr, show: &mut dyn FnMut(Part<'_>)) {
    match expression {
        Expr::Array(inner) => all(&mut inner.elems, show),
        Expr::Assign(inner) => {
            show(Part::Expression(&mut inner.left));
            show(Part::Expression(&mut inner.right));
        }
        Expr::Async(inner) => show(Part::Block(&mut inner.block)),
        Expr::Await(inner) => show(Part::Expression(&mut inner.base)),
        Expr::Binary(inner) => {
            show(Part::Expression(&mut inner.left));
            show(Part::Expression(&mut inner.right));
        }
        Expr::Block(inner) => show(Part::Block(&mut inner.block)),
        Expr::Break(inner) => optional(&mut inner.expr, show),
        Expr::Call(inner) => {
            show(Part::Expression(&mut inner.func));
            all(&mut inner.args, show);
        }
        Expr::Cast(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::Closure(inner) => show(Part::Expression(&mut inner.body)),
        Expr::Const(inner) => show(Part::Block(&mut inner.block)),
        Expr::Field(inner) => show(Part::Expression(&mut inner.base)),
        Expr::ForLoop(inner) => {
            show(Part::Expression(&mut inner.expr));
            show(Part::Block(&mut inner.body));
        }
        Expr::Group(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::If(inner) => {
            show(Part::Expression(&mut inner.cond));
            show(Part::Block(&mut inner.then_branch));
            if let Some((_, otherwise)) = &mut inner.else_branch {
                show(Part::Expression(otherwise));
            }
        }
        Expr::Index(inner) => {
            show(Part::Expression(&mut inner.expr));
            show(Part::Expression(&mut inner.index));
        }
        Expr::Let(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::Loop(inner) => show(Part::Block(&mut inner.body)),
        Expr::Match(inner) => {
            show(Part::Expression(&mut inner.expr));
            for arm in &mut inner.arms {
                conditions(&mut arm.pat, show);
                show(Part::Expression(&mut arm.body));
            }
        }
        Expr::MethodCall(inner) => {
            show(Part::Expression(&mut inner.receiver));
            all(&mut inner.args, show);
        }
        Expr::Paren(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::Range(inner) => {
            optional(&mut inner.start, show);
            optional(&mut inner.end, show);
        }
        Expr::RawAddr(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::Reference(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::Repeat(inner) => {
            show(Part::Expression(&mut inner.expr));
            show(Part::Expression(&mut inner.len));
        }
        Expr::Return(inner) => optional(&mut inner.expr, show),
        Expr::Struct(inner) => {
            for field in inner.fields.pairs_mut() {
                show(Part::Expression(&mut field.into_value().expr));
            }
            optional(&mut inner.rest, show);
        }
        Expr::Try(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::TryBlock(inner) => show(Part::Block(&mut inner.block)),
        Expr::Tuple(inner) => all(&mut inner.elems, show),
        Expr::Unary(inner) => show(Part::Expression(&mut inner.expr)),
        Expr::Unsafe(inner) => show(Part::Block(&mut inner.block)),
        Expr::While(inner) => {
            show(Part::Expression(&mut inner.cond));
            show(Part::Block(&mut inner.body));
        }
        Expr::Yield(inner) => optional(&mut inner.expr, show),
        // `continue`, `_`, a literal, a macro, a path, what syn does not know.
        _ => {}
    }
}

fn all(expressions: &mut Punctuated<Expr, Token![,]>, show: &mut dyn FnMut(Part<'_>)) {
    for pair in expressions.pairs_mut() {
        show(Part::Expression(pair.into_value()));
    }
}

fn optional(expression: &mut Option<Box<Expr>>, show: &mut dyn FnMut(Part<'_>)) {
    if let Some(expression) = expression {
        show(Part::Expression(expression));
    }
}

/// The `if` of an arm; a pattern has nothing else in it that runs.
fn conditions(pattern: &mut Pat, show: &mut dyn FnMut(Part<'_>)) {
    match pattern {
        Pat::Guard(guard) => {
            conditions(&mut guard.pat, show);
            show(Part::Expression(&mut guard.guard));
        }
        Pat::Paren(inner) => conditions(&mut inner.pat, show),
        Pat::Or(inner) => {
            for case in inner.cases.pairs_mut() {
                conditions(case.into_value(), show);
            }
        }
        _ => {}
    }
}
