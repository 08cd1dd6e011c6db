//! The methods of the derive that make errors for the verifier.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Fields, Variant};

use crate::derive::Described;
use crate::exchange;

/// All of them: those that make a variant out of nothing, and those that make it of another
/// one; and that no variant holds anything, if that is so.
pub(crate) fn methods(described: &[Described<'_>], krate: &TokenStream) -> TokenStream {
    let sample = out_of_nothing(described, krate);
    let variants: Vec<&Variant> = described
        .iter()
        .map(|described| described.variant)
        .collect();
    let exchange = exchange::methods(&variants, krate);
    let plain = variants.iter().all(|variant| variant.fields.is_empty());
    let plain = plain.then(|| {
        quote!(
            const __PLAIN: ::core::primitive::bool = true;
        )
    });
    quote!(#plain #sample #exchange)
}

/// The methods that make a variant out of nothing, and say whether they can; only the
/// verifier calls them.
fn out_of_nothing(described: &[Described<'_>], krate: &TokenStream) -> TokenStream {
    let arms = described.iter().enumerate().map(|(index, described)| {
        let ident = &described.variant.ident;
        let value = match (&described.sample, &described.variant.fields) {
            (Some(sample), _) => quote!(#sample),
            (None, Fields::Unit) => quote!(Self::#ident),
            (None, Fields::Unnamed(fields)) => {
                let values = fields.unnamed.iter().map(|field| made(&field.ty, krate));
                quote!(Self::#ident(#(#values),*))
            }
            (None, Fields::Named(fields)) => {
                let values = fields.named.iter().map(|field| {
                    let (name, value) = (&field.ident, made(&field.ty, krate));
                    quote!(#name: #value)
                });
                quote!(Self::#ident { #(#values),* })
            }
        };
        quote!(#index => ::core::option::Option::Some(#value),)
    });
    let possible = described.iter().enumerate().map(|(index, described)| {
        let fields = match described.sample {
            // Given by hand, it can be made; nothing else is asked.
            Some(_) => Vec::new(),
            None => described
                .variant
                .fields
                .iter()
                .map(|field| maker(&field.ty, krate))
                .collect(),
        };
        quote!(#index => true #(&& #fields.is_some())*,)
    });
    quote! {
        fn can_sample(variant: ::core::primitive::usize) -> ::core::primitive::bool {
            use #krate::__private::make::{
                MakeDefault as _, MakeKnown as _, MakeNothing as _, MakeVariant as _,
            };
            match variant {
                #(#possible)*
                _ => false,
            }
        }

        fn sample(variant: ::core::primitive::usize) -> ::core::option::Option<Self> {
            use #krate::__private::make::{
                MakeDefault as _, MakeKnown as _, MakeNothing as _, MakeVariant as _,
            };
            match variant {
                #(#arms)*
                _ => ::core::option::Option::None,
            }
        }
    }
}

fn made(field: &syn::Type, krate: &TokenStream) -> TokenStream {
    let maker = maker(field, krate);
    quote!(#maker?())
}

/// How to make a value of a type, if at all.
fn maker(field: &syn::Type, krate: &TokenStream) -> TokenStream {
    quote!((&&&&#krate::__private::make::Make::<#field>::new()).make())
}
