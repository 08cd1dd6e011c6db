//! `#[derive(FailureModes)]`.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Data, DataEnum, DeriveInput, Error, Expr, LitStr, Path, Token, Variant};

use crate::{hash, signature};

pub(crate) fn failure_modes(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    expand(&input).unwrap_or_else(|error| error.into_compile_error())
}

/// What `#[failure(…)]` says about a variant.
pub(crate) struct Described<'a> {
    pub(crate) variant: &'a Variant,
    mode: String,
    #[cfg_attr(not(feature = "probe"), expect(dead_code, reason = "nothing is made"))]
    pub(crate) sample: Option<Expr>,
}

fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(
            &input.ident,
            "`FailureModes` is derived for an enum, whose variants are the failures\n  \
             help: for a struct with a `kind()`, implement the trait by hand",
        ));
    };
    let krate = krate(&input.attrs)?;
    let (described, mistakes) = describe(data);
    let mistakes = mistakes.map(Error::into_compile_error);
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let name = ident.to_string();
    let names: Vec<String> = data.variants.iter().map(|v| v.ident.to_string()).collect();
    let hash = hash::of_enum(&name, names.iter().map(String::as_str));
    let variants = data.variants.iter().zip(&names).map(|(variant, name)| {
        let line = quote_spanned!(variant.ident.span()=> ::core::line!());
        quote! {
            #krate::Variant { name: #name, file: ::core::file!(), line: #line }
        }
    });
    let indices = data.variants.iter().enumerate().map(|(index, variant)| {
        let variant = &variant.ident;
        quote!(Self::#variant { .. } => #index,)
    });
    let modes = described.iter().map(|described| {
        let (variant, mode) = (&described.variant.ident, &described.mode);
        quote!(Self::#variant { .. } => #mode,)
    });
    // Nothing to match on, and a reference to it is not known to be empty.
    let (index, mode) = if data.variants.is_empty() {
        (quote!(match *self {}), quote!(match *self {}))
    } else {
        (
            quote!(match self { #(#indices)* }),
            quote!(::core::option::Option::Some(match self { #(#modes)* })),
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
            const NAME: &'static ::core::primitive::str = #name;
            const VARIANTS: &'static [#krate::Variant] = &[#(#variants),*];
            const HASH: ::core::primitive::u64 = #hash;

            fn variant(&self) -> ::core::primitive::usize {
                #index
            }

            fn failure_mode(&self) -> ::core::option::Option<&'static ::core::primitive::str> {
                #mode
            }

            #sample
        }
    })
}

/// What `#[failure(…)]` says on the enum itself.
fn krate(attributes: &[Attribute]) -> syn::Result<Path> {
    let mut krate: Option<Path> = None;
    for attribute in attributes {
        if !attribute.path().is_ident("failure") {
            continue;
        }
        attribute.parse_args_with(|input: syn::parse::ParseStream<'_>| {
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

/// What is said of each variant, and what is wrong with it. A variant with a mistake
/// counts all the same: its absence would be a second error that follows from the first.
fn describe(data: &DataEnum) -> (Vec<Described<'_>>, Option<Error>) {
    let mut mistakes: Option<Error> = None;
    let mut described = Vec::new();
    for variant in &data.variants {
        match read(variant) {
            Ok(variant) => described.push(variant),
            Err(error) => {
                match &mut mistakes {
                    Some(mistakes) => mistakes.combine(error),
                    None => mistakes = Some(error),
                }
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
    let mut mode: Option<LitStr> = None;
    let mut sample: Option<Expr> = None;
    for attribute in &variant.attrs {
        if !attribute.path().is_ident("failure") {
            continue;
        }
        attribute.parse_nested_meta(|meta| {
            let twice = if meta.path.is_ident("mode") {
                let value: LitStr = meta.value()?.parse()?;
                if !is_mode_name(&value.value()) {
                    return Err(Error::new_spanned(
                        &value,
                        "a failure mode is a word in snake case, such as `server_error`",
                    ));
                }
                mode.replace(value).is_some()
            } else if meta.path.is_ident("sample") {
                sample.replace(meta.value()?.parse()?).is_some()
            } else {
                return Err(meta.error(
                    "unknown argument; there are `mode = \"server_error\"` and `sample = EXPRESSION`",
                ));
            };
            if twice {
                return Err(meta.error("this is given twice"));
            }
            Ok(())
        })?;
    }
    let mode = match mode {
        Some(mode) => mode.value(),
        None => snake_case(&variant.ident),
    };
    Ok(Described {
        variant,
        mode,
        sample,
    })
}

fn is_mode_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// `NotFound` → `not_found`, `HTTPError` → `http_error`.
fn snake_case(ident: &Ident) -> String {
    let name = ident.to_string();
    let name = name.trim_start_matches("r#");
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in letters.iter().enumerate() {
        let starts_word = letter.is_uppercase()
            && index > 0
            && letters[index - 1] != '_'
            && (!letters[index - 1].is_uppercase()
                || letters
                    .get(index + 1)
                    .is_some_and(|next| next.is_lowercase()));
        if starts_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
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
