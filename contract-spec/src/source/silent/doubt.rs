//! What makes it less than certain that a failure vanishes.
//!
//! Each of these was found wrong in published code when the finder was measured
//! (`docs/silent-failures.md`): what looks like it is reported as a warning, for a reader
//! to decide, and not as an error.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprMatch, Member, Pat};

use super::super::macros::is_any;
use super::{arm, only};

/// An error that was caught, whatever it was.
pub(super) struct Silenced<'a> {
    /// What failed.
    pub(super) source: &'a Expr,
    /// What stands for the failure, where that is a plain `Ok(…)`.
    pub(super) answer: Option<&'a Expr>,
    /// Whether the pattern binds it by `ref`.
    pub(super) by_reference: bool,
}

impl<'a> Silenced<'a> {
    /// Nothing is known but what failed.
    pub(super) fn by(source: &'a Expr) -> Self {
        Self {
            source,
            answer: None,
            by_reference: false,
        }
    }
}

/// Whether a reader has to decide: the failure may be none, or may not be lost. `apart`
/// says that it stands in a closure or in something that was handed to `spawn`.
pub(super) fn is_doubtful(found: &Silenced<'_>, apart: bool, only_logged: bool) -> bool {
    // A task or a callback has no caller who could be told.
    (apart && only_logged)
        || is_told(found.source, apart)
        || is_alternative(found.source)
        || match found.answer {
            Some(answer) => {
                names_failure(answer.to_token_stream())
                    || says_no(answer) && is_question(found.source)
            }
            None => false,
        }
}

/// Whether a value is sent to somebody who waits in this process, or waited for from
/// somebody: it fails when nobody is there any more. Or whether it is put where only one
/// can be, and is there already. `apart` from the function, what is sent is what came out.
pub(super) fn is_told(source: &Expr, apart: bool) -> bool {
    /// Of channels, and of clients too.
    const SENDING: &[&str] = &["send", "start_send", "try_send"];
    /// Of channels alone.
    const TELLING: &[&str] = &["blocking_send", "changed", "unbounded_send"];
    /// For the whole process: whoever comes second finds it done.
    const ONCE: &[&str] = &[
        "install_default",
        "set_global_default",
        "set_logger",
        "try_init",
    ];
    let awaited = matches!(source, Expr::Await(_));
    let call = match peel(source) {
        Expr::MethodCall(call) => call,
        // A channel or a task: whether it can fail, and with what, cannot be seen.
        Expr::Path(_) => return awaited,
        Expr::Call(_) => return matches!(called(source), Some(name) if is_any(name, ONCE)),
        _ => return false,
    };
    if is_any(&call.method, TELLING) || is_any(&call.method, ONCE) {
        return true;
    }
    let Some(argument) = only(&call.args) else {
        return false;
    };
    if call.method == "set" {
        return true;
    }
    // `entries.try_for_each(|entry| tx.send(entry))`
    if let Expr::Closure(closure) = argument {
        return is_told(&closure.body, true);
    }
    is_any(&call.method, SENDING)
        && (names_channel(&call.receiver) || is_answer(argument) || apart && !awaited)
}

/// `tx`, `reply_tx`, `self.sender`, `return_channel`.
fn names_channel(value: &Expr) -> bool {
    const WORDS: &[&str] = &["chan", "channel", "reply", "sender", "senders", "tx"];
    let name = match peel(value) {
        Expr::Path(path) => match path.path.segments.last() {
            Some(last) => &last.ident,
            None => return false,
        },
        Expr::Field(field) => match &field.member {
            Member::Named(name) => name,
            Member::Unnamed(_) => return false,
        },
        Expr::MethodCall(call) => return names_channel(&call.receiver),
        _ => return false,
    };
    for word in name.to_string().split('_') {
        if WORDS.contains(&word) {
            return true;
        }
    }
    false
}

/// `Ok(…)`, `Err(…)`, `()`: an outcome, sent to who asked for it.
fn is_answer(argument: &Expr) -> bool {
    match argument {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => arm::is_named(&path.path, "Ok") || arm::is_named(&path.path, "Err"),
            _ => false,
        },
        Expr::Tuple(tuple) => tuple.elems.is_empty(),
        _ => false,
    }
}

/// Whether `Err` holds the other of two things, or says that there is none, and is no
/// failure: `frame.into_data()`, `env::var("HOME")`.
fn is_alternative(source: &Expr) -> bool {
    let Some(name) = called(source) else {
        return false;
    };
    const WHOLE: &[&str] = &[
        "binary_search",
        "binary_search_by",
        "binary_search_by_key",
        "var",
    ];
    const BEGINNINGS: &[&str] = &[
        "compare_exchange",
        "downcast",
        "into_",
        "recv",
        "try_recv",
        "try_into_",
        "try_unwrap",
    ];
    is_any(name, WHOLE) || begins(&name.to_string(), BEGINNINGS)
}

/// Whether something is asked of a value at hand: "is this a number?"
fn is_question(source: &Expr) -> bool {
    let Some(name) = called(source) else {
        return false;
    };
    const WHOLE: &[&str] = &[
        "from_bytes",
        "from_hex",
        "from_slice",
        "from_str",
        "from_str_radix",
        "try_from",
        "try_into",
    ];
    const BEGINNINGS: &[&str] = &["decode", "from_utf8", "parse", "strip_"];
    is_any(name, WHOLE) || begins(&name.to_string(), BEGINNINGS)
}

fn begins(word: &str, beginnings: &[&str]) -> bool {
    for beginning in beginnings {
        if word.starts_with(beginning) {
            return true;
        }
    }
    false
}

/// `None`, `false`: an answer that can be told from every other.
fn says_no(answer: &Expr) -> bool {
    match peel(answer) {
        Expr::Path(path) => arm::is_named(&path.path, "None"),
        Expr::Lit(literal) => matches!(&literal.lit, syn::Lit::Bool(value) if !value.value),
        _ => false,
    }
}

/// Whether an answer is itself about a failure: `Ok(Status::Failed)`.
fn names_failure(answer: TokenStream) -> bool {
    const NAMES: &[&str] = &[
        "abort",
        "bad",
        "cancel",
        "closed",
        "denied",
        "err",
        "expired",
        "fail",
        "invalid",
        "refused",
        "reject",
        "timed",
        "timeout",
        "unavailable",
        // Not `unknown`, which is said of a thing: `return UNKNOWN` is how a carrier that is
        // down becomes a parcel that nobody knows of.
    ];
    for token in answer {
        match token {
            TokenTree::Group(group) if names_failure(group.stream()) => return true,
            TokenTree::Ident(ident) => {
                for word in ident.to_string().to_lowercase().split('_') {
                    if begins(word, NAMES) {
                        return true;
                    }
                }
            }
            _ => {}
        }
    }
    false
}

/// The name of what is called, here and not awaited; `map_err` and the like are looked
/// through.
fn called(source: &Expr) -> Option<&Ident> {
    match source {
        Expr::Paren(inner) => called(&inner.expr),
        Expr::Group(inner) => called(&inner.expr),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => Some(&path.path.segments.last()?.ident),
            _ => None,
        },
        Expr::MethodCall(call) if call.method == "map_err" || call.method == "map" => {
            called(&call.receiver)
        }
        Expr::MethodCall(call) => Some(&call.method),
        _ => None,
    }
}

/// Whether a success may leave by `return` or `break`, so that what stands behind the
/// `match` is what is done about the failure: another way, or one more attempt.
pub(super) fn success_leaves(inner: &ExprMatch) -> bool {
    for arm in &inner.arms {
        if arm::is_ok(&arm.pat) {
            let body = arm.body.to_token_stream();
            if mentions(body.clone(), "return") + mentions(body, "break") > 0 {
                return true;
            }
        }
    }
    false
}

/// Whether a value is a future that is kept for later, and no part of what the function does.
pub(super) fn is_kept_future(value: &Expr) -> bool {
    match value {
        Expr::Async(_) => true,
        Expr::Call(call) => matches!(call.args.get(0), Some(first) if is_kept_future(first)),
        Expr::MethodCall(call) => {
            call.method.to_string().starts_with("boxed") && is_kept_future(&call.receiver)
        }
        _ => false,
    }
}

/// What is matched is a variable.
pub(super) struct Variable {
    pub(super) name: String,
    /// Whether it is only looked at, so that its error is still there: by `&result`, by
    /// `result.as_ref()…`, or because the pattern says `ref`.
    pub(super) stays: bool,
}

/// The variable whose error was caught.
pub(super) fn variable(source: &Expr, by_reference: bool) -> Option<Variable> {
    match source {
        Expr::Paren(inner) => variable(&inner.expr, by_reference),
        Expr::Reference(reference) => variable(&reference.expr, true),
        Expr::MethodCall(call) => {
            let borrows = is_any(&call.method, &["as_mut", "as_ref"]);
            variable(&call.receiver, by_reference || borrows).filter(|found| found.stays)
        }
        Expr::Path(path) => Some(Variable {
            name: path.path.get_ident()?.to_string(),
            stays: by_reference,
        }),
        _ => None,
    }
}

/// Whether an arm before this one returns the errors that a condition picks, so that
/// what is left has been picked too.
pub(super) fn is_picked(inner: &ExprMatch, arm: usize) -> bool {
    for before in &inner.arms[..arm] {
        if let Pat::Guard(guard) = &before.pat
            && arm::catch_all(&guard.pat, false).is_some()
            && mentions(before.body.to_token_stream(), "Err") > 0
        {
            return true;
        }
    }
    false
}

/// Whether a `_` stands for the successes that a condition leaves over, and only by the
/// way for errors.
pub(super) fn is_rest(inner: &ExprMatch, arm: usize) -> bool {
    for before in &inner.arms[..arm] {
        if arm::is_ok(&before.pat) && !matches!(before.pat, Pat::Guard(_)) {
            return false;
        }
    }
    matches!(inner.arms[arm].pat, Pat::Wild(_))
}

/// How often tokens name something.
pub(super) fn mentions(tokens: TokenStream, name: &str) -> usize {
    let mut count = 0;
    for token in tokens {
        count += match token {
            TokenTree::Group(group) => mentions(group.stream(), name),
            TokenTree::Ident(ident) => usize::from(ident == name),
            TokenTree::Punct(_) | TokenTree::Literal(_) => 0,
        };
    }
    count
}

fn peel(mut value: &Expr) -> &Expr {
    loop {
        value = match value {
            Expr::Paren(inner) => &inner.expr,
            Expr::Group(inner) => &inner.expr,
            Expr::Await(inner) => &inner.base,
            other => return other,
        };
    }
}
