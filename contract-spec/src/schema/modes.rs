//! Tables whose keys are names, and what the catalog knows of them: kinds and modes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::form::{CustomKind, CustomMode, Handling, SharedError};
use super::word::{NEVER, SNAKE, identifier, keywords};
use crate::catalog::{self, Kind as Known};

/// Names that need no interface and cannot be declared as one.
const OWN: [&str; 2] = [catalog::INPUT, catalog::DOMAIN];

/// A table with a key of the contract's own for each `T`; interfaces may not have the
/// names that are always there.
pub(super) struct Tables<T, const INTERFACES: bool>(PhantomData<T>);

/// `[kind.NAME]`.
pub(super) struct CustomKinds;

/// `[kind.NAME.mode]`.
pub(super) struct CustomModes;

/// `[error.NAME]`.
pub(super) struct Errors;

/// `max_calls`.
pub(super) struct Budgets;

/// The word after `kind =`.
pub(super) struct Kind;

/// `[function.NAME.on]`.
pub(super) struct On;

/// What all of them share: none is worth a name in the schema.
macro_rules! inline {
    ($name:literal) => {
        fn inline_schema() -> bool {
            true
        }
        fn schema_name() -> Cow<'static, str> {
            $name.into()
        }
    };
}

/// A table whose keys have this form, but for some.
fn table(keys: &str, but: &[&str], value: &Schema) -> Schema {
    let mut schema = json_schema!({
        "type": "object",
        "patternProperties": { keys: value },
        "additionalProperties": false
    });
    if !but.is_empty() {
        schema.insert(
            "propertyNames".to_owned(),
            json!({ "not": { "enum": but } }),
        );
    }
    schema
}

impl<T: JsonSchema, const INTERFACES: bool> JsonSchema for Tables<T, INTERFACES> {
    inline!("Tables");
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let but = if INTERFACES { &OWN[..] } else { &[] };
        table(SNAKE, but, &generator.subschema_for::<T>())
    }
}

impl JsonSchema for CustomKinds {
    inline!("CustomKinds");
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let known: Vec<&str> = catalog::kinds().iter().map(|k| k.name).collect();
        table(SNAKE, &known, &generator.subschema_for::<CustomKind>())
    }
}

impl JsonSchema for CustomModes {
    inline!("CustomModes");
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mode = generator.subschema_for::<CustomMode>();
        table(SNAKE, &[catalog::OTHER], &mode)
    }
}

impl JsonSchema for Errors {
    inline!("Errors");
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let error = generator.subschema_for::<SharedError>();
        table(&identifier(), &keywords(), &error)
    }
}

impl JsonSchema for Budgets {
    inline!("Budgets");
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let calls = json_schema!({
            "description": "So many calls to this interface, and no more.",
            "type": "integer", "minimum": 1, "maximum": u32::MAX
        });
        table(SNAKE, &OWN, &calls)
    }
}

/// The kinds that `[interface.NAME]` may have, other contracts apart.
pub(super) fn external() -> impl Iterator<Item = &'static Known> + Clone {
    let kinds = catalog::kinds().iter();
    kinds.filter(|k| k.is_interface() && k.name != catalog::CONTRACT)
}

impl JsonSchema for Kind {
    inline!("Kind");
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut words: Vec<Value> = external()
            .map(|kind| {
                let mandatory: Vec<String> =
                    kind.mandatory().map(|m| format!("`{}`", m.name)).collect();
                let description = format!(
                    "{}\n\nA contract decides on {}.",
                    kind.summary,
                    mandatory.join(", ")
                );
                json!({ "const": kind.name, "description": description })
            })
            .collect();
        let known: Vec<&str> = catalog::kinds().iter().map(|k| k.name).collect();
        words.push(json!({
            "description": "A kind of the project's own, declared as `[kind.NAME]`.",
            "type": "string",
            "pattern": SNAKE,
            "not": { "enum": known }
        }));
        json_schema!({ "oneOf": words })
    }
}

impl JsonSchema for On {
    inline!("On");
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let handling = generator.subschema_for::<Handling>();
        let own = |kind: &str, what: &str| {
            let mut modes = Map::new();
            let known = catalog::kind(kind).map_or(&[][..], |k| k.modes);
            for mode in known {
                modes.insert(mode.name.to_owned(), described(&handling, mode.summary));
            }
            let mut schema = table(SNAKE, &[], &handling);
            schema.insert("properties".to_owned(), modes.into());
            schema.insert("description".to_owned(), what.into());
            schema
        };
        let interface = json!({
            "description": "How the interface fails, one line for each mode: \
                `timeout = { returns = \"Timeout\", log = \"error\" }`. Which modes it has is \
                decided by its kind; those of every kind of the catalog are offered here.",
            "type": "object",
            "properties": of_interfaces(&handling),
            // The variants of another function, which need not be ASCII, in snake case.
            "patternProperties": { CALLEE: handling },
            "additionalProperties": false,
            "propertyNames": { "not": { "enum": NEVER } }
        });
        json_schema!({
            "type": "object",
            "properties": {
                catalog::INPUT: own(catalog::INPUT, "The function's own validation, one line \
                    for each mode: `out_of_range = { returns = \"InvalidAmount\" }`. It may \
                    name modes of its own."),
                catalog::DOMAIN: own(catalog::DOMAIN, "The function's business rules, one line \
                    for each mode: `sold_out = { returns = \"SoldOut\" }`. The function names \
                    its own modes.")
            },
            "additionalProperties": interface,
            "propertyNames": { "pattern": SNAKE }
        })
    }
}

/// A mode that is named after a variant.
const CALLEE: &str = r"^(r#)?([_a-z]|[^\x00-\x7F])([_a-z0-9]|[^\x00-\x7F])*$";

/// Every mode of every kind, with what each kind says about it.
fn of_interfaces(handling: &Schema) -> Map<String, Value> {
    let mut said: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for kind in external() {
        for mode in kind.modes {
            let must = if mode.mandatory { ", mandatory" } else { "" };
            let text = format!(
                "{}{must}: {} Effect on the other side: {}.",
                kind.name,
                mode.summary,
                mode.effect.name()
            );
            said.entry(mode.name).or_default().push(text);
        }
    }
    let other = "Whatever the other modes of the interface do not cover.".to_owned();
    said.insert(catalog::OTHER, vec![other]);
    let modes = said.into_iter();
    modes
        .map(|(name, said)| (name.to_owned(), described(handling, &said.join("\n\n"))))
        .collect()
}

fn described(handling: &Schema, description: &str) -> Value {
    let mut schema = handling.clone();
    schema.insert("description".to_owned(), description.into());
    schema.to_value()
}
