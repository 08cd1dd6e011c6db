//! Finding, and optionally rewriting, every place where a function leaves with
//! an error.
//!
//! `?` inside a closure, an inner `async` block or a nested item does not leave
//! the function and is passed over. The tail is followed down to its leaves:
//! the arms of a `match`, not the `match`; the values of `break` where the tail
//! is a loop. Where a function hands back a future, the leaves of the body are
//! futures, and an `async` block among them is followed in the same way.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, Item, Macro, Signature, Stmt};

use super::{Returned, macros, wrapped};

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
            Expr::Macro(inner) if macros::leaves(&inner.mac) => self.visit_expr_mut(value),
            Expr::Macro(inner) if macros::diverges(&inner.mac) => self.look_into(&mut inner.mac),
            Expr::Macro(inner) if !macros::is_marker(&inner.mac) && kind == BranchKind::Tail => {
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
            Stmt::Macro(inner) if inner.semi_token.is_none() && macros::is_marker(&inner.mac) => {
                let mut value = Expr::Macro(syn::ExprMacro {
                    attrs: std::mem::take(&mut inner.attrs),
                    mac: inner.mac.clone(),
                });
                self.leaf(&mut value, kind, None);
                *last = Stmt::Expr(value, None);
            }
            Stmt::Macro(inner) if inner.semi_token.is_none() && !macros::leaves(&inner.mac) => {
                self.look_into(&mut inner.mac);
                if !macros::diverges(&inner.mac) {
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
        macros::visit_leaving(&mut inner.mac, |argument| self.visit_expr_mut(argument));
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
        if !macros::visit_arguments(mac, |argument| self.visit_expr_mut(argument)) {
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
            Expr::Macro(inner) if macros::leaves(&inner.mac) => {
                self.leaving_macro(expression, false);
            }
            Expr::Macro(inner) => self.look_into(&mut inner.mac),
            other => visit_mut::visit_expr_mut(self, other),
        }
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        let attributes = statement_attributes(statement).to_vec();
        self.under(&attributes, |finder| match statement {
            Stmt::Macro(inner) if macros::leaves(&inner.mac) => {
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

/// The future inside of what only boxes or pins it, or the `async` block itself.
fn awaited(value: &mut Expr) -> Option<&mut Expr> {
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
fn is_call_of(value: &Expr, name: &str) -> bool {
    called(value).is_some_and(|path| path.segments.last().is_some_and(|last| last.ident == name))
}

/// Whether an expression calls a function of std that never comes back.
fn diverges(value: &Expr) -> bool {
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

fn cfg_of(attributes: &[Attribute]) -> Vec<Attribute> {
    let cfg = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    cfg.cloned().collect()
}

fn statement_attributes(statement: &Stmt) -> &[Attribute] {
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

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;

    /// The branches of a body as `kind:value`, in the order they are found.
    fn branches(body: &str) -> Vec<String> {
        branches_of("fn f() -> R", body)
    }

    fn branches_of(signature: &str, body: &str) -> Vec<String> {
        let signature = syn::parse_str(signature).unwrap();
        let mut block: Block = syn::parse_str(body).unwrap();
        let mut found = Vec::new();
        instrument(&signature, &mut block, |_, branch, value| {
            found.push(format!(
                "{}:{}",
                branch.kind.name(),
                value.to_token_stream().to_string().replace(' ', "")
            ));
        });
        found
    }

    #[test]
    fn a_question_mark_is_a_branch_and_its_operand_is_marked() {
        assert_eq!(branches("{ a()?; Ok(()) }"), ["question_mark:a()"]);
    }

    #[test]
    fn two_question_marks_are_two_branches_the_inner_one_first() {
        assert_eq!(
            branches("{ a()??; Ok(()) }"),
            ["question_mark:a()", "question_mark:a()?"]
        );
    }

    #[test]
    fn a_tail_ok_is_no_branch_but_what_stands_in_it_can_be() {
        assert_eq!(branches("{ Ok(a()?) }"), ["question_mark:a()"]);
        assert_eq!(branches("{ Result::Ok(1) }"), [""; 0]);
    }

    #[test]
    fn the_arms_of_a_tail_match_are_marked_and_not_the_match() {
        assert_eq!(
            branches("{ match x { 1 => Ok(2), 2 if y()? => Err(A), _ => { b(); other() } } }"),
            ["question_mark:y()", "tail:Err(A)", "tail:other()"]
        );
    }

    #[test]
    fn a_returned_match_is_followed_to_its_leaves() {
        assert_eq!(
            branches("{ return match x { 1 => Ok(2), _ => Err(B) }; }"),
            ["return:Err(B)"]
        );
    }

    #[test]
    fn closures_async_blocks_and_nested_items_leave_nothing() {
        assert_eq!(
            branches(
                "{ let f = || { a()?; return Err(C); }; let g = async { b()? }; \
                 fn n() -> Result<(), E> { c()?; Err(D) } f()?; Ok(()) }"
            ),
            ["question_mark:f()"]
        );
    }

    #[test]
    fn a_break_is_a_leaf_only_if_its_loop_is_the_tail() {
        assert_eq!(
            branches("{ loop { if a { break Err(A); } } }"),
            ["tail:Err(A)"]
        );
        assert_eq!(
            branches("{ let x = loop { break Err(A); }; Ok(x) }"),
            [""; 0]
        );
        assert_eq!(
            branches("{ 'o: loop { loop { break 1; } loop { break 'o Err(A); } } }"),
            ["tail:Err(A)"]
        );
        assert_eq!(
            branches("{ 'b: { if x { break 'b Err(A); } Ok(1) } }"),
            ["tail:Err(A)"]
        );
    }

    #[test]
    fn let_else_and_nested_returns_are_branches() {
        assert_eq!(
            branches("{ let Some(x) = y else { return Err(A) }; if z { return b(); } Ok(x) }"),
            ["return:Err(A)", "return:b()"]
        );
    }

    #[test]
    fn arguments_of_known_macros_are_looked_into() {
        assert_eq!(
            branches("{ println!(\"{}\", a()?); let v = vec![b()?; 2]; external!(gateway, c()?) }"),
            [
                "question_mark:a()",
                "question_mark:b()",
                "question_mark:c()",
                "tail:external!(gateway,c()?)"
            ]
        );
    }

    #[test]
    fn a_macro_that_may_leave_unseen_is_reported_as_opaque() {
        let function: syn::ItemFn =
            syn::parse_str("fn f() -> R { own!(x, return 1); select!(a()?); last!(B) }").unwrap();
        let mut body = *function.block;
        let (branches, opaque) = instrument(&function.sig, &mut body, |_, _, _| {});
        assert!(branches.is_empty());
        assert_eq!(opaque.len(), 3);
    }

    #[test]
    fn a_branch_knows_the_macros_around_it() {
        let function: syn::ItemFn = syn::parse_str(
            "fn f() -> R { println!(\"{}\", vec![a()?, 1]); std::write!(o, b()?); ensure!(c()?, D); Err(E) }",
        )
        .unwrap();
        let mut body = *function.block;
        let (branches, _) = instrument(&function.sig, &mut body, |_, _, _| {});
        let macros: Vec<_> = branches
            .iter()
            .map(|branch| branch.macros.join("/"))
            .collect();
        assert_eq!(macros, ["println/vec", "", "ensure", "ensure", ""]);
    }

    #[test]
    fn macros_that_are_known_to_leave_are_branches() {
        assert_eq!(
            branches(
                "{ ensure!(a()? > 1, A); let x = match y { Some(x) => x, None => bail!(B) }; bail!(C) }"
            ),
            [
                "question_mark:a()",
                "macro:ensure!(a()?>1,A)",
                "macro:bail!(B)",
                "macro:bail!(C)"
            ]
        );
    }

    #[test]
    fn an_err_that_a_question_mark_leaves_with_is_one_branch() {
        assert_eq!(
            branches("{ if a { return Err(A)?; } Err(B)? }"),
            ["question_mark:Err(A)", "question_mark:Err(B)"]
        );
    }

    #[test]
    fn functions_of_std_that_never_come_back_are_no_branches() {
        assert_eq!(
            branches("{ if a { std::process::exit(1) } else { process::abort() } }"),
            [""; 0]
        );
        assert_eq!(branches("{ exit(1) }"), ["tail:exit(1)"]);
    }

    #[test]
    fn where_the_last_statement_may_be_left_out_the_one_before_is_a_tail_too() {
        let function: syn::ItemFn = syn::parse_str(
            "fn f() -> R { one()?; #[cfg(unix)] { two() } #[cfg(not(unix))] { match x { #[cfg(a)] 1 => Err(A), _ => three() } } }",
        )
        .unwrap();
        let mut body = *function.block;
        let mut found = Vec::new();
        let (listed, _) = instrument(&function.sig, &mut body, |_, branch, value| {
            let text = value.to_token_stream().to_string().replace(' ', "");
            found.push((branch.kind.name(), text, branch.cfg.len()));
        });
        let expected = [
            ("question_mark", "one()", 0),
            ("tail", "two()", 1),
            ("tail", "Err(A)", 2),
            ("tail", "three()", 1),
        ];
        assert_eq!(found.len(), listed.len());
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!((found.0, &*found.1, found.2), expected);
        }
    }

    #[test]
    fn diverging_tails_are_no_branches() {
        assert_eq!(branches("{ panic!(\"no\") }"), [""; 0]);
        assert_eq!(branches("{ loop { step(); } }"), [""; 0]);
        assert_eq!(branches("{ if a { return Ok(1); } todo!() }"), [""; 0]);
    }

    #[test]
    fn a_future_that_is_handed_back_is_followed_into_its_async_block() {
        let boxed = "fn f() -> Pin<Box<dyn Future<Output = R>>>";
        assert_eq!(
            branches_of(boxed, "{ g(); Box::pin(async move { a()?; Err(A) }) }"),
            ["question_mark:a()", "tail:Err(A)"]
        );
        assert_eq!(
            branches_of(
                "fn f() -> impl Future<Output = R>",
                "{ async { return Err(A); } }"
            ),
            ["return:Err(A)"]
        );
        assert_eq!(
            branches_of(
                boxed,
                "{ if x { return Box::pin(ready(Err(A))); } async { b().await }.boxed() }"
            ),
            ["return:ready(Err(A))", "tail:b().await"]
        );
    }

    #[test]
    fn what_async_trait_makes_of_a_body_has_the_branches_of_the_body() {
        let signature = "fn f<'a>(&'a self) -> Pin<Box<dyn Future<Output = R> + Send + 'a>>";
        let body = "{ Box::pin(async move { \
            if let Some(__ret) = None::<R> { #[allow(unreachable_code)] return __ret; } \
            let __self = self; let __ret: R = { a()?; Err(A) }; \
            #[allow(unreachable_code)] __ret }) }";
        assert_eq!(
            branches_of(signature, body),
            ["question_mark:a()", "tail:Err(A)"]
        );
    }
}
