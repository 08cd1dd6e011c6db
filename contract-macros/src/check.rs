//! The items that hold the enum against the contract.

use contract_spec::source::Attribute;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Error, Path, PathArguments, Type};

use crate::contract::{Declared, Named};
use crate::hash;
use crate::respan::respan;

/// What stands in front of the body; empty of code in the binary, for a const
/// without a name generates none, and neither does a closure that is never called.
///
/// Few tokens and one item, for what the compiler makes of them is what an annotation costs.
pub(crate) fn statements(
    attribute: &Attribute,
    declared: &Declared,
    error: &TokenStream,
    krate: &Path,
) -> syn::Result<TokenStream> {
    let track = declared.file.track();
    if declared.function.error.is_none() {
        // Without an enum there is nothing to compare; the reader has said so.
        return Ok(quote!(const _: () = { #track };));
    }
    if attribute.foreign.is_some() {
        let pattern = foreign(attribute, declared, error)?;
        return Ok(quote!(const _: () = { #track }; #pattern));
    }
    let check = comparison(attribute, declared, error, krate);
    Ok(quote!(const _: () = { #track #check };))
}

/// A look at the variants that the derive has listed.
fn comparison(
    attribute: &Attribute,
    declared: &Declared,
    error: &TokenStream,
    krate: &Path,
) -> TokenStream {
    let variants = declared.variants();
    let shared = declared.shared_error();
    let table = match &shared {
        Some(shared) => format!("`variants` of `[error.{}]`", shared.error.name.value),
        None => format!(
            "a failure mode of `[function.{}]`",
            declared.function.name.value
        ),
    };
    let (error_text, error_line) = declared.error();
    let names = variants.iter().map(|variant| variant.name);
    let hash = hash::of_enum(error_text, names);
    let variants = variants
        .iter()
        .map(|Named { name, mode, line }| quote!((#name, #mode, #line)));
    let file = &declared.file.shown;
    let declared_in = shared
        .as_ref()
        .map_or(file.as_str(), |shared| shared.file());
    let span = attribute.id.span();
    let at_id = respan(krate, span);
    quote_spanned! {span=>
        #at_id::__private::check(
            <#error as #krate::FailureModes>::__ENUM,
            #hash,
            (#error_text, #error_line),
            #file,
            #declared_in,
            #table,
            &[#(#variants),*],
        )
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
                declared.file.shown
            ),
        ));
    }
    let variants = declared.variants();
    let patterns = variant_patterns(
        attribute,
        &path,
        variants.iter().map(|variant| variant.name),
    )?;
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
