//! What the verifier's build adds: marks on the branches, and a call around the body.

use contract_spec::source::{Attribute, BranchKind, COMPILED, Returned, instrument};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::token::Brace;
use syn::{Expr, FnArg, ItemFn, Pat, Type};

use crate::contain::{self, Contained};
use crate::contract::Declared;
use crate::{check, parameters, signature};

/// Rewrites the body so that it records, and so that a mutant can change what it returns.
pub(crate) fn weave(
    attribute: &Attribute,
    declared: &Declared<'_>,
    error: &TokenStream,
    krate: &TokenStream,
    item: &mut ItemFn,
) -> syn::Result<()> {
    let arguments = arguments(declared, krate, item);
    let site = site(attribute, declared, krate, item);
    let call = Ident::new("__call", Span::mixed_site());
    let result = Ident::new("__result", Span::mixed_site());
    let Some(output) = signature::output(&item.sig)? else {
        return Ok(());
    };
    let leave = leave(attribute, declared, error, krate, &call, &result)?;
    // The body's braces stand in other ones now, and rustc would find the user's superfluous.
    let braces = item.block.brace_token.span.join();
    item.block.brace_token = Brace(Span::mixed_site().located_at(braces));
    let contained = contain::contain(item, krate);
    let parameters = parameters::rebind(&mut item.sig);
    let block = &item.block;
    let body = |output: &Type| match &contained {
        None => quote!(#call.run::<#output, _>(move || { #parameters #block })),
        // The parameters outside of it, for what it makes for itself goes before they do.
        Some(Contained { label, block }) => quote! {{
            let __within = #call.within();
            #parameters
            // The `break` that never happens keeps what follows within reach.
            let #result: #output = #label: {
                if let ::core::option::Option::Some(__never) = ::core::option::Option::None::<#output> {
                    break #label __never;
                }
                #block
            };
            #result
        }},
    };
    let awaited = |body: TokenStream| {
        quote! {
            let #result: #output = #call.run_async(#body).await;
            #leave
        }
    };
    let run = match Returned::of(&item.sig) {
        Returned::Value(_) | Returned::Nothing if item.sig.asyncness.is_some() => {
            // The `return` that never happens tells the block its type; nothing else
            // does, expected types do not reach the end of an `async` block.
            awaited(quote! {
                async move {
                    if let ::core::option::Option::Some(__never) = ::core::option::Option::None::<#output> {
                        return __never;
                    }
                    #parameters
                    #block
                }
            })
        }
        Returned::Value(_) | Returned::Nothing => {
            let body = body(&output);
            quote! {
                let #result: #output = #body;
                #leave
            }
        }
        returned @ (Returned::Future(_) | Returned::BoxedFuture(_)) => {
            let whole = signature::whole_output(&item.sig);
            let future = Ident::new("__future", Span::mixed_site());
            let rest = awaited(quote!(#future));
            let rest = quote!(async move { #rest });
            let rest = match returned {
                Returned::BoxedFuture(_) => quote!(#krate::__private::Box::pin(#rest)),
                _ => rest,
            };
            let body = body(&whole);
            quote! {
                let #future = #body;
                #rest
            }
        }
    };
    // Nothing is allowed here for the shape's sake: a crate may forbid it, and what comes out of
    // a macro is spared by the lints anyway.
    *item.block = syn::parse2(quote!({
        // In a block of its own: the body may use the name for something else.
        let #call = #krate::__private::enter({ #site &SITE }, &#arguments);
        #run
    }))?;
    Ok(())
}

/// The arguments of the call, where the contract speaks of logs: the id of the request
/// must be in them, and what is sensitive must not.
fn arguments(declared: &Declared<'_>, krate: &TokenStream, item: &ItemFn) -> TokenStream {
    if !declared.speaks_of_logs() {
        return quote!([]);
    }
    let names = item.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Some(&name.ident),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let asked = names.map(|name| {
        let text = name.to_string();
        let text = text.trim_start_matches("r#");
        quote!((&&&#krate::__private::plant::Ask(&#name)).argument(#text))
    });
    quote! {{
        use #krate::__private::plant::{
            AskBoth as _, AskDebug as _, AskDisplay as _, AskNothing as _,
        };
        [#(#asked),*]
    }}
}

/// Marks every branch, and describes the function and its branches in a static.
fn site(
    attribute: &Attribute,
    declared: &Declared<'_>,
    krate: &TokenStream,
    item: &mut ItemFn,
) -> TokenStream {
    let (branches, _) = instrument(&item.sig, &mut item.block, |index, branch, value| {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let mut inner = std::mem::replace(value, Expr::Verbatim(TokenStream::new()));
        // An operand needs brackets that an argument does not, and rustc would say so.
        while let Expr::Paren(brackets) = inner {
            inner = *brackets.expr;
        }
        // The same of braces, which decide how long things live.
        if let Expr::Block(braces) = &mut inner {
            let span = braces.block.brace_token.span.join();
            braces.block.brace_token = Brace(span.resolved_at(Span::mixed_site()));
        }
        let mark = match branch.kind {
            BranchKind::QuestionMark => quote!(question),
            BranchKind::Return | BranchKind::Tail => quote!(leaf),
            BranchKind::Macro => {
                // If it comes back from the macro, it has not left there. A statement stays one,
                // for nobody knows what it expands to.
                *value = Expr::Verbatim(if branch.is_statement {
                    quote_spanned! {Span::mixed_site()=>
                        #krate::__private::leaf((), #index);
                        #inner;
                        #krate::__private::past(())
                    }
                } else {
                    quote_spanned! {Span::mixed_site()=> {
                        #krate::__private::leaf((), #index);
                        #krate::__private::past(#inner)
                    }}
                });
                return;
            }
        };
        // Noted beforehand: if the call never comes back, nothing may stand behind it, or rustc
        // says that it is unreachable. What leaves on the way has the last word.
        if branch.kind == BranchKind::Tail && may_diverge(&inner) {
            *value = Expr::Verbatim(quote_spanned! {Span::mixed_site()=> {
                #krate::__private::leaf((), #index);
                #inner
            }});
            return;
        }
        // On the value's own tokens, so that an error in it is shown where it was written.
        let span = inner.span().resolved_at(Span::mixed_site());
        *value = Expr::Verbatim(quote_spanned! {span=>
            #krate::__private::#mark(#inner, #index)
        });
    });
    let branches = branches.iter().map(|branch| {
        let form = branch.kind.name();
        let (line, column) = position(branch.span);
        quote!((#form, #line, #column))
    });
    let id = &attribute.id;
    let (line, column) = position(item.sig.ident.span());
    let (first_line, _) = position(Span::call_site());
    let sensitive = declared.sensitive();
    let limits = declared.limits();
    let limits = limits.iter().map(|(name, limit)| quote!((#name, #limit)));
    let compiled = format!("{COMPILED} {} {line}:{column} ", id.value());
    quote! {
        // Nobody sets it. That it was asked for is what the verifier reads.
        const _: ::core::option::Option<&::core::primitive::str> =
            ::core::option_env!(::core::concat!(#compiled, ::core::file!()));
        // A function knows its whole path, the type around it included, and that tells
        // apart what one macro wrote for several types.
        fn __path() -> &'static ::core::primitive::str {
            ::core::any::type_name_of_val(&__path)
        }
        static SITE: #krate::__private::Site = #krate::__private::Site::new(
            #id,
            ::core::env!("CARGO_PKG_NAME"),
            __path,
            ::core::file!(),
            (#first_line, #line, #column),
            &[#(#branches),*],
            (&[#(#sensitive),*], &[#(#limits),*]),
        );
    }
}

/// Whether a value may be the call of a function that never returns, as far as its name tells.
/// A macro in it takes back what was noted before.
fn may_diverge(value: &Expr) -> bool {
    let is_call = match value {
        Expr::MethodCall(_) => true,
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => path.path.segments.last().is_some_and(|last| {
                let name = last.ident.to_string();
                !name.starts_with(char::is_uppercase)
            }),
            _ => true,
        },
        _ => false,
    };
    is_call && !contain::mentions(value.to_token_stream(), &["past"])
}

/// The end of the call: what is returned, or what a mutant makes of it.
fn leave(
    attribute: &Attribute,
    declared: &Declared<'_>,
    error: &TokenStream,
    krate: &TokenStream,
    call: &Ident,
    result: &Ident,
) -> syn::Result<TokenStream> {
    let make = quote! {
        let __resilience_contract_make = {
            use #krate::__private::make::{
                MakeDefault as _, MakeKnown as _, MakeNothing as _, MakeVariant as _,
            };
            (&&&&#krate::__private::make::Make::ok_of(&#result)).make()
        };
        let __resilience_contract_texts = {
            use #krate::__private::text::{
                SaysAll as _, SaysBoth as _, SaysDebug as _, SaysDisplay as _, SaysNothing as _,
            };
            (&&&&#krate::__private::text::Text(&#result)).texts()
        };
    };
    let Some(foreign) = &attribute.foreign else {
        return Ok(quote! {
            #make
            #krate::__private::leave(
                #call, #result, __resilience_contract_make, __resilience_contract_texts
            )
        });
    };
    let path = check::foreign_path(attribute, error)?;
    let names: Vec<&str> = declared
        .variants()
        .iter()
        .map(|variant| variant.name)
        .collect();
    let mut variants = TokenStream::new();
    for (index, name) in names.iter().enumerate() {
        let pattern = check::variant_pattern(attribute, &path, name)?;
        variants.extend(quote!(#pattern => #index,));
    }
    let rest = foreign
        .open
        .then(|| quote!(_ => ::core::primitive::usize::MAX,));
    let (name, _) = declared.error();
    let samples = foreign.samples.iter().enumerate();
    let samples =
        samples.map(|(index, sample)| quote!(#index => ::core::option::Option::Some(#sample),));
    Ok(quote! {
        #make
        #krate::__private::leave_foreign(#call, #result, __resilience_contract_make, __resilience_contract_texts, #krate::__private::Foreign {
            name: #name,
            variants: &[#(#names),*],
            variant: |__error| match __error { #variants #rest },
            sample: |__index| match __index { #(#samples)* _ => ::core::option::Option::None },
        })
    })
}

/// Line and column from 1.
fn position(span: Span) -> (u32, u32) {
    let start = span.start();
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    (number(start.line), number(start.column + 1))
}
