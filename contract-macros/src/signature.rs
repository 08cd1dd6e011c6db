//! Finding the error type in a function's signature.

use contract_spec::source::{Attribute, Returned};
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Error, GenericArgument, GenericParam, Ident, Lifetime, Path, PathArguments, Signature, Type,
};

use crate::opaque;

/// The error type as an item outside of the function's generics can name it.
pub(crate) fn error_type(
    signature: &Signature,
    attribute: &Attribute,
    krate: &Path,
) -> syn::Result<TokenStream> {
    if let Some(constness) = &signature.constness {
        return Err(Error::new_spanned(
            constness,
            "a contract cannot be put on a `const fn`: what runs at compile time has no failures to test\n  \
             help: remove `const`, or put the contract on the function that calls this one",
        ));
    }
    let output = match Returned::of(signature) {
        Returned::Nothing => {
            return Err(Error::new_spanned(
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
    let mut generics = Types::Generics {
        names: parameters,
        used: None,
    };
    let mut projected = output.clone();
    let error = project(&mut projected, &mut generics, krate);
    if let Types::Generics {
        used: Some(name), ..
    } = generics
    {
        let place = written_error(output).unwrap_or(output);
        let shown = written_error(output).map(|error| one_instance(error, signature));
        let instance = match (name == "Self", shown) {
            (true, _) => "the type that it stands for: `error = MyError`".to_owned(),
            (false, Some(shown)) => {
                format!("one instance: `error = {shown}`, for the variants are the same in each")
            }
            // An alias, behind which the error is not seen.
            (false, None) => "the error itself, in one instance: `error = MyError<()>`".to_owned(),
        };
        return Err(Error::new_spanned(
            place,
            format!(
                "the error type mentions `{name}`, which an item inside of the function cannot name\n  \
                 help: give the attribute {instance}"
            ),
        ));
    }
    Ok(error)
}

/// A type with `()` and `0` in the place of a function's parameters.
fn one_instance(error: &Type, signature: &Signature) -> String {
    let of = |ident: &Ident| {
        let mut parameters = signature.generics.params.iter();
        parameters.find_map(|parameter| match parameter {
            GenericParam::Type(parameter) if parameter.ident == *ident => Some(quote!(())),
            GenericParam::Const(parameter) if parameter.ident == *ident => Some(quote!(0)),
            _ => None,
        })
    };
    let mut instance = error.clone();
    // Those that borrow are compared for ever.
    let mut lifetimes = Types::Generics {
        names: Vec::new(),
        used: None,
    };
    lifetimes.visit_type_mut(&mut instance);
    let instance = replaced(instance.to_token_stream(), &of);
    syn::parse2(instance).map_or_else(
        |_| opaque::shown(error),
        |instance: Type| opaque::shown(&instance),
    )
}

fn replaced(tokens: TokenStream, of: &impl Fn(&Ident) -> Option<TokenStream>) -> TokenStream {
    let tokens = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            TokenTree::Group(Group::new(group.delimiter(), replaced(group.stream(), of))).into()
        }
        TokenTree::Ident(ident) => of(&ident).unwrap_or_else(|| ident.to_token_stream()),
        other => other.into(),
    });
    tokens.collect()
}

/// What holds `error = …` against the signature: a closure that nobody calls,
/// because only an expression can name the function's own generics.
pub(crate) fn tie(
    signature: &Signature,
    attribute: &Attribute,
    krate: &Path,
) -> Option<TokenStream> {
    let error = attribute.error.as_ref()?;
    let named = match error {
        Type::Path(path) => path.path.segments.last()?,
        _ => return None,
    };
    if !named.arguments.is_none() {
        // One instance of many: the signature has another.
        return None;
    }
    let mut output = output(signature)?;
    erase_ok(&mut output);
    let span = error.span();
    Some(quote_spanned! {span=>
        let _ = || <<#output as #krate::__private::ResultLike>::Err as #krate::__private::IsError<#error>>::IS;
    })
}

/// The result as it can stand inside the body: `impl Trait` becomes `_`.
pub(crate) fn output(signature: &Signature) -> Option<Type> {
    let mut output = match Returned::of(signature) {
        Returned::Nothing => return None,
        Returned::Value(output) | Returned::Future(output) | Returned::BoxedFuture(output) => {
            output.clone()
        }
    };
    Types::ImplTrait.visit_type_mut(&mut output);
    Some(output)
}

/// What a call of the function gives, in the same way.
#[cfg(feature = "probe")]
pub(crate) fn whole_output(signature: &Signature) -> Type {
    let mut output = match &signature.output {
        syn::ReturnType::Type(_, output) => (**output).clone(),
        syn::ReturnType::Default => syn::parse_quote!(()),
    };
    Types::ImplTrait.visit_type_mut(&mut output);
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
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    });
    types.nth(1).filter(|_| last.ident == "Result")
}

fn project(output: &mut Type, generics: &mut Types, krate: &Path) -> TokenStream {
    if let Some(error) = written_error(output) {
        let mut error = error.clone();
        generics.visit_type_mut(&mut error);
        return error.to_token_stream();
    }
    let span = output.span();
    erase_ok(output);
    generics.visit_type_mut(output);
    quote_spanned!(span=> <#output as #krate::__private::ResultLike>::Err)
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
        let mut types = arguments
            .args
            .iter_mut()
            .filter_map(|argument| match argument {
                GenericArgument::Type(inner) => Some(inner),
                _ => None,
            });
        if let Some(first) = types.next() {
            *first = syn::parse_quote!(());
        }
    }
}

fn type_parameters(signature: &Signature) -> Vec<Ident> {
    let parameters = signature.generics.params.iter();
    let mut names: Vec<Ident> = parameters
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(parameter.ident.clone()),
            GenericParam::Const(parameter) => Some(parameter.ident.clone()),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    names.push(Ident::new("Self", Span::call_site()));
    names
}

/// What is done to every part of a type. One visitor for both: each is some hundred
/// functions, which whoever uses the macros compiles.
enum Types {
    /// Makes every lifetime `'static`, and notes the use of what an item cannot name.
    Generics {
        names: Vec<Ident>,
        used: Option<Ident>,
    },
    /// Makes every `impl Trait` something that is to be found out.
    ImplTrait,
}

impl VisitMut for Types {
    fn visit_type_mut(&mut self, inner: &mut Type) {
        match (self, inner) {
            (Self::ImplTrait, inner @ Type::ImplTrait(_)) => *inner = syn::parse_quote!(_),
            (this, inner) => visit_mut::visit_type_mut(this, inner),
        }
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if let Self::Generics { .. } = self {
            *lifetime = Lifetime::new("'static", lifetime.span());
        }
    }

    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        if let Self::Generics { .. } = self
            && reference.lifetime.is_none()
        {
            reference.lifetime = Some(Lifetime::new("'static", reference.and_token.span));
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_path_mut(&mut self, path: &mut Path) {
        if let Self::Generics { names, used } = self
            && let Some(first) = path.segments.first()
            && names.contains(&first.ident)
        {
            *used = Some(first.ident.clone());
        }
        visit_mut::visit_path_mut(self, path);
    }
}

/// The path at which the output finds the runtime crate.
pub(crate) fn krate(path: Option<&Path>) -> Path {
    path.cloned()
        .unwrap_or_else(|| syn::parse_quote!(::resilience_contract))
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
            assert_eq!(one_instance(error, &signature), expected);
        }
    }
}
