//! What leaves the function from inside of an expression.

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Item};

/// The expressions that leave the function they stand in.
pub(super) struct Leaving(pub(super) Vec<Expr>);

impl VisitMut for Leaving {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Closure(_) | Expr::Async(_) | Expr::Const(_) | Expr::TryBlock(_) => {}
            Expr::Try(_) | Expr::Return(_) => self.0.push(expression.clone()),
            other => visit_mut::visit_expr_mut(self, other),
        }
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}
}
