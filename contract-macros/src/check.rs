//! The items that hold the enum against the contract.

use contract_spec::source::Attribute;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Error, Path, PathArguments, Type};

use crate::contract::Declared;
use crate::hash;
use crate::respan::respan;

/// What stands in front of the body; empty of code in the binary, for a const
/// without a name generates none, and neither does a closure that is never called.
pub(crate) fn statements(
    attribute: &Attribute,
    declared: &Declared,
    error: &TokenStream,
    krate: &Path,
) -> syn::Result<TokenStream> {
    let track = track(&declared.relative);
    if declared.function.error.is_none() {
        // Without an enum there is nothing to compare; the reader has said so.
        return Ok(track);
    }
    if attribute.foreign.is_some() {
        let pattern = foreign(attribute, declared, error)?;
        return Ok(quote!(#track #pattern));
    }
    Ok(comparison(attribute, declared, error, krate, &track))
}

/// The variants that an enum of ours must have: name, first mode, line.
fn names(declared: &Declared) -> (Vec<(&str, String, u32)>, String) {
    let mut names: Vec<(&str, String, u32)> = Vec::new();
    if let Some(shared) = declared.shared_error() {
        for variant in &shared.variants {
            names.push((variant, String::new(), declared.line(variant.span.start)));
        }
        return (
            names,
            format!("`variants` of `[error.{}]`", shared.name.value),
        );
    }
    for mode in &declared.function.modes {
        if let Some(variant) = mode.returns()
            && !names.iter().any(|(name, ..)| *name == variant.value)
        {
            names.push((variant, mode.id(), declared.line(variant.span.start)));
        }
    }
    let table = format!(
        "a failure mode of `[function.{}]`",
        declared.function.name.value
    );
    (names, table)
}

/// One const item over the variants that the derive has listed.
fn comparison(
    attribute: &Attribute,
    declared: &Declared,
    error: &TokenStream,
    krate: &Path,
    track: &TokenStream,
) -> TokenStream {
    let (names, table) = names(declared);
    let hash = hash::of_names(names.iter().map(|(name, ..)| *name));
    let declarations = names.iter().map(|(name, mode, line)| {
        quote!(#krate::__private::Declared { name: #name, mode: #mode, line: #line })
    });
    let (error_text, error_line) = declared.error();
    let file = &declared.file;
    let span = attribute.id.span();
    let at_id = respan(krate, span);
    let check = quote_spanned! {span=>
        #at_id::__private::check(
            <#error as #krate::FailureModes>::NAME,
            <#error as #krate::FailureModes>::HASH,
            <#error as #krate::FailureModes>::VARIANTS,
            <#error as #krate::FailureModes>::OPEN,
            &EXPECTED,
        )
    };
    quote! {
        const _: () = {
            #track
            const EXPECTED: #krate::__private::Expected = #krate::__private::Expected {
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

/// For an enum of another crate: its variants as a pattern, which rustc holds against
/// the enum. In the argument of a closure, for there rustc's hint is not `todo!()`.
fn foreign(
    attribute: &Attribute,
    declared: &Declared,
    error: &TokenStream,
) -> syn::Result<TokenStream> {
    let path = foreign_path(attribute, error)?;
    let (error_text, error_line) = declared.error();
    let last = path
        .segments
        .last()
        .map(|last| last.ident.to_string())
        .unwrap_or_default();
    if last != error_text {
        return Err(Error::new_spanned(
            &attribute.id,
            format!(
                "the contract names another error enum\n  {}:{error_line} says `error = \"{error_text}\"`, the function \
                 returns `{last}`: make one of them say the other",
                declared.file
            ),
        ));
    }
    let (names, _) = names(declared);
    let patterns = variant_patterns(attribute, &path, names.iter().map(|(name, ..)| *name))?;
    let open = attribute
        .foreign
        .as_ref()
        .is_some_and(|foreign| foreign.open);
    let span = attribute.id.span();
    Ok(if open {
        quote_spanned!(span=> let _ = |__error: &#error| ::core::matches!(__error, #(#patterns)|*);)
    } else {
        quote_spanned!(span=> let _ = |(#(#patterns)|*): &#error| ();)
    })
}

/// `path::Enum::Variant { .. }`, which fits every kind of variant.
pub(crate) fn variant_patterns<'a>(
    attribute: &Attribute,
    path: &Path,
    names: impl Iterator<Item = &'a str>,
) -> syn::Result<Vec<TokenStream>> {
    let span = attribute.id.span();
    let path = respan(path, span);
    let mut patterns = Vec::new();
    for name in names {
        let mut variant: syn::Ident = syn::parse_str(name)?;
        variant.set_span(span);
        patterns.push(quote_spanned!(span=> #path::#variant { .. }));
    }
    Ok(patterns)
}

/// The enum's path without its arguments, which patterns do not need.
pub(crate) fn foreign_path(attribute: &Attribute, error: &TokenStream) -> syn::Result<Path> {
    match syn::parse2(error.clone()) {
        Ok(Type::Path(syn::TypePath {
            qself: None,
            mut path,
            ..
        })) => {
            for segment in &mut path.segments {
                segment.arguments = PathArguments::None;
            }
            Ok(path)
        }
        _ => Err(Error::new_spanned(
            &attribute.id,
            "the signature does not show the path of the enum, which `match` needs\n  \
             help: name it in the attribute: `match, error = path::to::Enum`",
        )),
    }
}

/// Has the crate compiled again when the contract changes. The path is put
/// together by the compiler and not by us: an absolute one in the output would
/// make two checkouts build two different libraries.
pub(crate) fn track(relative: &str) -> TokenStream {
    let path = format!("/{relative}");
    quote! {
        const _: &[::core::primitive::u8] =
            ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #path));
    }
}
