//! What a function hands back: a value, or a future of one.

use syn::punctuated::Punctuated;
use syn::{
    GenericArgument, PathArguments, PathSegment, ReturnType, Signature, Token, Type,
    TypeParamBound, TypePath,
};

/// What a call of a function gives, seen from its signature alone.
#[derive(Clone, Copy)]
pub enum Returned<'a> {
    /// Nothing.
    Nothing,
    /// The value itself; for an `async fn`, what awaiting it gives.
    Value(&'a Type),
    /// `impl Future<Output = …>`.
    Future(&'a Type),
    /// `Pin<Box<dyn Future<Output = …>>>` or a well-known alias of it. An
    /// `#[async_trait]` method looks like this from inside.
    BoxedFuture(&'a Type),
}

impl<'a> Returned<'a> {
    /// Reads a signature.
    pub fn of(signature: &'a Signature) -> Self {
        let ReturnType::Type(_, output) = &signature.output else {
            return Self::Nothing;
        };
        if signature.asyncness.is_some() {
            return Self::Value(output);
        }
        match peel(output) {
            Type::ImplTrait(bounds) => match output_of(&bounds.bounds) {
                Some(output) => Self::Future(output),
                None => Self::Value(output),
            },
            Type::Path(path) => match boxed(path) {
                Some(output) => Self::BoxedFuture(output),
                None => Self::Value(output),
            },
            _ => Self::Value(output),
        }
    }

    /// Whether what is returned has to be awaited, without the function being `async`.
    pub fn is_future(self) -> bool {
        matches!(self, Self::Future(_) | Self::BoxedFuture(_))
    }
}

/// A type out of the groups that macros put around it.
fn peel(mut inner: &Type) -> &Type {
    loop {
        inner = match inner {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            _ => return inner,
        };
    }
}

/// What the future in a `Pin<Box<dyn Future<…>>>` gives.
fn boxed(path: &TypePath) -> Option<&Type> {
    let segment = path.path.segments.last()?;
    let inner = first_type(segment)?;
    if segment.ident == "BoxFuture" || segment.ident == "LocalBoxFuture" {
        return Some(inner);
    }
    if segment.ident != "Pin" {
        return None;
    }
    let Type::Path(inner) = peel(inner) else {
        return None;
    };
    let inner = inner.path.segments.last()?;
    match peel(first_type(inner)?) {
        Type::TraitObject(object) if inner.ident == "Box" => output_of(&object.bounds),
        _ => None,
    }
}

fn first_type(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    for argument in arguments.args.pairs() {
        if let GenericArgument::Type(inner) = argument.into_value() {
            return Some(inner);
        }
    }
    None
}

/// The `Output` of the `Future` among some bounds.
fn output_of(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<&Type> {
    for bound in bounds.pairs() {
        if let TypeParamBound::Trait(bound) = bound.into_value()
            && let Some(last) = bound.path.segments.last()
            && last.ident == "Future"
        {
            return output_in(&last.arguments);
        }
    }
    None
}

fn output_in(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    for argument in arguments.args.pairs() {
        if let GenericArgument::AssocType(output) = argument.into_value()
            && output.ident == "Output"
        {
            return Some(&output.ty);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;

    fn returned(signature: &str) -> String {
        let signature: Signature = syn::parse_str(signature).unwrap();
        let text = |inner: &Type| inner.to_token_stream().to_string().replace(' ', "");
        match Returned::of(&signature) {
            Returned::Nothing => "nothing".to_owned(),
            Returned::Value(inner) => format!("value {}", text(inner)),
            Returned::Future(inner) => format!("future {}", text(inner)),
            Returned::BoxedFuture(inner) => format!("boxed {}", text(inner)),
        }
    }

    #[test]
    fn futures_are_told_from_values_by_the_signature() {
        for (signature, expected) in [
            ("fn f()", "nothing"),
            ("fn f() -> R", "value R"),
            ("async fn f() -> R", "value R"),
            ("fn f() -> impl Future<Output = R> + Send", "future R"),
            (
                "fn f() -> impl Send + core::future::Future<Output = R>",
                "future R",
            ),
            (
                "fn f() -> Pin<Box<dyn Future<Output = R> + Send + 'a>>",
                "boxed R",
            ),
            (
                "fn f() -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = R>>>",
                "boxed R",
            ),
            ("fn f() -> BoxFuture<'a, R>", "boxed R"),
            (
                "fn f() -> impl Iterator<Item = R>",
                "value implIterator<Item=R>",
            ),
            ("fn f() -> Pin<&mut R>", "value Pin<&mutR>"),
        ] {
            assert_eq!(returned(signature), expected, "{signature}");
        }
    }
}
