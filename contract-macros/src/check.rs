//! The one const item that holds the enum against the contract.

use contract_spec::source::Attribute;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::contract::Declared;
use crate::hash;

/// The item; empty of code in the binary, for a const without a name generates none.
pub(crate) fn item(attribute: &Attribute, declared: &Declared, error: &TokenStream) -> TokenStream {
    let Declared {
        file,
        function,
        contract,
        ..
    } = declared;
    let track = track(&declared.relative);
    let Some(error_name) = &function.error else {
        // Without an enum there is nothing to compare; the reader has said so.
        return track;
    };
    let mut names: Vec<(&str, String, u32)> = Vec::new();
    let table = match contract.shared_error(error_name) {
        Some(shared) => {
            for variant in &shared.variants {
                names.push((variant, String::new(), declared.line(variant.span.start)));
            }
            format!("`variants` of `[error.{}]`", shared.name.value)
        }
        None => {
            for mode in &function.modes {
                if let Some(variant) = mode.returns()
                    && !names.iter().any(|(name, ..)| *name == variant.value)
                {
                    names.push((variant, mode.id(), declared.line(variant.span.start)));
                }
            }
            format!("a failure mode of `[function.{}]`", function.name.value)
        }
    };
    let hash = hash::of_names(names.iter().map(|(name, ..)| *name));
    let declarations = names.iter().map(|(name, mode, line)| {
        quote!(::resilience_contract::__private::Declared { name: #name, mode: #mode, line: #line })
    });
    let error_text = error_name.value.rsplit("::").next().unwrap_or_default();
    let error_line = declared.line(error_name.span.start);
    let span = attribute.id.span();
    let check = quote_spanned! {span=>
        ::resilience_contract::__private::check(
            <#error as ::resilience_contract::FailureModes>::NAME,
            <#error as ::resilience_contract::FailureModes>::HASH,
            <#error as ::resilience_contract::FailureModes>::VARIANTS,
            &EXPECTED,
        )
    };
    quote! {
        const _: () = {
            #track
            const EXPECTED: ::resilience_contract::__private::Expected =
                ::resilience_contract::__private::Expected {
                    error: #error_text,
                    error_line: #error_line,
                    file: #file,
                    table: #table,
                    hash: #hash,
                    declared: &[#(#declarations),*],
                };
            #check
        };
    }
}

/// Has the crate compiled again when the contract changes. The path is put
/// together by the compiler and not by us: an absolute one in the output would
/// make two checkouts build two different libraries.
fn track(relative: &str) -> TokenStream {
    let path = format!("/{relative}");
    quote! {
        const _: &[::core::primitive::u8] =
            ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #path));
    }
}
