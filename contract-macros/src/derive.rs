//! `#[derive(FailureModes)]`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Error, Expr, Item, ItemEnum, LitStr, Path, Token, Variant};

use crate::hash::Hash;
use crate::mistake::{self, mistake};
use crate::parse::parse;
use crate::signature;

pub(crate) fn failure_modes(item: TokenStream) -> TokenStream {
    let expanded = match parse(item) {
        Ok(Item::Enum(input)) => expand(&input),
        Ok(Item::Struct(input)) => Err(no_enum(&input.ident)),
        Ok(Item::Union(input)) => Err(no_enum(&input.ident)),
        Ok(other) => Err(no_enum(&other)),
        Err(error) => Err(error),
    };
    match expanded {
        Ok(output) => output,
        Err(error) => error.into_compile_error(),
    }
}

fn no_enum(item: &dyn ToTokens) -> Error {
    mistake(
        item,
        "`FailureModes` is derived for an enum, whose variants are the failures\n  \
         help: for a struct with a `kind()`, implement the trait by hand",
    )
}

/// What `#[failure(…)]` says about a variant.
pub(crate) struct Described<'a> {
    pub(crate) variant: &'a Variant,
    mode: String,
    #[cfg_attr(not(feature = "probe"), expect(dead_code, reason = "nothing is made"))]
    pub(crate) sample: Option<Expr>,
}

fn expand(input: &ItemEnum) -> syn::Result<TokenStream> {
    let krate = krate(&input.attrs)?;
    let (described, mistakes) = describe(input);
    let mistakes = mistakes.map(Error::into_compile_error);
    let ident = &input.ident;
    let text = quote!(&'static ::core::primitive::str);
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let name = ident.to_string();
    let mut hash = Hash::of(&name);
    let mut variants = TokenStream::new();
    let mut indices = TokenStream::new();
    let mut modes = TokenStream::new();
    for (index, Described { variant, mode, .. }) in described.iter().enumerate() {
        let variant = &variant.ident;
        let name = variant.to_string();
        hash.add(&name);
        let line = quote_spanned!(variant.span()=> ::core::line!());
        quote!(#krate::Variant { name: #name, file: ::core::file!(), line: #line },)
            .to_tokens(&mut variants);
        quote!(Self::#variant { .. } => #index,).to_tokens(&mut indices);
        quote!(Self::#variant { .. } => #mode,).to_tokens(&mut modes);
    }
    let hash = hash.finish();
    // Nothing to match on, and a reference to it is not known to be empty.
    let (index, mode) = if described.is_empty() {
        (quote!(match *self {}), quote!(match *self {}))
    } else {
        (
            quote!(match self { #indices }),
            quote!(::core::option::Option::Some(match self { #modes })),
        )
    };
    #[cfg(feature = "probe")]
    let sample = crate::sample::methods(&described, &krate);
    #[cfg(not(feature = "probe"))]
    let sample = TokenStream::new();
    Ok(quote! {
        #mistakes
        #[automatically_derived]
        impl #impl_generics #krate::FailureModes for #ident #type_generics #where_clause {
            const NAME: #text = #name;
            const VARIANTS: &'static [#krate::Variant] = &[#variants];
            const HASH: ::core::primitive::u64 = #hash;

            fn variant(&self) -> ::core::primitive::usize {
                #index
            }

            fn failure_mode(&self) -> ::core::option::Option<#text> {
                #mode
            }

            #sample
        }
    })
}

/// What `#[failure(…)]` says on the enum itself.
fn krate(attributes: &[Attribute]) -> syn::Result<TokenStream> {
    let mut krate: Option<Path> = None;
    for attribute in attributes {
        arguments(attribute, &mut |input| {
            if !input.peek(Token![crate]) {
                return Err(input.error(
                    "on the enum there is only `crate = path`; `mode` and `sample` belong to its variants",
                ));
            }
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            krate = Some(input.call(Path::parse_mod_style)?);
            Ok(())
        })?;
    }
    Ok(signature::krate(krate.as_ref()))
}

/// Reads what stands in the brackets of `#[failure(…)]`, if it is one.
fn arguments(
    attribute: &Attribute,
    parser: &mut dyn FnMut(ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    if attribute.path().is_ident("failure") {
        attribute.parse_args_with(parser)?;
    }
    Ok(())
}

/// What is said of each variant, and what is wrong with it. A variant with a mistake
/// counts all the same: its absence would be a second error that follows from the first.
fn describe(input: &ItemEnum) -> (Vec<Described<'_>>, Option<Error>) {
    let mut mistakes: Option<Error> = None;
    let mut described = Vec::new();
    for variant in input.variants.pairs() {
        let variant = variant.into_value();
        match read(variant) {
            Ok(variant) => described.push(variant),
            Err(error) => {
                mistake::add(&mut mistakes, error);
                described.push(Described {
                    variant,
                    mode: snake_case(&variant.ident),
                    sample: None,
                });
            }
        }
    }
    (described, mistakes)
}

fn read(variant: &Variant) -> syn::Result<Described<'_>> {
    let mut mode: Option<String> = None;
    let mut sample: Option<Expr> = None;
    for attribute in &variant.attrs {
        arguments(attribute, &mut |input| {
            while !input.is_empty() {
                read_argument(input, &mut mode, &mut sample)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        })?;
    }
    let mode = match mode {
        Some(mode) => mode,
        None => snake_case(&variant.ident),
    };
    Ok(Described {
        variant,
        mode,
        sample,
    })
}

fn read_argument(
    input: ParseStream<'_>,
    mode: &mut Option<String>,
    sample: &mut Option<Expr>,
) -> syn::Result<()> {
    const TWICE: &str = "this is given twice";
    const THERE_ARE: &str = "there are `mode = \"server_error\"` and `sample = EXPRESSION`";
    let Ok(key) = input.call(Ident::parse_any) else {
        return Err(input.error(format!("a key is missing; {THERE_ARE}")));
    };
    if (key == "mode" || key == "sample") && !input.peek(Token![=]) {
        return Err(input.error(format!("behind `{key}` stands `=`: {THERE_ARE}")));
    }
    if key == "mode" {
        input.parse::<Token![=]>()?;
        let Ok(value) = input.parse::<LitStr>() else {
            return Err(input.error("a failure mode stands in quotes: `mode = \"server_error\"`"));
        };
        let name = value.value();
        if !is_mode_name(&name) {
            return Err(mistake(
                &value,
                "a failure mode is a word in snake case, such as `server_error`",
            ));
        }
        if mode.replace(name).is_some() {
            return Err(mistake(&quote!(#key #value), TWICE));
        }
    } else if key == "sample" {
        input.parse::<Token![=]>()?;
        let value: Expr = input.parse()?;
        if sample.is_some() {
            return Err(mistake(&quote!(#key #value), TWICE));
        }
        *sample = Some(value);
    } else {
        return Err(mistake(&key, &format!("unknown argument; {THERE_ARE}")));
    }
    Ok(())
}

fn is_mode_name(name: &str) -> bool {
    for letter in name.chars() {
        if !matches!(letter, 'a'..='z' | '0'..='9' | '_') {
            return false;
        }
    }
    matches!(name.as_bytes(), [b'a'..=b'z', ..])
}

/// `NotFound` → `not_found`, `HTTPError` → `http_error`.
fn snake_case(ident: &Ident) -> String {
    let name = ident.to_string();
    let mut snake = String::with_capacity(name.len() + 4);
    let mut letters = name.trim_start_matches("r#").chars();
    let mut before = '_';
    while let Some(letter) = letters.next() {
        let is_last_of_capitals = match letters.clone().next() {
            Some(next) => next.is_lowercase(),
            None => false,
        };
        let starts_word = letter.is_uppercase()
            && before != '_'
            && (!before.is_uppercase() || is_last_of_capitals);
        if starts_word {
            snake.push('_');
        }
        snake.push(letter);
        before = letter;
    }
    snake.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_become_modes_in_snake_case() {
        for (variant, mode) in [
            ("Timeout", "timeout"),
            ("NotFound", "not_found"),
            ("HTTPError", "http_error"),
            ("Status503", "status503"),
            ("Write_Conflict", "write_conflict"),
        ] {
            let ident = Ident::new(variant, proc_macro2::Span::call_site());
            assert_eq!(snake_case(&ident), mode);
        }
    }
}
