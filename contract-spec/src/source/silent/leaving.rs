//! What leaves the function from inside of an expression.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Block, Expr, Stmt};

use super::inside::{Part, inside};

/// The expressions that leave the function they stand in.
pub(super) fn leaving(expression: &mut Expr, found: &mut Vec<TokenStream>) {
    match expression {
        Expr::Closure(_) | Expr::Async(_) | Expr::Const(_) | Expr::TryBlock(_) => {}
        Expr::Try(_) | Expr::Return(_) => found.push(expression.to_token_stream()),
        other => inside(other, &mut |part| match part {
            Part::Expression(inner) => leaving(inner, found),
            Part::Block(block) => from_block(block, found),
        }),
    }
}

fn from_block(block: &mut Block, found: &mut Vec<TokenStream>) {
    for statement in &mut block.stmts {
        match statement {
            Stmt::Local(local) => {
                let Some(init) = &mut local.init else {
                    continue;
                };
                leaving(&mut init.expr, found);
                if let Some((_, otherwise)) = &mut init.diverge {
                    leaving(otherwise, found);
                }
            }
            Stmt::Expr(inner, _) => leaving(inner, found),
            Stmt::Item(_) | Stmt::Macro(_) => {}
        }
    }
}
