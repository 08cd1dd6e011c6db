//! The methods of the derive that make one error of another: another variant that holds
//! the same, the same variant with another enum in it. Only the verifier calls them.
//!
//! What is held has to be taken out for that, and out of an enum with a `Drop` of its own
//! nothing can be taken (E0509). The derive does not see whether there is one; the compiler
//! does, where `apart` hands out either the enum, which the patterns take apart, or a
//! reference to it, which they look into, and which there never is.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Fields, Type, Variant};

/// All of them, as far as the variants have something to exchange.
pub(crate) fn methods(variants: &[&Variant], krate: &TokenStream) -> TokenStream {
    let taken = taken(variants, krate);
    let exchanged = exchanged(variants, krate);
    quote!(#taken #exchanged)
}

/// One variant out of what another one holds. An arm for each variant, and not for each two.
fn taken(variants: &[&Variant], krate: &TokenStream) -> Option<TokenStream> {
    let mut groups: Vec<Vec<(usize, &Variant)>> = Vec::new();
    for (index, variant) in variants.iter().enumerate() {
        let mut known = groups.iter_mut();
        match known.find(|group| hold_the_same(group[0].1, variant)) {
            Some(group) => group.push((index, variant)),
            None => groups.push(vec![(index, variant)]),
        }
    }
    groups.retain(|group| group.len() > 1);
    if groups.is_empty() {
        return None;
    }
    let takes = groups.iter().map(|group| {
        let indices: Vec<usize> = group.iter().map(|(index, _)| *index).collect();
        quote!(#(#indices)|* => &[#(#indices),*],)
    });
    let arms = groups.iter().map(|group| handed_over(group, krate));
    let in_groups: usize = groups.iter().map(Vec::len).sum();
    let whole = part(&quote!(this), &syn::parse_quote!(Self), krate);
    let rest =
        (in_groups < variants.len()).then(|| quote!(this => ::core::result::Result::Err(#whole),));
    let comes_apart = comes_apart(krate);
    let apart = apart(krate);
    Some(quote! {
        fn __takes(variant: ::core::primitive::usize) -> &'static [::core::primitive::usize] {
            match variant {
                _ if !#comes_apart => &[],
                #(#takes)*
                _ => &[],
            }
        }

        fn __taken(self, variant: ::core::primitive::usize) -> ::core::result::Result<Self, Self> {
            let is = <Self as #krate::FailureModes>::variant(&self);
            if !<Self as #krate::FailureModes>::__takes(variant).contains(&is) {
                return ::core::result::Result::Err(self);
            }
            #apart
            match this {
                #(#arms)*
                #rest
            }
        }
    })
}

/// An arm that makes any variant of a group out of any other.
fn handed_over(group: &[(usize, &Variant)], krate: &TokenStream) -> TokenStream {
    let fields = &group[0].1.fields;
    let members: Vec<TokenStream> = fields.members().map(|member| quote!(#member)).collect();
    let held: Vec<Ident> = (0..members.len())
        .map(|field| quote::format_ident!("held_{field}"))
        .collect();
    let parts = fields
        .iter()
        .zip(&held)
        .map(|(field, held)| part(&quote!(#held), &field.ty, krate));
    let from = group.iter().map(|(_, variant)| &variant.ident);
    let from = from.map(|from| quote!(Self::#from { #(#members: #held),* }));
    let to = group.iter().enumerate().map(|(place, (index, variant))| {
        let to = &variant.ident;
        let made = quote!(::core::result::Result::Ok(Self::#to { #(#members: #held),* }));
        // It is one of them: that was asked before anything was taken out.
        match place + 1 == group.len() {
            true => quote!(_ => #made,),
            false => quote!(#index => #made,),
        }
    });
    quote! {
        #(#from)|* => {
            let (#(#held,)*) = (#(#parts,)*);
            match variant { #(#to)* }
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
fn exchanged(variants: &[&Variant], krate: &TokenStream) -> Option<TokenStream> {
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
fn comes_apart(krate: &TokenStream) -> TokenStream {
    quote! {{
        use #krate::__private::apart::{ComesApart as _, StaysWhole as _};
        (&#krate::__private::apart::Apart::<Self>::new()).comes_apart()
    }}
}

/// `this`, which patterns can be held against, and `proof`, which is asked for each part.
fn apart(krate: &TokenStream) -> TokenStream {
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
fn part(bound: &TokenStream, ty: &Type, krate: &TokenStream) -> TokenStream {
    quote!(#krate::__private::apart::Part::<#ty, _>::part(#bound, proof))
}
