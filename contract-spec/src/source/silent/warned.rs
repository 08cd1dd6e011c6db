//! What is worth a warning wherever it stands. A macro cannot warn, so only who can looks.

use quote::ToTokens;
use syn::{Block, Expr, ExprCall, ExprMethodCall};

use super::arm::is_named;
use super::doubt::Silenced;
use super::{
    CAUSE_DROPPED, DEFAULTED, ENDLESS_RETRY, EXIT, Finder, OK_VALUE, UNWRAP, is_deaf, only,
    replaces_failure,
};

impl Finder<'_> {
    pub(super) fn warn(&mut self, expression: &Expr) {
        match expression {
            Expr::MethodCall(call) if !replaces_failure(call) => self.warn_of_method(call),
            Expr::Call(call) => self.warn_of_call(call),
            Expr::Loop(inner) => self.warn_of_loop(&inner.body, inner),
            Expr::While(inner) => self.warn_of_loop(&inner.body, inner),
            _ => {}
        }
    }

    fn warn_of_method(&mut self, call: &ExprMethodCall) {
        let deaf = matches!(only(&call.args), Some(Expr::Closure(closure)) if is_deaf(closure));
        match call.method.to_string().as_str() {
            "ok" if call.args.is_empty() => self.report(&OK_VALUE, call),
            "map_err" if deaf => self.report(&CAUSE_DROPPED, call),
            "unwrap_or_else" if deaf => {
                self.report_caught(&DEFAULTED, &Silenced::by(&call.receiver), call)
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

    fn warn_of_call(&mut self, call: &ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let [.., module, function] = &path.path.segments.iter().collect::<Vec<_>>()[..]
            && module.ident == "process"
            && (function.ident == "exit" || function.ident == "abort")
        {
            self.report(&EXIT, call);
        }
    }

    fn warn_of_loop(&mut self, body: &Block, whole: &dyn ToTokens) {
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
}
