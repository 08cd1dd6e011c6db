//! A body as a block that is left by `break`, for functions that would notice a closure.
//!
//! What runs in a closure is called by whoever calls the closure, and named after it:
//! `#[track_caller]` and `type_name_of_val` show that. A labelled block shows nothing, but
//! it can hold a body only if every place is known where that leaves: a `return` that a
//! macro of its own expands to would go past what the probes do at the end.

use contract_spec::source::visit_known;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprBreak, Item, ItemFn, Lifetime, Macro, Token};

/// A body that is left by `break`.
pub(crate) struct Contained {
    /// The label that the block needs.
    pub(crate) label: Lifetime,
    /// The body.
    pub(crate) block: Block,
}

/// The body, if the function would notice a closure and can do without.
pub(crate) fn contain(item: &ItemFn, krate: &TokenStream) -> Option<Contained> {
    let notices = is_tracked(item) || mentions(item.block.to_token_stream(), NOTICING);
    if !notices || item.sig.asyncness.is_some() {
        return None;
    }
    // What has been marked is text so far.
    let mut block: Block = syn::parse2(item.block.to_token_stream()).ok()?;
    let mut rewriter = Rewriter {
        krate,
        label: Lifetime::new("'__body", Span::mixed_site()),
        all_known: true,
    };
    rewriter.visit_block_mut(&mut block);
    rewriter.all_known.then_some(Contained {
        label: rewriter.label,
        block,
    })
}

/// What shows who calls, or what the code that runs is called. A method can be tracked by
/// what the trait says of it, so that the attribute does not tell.
const NOTICING: &[&str] = &["caller", "type_name_of_val"];

fn is_tracked(item: &ItemFn) -> bool {
    let mut attributes = item.attrs.iter();
    attributes.any(|attribute| mentions(attribute.meta.to_token_stream(), &["track_caller"]))
}

/// Whether some words stand among tokens, as names.
pub(crate) fn mentions(tokens: TokenStream, words: &[&str]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), words),
        TokenTree::Ident(ident) => words.iter().any(|word| ident == word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

struct Rewriter<'a> {
    krate: &'a TokenStream,
    label: Lifetime,
    /// Whether there is no place where the body could leave otherwise.
    all_known: bool,
}

impl VisitMut for Rewriter<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match expression {
            // What leaves one of these does not leave the function.
            Expr::Closure(_) | Expr::Async(_) | Expr::Const(_) => return,
            Expr::Verbatim(_) | Expr::TryBlock(_) => self.all_known = false,
            _ => {}
        }
        visit_mut::visit_expr_mut(self, expression);
        match expression {
            Expr::Return(inner) => {
                let value = inner.expr.take();
                let span = inner.return_token.span.resolved_at(Span::mixed_site());
                *expression = Expr::Break(ExprBreak {
                    attrs: Vec::new(),
                    break_token: Token![break](span),
                    label: Some(self.label.clone()),
                    expr: value,
                });
            }
            Expr::Try(inner) => {
                let (operand, krate, label) = (&inner.expr, self.krate, &self.label);
                let span = inner.question_token.span.resolved_at(Span::mixed_site());
                // In brackets, for a statement may begin with it.
                *expression = Expr::Verbatim(quote_spanned! {span=>
                    (match #krate::__private::Operand::answer(#operand) {
                        ::core::result::Result::Ok(__value) => __value,
                        ::core::result::Result::Err(__error) => break #label ::core::result::Result::Err(
                            ::core::convert::From::from(__error)
                        ),
                    })
                });
            }
            _ => {}
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if !visit_known(mac, |argument| self.visit_expr_mut(argument)) {
            self.all_known = false;
        }
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}
}
