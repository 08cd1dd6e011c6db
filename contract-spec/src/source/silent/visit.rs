//! The way through a body, and what is known of the place on the way.

use syn::{Block, Expr, Local, Stmt};

use super::discard::thrown_away;
use super::inside::{Part, inside};
use super::{
    DETACHED, Finder, NOT_AWAITED, PASSED_OVER, arm, doubt, is_external, is_spawn, spawns,
};

impl Finder<'_> {
    pub(super) fn visit_block(&mut self, block: &mut Block) {
        let around = self.then_ok;
        for place in 0..block.stmts.len() {
            let behind = &block.stmts[place + 1..];
            self.then_ok = match behind {
                [] => around,
                behind => arm::is_plain_ok(behind),
            };
            self.visit_statement(&mut block.stmts[place]);
        }
        self.then_ok = around;
    }

    fn visit_statement(&mut self, statement: &mut Stmt) {
        self.statement(statement);
        match statement {
            Stmt::Macro(inner) => self.look_into(&inner.mac),
            // Reported as a statement, which is worse than as a value.
            Stmt::Expr(Expr::MethodCall(call), Some(_))
                if call.method == "ok" && !is_external(&call.receiver) =>
            {
                self.visit_expression(&mut call.receiver);
            }
            Stmt::Expr(value, _) => self.visit_expression(value),
            Stmt::Local(local) => self.visit_local(local),
            // It has a contract of its own, or none.
            Stmt::Item(_) => {}
        }
        if let Some(thrown) = thrown_away(statement) {
            if is_spawn(thrown.value) {
                self.report(&DETACHED, thrown.value);
            } else if doubt::is_told(thrown.value, self.apart) {
                self.report(&PASSED_OVER, thrown.value);
            } else if let Some(instead) = (self.discard)(thrown) {
                *statement = instead;
            }
        }
    }

    fn visit_local(&mut self, local: &mut Local) {
        let Some(init) = &mut local.init else {
            return;
        };
        let around = self.apart;
        self.apart |= doubt::is_kept_future(&init.expr);
        self.visit_expression(&mut init.expr);
        if let Some((_, otherwise)) = &mut init.diverge {
            self.visit_expression(otherwise);
        }
        self.apart = around;
    }

    pub(super) fn visit_expression(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Match(inner) => self.arms(inner),
            Expr::If(inner) => self.if_let(inner),
            Expr::MethodCall(inner) => self.method(inner),
            Expr::Await(inner) if is_external(&inner.base) => self.report(&NOT_AWAITED, inner),
            Expr::Macro(inner) => return self.look_into(&inner.mac),
            _ => {}
        }
        #[cfg(feature = "inventory")]
        self.warn(expression);
        let around = self.apart;
        self.apart |= matches!(expression, Expr::Closure(_)) || spawns(expression);
        inside(expression, &mut |part| match part {
            Part::Expression(inner) => self.visit_expression(inner),
            Part::Block(block) => self.visit_block(block),
        });
        self.apart = around;
    }
}
