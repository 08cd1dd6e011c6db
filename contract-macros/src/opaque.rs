//! Return types that no contract can hold, told by their names alone, so that
//! the message can say why and what to write. What hides behind an alias is
//! left to the trait `FailureModes`, which says the same in fewer words.

use quote::ToTokens;
use syn::{Error, Ident, PathArguments, Type, TypePath};

/// Refuses what is surely no `Result`, and a `Result` whose error is opaque.
pub(crate) fn refuse_output(output: &Type) -> syn::Result<()> {
    let refuse = |why: &str| {
        let text = shown(output);
        let message =
            format!("a contracted function must return a `Result`, and this is `{text}`\n  {why}");
        Err(Error::new_spanned(output, message))
    };
    const ENUM: &str =
        "help: return `Result<…, YourError>`, where `YourError` is an enum of its failures";
    match output {
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else {
                return Ok(());
            };
            if last.ident == "Option" {
                return refuse(
                    "help: `None` does not say why: return `Result<…, YourError>` with a variant such as `NotFound` \
                     (`.ok_or(YourError::NotFound)`)",
                );
            }
            if PLAIN.iter().any(|plain| last.ident == plain) {
                return refuse(ENUM);
            }
            if last.ident == "Result" {
                if crate_of(path).is_some_and(is_catch_all) {
                    return Err(catch_all(output));
                }
                if let PathArguments::AngleBracketed(arguments) = &last.arguments
                    && arguments.args.len() == 2
                    && let Some(syn::GenericArgument::Type(error)) = arguments.args.last()
                {
                    return refuse_error(error);
                }
            }
            Ok(())
        }
        Type::Group(group) => refuse_output(&group.elem),
        Type::Paren(paren) => refuse_output(&paren.elem),
        Type::Macro(_) => Ok(()),
        Type::ImplTrait(_) => refuse(
            "help: a future is written as an `async fn`, `impl Future<Output = Result<…>>` or \
             `Pin<Box<dyn Future<Output = Result<…>>>>`",
        ),
        _ => refuse(ENUM),
    }
}

/// Names of types that are no `Result` whoever declares them.
const PLAIN: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "String",
    "u8", "u16", "u32", "u64", "u128", "usize", "Vec",
];

/// Refuses an error type that is not a closed set of failures.
pub(crate) fn refuse_error(error: &Type) -> syn::Result<()> {
    let reason = match error {
        Type::Path(path) => {
            if crate_of(path).is_some_and(is_catch_all) {
                return Err(catch_all(error));
            }
            let Some(last) = path.path.segments.last() else {
                return Ok(());
            };
            if last.ident == "Box" && holds_object(&last.arguments) {
                return Err(catch_all(error));
            }
            if !PLAIN.iter().any(|plain| last.ident == plain) {
                return Ok(());
            }
            "a text or a number tells people what happened, and code nothing it could rely on"
        }
        Type::Group(group) => return refuse_error(&group.elem),
        Type::Paren(paren) => return refuse_error(&paren.elem),
        Type::Reference(_) => {
            "a text or a number tells people what happened, and code nothing it could rely on"
        }
        Type::Tuple(tuple) if tuple.elems.is_empty() => "it does not say what failed",
        Type::Tuple(_) | Type::Array(_) | Type::Slice(_) => "it has no variants",
        Type::Never(_) => "a function that cannot fail needs no contract",
        _ => return Ok(()),
    };
    Err(Error::new_spanned(
        error,
        format!(
            "`{}` is not a closed set of failures: {reason}\n  \
             help: return an enum with one variant for each failure, and put `#[derive(FailureModes)]` on it",
            shown(error)
        ),
    ))
}

/// Refuses an error type that is a type parameter: nobody knows its variants.
pub(crate) fn refuse_parameter(error: &Type, parameters: &[Ident]) -> syn::Result<()> {
    let Type::Path(path) = error else {
        return Ok(());
    };
    match path.path.get_ident() {
        Some(name) if name != "Self" && parameters.contains(name) => Err(Error::new_spanned(
            error,
            format!(
                "the error type is the parameter `{name}`, whose variants only each caller knows\n  \
                 help: return an enum of your own, with a variant that `{name}` can be turned into"
            ),
        )),
        _ => Ok(()),
    }
}

fn catch_all(place: &Type) -> Error {
    Error::new_spanned(
        place,
        format!(
            "`{}` can hold any error, so that no contract can list what this function returns\n  \
             help: return an enum with one variant for each failure, put `#[derive(FailureModes)]` on it, and keep \
             the cause in a variant's `#[source]`",
            shown(place)
        ),
    )
}

fn holds_object(arguments: &PathArguments) -> bool {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return false;
    };
    let is_object = |argument: &syn::GenericArgument| {
        matches!(argument, syn::GenericArgument::Type(Type::TraitObject(_)))
    };
    arguments.args.iter().any(is_object)
}

/// The crate of a path of two or more parts.
fn crate_of(path: &TypePath) -> Option<&Ident> {
    let segments = &path.path.segments;
    (segments.len() > 1).then(|| &segments[0].ident)
}

fn is_catch_all(name: &Ident) -> bool {
    ["anyhow", "eyre", "color_eyre", "stable_eyre"]
        .iter()
        .any(|krate| name == krate)
}

pub(crate) fn shown(tokens: &Type) -> String {
    let text = tokens.to_token_stream().to_string();
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let before = out.chars().next_back().unwrap_or('<');
        let after = letters.peek().copied().unwrap_or('>');
        let joined = letter == ' '
            && (matches!(before, '<' | '&' | ':' | '(' | '[')
                || matches!(after, '<' | '>' | ',' | ':' | ')' | ']' | ';'));
        if !joined {
            out.push(letter);
        }
    }
    out
}
