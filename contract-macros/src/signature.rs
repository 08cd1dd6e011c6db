//! Finding the error type in a function's signature.

use contract_spec::source::{Attribute, Returned};
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, GenericParam, Ident, Path, PathArguments, Signature, Type};

use crate::mistake::mistake;
use crate::opaque;
use crate::parse::parse;
use crate::types::{Rewrite, copy};

/// The error type as an item outside of the function's generics can name it.
pub(crate) fn error_type(
    signature: &Signature,
    attribute: &Attribute,
    krate: &TokenStream,
) -> syn::Result<TokenStream> {
    if let Some(constness) = &signature.constness {
        return Err(mistake(
            constness,
            "a contract cannot be put on a `const fn`: what runs at compile time has no failures to test\n  \
             help: remove `const`, or put the contract on the function that calls this one",
        ));
    }
    let output = match Returned::of(signature) {
        Returned::Nothing => {
            return Err(mistake(
                &signature.ident,
                "a contracted function must return a `Result`, and this one returns nothing\n  \
                 help: return `Result<(), YourError>`, where `YourError` is an enum of its failures",
            ));
        }
        Returned::Value(output) | Returned::Future(output) | Returned::BoxedFuture(output) => {
            output
        }
    };
    opaque::refuse_output(output)?;
    let parameters = type_parameters(signature);
    if let Some(error) = written_error(output)
        && attribute.error.is_none()
    {
        opaque::refuse_parameter(error, &parameters)?;
    }
    if let Some(error) = &attribute.error {
        opaque::refuse_error(error)?;
        return Ok(error.to_token_stream());
    }
    let mut generics = Rewrite::Generics {
        names: parameters,
        used: None,
    };
    let error = project(output, &mut generics, krate)?;
    if let Rewrite::Generics {
        used: Some(name), ..
    } = generics
    {
        let place = written_error(output).unwrap_or(output);
        let instance = match (name == "Self", written_error(output)) {
            (true, _) => "the type that it stands for: `error = MyError`".to_owned(),
            (false, Some(error)) => {
                let shown = one_instance(error, signature)?;
                format!("one instance: `error = {shown}`, for the variants are the same in each")
            }
            // An alias, behind which the error is not seen.
            (false, None) => "the error itself, in one instance: `error = MyError<()>`".to_owned(),
        };
        return Err(mistake(
            place,
            &format!(
                "the error type mentions `{name}`, which an item inside of the function cannot name\n  \
                 help: give the attribute {instance}"
            ),
        ));
    }
    Ok(error)
}

/// A type with `()` and `0` in the place of a function's parameters.
fn one_instance(error: &Type, signature: &Signature) -> syn::Result<String> {
    let mut instance = copy(error)?;
    // Those that borrow are compared for ever.
    let mut lifetimes = Rewrite::Generics {
        names: Vec::new(),
        used: None,
    };
    lifetimes.type_(&mut instance);
    Ok(
        match parse(replaced(instance.to_token_stream(), signature)) {
            Ok(instance) => opaque::shown(&instance),
            Err(_) => opaque::shown(error),
        },
    )
}

fn replaced(tokens: TokenStream, signature: &Signature) -> TokenStream {
    let mut replaced_tokens = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let inner = replaced(group.stream(), signature);
                Group::new(group.delimiter(), inner).to_tokens(&mut replaced_tokens);
            }
            TokenTree::Ident(name) => instance(&name, signature).to_tokens(&mut replaced_tokens),
            other => other.to_tokens(&mut replaced_tokens),
        }
    }
    replaced_tokens
}

/// What may stand for a name, if that is a parameter; otherwise the name.
fn instance(name: &Ident, signature: &Signature) -> TokenStream {
    for parameter in signature.generics.params.pairs() {
        match parameter.into_value() {
            GenericParam::Type(parameter) if parameter.ident == *name => return quote!(()),
            GenericParam::Const(parameter) if parameter.ident == *name => return quote!(0),
            _ => {}
        }
    }
    name.to_token_stream()
}

/// What holds `error = …` against the signature: a closure that nobody calls,
/// because only an expression can name the function's own generics.
pub(crate) fn tie(
    signature: &Signature,
    attribute: &Attribute,
    krate: &TokenStream,
) -> syn::Result<TokenStream> {
    let nothing = TokenStream::new();
    let Some(error @ Type::Path(path)) = &attribute.error else {
        return Ok(nothing);
    };
    match path.path.segments.last() {
        Some(named) if named.arguments.is_none() => {}
        // One instance of many: the signature has another.
        _ => return Ok(nothing),
    }
    let Some(mut output) = output(signature)? else {
        return Ok(nothing);
    };
    erase_ok(&mut output);
    let span = error.span();
    Ok(quote_spanned! {span=>
        let _ = || <<#output as #krate::__private::ResultLike>::Err as #krate::__private::IsError<#error>>::IS;
    })
}

/// The result as it can stand inside the body: `impl Trait` becomes `_`.
pub(crate) fn output(signature: &Signature) -> syn::Result<Option<Type>> {
    let mut output = match Returned::of(signature) {
        Returned::Nothing => return Ok(None),
        Returned::Value(output) | Returned::Future(output) | Returned::BoxedFuture(output) => {
            copy(output)?
        }
    };
    Rewrite::ImplTrait.type_(&mut output);
    Ok(Some(output))
}

/// What a call of the function gives, in the same way.
#[cfg(feature = "probe")]
pub(crate) fn whole_output(signature: &Signature) -> Type {
    let mut output = match &signature.output {
        syn::ReturnType::Type(_, output) => (**output).clone(),
        syn::ReturnType::Default => syn::parse_quote!(()),
    };
    Rewrite::ImplTrait.type_(&mut output);
    output
}

/// The error of a `Result<_, E>` that is written out.
fn written_error(output: &Type) -> Option<&Type> {
    let Type::Path(path) = output else {
        return None;
    };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    if last.ident != "Result" {
        return None;
    }
    let mut types = 0;
    for argument in arguments.args.pairs() {
        if let GenericArgument::Type(inner) = argument.into_value() {
            types += 1;
            if types == 2 {
                return Some(inner);
            }
        }
    }
    None
}

fn project(output: &Type, generics: &mut Rewrite, krate: &TokenStream) -> syn::Result<TokenStream> {
    if let Some(error) = written_error(output) {
        let mut error = copy(error)?;
        generics.type_(&mut error);
        return Ok(error.to_token_stream());
    }
    let span = output.span();
    let mut output = copy(output)?;
    erase_ok(&mut output);
    generics.type_(&mut output);
    Ok(quote_spanned!(span=> <#output as #krate::__private::ResultLike>::Err))
}

/// What the `Ok` half is does not matter, and it may be a type that no item can
/// name; so the first argument gives way, unless it may be all there is to know.
fn erase_ok(output: &mut Type) {
    let Type::Path(path) = output else {
        return;
    };
    let Some(last) = path.path.segments.last_mut() else {
        return;
    };
    if let PathArguments::AngleBracketed(arguments) = &mut last.arguments {
        for argument in arguments.args.pairs_mut() {
            if let GenericArgument::Type(inner) = argument.into_value() {
                *inner = Type::Verbatim(quote!(()));
                return;
            }
        }
    }
}

fn type_parameters(signature: &Signature) -> Vec<Ident> {
    let mut names = Vec::new();
    for parameter in signature.generics.params.pairs() {
        match parameter.into_value() {
            GenericParam::Type(parameter) => names.push(parameter.ident.clone()),
            GenericParam::Const(parameter) => names.push(parameter.ident.clone()),
            GenericParam::Lifetime(_) => {}
        }
    }
    names.push(Ident::new("Self", Span::call_site()));
    names
}

/// The path at which the output finds the runtime crate.
pub(crate) fn krate(path: Option<&Path>) -> TokenStream {
    match path {
        Some(path) => path.to_token_stream(),
        None => quote!(::resilience_contract),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_proposed_for_a_generic_error_has_none_of_its_parameters() {
        for (signature, expected) in [
            ("fn f<T>() -> Result<(), Error<T>>", "Error<()>"),
            (
                "fn f<'a, T, U: Copy>() -> Result<T, e::Error<&'a T, Vec<U>>>",
                "e::Error<&'static (), Vec<()>>",
            ),
            (
                "fn f<'a, const N: usize>() -> Result<[u8; N], Error<'a, N, u8>>",
                "Error<'static, 0, u8>",
            ),
        ] {
            let signature: Signature = syn::parse_str(signature).unwrap();
            let Returned::Value(output) = Returned::of(&signature) else {
                panic!("no value");
            };
            let error = written_error(output).unwrap();
            assert_eq!(one_instance(error, &signature).unwrap(), expected);
        }
    }
}
