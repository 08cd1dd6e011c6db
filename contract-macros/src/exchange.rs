//! The methods of the derive that make one error of another: another variant that holds
//! the same, the same variant with another enum in it. Only the verifier calls them.
//!
//! What is held has to be taken out for that, and out of an enum with a `Drop` of its own
//! nothing can be taken (E0509). The derive does not see whether there is one; the compiler
//! does, where `apart` hands out either the enum, which the patterns take apart, or a
//! reference to it, which they look into, and which there never is.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Fields, Path, Type, Variant};

/// All of them, as far as the variants have something to exchange.
pub(crate) fn methods(variants: &[&Variant], krate: &Path) -> TokenStream {
    let taken = taken(variants, krate);
    let exchanged = exchanged(variants, krate);
    quote!(#taken #exchanged)
}

/// One variant out of what another one holds.
fn taken(variants: &[&Variant], krate: &Path) -> Option<TokenStream> {
    let givers = |to: &Variant| -> Vec<usize> {
        let variants = variants.iter().enumerate();
        variants
            .filter(|(_, from)| from.ident != to.ident && hold_the_same(from, to))
            .map(|(index, _)| index)
            .collect()
    };
    let takes = variants.iter().enumerate().filter_map(|(index, to)| {
        let givers = givers(to);
        (!givers.is_empty()).then(|| quote!(#index => &[#(#givers),*],))
    });
    let takes: Vec<TokenStream> = takes.collect();
    if takes.is_empty() {
        return None;
    }
    let arms = variants.iter().enumerate().flat_map(|(index, to)| {
        let givers = givers(to).into_iter();
        let arms = givers.map(|from| handed_over(variants[from], to, index, krate));
        arms.collect::<Vec<_>>()
    });
    let comes_apart = comes_apart(krate);
    let apart = apart(krate);
    let whole = part(&quote!(this), &syn::parse_quote!(Self), krate);
    Some(quote! {
        fn __takes(variant: ::core::primitive::usize) -> &'static [::core::primitive::usize] {
            match variant {
                _ if !#comes_apart => &[],
                #(#takes)*
                _ => &[],
            }
        }

        fn __taken(self, variant: ::core::primitive::usize) -> ::core::result::Result<Self, Self> {
            #apart
            match (this, variant) {
                #(#arms)*
                (this, _) => ::core::result::Result::Err(#whole),
            }
        }
    })
}

/// An arm that makes one variant of another one.
fn handed_over(from: &Variant, to: &Variant, index: usize, krate: &Path) -> TokenStream {
    let members: Vec<TokenStream> = from
        .fields
        .members()
        .map(|member| quote!(#member))
        .collect();
    let held: Vec<Ident> = (0..members.len())
        .map(|field| quote::format_ident!("held_{field}"))
        .collect();
    let parts = from
        .fields
        .iter()
        .zip(&held)
        .map(|(field, held)| part(&quote!(#held), &field.ty, krate));
    let (from, to) = (&from.ident, &to.ident);
    quote! {
        (Self::#from { #(#members: #held),* }, #index) => {
            ::core::result::Result::Ok(Self::#to { #(#members: #parts),* })
        }
    }
}

/// Whether one variant can be made of what another one holds. A unit holds nothing, and
/// can be made anyway.
fn hold_the_same(from: &Variant, to: &Variant) -> bool {
    let text = |fields: &Fields| -> Vec<String> {
        let field = |field: &syn::Field| {
            let (name, ty) = (&field.ident, &field.ty);
            quote!(#name #ty).to_string()
        };
        let mut fields: Vec<String> = fields.iter().map(field).collect();
        if from.fields.iter().any(|field| field.ident.is_some()) {
            fields.sort();
        }
        fields
    };
    !from.fields.is_empty() && text(&from.fields) == text(&to.fields)
}

/// The same variant with another one of the enum that it holds.
fn exchanged(variants: &[&Variant], krate: &Path) -> Option<TokenStream> {
    let holders: Vec<(usize, &Ident, TokenStream, &Type)> = variants
        .iter()
        .enumerate()
        .filter_map(|(index, variant)| {
            let mut fields = variant.fields.iter();
            let (Some(field), None) = (fields.next(), fields.next()) else {
                return None;
            };
            let member = match &field.ident {
                Some(name) => quote!(#name),
                None => quote!(0),
            };
            Some((index, &variant.ident, member, &field.ty))
        })
        .collect();
    if holders.is_empty() {
        return None;
    }
    let exchange = |ty| quote!((&#krate::__private::make::Exchange::<#ty>::new()));
    let inner = holders.iter().map(|(index, _, _, ty)| {
        let exchange = exchange(ty);
        quote!(#index => #exchange.inner(),)
    });
    let arms = holders.iter().map(|(_, variant, member, ty)| {
        let exchange = exchange(ty);
        let held = part(&quote!(held), ty, krate);
        quote! {
            Self::#variant { #member: held } => match #exchange.exchanged(#held) {
                ::core::result::Result::Ok(held) => ::core::result::Result::Ok(Self::#variant { #member: held }),
                ::core::result::Result::Err(held) => ::core::result::Result::Err(Self::#variant { #member: held }),
            },
        }
    });
    let whole = part(&quote!(this), &syn::parse_quote!(Self), krate);
    let rest = (holders.len() < variants.len())
        .then(|| quote!(this => ::core::result::Result::Err(#whole),));
    let comes_apart = comes_apart(krate);
    let apart = apart(krate);
    Some(quote! {
        fn __inner(variant: ::core::primitive::usize) -> ::core::option::Option<&'static ::core::primitive::str> {
            use #krate::__private::make::{ExchangeNothing as _, ExchangeVariant as _};
            match variant {
                _ if !#comes_apart => ::core::option::Option::None,
                #(#inner)*
                _ => ::core::option::Option::None,
            }
        }

        fn __exchanged(self) -> ::core::result::Result<Self, Self> {
            use #krate::__private::make::{ExchangeNothing as _, ExchangeVariant as _};
            #apart
            match this {
                #(#arms)*
                #rest
            }
        }
    })
}

/// Whether an enum's values can be taken apart.
fn comes_apart(krate: &Path) -> TokenStream {
    quote! {{
        use #krate::__private::apart::{ComesApart as _, StaysWhole as _};
        (&#krate::__private::apart::Apart::<Self>::new()).comes_apart()
    }}
}

/// `this`, which patterns can be held against, and `proof`, which is asked for each part.
fn apart(krate: &Path) -> TokenStream {
    quote! {
        let (this, proof) = {
            use #krate::__private::apart::{ComesApart as _, StaysWhole as _};
            match (&#krate::__private::apart::Apart::<Self>::new()).apart(self) {
                ::core::result::Result::Ok(apart) => apart,
                ::core::result::Result::Err(whole) => return ::core::result::Result::Err(whole),
            }
        };
    }
}

/// What a pattern has bound, as the value that it is.
fn part(bound: &TokenStream, ty: &Type, krate: &Path) -> TokenStream {
    quote!(#krate::__private::apart::Part::<#ty, _>::part(#bound, proof))
}
