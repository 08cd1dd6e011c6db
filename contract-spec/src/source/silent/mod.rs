//! Finding where a function is silent about a failure.
//!
//! One piece of code for both sides: the macro turns the patterns of the first
//! tier into compile errors, the verifier's `check` shows those of the second.
//! Knows syntax only. Where types decide (is this a `Result`?), the caller is
//! handed the expression and may have the compiler ask.

mod arm;
mod patterns;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Block, Expr, ExprClosure, ExprMethodCall, Ident, Item, LitStr, Macro, Pat, Stmt,
    Token, Type,
};

use super::macros;
use arm::{Caught, is_named};
pub use patterns::*;

/// A place where a function is silent about a failure.
#[derive(Debug, Clone)]
pub struct Silence {
    /// What it does.
    pub pattern: &'static Pattern,
    /// Where, from the first token to the last.
    pub tokens: TokenStream,
    /// Where, as a span: its first token, unless the compiler can join spans.
    pub span: Span,
}

/// A `degrade!("reason", …)`.
#[derive(Debug, Clone)]
pub struct Degraded {
    /// Why the failure may be lost.
    pub reason: String,
    /// Where it stands.
    pub span: Span,
}

/// What was found in a body.
#[derive(Debug, Default)]
pub struct Found {
    /// Where the function is silent, in the order of the source.
    pub silences: Vec<Silence>,
    /// Where it says why it may be.
    pub degraded: Vec<Degraded>,
}

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

/// Looks for silences in a function's body.
///
/// `recovered` are the interfaces for which the contract declares a recovery. `discard`
/// is shown every value that a statement throws away, and may give a statement to put in
/// its place.
pub fn find(
    body: &mut Block,
    recovered: &[&str],
    discard: &mut dyn FnMut(Discard<'_>) -> Option<Stmt>,
) -> Found {
    let mut finder = Finder {
        recovered,
        discard,
        found: Found::default(),
    };
    finder.visit_block_mut(body);
    finder.found
}

struct Finder<'a> {
    recovered: &'a [&'a str],
    discard: &'a mut dyn FnMut(Discard<'_>) -> Option<Stmt>,
    found: Found,
}

/// What the contract says about the failure of an expression.
enum Recovery {
    /// Nothing.
    None,
    /// That the function recovers from it.
    Declared,
    /// Nothing that could be seen: a recovery is declared, and no `external!` says where.
    Unclear,
}

impl Finder<'_> {
    fn report(&mut self, pattern: &'static Pattern, place: &impl ToTokens) {
        let tokens = place.to_token_stream();
        let span = tokens.span();
        self.found.silences.push(Silence {
            pattern,
            tokens,
            span,
        });
    }

    /// Reports a failure that comes from `source`, unless the contract speaks of it.
    fn report_caught(&mut self, pattern: &'static Pattern, source: &Expr, place: &impl ToTokens) {
        match (pattern.tier, self.recovery(source)) {
            (_, Recovery::Declared) => {}
            (Tier::Error, Recovery::Unclear) => self.report(&PASSED_OVER, place),
            _ => self.report(pattern, place),
        }
    }

    fn recovery(&self, source: &Expr) -> Recovery {
        let mut interfaces = Vec::new();
        macros::interfaces(source.to_token_stream(), &mut interfaces);
        if interfaces
            .iter()
            .any(|name| self.recovered.contains(&name.as_str()))
        {
            Recovery::Declared
        } else if interfaces.is_empty() && !self.recovered.is_empty() {
            Recovery::Unclear
        } else {
            Recovery::None
        }
    }

    fn arms(&mut self, inner: &syn::ExprMatch) {
        let among_ok = inner.arms.iter().any(|arm| arm::is_ok(&arm.pat));
        for arm in &inner.arms {
            if let Some(caught) = arm::catch_all(&arm.pat, among_ok)
                && let Some(pattern) = arm::silence(&arm.body, &caught)
            {
                self.report_caught(pattern, &inner.expr, arm);
            }
        }
    }

    /// `if let Err(_) = …` and `if let Ok(_) = …` without an `else`.
    fn if_let(&mut self, inner: &syn::ExprIf) {
        let Expr::Let(condition) = &*inner.cond else {
            return;
        };
        if inner.else_branch.is_some() {
            return;
        }
        if let Some(caught) = arm::catch_all(&condition.pat, false) {
            let body = Expr::Block(syn::ExprBlock {
                attrs: Vec::new(),
                label: None,
                block: inner.then_branch.clone(),
            });
            if let Some(pattern) = arm::silence(&body, &caught) {
                self.report_caught(pattern, &condition.expr, inner);
            }
        } else if arm::is_ok(&condition.pat) {
            self.report_caught(&PASSED_OVER, &condition.expr, &inner.cond);
        }
    }

    /// `let Ok(_) = … else { … }`.
    fn let_else(&mut self, local: &syn::Local) {
        let Some(init) = &local.init else {
            return;
        };
        let Some((_, otherwise)) = &init.diverge else {
            return;
        };
        if !arm::is_ok(&local.pat) {
            return;
        }
        match arm::silence(otherwise, &Caught { binding: None }) {
            Some(pattern)
                if pattern.code == CATCH_ALL_OK.code || pattern.code == ONLY_LOGGED.code =>
            {
                self.report_caught(pattern, &init.expr, local);
            }
            Some(_) => self.report_caught(&PASSED_OVER, &init.expr, local),
            None => {}
        }
    }

    fn method(&mut self, call: &ExprMethodCall) {
        let name = call.method.to_string();
        let closure = match call.args.iter().collect::<Vec<_>>()[..] {
            [Expr::Closure(closure)] => Some(closure),
            _ => None,
        };
        let deaf = closure.and_then(deaf);
        if (name == "ok" || name.starts_with("unwrap_or")) && is_external(&call.receiver) {
            let hears = closure.is_some_and(|closure| !closure.inputs.is_empty()) && deaf.is_none();
            let passes_on =
                matches!(call.args.first(), Some(Expr::Path(_))) && name == "unwrap_or_else";
            if !hears && !passes_on {
                self.report_caught(&UNWRAPPED_EXTERNAL, &call.receiver, call);
            }
            return;
        }
        match name.as_str() {
            "ok" if call.args.is_empty() => self.report(&OK_VALUE, call),
            "map_err" if deaf.is_some() => self.report(&CAUSE_DROPPED, call),
            "or_else" => {
                if let (Some(closure), Some(caught)) = (closure, &deaf)
                    && arm::is_deaf_ok(&closure.body, caught)
                {
                    self.report_caught(&CATCH_ALL_OK, &call.receiver, call);
                }
            }
            "unwrap_or_else" if deaf.is_some() => {
                self.report_caught(&DEFAULTED, &call.receiver, call)
            }
            "unwrap" if call.args.is_empty() => self.report(&UNWRAP, &call.method),
            "expect" if call.args.len() == 1 => self.report(&UNWRAP, &call.method),
            "filter_map" | "flat_map" | "map_while" => {
                if let Some(Expr::Path(path)) = call.args.first()
                    && path.path.segments.len() > 1
                    && is_named(&path.path, "ok")
                {
                    self.report(&OK_VALUE, call);
                }
            }
            _ => {}
        }
    }

    fn call_path(&mut self, call: &syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let [.., module, function] = &path.path.segments.iter().collect::<Vec<_>>()[..]
            && module.ident == "process"
            && (function.ident == "exit" || function.ident == "abort")
        {
            self.report(&EXIT, call);
        }
    }

    fn endless(&mut self, body: &Block, whole: &Expr) {
        let text = body.to_token_stream().to_string();
        let caps = [
            "attempt",
            "tries",
            "deadline",
            "elapsed",
            "max",
            "limit",
            "count",
            "remaining",
            "budget",
            "delays",
            "backoff",
        ];
        let lowercase = text.to_lowercase();
        let fails = text.contains("Err (") || text.contains("is_err") || text.contains("Err(");
        if fails && lowercase.contains("sleep") && !caps.iter().any(|cap| lowercase.contains(cap)) {
            self.report(&ENDLESS_RETRY, whole);
        }
    }

    fn look_into(&mut self, mac: &Macro) {
        if is_named(&mac.path, "degrade") {
            if let Some(reason) = reason(mac) {
                let span = mac.path.span();
                self.found.degraded.push(Degraded { reason, span });
            }
        } else if is_named(&mac.path, "todo") || is_named(&mac.path, "unimplemented") {
            self.report(&UNFINISHED, mac);
        } else if is_named(&mac.path, "panic") {
            self.report(&PANIC, mac);
        } else if is_named(&mac.path, "external") {
            self.marked(mac);
        } else if !arm::is_log(mac)
            && !macros::visit_inside(mac, |inner| self.visit_expr_mut(inner))
        {
            self.report(&NOT_ANALYSED, &mac.path);
        }
    }

    /// `external!(interface, call)`.
    fn marked(&mut self, mac: &Macro) {
        let parser = |input: syn::parse::ParseStream<'_>| {
            input.parse::<Ident>()?;
            input.parse::<Token![,]>()?;
            let call: Expr = input.parse()?;
            input.parse::<Option<Token![,]>>()?;
            Ok(call)
        };
        let Ok(mut call) = mac.parse_body_with(parser) else {
            // The compiler will say what is wrong with it.
            return;
        };
        let mut leaving = Leaving(Vec::new());
        leaving.visit_expr_mut(&mut call);
        for place in leaving.0 {
            self.report(&LEAVES_EXTERNAL, &place);
        }
        self.visit_expr_mut(&mut call);
    }

    /// What a statement throws away, if it is a value made there and then.
    fn thrown_away(statement: &Stmt) -> Option<Discard<'_>> {
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
            Stmt::Expr(Expr::Assign(assign), Some(_))
                if matches!(&*assign.left, Expr::Infer(_)) =>
            {
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
            _ => return None,
        };
        is_fresh(found.value).then_some(found)
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Local(local) => self.let_else(local),
            Stmt::Expr(Expr::MethodCall(call), Some(_))
                if call.method == "ok" && call.args.is_empty() && !is_external(&call.receiver) =>
            {
                self.report(&OK_STATEMENT, call);
            }
            Stmt::Expr(value, Some(_)) if is_spawn(value) => self.report(&DETACHED, value),
            _ => {}
        }
    }
}

impl VisitMut for Finder<'_> {
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
        if let Some(thrown) = Self::thrown_away(statement) {
            if is_spawn(thrown.value) {
                let value = thrown.value.clone();
                self.report(&DETACHED, &value);
            } else if let Some(instead) = (self.discard)(thrown) {
                *statement = instead;
            }
        }
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
        visit_mut::visit_expr_mut(self, expression);
    }

    /// A nested item has a contract of its own, or none.
    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_type_mut(&mut self, _: &mut Type) {}
}

/// The expressions that leave the function they stand in.
struct Leaving(Vec<Expr>);

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

/// What a closure of one argument does not look at.
fn deaf(closure: &ExprClosure) -> Option<Caught> {
    let only = match &closure.inputs.iter().collect::<Vec<_>>()[..] {
        [only] => *only,
        _ => return None,
    };
    let only = match only {
        Pat::Type(typed) => &*typed.pat,
        other => other,
    };
    match only {
        Pat::Wild(_) => Some(Caught { binding: None }),
        Pat::Ident(name) if !arm::mentions(&closure.body, Some(&name.ident)) => {
            Some(Caught { binding: None })
        }
        _ => None,
    }
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

fn is_external(value: &Expr) -> bool {
    match value {
        Expr::Macro(inner) => is_named(&inner.mac.path, "external"),
        Expr::Paren(inner) => is_external(&inner.expr),
        Expr::Group(inner) => is_external(&inner.expr),
        _ => false,
    }
}

fn is_spawn(value: &Expr) -> bool {
    match value {
        Expr::Call(call) => matches!(
            &*call.func,
            Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident.to_string().starts_with("spawn"))
        ),
        Expr::MethodCall(call) => call.method == "spawn",
        _ => false,
    }
}

fn reason(mac: &Macro) -> Option<String> {
    let parser = |input: syn::parse::ParseStream<'_>| {
        let reason: LitStr = input.parse()?;
        input.parse::<TokenStream>()?;
        Ok(reason.value())
    };
    mac.parse_body_with(parser).ok()
}
