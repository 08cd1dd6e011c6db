//! The way through a body, and what is known of the place on the way.

use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Item, Local, Stmt, Type};

use super::discard::thrown_away;
use super::{
    DETACHED, Finder, NOT_AWAITED, PASSED_OVER, arm, doubt, is_external, is_spawn, spawns,
};

impl VisitMut for Finder<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let around = self.then_ok;
        for place in 0..block.stmts.len() {
            let behind = &block.stmts[place + 1..];
            self.then_ok = match behind {
                [] => around,
                behind => arm::is_plain_ok(behind),
            };
            self.visit_stmt_mut(&mut block.stmts[place]);
        }
        self.then_ok = around;
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        self.statement(statement);
        match statement {
            Stmt::Macro(inner) => self.look_into(&inner.mac),
            // Reported as a statement, which is worse than as a value.
            Stmt::Expr(Expr::MethodCall(call), Some(_))
                if call.method == "ok" && !is_external(&call.receiver) =>
            {
                self.visit_expr_mut(&mut call.receiver);
            }
            _ => visit_mut::visit_stmt_mut(self, statement),
        }
        if let Some(thrown) = thrown_away(statement) {
            if is_spawn(thrown.value) {
                let value = thrown.value.clone();
                self.report(&DETACHED, &value);
            } else if doubt::is_told(thrown.value, self.apart) {
                let value = thrown.value.clone();
                self.report(&PASSED_OVER, &value);
            } else if let Some(instead) = (self.discard)(thrown) {
                *statement = instead;
            }
        }
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        let around = self.apart;
        self.apart |= local
            .init
            .as_ref()
            .is_some_and(|init| doubt::is_kept_future(&init.expr));
        visit_mut::visit_local_mut(self, local);
        self.apart = around;
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Match(inner) => self.arms(inner),
            Expr::If(inner) => self.if_let(inner),
            Expr::MethodCall(inner) => self.method(inner),
            Expr::Call(inner) => self.call_path(inner),
            Expr::Await(inner) if is_external(&inner.base) => self.report(&NOT_AWAITED, inner),
            Expr::Loop(inner) => {
                let body = inner.body.clone();
                self.endless(&body, &Expr::Loop(inner.clone()));
            }
            Expr::While(inner) => {
                let body = inner.body.clone();
                self.endless(&body, &Expr::While(inner.clone()));
            }
            Expr::Macro(inner) => return self.look_into(&inner.mac),
            _ => {}
        }
        let around = self.apart;
        self.apart |= matches!(expression, Expr::Closure(_)) || spawns(expression);
        visit_mut::visit_expr_mut(self, expression);
        self.apart = around;
    }

    /// A nested item has a contract of its own, or none.
    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_type_mut(&mut self, _: &mut Type) {}
}
