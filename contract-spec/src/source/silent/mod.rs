//! Finding where a function is silent about a failure.
//!
//! One piece of code for both sides: the macro turns the patterns of the first
//! tier into compile errors, the verifier's `check` shows those of the second.
//! Knows syntax only. Where types decide (is this a `Result`?), the caller is
//! handed the expression and may have the compiler ask.

mod arm;
mod discard;
mod doubt;
mod inside;
mod leaving;
mod patterns;
#[cfg(test)]
mod tests;
mod visit;
#[cfg(feature = "inventory")]
mod warned;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Block, Expr, ExprClosure, ExprMethodCall, Ident, LitStr, Macro, Pat, Stmt, Token};

use super::macros;
use arm::{Caught, is_named};
pub use discard::Discard;
use doubt::{Silenced, Variable};
use leaving::leaving;
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
        apart: false,
        then_ok: false,
        variables: Vec::new(),
        found: Found::default(),
    };
    finder.visit_block(body);
    finder.doubt_what_is_used_elsewhere(body);
    finder.found
}

/// Where a body lets a failure go for a reason.
#[cfg(feature = "inventory")]
pub fn degraded(body: &Block) -> Vec<Degraded> {
    find(&mut body.clone(), &[], &mut |_| None).degraded
}

struct Finder<'a> {
    recovered: &'a [&'a str],
    discard: &'a mut dyn FnMut(Discard<'_>) -> Option<Stmt>,
    /// Whether it is inside of a closure, or of what was handed to `spawn`.
    apart: bool,
    /// Whether what stands behind is a plain `Ok(…)`, and nothing else is tried.
    then_ok: bool,
    /// The silences about a variable, by index.
    variables: Vec<(usize, Variable)>,
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
    fn report(&mut self, pattern: &'static Pattern, place: &dyn ToTokens) {
        let tokens = place.to_token_stream();
        let span = tokens.span();
        self.found.silences.push(Silence {
            pattern,
            tokens,
            span,
        });
    }

    /// Reports a failure that was caught, unless the contract speaks of it.
    fn report_caught(
        &mut self,
        pattern: &'static Pattern,
        found: &Silenced<'_>,
        place: &dyn ToTokens,
    ) {
        let only_logged = pattern.code == ONLY_LOGGED.code;
        let pattern = match self.recovery(found.source) {
            Recovery::Declared => return,
            _ if pattern.tier == Tier::Warning => pattern,
            Recovery::Unclear => &PASSED_OVER,
            Recovery::None if doubt::is_doubtful(found, self.apart, only_logged) => &PASSED_OVER,
            Recovery::None => pattern,
        };
        if let Some(variable) = doubt::variable(found.source, found.by_reference) {
            self.variables.push((self.found.silences.len(), variable));
        }
        self.report(pattern, place);
    }

    /// What only looks at a variable, as logging does on the way, loses nothing if the
    /// variable is named in another place too; and a variable that is, may have been
    /// handled there.
    fn doubt_what_is_used_elsewhere(&mut self, body: &Block) {
        if self.variables.is_empty() {
            return;
        }
        let whole = body.to_token_stream();
        // From the last, so that the places of the others stay what they are.
        while let Some((silence, variable)) = self.variables.pop() {
            let silence_of = &mut self.found.silences[silence];
            // Of an arm, the tokens are without what is matched.
            let here = doubt::mentions(silence_of.tokens.clone(), &variable.name).max(1);
            let everywhere = doubt::mentions(whole.clone(), &variable.name);
            let declared = 1;
            if everywhere == here + declared {
                continue;
            }
            // Nothing declares a parameter: its error was the caller's before.
            if variable.stays && everywhere > here {
                self.found.silences.remove(silence);
            } else if silence_of.pattern.tier == Tier::Error {
                silence_of.pattern = &PASSED_OVER;
            }
        }
    }

    fn recovery(&self, source: &Expr) -> Recovery {
        let mut interfaces = Vec::new();
        macros::interfaces(source.to_token_stream(), &mut interfaces);
        for interface in &interfaces {
            if self.recovered.contains(&interface.as_str()) {
                return Recovery::Declared;
            }
        }
        if interfaces.is_empty() && !self.recovered.is_empty() {
            Recovery::Unclear
        } else {
            Recovery::None
        }
    }

    fn arms(&mut self, inner: &syn::ExprMatch) {
        let among_ok = arm::has_ok(&inner.arms);
        for (place, arm) in inner.arms.iter().enumerate() {
            let Some(caught) = arm::catch_all(&arm.pat, among_ok) else {
                continue;
            };
            let Some(pattern) = arm::silence(&arm.body, &caught) else {
                continue;
            };
            let falls_through = [NOTHING_DONE.code, ONLY_LOGGED.code].contains(&pattern.code)
                && !arm::returns(&arm.body);
            let is_doubtful = falls_through && !self.then_ok && doubt::success_leaves(inner)
                || doubt::is_picked(inner, place)
                || doubt::is_rest(inner, place);
            let pattern = if is_doubtful { &PASSED_OVER } else { pattern };
            let found = Silenced {
                source: &inner.expr,
                answer: arm::answer(&arm.body),
                by_reference: caught.by_reference,
            };
            self.report_caught(pattern, &found, arm);
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
            if let Some(pattern) = arm::silence_of_block(&inner.then_branch, &caught) {
                let found = Silenced {
                    by_reference: caught.by_reference,
                    ..Silenced::by(&condition.expr)
                };
                self.report_caught(pattern, &found, inner);
            }
        } else if arm::is_ok(&condition.pat) {
            self.report_caught(&PASSED_OVER, &Silenced::by(&condition.expr), &inner.cond);
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
        match arm::silence(otherwise, &Caught::default()) {
            Some(pattern)
                if pattern.code == CATCH_ALL_OK.code || pattern.code == ONLY_LOGGED.code =>
            {
                let found = Silenced {
                    answer: arm::answer(otherwise),
                    ..Silenced::by(&init.expr)
                };
                self.report_caught(pattern, &found, local);
            }
            Some(_) => self.report_caught(&PASSED_OVER, &Silenced::by(&init.expr), local),
            None => {}
        }
    }

    fn method(&mut self, call: &ExprMethodCall) {
        let name = call.method.to_string();
        let closure = match only(&call.args) {
            Some(Expr::Closure(closure)) => Some(closure),
            _ => None,
        };
        if replaces_failure(call) {
            let hears = match call.args.get(0) {
                Some(Expr::Closure(closure)) => !closure.inputs.is_empty() && !is_deaf(closure),
                // What a variable holds may be a failure, too.
                Some(Expr::Path(path)) => {
                    name.ends_with("_or_else") || name == "map_or" && !is_named(&path.path, "None")
                }
                _ => false,
            };
            if !hears {
                self.report_caught(&UNWRAPPED_EXTERNAL, &Silenced::by(&call.receiver), call);
            }
        } else if name == "or_else"
            && let Some(closure) = closure
            && is_deaf(closure)
            && arm::is_deaf_ok(&closure.body, &Caught::default())
        {
            let found = Silenced {
                answer: arm::answer(&closure.body),
                ..Silenced::by(&call.receiver)
            };
            self.report_caught(&CATCH_ALL_OK, &found, call);
        } else if name == "or"
            && let Some(answer) = only(&call.args)
            && arm::is_deaf_ok(answer, &Caught::default())
        {
            let found = Silenced {
                answer: arm::answer(answer),
                ..Silenced::by(&call.receiver)
            };
            self.report_caught(&CATCH_ALL_OK, &found, call);
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
            && !macros::visit_inside(mac, &mut |inner| self.visit_expression(inner))
        {
            self.report(&NOT_ANALYSED, &mac.path);
        }
    }

    /// `external!(interface, call)`.
    fn marked(&mut self, mac: &Macro) {
        let mut call = None;
        let is_read = macros::read(mac, &mut |input| {
            input.parse::<Ident>()?;
            input.parse::<Token![,]>()?;
            call = Some(input.parse::<Expr>()?);
            input.parse::<Option<Token![,]>>()?;
            Ok(())
        });
        let (true, Some(mut call)) = (is_read, call) else {
            // The compiler will say what is wrong with it.
            return;
        };
        let mut places = Vec::new();
        leaving(&mut call, &mut places);
        for place in places {
            self.report(&LEAVES_EXTERNAL, &place);
        }
        self.visit_expression(&mut call);
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Local(local) => self.let_else(local),
            Stmt::Expr(Expr::MethodCall(call), Some(_))
                if call.method == "ok" && call.args.is_empty() && !is_external(&call.receiver) =>
            {
                let pattern = match &*call.receiver {
                    // Only the compiler knows whether this is a text, which cannot fail.
                    Expr::Macro(inner) if discard::is_writing(&inner.mac) => return,
                    told if doubt::is_told(told, self.apart) => &PASSED_OVER,
                    _ => &OK_STATEMENT,
                };
                self.report(pattern, call);
            }
            Stmt::Expr(value, Some(_)) if is_spawn(value) => self.report(&DETACHED, value),
            _ => {}
        }
    }
}

/// Whether a closure of one argument does not look at it.
fn is_deaf(closure: &ExprClosure) -> bool {
    if closure.inputs.len() != 1 {
        return false;
    }
    let argument = match &closure.inputs[0] {
        Pat::Type(typed) => &*typed.pat,
        other => other,
    };
    match argument {
        Pat::Wild(_) => true,
        Pat::Ident(name) => !arm::mentions(&closure.body, Some(&name.ident)),
        _ => false,
    }
}

/// Whether a method throws away the failure of an interface.
fn replaces_failure(call: &ExprMethodCall) -> bool {
    let name = call.method.to_string();
    let gives_value = match call.args.get(0) {
        // Another failure may stand for it.
        Some(instead) if name.starts_with("map_or") => {
            doubt::mentions(instead.to_token_stream(), "Err") == 0
        }
        _ => name == "ok" || name.starts_with("unwrap_or"),
    };
    gives_value && is_external(&call.receiver)
}

/// The argument of a call that has one.
fn only(arguments: &Punctuated<Expr, Token![,]>) -> Option<&Expr> {
    match arguments.len() {
        1 => arguments.get(0),
        _ => None,
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
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else {
                return false;
            };
            match path.path.segments.last() {
                Some(last) => last.ident.to_string().starts_with("spawn"),
                None => false,
            }
        }
        Expr::MethodCall(call) => call.method == "spawn",
        _ => false,
    }
}

/// Whether something is handed to a task or thread of its own, waited for or not.
fn spawns(value: &Expr) -> bool {
    is_spawn(value)
        || matches!(value, Expr::MethodCall(call) if call.method.to_string().starts_with("spawn"))
}

fn reason(mac: &Macro) -> Option<String> {
    let mut reason = None;
    let is_read = macros::read(mac, &mut |input| {
        reason = Some(input.parse::<LitStr>()?.value());
        input.parse::<TokenStream>()?;
        Ok(())
    });
    reason.filter(|_| is_read)
}
