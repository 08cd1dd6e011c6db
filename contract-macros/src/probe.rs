//! What the verifier's build adds: marks on the branches, and a call around the body.

use contract_spec::source::{Attribute, BranchKind, instrument};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ItemFn};

use crate::signature;

/// Rewrites the body so that it records, and so that a mutant can change what it returns.
pub(crate) fn weave(attribute: &Attribute, item: &mut ItemFn) {
    let (branches, _) = instrument(&mut item.block, |index, branch, value| {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let mark = match branch.kind {
            BranchKind::QuestionMark => quote!(question),
            BranchKind::Return | BranchKind::Tail => quote!(leaf),
        };
        let inner = std::mem::replace(value, Expr::Verbatim(TokenStream::new()));
        // On the value's own tokens, so that an error in it is shown where it was written.
        *value = Expr::Verbatim(quote_spanned! {inner.span().resolved_at(Span::mixed_site())=>
            ::resilience_contract::__private::#mark(#inner, #index)
        });
    });
    let branches = branches.iter().map(|branch| {
        let form = branch.kind.name();
        let (line, column) = position(branch.span);
        quote!((#form, #line, #column))
    });
    let id = &attribute.id;
    let name = item.sig.ident.to_string();
    let (line, column) = position(item.sig.ident.span());
    let output = signature::return_type(&item.sig);
    let block = &item.block;
    let call = quote_spanned!(Span::mixed_site()=> __call);
    let result = quote_spanned!(Span::mixed_site()=> __result);
    let run = if item.sig.asyncness.is_some() {
        // The `return` that never happens tells the block its type; nothing else
        // does, expected types do not reach the end of an `async` block.
        quote! {
            #call.run_async(async move {
                if let ::core::option::Option::Some(__never) = ::core::option::Option::None::<#output> {
                    return __never;
                }
                #block
            })
            .await
        }
    } else {
        quote!(#call.run::<#output, _>(move || #block))
    };
    let woven = quote! {{
        static SITE: ::resilience_contract::__private::Site = ::resilience_contract::__private::Site::new(
            #id,
            ::core::env!("CARGO_PKG_NAME"),
            ::core::module_path!(),
            #name,
            ::core::file!(),
            (#line, #column),
            &[#(#branches),*],
        );
        let #call = ::resilience_contract::__private::enter(&SITE);
        let #result: #output = #run;
        let __make = {
            use ::resilience_contract::__private::make::{
                MakeDefault as _, MakeKnown as _, MakeNothing as _, MakeVariant as _,
            };
            (&&&&::resilience_contract::__private::make::Make::ok_of(&#result)).make()
        };
        ::resilience_contract::__private::leave(#call, #result, __make)
    }};
    // The body is somebody else's code in a shape of ours; only the shape is excused.
    item.attrs.push(syn::parse_quote!(#[allow(
        unreachable_code,
        unused_imports,
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        clippy::restriction
    )]));
    match syn::parse2(woven) {
        Ok(woven) => *item.block = woven,
        // Cannot happen: every part was parsed or written above. rustc would show it.
        Err(error) => {
            let error = error.into_compile_error();
            *item.block = syn::parse_quote!({ #error });
        }
    }
}

/// Line and column from 1.
fn position(span: Span) -> (u32, u32) {
    let start = span.start();
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    (number(start.line), number(start.column + 1))
}
