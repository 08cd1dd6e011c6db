//! Texts of a certain form, as patterns.
//!
//! Every pattern is in the common part of ECMAScript's and Rust's regular expressions:
//! validators use the one, editors the other. Neither looks ahead, so what a pattern
//! cannot leave out is left out by `not`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::read::KEYWORDS;

/// Names of the contract's own things.
pub(super) const SNAKE: &str = "^[a-z][a-z0-9_]*$";

/// What Rust would take for a name, keywords included.
const IDENTIFIER: &str = r"(r#)?[_\p{Alphabetic}][_\p{Alphabetic}\p{N}]*";

/// Names that cannot be written with `r#` either.
pub(super) const NEVER: [&str; 6] = ["_", "r#_", "r#crate", "r#self", "r#Self", "r#super"];

/// Keywords that may begin a path.
const RELATIVE: &str = "(crate|self|super|Self)";

/// One segment of a path that is neither `self` nor `super`: after those two alone
/// another of [`RELATIVE`] may follow.
const ELSEWHERE: &str = "([^:]{1,3}|[^:s][^:]{3}|s[^:e][^:]{2}|se[^:l][^:]|sel[^:f]\
    |[^:s][^:]{4}|s[^:u][^:]{3}|su[^:p][^:]{2}|sup[^:e][^:]|supe[^:r]|[^:]{6,})";

/// Writes a type whose values are texts, with its schema.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $schema:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )+};
}

texts! {
    /// Any text that is not empty.
    Text = json_schema!({ "type": "string", "pattern": r"\S" });
    /// The name of something of the contract's own.
    Name = json_schema!({ "type": "string", "pattern": SNAKE });
    /// What a reviewer can judge: two words, or a text in a script that writes none apart.
    Reason = json_schema!({
        "type": "string",
        "minLength": 2,
        "pattern": r"[^\x00-\x7F]|[A-Za-z0-9]\S*\s[\s\S]*[A-Za-z0-9]"
    });
    /// A duration that is not nothing.
    Duration = json_schema!({
        "type": "string",
        "pattern": r"^([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$",
        "not": { "pattern": "^[0hms]*$" }
    });
    /// A duration, or nothing at all.
    Delay = json_schema!({
        "type": "string",
        "minLength": 2,
        "pattern": r"^([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
    });
    /// The name of an enum or of a variant.
    Identifier = json_schema!({
        "type": "string",
        "pattern": format!("^{IDENTIFIER}$"),
        "not": { "enum": keywords() }
    });
    /// The path of an enum.
    Path = {
        let strict: Vec<&str> = KEYWORDS
            .into_iter()
            .filter(|word| !matches!(*word, "crate" | "self" | "super" | "Self"))
            .chain(["yield"])
            .chain(NEVER)
            .collect();
        json_schema!({
            "type": "string",
            "pattern": format!("^(::)?{IDENTIFIER}(::{IDENTIFIER})*$"),
            "not": { "anyOf": [
                { "pattern": format!("(^|::)({})(::|$)", strict.join("|")) },
                { "pattern": format!("(^|::){RELATIVE}$") },
                { "pattern": format!("(^|::){ELSEWHERE}::{RELATIVE}(::|$)") }
            ] }
        })
    };
    /// The name of a field of a log event.
    Field = json_schema!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_.-]*$" });
    /// The id of another function's contract.
    Id = json_schema!({
        "type": "string",
        "pattern": r"^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)+$"
    });
    /// A relative path that means the same on every machine.
    File = json_schema!({
        "type": "string",
        "pattern": concat!(
            r"^([^\s/\\:\x00]([^/\\:\x00]*[^\s/\\:\x00])?/)*",
            r"([^\s/\\:\x00][^/\\:\x00]*)?\.toml$"
        )
    });
}

/// Everything that looks like a name and is none.
pub(super) fn keywords() -> Vec<&'static str> {
    KEYWORDS.into_iter().chain(["yield"]).chain(NEVER).collect()
}

/// What a name must look like.
pub(super) fn identifier() -> String {
    format!("^{IDENTIFIER}$")
}
