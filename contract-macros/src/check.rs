//! The items that hold the enum against the contract.

use contract_spec::source::Attribute;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Path, PathArguments, Type, TypePath};

use crate::contract::{Declared, Named};
use crate::hash::Hash;
use crate::mistake::mistake;
use crate::parse::parse;
use crate::respan::respan;

/// What stands in front of the body; empty of code in the binary, for a const
/// without a name generates none, and neither does a closure that is never called.
///
/// Few tokens and one item, for what the compiler makes of them is what an annotation costs.
pub(crate) fn statements(
    attribute: &Attribute,
    declared: &Declared<'_>,
    error: &TokenStream,
    krate: &TokenStream,
) -> syn::Result<TokenStream> {
    let mut checked = declared.file.track();
    let mut pattern = TokenStream::new();
    if declared.function.error.is_none() {
        // Without an enum there is nothing to compare; the reader has said so.
    } else if attribute.foreign.is_some() {
        pattern = foreign(attribute, declared, error)?;
    } else {
        comparison(attribute, declared, error, krate).to_tokens(&mut checked);
    }
    Ok(quote!(const _: () = { #checked }; #pattern))
}

/// A look at the variants that the derive has listed.
fn comparison(
    attribute: &Attribute,
    declared: &Declared<'_>,
    error: &TokenStream,
    krate: &TokenStream,
) -> TokenStream {
    let shared = declared.shared_error();
    let table = match &shared {
        Some(shared) => format!("`variants` of `[error.{}]`", shared.error.name.value),
        None => format!(
            "a failure mode of `[function.{}]`",
            declared.function.name.value
        ),
    };
    let (error_text, error_line) = declared.error();
    let mut hash = Hash::of(error_text);
    let mut variants = TokenStream::new();
    for Named { name, mode, line } in declared.variants() {
        hash.add(name);
        quote!((#name, #mode, #line),).to_tokens(&mut variants);
    }
    let hash = hash.finish();
    let file = &declared.file.shown;
    let declared_in = match &shared {
        Some(shared) => shared.file(),
        None => file,
    };
    let span = attribute.id.span();
    let at_id = respan(krate.clone(), span);
    quote_spanned! {span=>
        #at_id::__private::check(
            <#error as #krate::FailureModes>::__ENUM,
            #hash,
            (#error_text, #error_line),
            #file,
            #declared_in,
            #table,
            &[#variants],
        )
    }
}

/// For an enum of another crate: its variants as a pattern, which rustc holds against
/// the enum. In the argument of a closure, for there rustc's hint is not `todo!()`.
fn foreign(
    attribute: &Attribute,
    declared: &Declared<'_>,
    error: &TokenStream,
) -> syn::Result<TokenStream> {
    let path = foreign_path(attribute, error)?;
    let (error_text, error_line) = declared.error();
    let last = match path.segments.last() {
        Some(last) => last.ident.to_string(),
        None => String::new(),
    };
    if last != error_text {
        return Err(mistake(
            &attribute.id,
            &format!(
                "the contract names another error enum\n  {}:{error_line} says `error = \"{error_text}\"`, the function \
                 returns `{last}`: make one of them say the other",
                declared.file.shown
            ),
        ));
    }
    let span = attribute.id.span();
    let mut patterns = TokenStream::new();
    for (place, variant) in declared.variants().iter().enumerate() {
        if place > 0 {
            quote_spanned!(span=> |).to_tokens(&mut patterns);
        }
        variant_pattern(attribute, &path, variant.name)?.to_tokens(&mut patterns);
    }
    let is_open = matches!(&attribute.foreign, Some(foreign) if foreign.open);
    Ok(if is_open {
        quote_spanned!(span=> let _ = |__error: &#error| ::core::matches!(__error, #patterns);)
    } else {
        quote_spanned!(span=> let _ = |(#patterns): &#error| ();)
    })
}

/// `path::Enum::Variant { .. }`, which fits every kind of variant.
pub(crate) fn variant_pattern(
    attribute: &Attribute,
    path: &Path,
    name: &str,
) -> syn::Result<TokenStream> {
    let span = attribute.id.span();
    let path = respan(path.to_token_stream(), span);
    let mut variant: Ident = parse(name.parse()?)?;
    variant.set_span(span);
    Ok(quote_spanned!(span=> #path::#variant { .. }))
}

/// The enum's path without its arguments, which patterns do not need.
pub(crate) fn foreign_path(attribute: &Attribute, error: &TokenStream) -> syn::Result<Path> {
    match parse(error.clone()) {
        Ok(Type::Path(TypePath {
            qself: None,
            mut path,
            ..
        })) => {
            for segment in path.segments.pairs_mut() {
                segment.into_value().arguments = PathArguments::None;
            }
            Ok(path)
        }
        _ => Err(mistake(
            &attribute.id,
            "the signature does not show the path of the enum, which `match` needs\n  \
             help: name it in the attribute: `match, error = path::to::Enum`",
        )),
    }
}
