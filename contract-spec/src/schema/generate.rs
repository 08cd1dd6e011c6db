//! From the types to the published text: what the derive adds and TOML does not need is
//! taken out, what holds between tables is put in.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::MARK;
use super::form::Contract;
use super::modes::external;
use crate::catalog;

/// The schema as it is published, with a line feed at its end.
pub fn generate() -> String {
    let settings = SchemaSettings::draft2020_12();
    let schema = settings.into_generator().into_root_schema_for::<Contract>();
    let mut schema = schema.to_value();
    tidy(&mut schema);
    if let Value::Object(root) = &mut schema {
        root.insert("$comment".to_owned(), MARK.into());
        root.insert("title".to_owned(), "Resilience contract".into());
        root.insert("allOf".to_owned(), json!([known_kinds(), known_modes()]));
    }
    format!("{schema:#}\n")
}

/// TOML has no null, and no sizes of numbers.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(format) = fields.get("format")
                && format.is_string()
                && fields.contains_key("type")
            {
                fields.remove("format");
            }
            if let Some(Value::Array(types)) = fields.get_mut("type") {
                types.retain(|t| t != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    fields.insert("type".to_owned(), only);
                }
            }
            for any in ["anyOf", "oneOf", "enum"] {
                if let Some(Value::Array(ways)) = fields.get_mut(any) {
                    ways.retain(|way| *way != json!({ "type": "null" }) && !way.is_null());
                    // A way that is left alone is what is meant.
                    if any == "anyOf"
                        && let [Value::Object(only)] = ways.as_slice()
                    {
                        let only = only.clone();
                        fields.remove(any);
                        for (key, value) in only {
                            fields.entry(key).or_insert(value);
                        }
                    }
                }
            }
            fields.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Whether nothing is declared that could make other words known.
fn closed() -> Value {
    json!({ "not": { "anyOf": [{ "required": ["kind"] }, { "required": ["include"] }] } })
}

/// Without kinds of its own, a file knows those of the catalog.
fn known_kinds() -> Value {
    let kinds: Vec<&str> = external()
        .map(|k| k.name)
        .chain([catalog::CONTRACT])
        .collect();
    json!({
        "if": closed(),
        "then": { "properties": { "interface": { "additionalProperties": {
            "properties": { "kind": { "enum": kinds } }
        } } } }
    })
}

/// Without kinds and callees of its own, a file knows the modes of the catalog.
fn known_modes() -> Value {
    let modes = external().flat_map(|k| k.modes).map(|m| m.name);
    let mut modes: Vec<&str> = modes.chain([catalog::OTHER]).collect();
    modes.sort_unstable();
    modes.dedup();
    let callee = json!({
        "type": "object",
        "properties": { "kind": { "const": catalog::CONTRACT } },
        "required": ["kind"]
    });
    let without_callee = json!({
        "properties": { "interface": { "additionalProperties": { "not": callee } } }
    });
    json!({
        "if": { "allOf": [closed(), without_callee] },
        "then": { "properties": { "function": { "additionalProperties": {
            "properties": { "on": {
                "properties": { catalog::INPUT: true, catalog::DOMAIN: true },
                "additionalProperties": { "propertyNames": { "enum": modes } }
            } }
        } } } }
    })
}
