//! Finding the body that was written, inside of what another attribute made of it.
//!
//! `#[async_trait]` and `#[tracing::instrument]` often stand above ours, and then
//! they are done before it looks. Both are known by names of their own.

use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Item, Local, Pat, Stmt};

/// The first statement of what `#[instrument]` puts around a body declares it.
const SPAN: &str = "__tracing_attr_span";
/// The future that it instruments.
const FUTURE: &str = "__tracing_instrument_future";
/// What tells the block that it makes of a body its type.
const FAKE_RETURN: &str = "__tracing_attr_fake_return";

/// Shows the body that was written to `look`; `false` if this is it.
pub(super) fn written(block: &mut Block, look: &mut dyn FnMut(&mut Block)) -> bool {
    if let Some(body) = async_trait_body(block) {
        look(body);
        return true;
    }
    if !is_instrumented(block) {
        return false;
    }
    let mut search = Search { look, found: false };
    search.visit_block_mut(block);
    if search.found {
        return true;
    }
    // A function that hands back a future of its own making: nothing marks its body.
    match block.stmts.iter_mut().find_map(instrumented_future) {
        Some(body) => {
            look(body);
            true
        }
        None => false,
    }
}

/// The body that was written, inside of what `#[async_trait]` makes of it:
/// `let __ret: T = { … }; __ret` at the end of the block.
fn async_trait_body(block: &mut Block) -> Option<&mut Block> {
    let [.., Stmt::Local(local), Stmt::Expr(Expr::Path(last), None)] = &mut block.stmts[..] else {
        return None;
    };
    if !declares(local, "__ret") || !last.path.is_ident("__ret") {
        return None;
    }
    match &mut *local.init.as_mut()?.expr {
        Expr::Block(body) => Some(&mut body.block),
        _ => None,
    }
}

/// Whether this is what `#[instrument]` makes of a body; of a function that is not `async`, it
/// may put a block around the whole.
fn is_instrumented(block: &Block) -> bool {
    let declared =
        |statement: &Stmt| matches!(statement, Stmt::Local(local) if declares(local, SPAN));
    block.stmts.iter().any(|statement| match statement {
        Stmt::Expr(Expr::Block(inner), None) => inner.block.stmts.iter().any(declared),
        other => declared(other),
    })
}

fn declares(local: &Local, name: &str) -> bool {
    let pattern = match &local.pat {
        Pat::Type(typed) => &*typed.pat,
        other => other,
    };
    matches!(pattern, Pat::Ident(declared) if declared.ident == name)
}

/// The body of `let __tracing_instrument_future = async move { … }`, also where its
/// result is looked at for an event.
fn instrumented_future(statement: &mut Stmt) -> Option<&mut Block> {
    let Stmt::Local(local) = statement else {
        return None;
    };
    if !declares(local, FUTURE) {
        return None;
    }
    let Expr::Async(future) = &mut *local.init.as_mut()?.expr else {
        return None;
    };
    let looks = matches!(&future.block.stmts[..], [first, ..] if awaits_a_block(first));
    if !looks {
        return Some(&mut future.block);
    }
    let value = match future.block.stmts.first_mut()? {
        Stmt::Local(local) => &mut local.init.as_mut()?.expr,
        Stmt::Expr(Expr::Match(inner), _) => &mut inner.expr,
        _ => return None,
    };
    match &mut **value {
        Expr::Await(awaited) => match &mut *awaited.base {
            Expr::Async(inner) => Some(&mut inner.block),
            _ => None,
        },
        _ => None,
    }
}

/// `match async move { … }.await …` or `let x = async move { … }.await;`.
fn awaits_a_block(statement: &Stmt) -> bool {
    let value = match statement {
        Stmt::Local(local) if declares(local, "x") || declares(local, "__match_scrutinee") => {
            local.init.as_ref().map(|init| &*init.expr)
        }
        Stmt::Expr(Expr::Match(inner), None) => Some(&*inner.expr),
        _ => None,
    };
    matches!(value, Some(Expr::Await(awaited)) if matches!(&*awaited.base, Expr::Async(_)))
}

/// Looks for the block that `#[instrument]` or `#[async_trait]` made of the body.
struct Search<'a> {
    look: &'a mut dyn FnMut(&mut Block),
    found: bool,
}

impl VisitMut for Search<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        if self.found {
            return;
        }
        if let Some(body) = async_trait_body(block) {
            self.found = true;
            return (self.look)(body);
        }
        match &mut block.stmts[..] {
            [
                Stmt::Expr(Expr::If(edge), _),
                Stmt::Expr(Expr::Block(body), None),
            ] if matches!(
                edge.then_branch.stmts.first(),
                Some(Stmt::Local(local)) if declares(local, FAKE_RETURN)
            ) =>
            {
                self.found = true;
                (self.look)(&mut body.block);
            }
            _ => visit_mut::visit_block_mut(self, block),
        }
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}
}
