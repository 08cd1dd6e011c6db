//! Return types that no contract can hold, told by their names alone, so that
//! the message can say why and what to write. What hides behind an alias is
//! left to the trait `FailureModes`, which says the same in fewer words.

use quote::ToTokens;
use syn::{Error, GenericArgument, Ident, PathArguments, Type, TypePath};

use crate::mistake::mistake;

/// Refuses what is surely no `Result`, and a `Result` whose error is opaque.
pub(crate) fn refuse_output(output: &Type) -> syn::Result<()> {
    let refuse = |why: &str| {
        let text = shown(output);
        let message =
            format!("a contracted function must return a `Result`, and this is `{text}`\n  {why}");
        Err(mistake(output, &message))
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
            if is_any(&last.ident, PLAIN) {
                return refuse(ENUM);
            }
            if last.ident == "Result" {
                if is_catch_all(path) {
                    return Err(catch_all(output));
                }
                if let PathArguments::AngleBracketed(arguments) = &last.arguments
                    && arguments.args.len() == 2
                    && let GenericArgument::Type(error) = &arguments.args[1]
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
            if is_catch_all(path) {
                return Err(catch_all(error));
            }
            let Some(last) = path.path.segments.last() else {
                return Ok(());
            };
            if last.ident == "Box" && holds_object(&last.arguments) {
                return Err(catch_all(error));
            }
            if !is_any(&last.ident, PLAIN) {
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
    Err(mistake(
        error,
        &format!(
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
        Some(name) if name != "Self" && parameters.contains(name) => Err(mistake(
            error,
            &format!(
                "the error type is the parameter `{name}`, whose variants only each caller knows\n  \
                 help: return an enum of your own, with a variant that `{name}` can be turned into"
            ),
        )),
        _ => Ok(()),
    }
}

fn catch_all(place: &Type) -> Error {
    mistake(
        place,
        &format!(
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
    for argument in arguments.args.pairs() {
        if matches!(
            argument.into_value(),
            GenericArgument::Type(Type::TraitObject(_))
        ) {
            return true;
        }
    }
    false
}

/// Whether a type is of a crate whose errors can hold any other.
fn is_catch_all(path: &TypePath) -> bool {
    let segments = &path.path.segments;
    segments.len() > 1
        && is_any(
            &segments[0].ident,
            &["anyhow", "eyre", "color_eyre", "stable_eyre"],
        )
}

fn is_any(name: &Ident, names: &[&str]) -> bool {
    for one in names {
        if name == one {
            return true;
        }
    }
    false
}

pub(crate) fn shown(tokens: &Type) -> String {
    let text = tokens.to_token_stream().to_string();
    let mut out = String::with_capacity(text.len());
    let mut before = '<';
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let after = letters.clone().next().unwrap_or('>');
        let joined = letter == ' '
            && (matches!(before, '<' | '&' | ':' | '(' | '[')
                || matches!(after, '<' | '>' | ',' | ':' | ')' | ']' | ';'));
        if !joined {
            out.push(letter);
            before = letter;
        }
    }
    out
}
