//! Finding the error type in a function's signature.

use contract_spec::source::Attribute;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Error, GenericArgument, GenericParam, Ident, Lifetime, PathArguments, ReturnType, Signature,
    Type,
};

/// The error type as an item outside of the function's generics can name it.
pub(crate) fn error_type(signature: &Signature, attribute: &Attribute) -> syn::Result<TokenStream> {
    if let Some(constness) = &signature.constness {
        return Err(Error::new_spanned(
            constness,
            "a contract cannot be put on a `const fn`: what runs at compile time has no failures to test",
        ));
    }
    if let Some(error) = &attribute.error {
        return Ok(quote!(#error));
    }
    let ReturnType::Type(_, output) = &signature.output else {
        return Err(Error::new_spanned(
            &signature.ident,
            "a contracted function must return a `Result`, and this one returns nothing",
        ));
    };
    let mut output = (**output).clone();
    let mut generics = Generics {
        names: type_parameters(signature),
        used: None,
    };
    let error = project(&mut output, &mut generics)?;
    if let Some(name) = generics.used {
        return Err(Error::new_spanned(
            &signature.output,
            format!(
                "the error type mentions `{name}`, which the check cannot name\n  \
                 help: name one instance in the attribute: `error = MyError<()>`; the variants are the same"
            ),
        ));
    }
    Ok(error)
}

/// The return type as it can stand inside the body: `impl Trait` becomes `_`.
pub(crate) fn return_type(signature: &Signature) -> Type {
    let mut output = match &signature.output {
        ReturnType::Type(_, output) => (**output).clone(),
        ReturnType::Default => syn::parse_quote!(()),
    };
    ImplTraitEraser.visit_type_mut(&mut output);
    output
}

fn project(output: &mut Type, generics: &mut Generics) -> syn::Result<TokenStream> {
    let span = output.span();
    let unsupported = |output: &Type| {
        Error::new_spanned(
            output,
            "a contracted function must return a `Result`\n  \
             help: for a function that returns a future, write it as an `async fn`",
        )
    };
    let Type::Path(path) = &mut *output else {
        return Err(unsupported(output));
    };
    let Some(last) = path.path.segments.last_mut() else {
        return Err(unsupported(output));
    };
    let is_result = last.ident == "Result";
    let PathArguments::AngleBracketed(arguments) = &mut last.arguments else {
        // An alias without arguments: the projection finds the error.
        generics.visit_type_mut(output);
        return Ok(quote_spanned!(span=> <#output as ::resilience_contract::__private::ResultLike>::Err));
    };
    let mut types = arguments.args.iter_mut().filter_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    });
    let (first, second) = (types.next(), types.next());
    if let (true, Some(error)) = (is_result, second) {
        generics.visit_type_mut(error);
        return Ok(quote!(#error));
    }
    // An alias: what the `Ok` half is does not matter, and it may be a type that no item can name.
    if let Some(first) = first {
        *first = syn::parse_quote!(());
    }
    generics.visit_type_mut(output);
    Ok(quote_spanned!(span=> <#output as ::resilience_contract::__private::ResultLike>::Err))
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

/// Makes every lifetime `'static`, and notes the use of what an item cannot name.
struct Generics {
    names: Vec<Ident>,
    used: Option<Ident>,
}

impl VisitMut for Generics {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        *lifetime = Lifetime::new("'static", lifetime.span());
    }

    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(Lifetime::new("'static", reference.and_token.span));
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        if let Some(first) = path.segments.first()
            && self.names.contains(&first.ident)
        {
            self.used = Some(first.ident.clone());
        }
        visit_mut::visit_path_mut(self, path);
    }
}

struct ImplTraitEraser;

impl VisitMut for ImplTraitEraser {
    fn visit_type_mut(&mut self, inner: &mut Type) {
        if let Type::ImplTrait(_) = inner {
            *inner = syn::parse_quote!(_);
        } else {
            visit_mut::visit_type_mut(self, inner);
        }
    }
}
