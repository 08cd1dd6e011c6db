//! Taking a function's parameters along into the closure or block that its body becomes.
//!
//! They would come along anyway, but only those that the body uses, and they would go in
//! the order in which it uses them. Bound again inside, all of them go as they do in a bare
//! function: the last one first, after everything that the body has made.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, FnArg, Pat, PatType, Signature};

/// Statements that bind the parameters again, and a signature that lets them.
pub(crate) fn rebind(signature: &mut Signature) -> TokenStream {
    let mut bindings = TokenStream::new();
    for (index, input) in signature.inputs.iter_mut().enumerate() {
        // `self` has no other name; it is the first, and what is left goes last.
        if let FnArg::Typed(parameter) = input {
            bindings.extend(one(parameter, index));
        }
    }
    bindings
}

fn one(parameter: &mut PatType, index: usize) -> TokenStream {
    let attributes = parameter.attrs.clone();
    // Lints belong where the names are bound last, conditions to both places.
    parameter.attrs.retain(is_condition);
    if let Pat::Ident(pattern) = &mut *parameter.pat
        && pattern.by_ref.is_none()
        && pattern.subpat.is_none()
    {
        let mutable = pattern.mutability.take();
        let name = &pattern.ident;
        return quote!(#(#attributes)* let #mutable #name = #name;);
    }
    // What a pattern does not bind is the parameter's own, and goes after what it does.
    let name = format_ident!("__parameter{index}", span = Span::mixed_site());
    let pattern = std::mem::replace(&mut *parameter.pat, syn::parse_quote!(#name));
    let conditions = &parameter.attrs;
    let taken_apart = match pattern {
        Pat::Wild(_) => None,
        pattern => Some(quote!(#(#attributes)* let #pattern = #name;)),
    };
    quote!(#(#conditions)* let #name = #name; #taken_apart)
}

fn is_condition(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}
