//! Finding, and optionally rewriting, every place where a function leaves with
//! an error.
//!
//! `?` inside a closure, an inner `async` block or a nested item does not leave
//! the function and is passed over. The tail is followed down to its leaves:
//! the arms of a `match`, not the `match`; the values of `break` where the tail
//! is a loop. Where a function hands back a future, the leaves of the body are
//! futures, and an `async` block among them is followed in the same way.

mod leaving;
mod parts;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, Item, Macro, Signature, Stmt};

use super::{Returned, wrapped};
pub use leaving::{redefined, visit_known};
use parts::{awaited, cfg_of, diverges, is_call_of, statement_attributes};

/// What the name of a variable begins with for which the verifier's build asks, so that the
/// compiler lists it among what it depends on: a contracted function that was compiled,
/// called or not. The contract's id follows, `line:column` and the source file.
pub const COMPILED: &str = "RESILIENCE_CONTRACT";

/// How a function leaves at a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BranchKind {
    /// `return Err(…)`, or `return` of anything that may be an `Err`.
    Return,
    /// The value of the function's last expression.
    Tail,
    /// `?`.
    QuestionMark,
    /// A macro that leaves the function if it has to: `bail!`, `ensure!`.
    Macro,
}

impl BranchKind {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Return => "return",
            Self::Tail => "tail",
            Self::QuestionMark => "question_mark",
            Self::Macro => "macro",
        }
    }
}

/// One place where the function leaves with an error.
#[derive(Clone)]
pub struct Branch {
    /// How it leaves.
    pub kind: BranchKind,
    /// The `?`, the `return`, the macro's name, or the first token of the value.
    pub span: Span,
    /// The `#[cfg]`s in the body around it: it may not be compiled at all.
    pub cfg: Vec<Attribute>,
    /// The macros in whose input it stands, or that it is, as far as they are called by a
    /// bare name: a crate may have one of its own that means something else.
    pub macros: Vec<String>,
    /// Whether it is a macro call that is a statement of its own, and may expand to any.
    pub is_statement: bool,
}

/// Finds the branches of a body and hands each one's value to `wrap`, which may
/// replace it: the operand of a `?`, the value of a `return`, a leaf of the tail, a
/// macro call that leaves.
///
/// The index that `wrap` is given is the branch's position in the result. What
/// is returned beside the branches are the macro calls that hold a `?` or a
/// `return` and could not be looked into.
pub fn instrument(
    signature: &Signature,
    body: &mut Block,
    wrap: impl FnMut(usize, Branch, &mut Expr),
) -> (Vec<Branch>, Vec<Span>) {
    let mut finder = Finder {
        wrap,
        branches: Vec::new(),
        opaque: Vec::new(),
        targets: Vec::new(),
        cfg: Vec::new(),
        macros: Vec::new(),
        is_statement: false,
        futures: Returned::of(signature).is_future(),
    };
    finder.body(body);
    (finder.branches, finder.opaque)
}

struct Finder<W> {
    wrap: W,
    branches: Vec<Branch>,
    opaque: Vec<Span>,
    /// The loops and labelled blocks around the current expression.
    targets: Vec<Target>,
    /// The `#[cfg]`s around the current statement.
    cfg: Vec<Attribute>,
    /// The macros around the current expression.
    macros: Vec<String>,
    /// Whether the macro call that is being marked is a statement.
    is_statement: bool,
    /// Whether what leaves here is a future of the result.
    futures: bool,
}

/// What a `break` can leave.
struct Target {
    label: Option<String>,
    is_loop: bool,
    /// The kind of branch that a value given to `break` is, if it is the function's value.
    leaf: Option<BranchKind>,
}

impl<W: FnMut(usize, Branch, &mut Expr)> Finder<W> {
    fn mark(&mut self, kind: BranchKind, span: Span, value: &mut Expr) {
        let branch = Branch {
            kind,
            span,
            cfg: self.cfg.clone(),
            macros: self.macros.clone(),
            is_statement: self.is_statement,
        };
        let index = self.branches.len();
        self.branches.push(branch.clone());
        (self.wrap)(index, branch, value);
    }

    /// Follows a value that the function is about to return down to its leaves.
    fn leaf(&mut self, value: &mut Expr, kind: BranchKind, anchor: Option<Span>) {
        if self.futures
            && let Some(future) = awaited(value)
        {
            match future {
                Expr::Async(inner) => self.future_block(&mut inner.block),
                other => self.leaf(other, kind, anchor),
            }
            return;
        }
        match value {
            Expr::Paren(inner) => self.leaf(&mut inner.expr, kind, anchor),
            Expr::Group(inner) => self.leaf(&mut inner.expr, kind, anchor),
            Expr::Unsafe(inner) => self.leaf_block(&mut inner.block, kind),
            Expr::Block(inner) => {
                let label = inner.label.as_ref().map(|l| l.name.to_string());
                self.within(label, false, Some(kind), |finder| {
                    finder.leaf_block(&mut inner.block, kind);
                });
            }
            Expr::If(inner) => {
                self.visit_expr_mut(&mut inner.cond);
                self.leaf_block(&mut inner.then_branch, kind);
                if let Some((_, otherwise)) = &mut inner.else_branch {
                    self.leaf(otherwise, kind, None);
                }
            }
            Expr::Match(inner) => {
                self.visit_expr_mut(&mut inner.expr);
                for arm in &mut inner.arms {
                    self.under(&arm.attrs.clone(), |finder| {
                        finder.visit_pat_mut(&mut arm.pat);
                        finder.leaf(&mut arm.body, kind, None);
                    });
                }
            }
            Expr::Loop(inner) => {
                let label = inner.label.as_ref().map(|l| l.name.to_string());
                self.within(label, true, Some(kind), |finder| {
                    finder.visit_block_mut(&mut inner.body);
                });
            }
            Expr::Macro(inner) if leaving::leaves(&inner.mac) => self.visit_expr_mut(value),
            Expr::Macro(inner) if leaving::diverges(&inner.mac) => self.look_into(&mut inner.mac),
            Expr::Macro(inner) if !leaving::is_marker(&inner.mac) && kind == BranchKind::Tail => {
                // It may expand to statements: it has to stay where it is.
                self.look_into(&mut inner.mac);
                self.opaque.push(inner.mac.path.span());
            }
            Expr::Return(_)
            | Expr::Break(_)
            | Expr::Continue(_)
            | Expr::While(_)
            | Expr::ForLoop(_)
            | Expr::Assign(_)
            | Expr::Let(_)
            | Expr::Yield(_) => self.visit_expr_mut(value),
            // What the `?` does not leave with is no value of an `Err`.
            Expr::Try(inner) if is_call_of(&inner.expr, "Err") => self.visit_expr_mut(value),
            _ if is_call_of(value, "Ok") || diverges(value) => self.visit_expr_mut(value),
            _ => {
                let span = anchor.unwrap_or_else(|| value.span());
                self.visit_expr_mut(value);
                self.mark(kind, span, value);
            }
        }
    }

    fn leaf_block(&mut self, block: &mut Block, kind: BranchKind) {
        let mut last = block.stmts.len();
        // Where the last statement may not be compiled, the one before it may be the last.
        while let Some(before) = last.checked_sub(1) {
            last = before;
            let attributes = cfg_of(statement_attributes(&block.stmts[last]));
            if attributes.is_empty() {
                break;
            }
        }
        for (index, statement) in block.stmts.iter_mut().enumerate() {
            if index < last {
                self.visit_stmt_mut(statement);
            } else {
                let attributes = statement_attributes(statement).to_vec();
                self.under(&attributes, |finder| finder.leaf_statement(statement, kind));
            }
        }
    }

    /// A statement that may be the last one of the function's value.
    fn leaf_statement(&mut self, last: &mut Stmt, kind: BranchKind) {
        match last {
            Stmt::Expr(value, None) => self.leaf(value, kind, None),
            Stmt::Macro(inner) if inner.semi_token.is_none() && leaving::is_marker(&inner.mac) => {
                let mut value = Expr::Macro(syn::ExprMacro {
                    attrs: std::mem::take(&mut inner.attrs),
                    mac: inner.mac.clone(),
                });
                self.leaf(&mut value, kind, None);
                *last = Stmt::Expr(value, None);
            }
            Stmt::Macro(inner) if inner.semi_token.is_none() && !leaving::leaves(&inner.mac) => {
                self.look_into(&mut inner.mac);
                if !leaving::diverges(&inner.mac) {
                    self.opaque.push(inner.mac.path.span());
                }
            }
            other => self.visit_stmt_mut(other),
        }
    }

    /// The body of the function, or of the future that it hands back, and of those the one
    /// that was written.
    fn body(&mut self, block: &mut Block) {
        let found = wrapped::written(block, &mut |body| self.leaf_block(body, BranchKind::Tail));
        if !found {
            self.leaf_block(block, BranchKind::Tail);
        }
    }

    /// An `async` block that the function hands back is where its result comes from.
    fn future_block(&mut self, block: &mut Block) {
        // No `break` reaches out of it.
        let targets = std::mem::take(&mut self.targets);
        self.futures = false;
        self.body(block);
        self.futures = true;
        self.targets = targets;
    }

    fn within(
        &mut self,
        label: Option<String>,
        is_loop: bool,
        leaf: Option<BranchKind>,
        look: impl FnOnce(&mut Self),
    ) {
        self.targets.push(Target {
            label,
            is_loop,
            leaf,
        });
        look(self);
        self.targets.pop();
    }

    /// Looks at what stands under some attributes.
    fn under(&mut self, attributes: &[Attribute], look: impl FnOnce(&mut Self)) {
        let before = self.cfg.len();
        self.cfg.extend(cfg_of(attributes));
        look(self);
        self.cfg.truncate(before);
    }

    /// A macro that leaves the function is a branch; so is every `?` in what it is given.
    fn leaving_macro(&mut self, value: &mut Expr, is_statement: bool) {
        let Expr::Macro(inner) = value else {
            return;
        };
        let span = inner.mac.path.span();
        let depth = self.enter_macro(&inner.mac);
        leaving::visit_leaving(&mut inner.mac, |argument| self.visit_expr_mut(argument));
        self.is_statement = is_statement;
        self.mark(BranchKind::Macro, span, value);
        self.is_statement = false;
        self.macros.truncate(depth);
    }

    /// Notes what macro is being looked into; what is given back is how many there were.
    fn enter_macro(&mut self, mac: &Macro) -> usize {
        let depth = self.macros.len();
        self.macros
            .extend(mac.path.get_ident().map(ToString::to_string));
        depth
    }

    fn look_into(&mut self, mac: &mut Macro) {
        let span = mac.path.span();
        let depth = self.enter_macro(mac);
        if !leaving::visit_arguments(mac, |argument| self.visit_expr_mut(argument)) {
            self.opaque.push(span);
        }
        self.macros.truncate(depth);
    }

    /// The kind of branch that a `break` with this label makes of its value.
    fn broken_leaf(&self, label: Option<&syn::Lifetime>) -> Option<BranchKind> {
        let target = self.targets.iter().rev().find(|target| match label {
            Some(label) => target.label.as_deref() == Some(&label.to_string()),
            None => target.is_loop,
        });
        target.and_then(|target| target.leaf)
    }
}

impl<W: FnMut(usize, Branch, &mut Expr)> VisitMut for Finder<W> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Closure(_) | Expr::Async(_) | Expr::Const(_) | Expr::TryBlock(_) => {}
            Expr::Try(inner) => {
                self.visit_expr_mut(&mut inner.expr);
                let span = inner.question_token.span;
                self.mark(BranchKind::QuestionMark, span, &mut inner.expr);
            }
            Expr::Return(inner) => {
                if let Some(value) = &mut inner.expr {
                    let anchor = inner.return_token.span;
                    self.leaf(value, BranchKind::Return, Some(anchor));
                }
            }
            Expr::Break(inner) => {
                let leaf = self.broken_leaf(inner.label.as_ref());
                if let Some(value) = &mut inner.expr {
                    match leaf {
                        Some(kind) => self.leaf(value, kind, None),
                        None => self.visit_expr_mut(value),
                    }
                }
            }
            Expr::Loop(inner) => {
                let label = inner.label.as_ref().map(|l| l.name.to_string());
                self.within(label, true, None, |finder| {
                    finder.visit_block_mut(&mut inner.body);
                });
            }
            Expr::While(inner) => {
                let label = inner.label.as_ref().map(|l| l.name.to_string());
                self.within(label, true, None, |finder| {
                    finder.visit_expr_mut(&mut inner.cond);
                    finder.visit_block_mut(&mut inner.body);
                });
            }
            Expr::ForLoop(inner) => {
                let label = inner.label.as_ref().map(|l| l.name.to_string());
                self.visit_expr_mut(&mut inner.expr);
                self.within(label, true, None, |finder| {
                    finder.visit_block_mut(&mut inner.body);
                });
            }
            Expr::Block(inner) if inner.label.is_some() => {
                let label = inner.label.as_ref().map(|l| l.name.to_string());
                self.within(label, false, None, |finder| {
                    finder.visit_block_mut(&mut inner.block);
                });
            }
            Expr::Match(inner) => {
                self.visit_expr_mut(&mut inner.expr);
                for arm in &mut inner.arms {
                    self.under(&arm.attrs.clone(), |finder| {
                        finder.visit_pat_mut(&mut arm.pat);
                        finder.visit_expr_mut(&mut arm.body);
                    });
                }
            }
            Expr::Macro(inner) if leaving::leaves(&inner.mac) => {
                self.leaving_macro(expression, false);
            }
            Expr::Macro(inner) => self.look_into(&mut inner.mac),
            other => visit_mut::visit_expr_mut(self, other),
        }
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        let attributes = statement_attributes(statement).to_vec();
        self.under(&attributes, |finder| match statement {
            Stmt::Macro(inner) if leaving::leaves(&inner.mac) => {
                let semi = inner.semi_token;
                let mut value = Expr::Macro(syn::ExprMacro {
                    attrs: std::mem::take(&mut inner.attrs),
                    mac: inner.mac.clone(),
                });
                finder.leaving_macro(&mut value, semi.is_some());
                *statement = Stmt::Expr(value, semi);
            }
            Stmt::Macro(inner) => finder.look_into(&mut inner.mac),
            other => visit_mut::visit_stmt_mut(finder, other),
        });
    }

    /// A nested item leaves itself, not the function.
    fn visit_item_mut(&mut self, _: &mut Item) {}

    /// Types hold array lengths, which leave nothing.
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
}

#[cfg(test)]
mod tests;
