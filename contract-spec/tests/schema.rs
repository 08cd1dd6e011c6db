//! The published schema is the one that the source gives now, and says something about
//! everything.

use std::path::Path;

use contract_spec::schema::{FILE, LIMITS, TEXT, generate};
use contract_spec::{catalog, rules::rule};
use serde_json::Value;

/// Where the schema is published: in the crate, at the workspace root for everybody, and
/// where the contracts of the example look for it.
const PLACES: [&str; 3] = ["", "..", "../examples/checkout"];

#[test]
fn the_published_files_are_up_to_date() {
    let fresh = generate();
    for place in PLACES {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(place);
        if !folder.join("Cargo.toml").exists() {
            // The package stands alone, without its workspace.
            continue;
        }
        let path = folder.join(FILE);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            there == fresh,
            "{place}/{FILE} is stale: UPDATE=1 cargo test -p contract-spec --test schema"
        );
    }
}

#[test]
fn the_contracts_of_the_example_name_a_schema_that_is_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/checkout/contracts");
    let Ok(contracts) = folder.read_dir() else {
        return;
    };
    for contract in contracts {
        let text = std::fs::read_to_string(contract.unwrap().path()).unwrap();
        let schema = text
            .lines()
            .next()
            .unwrap()
            .strip_prefix("#:schema ")
            .unwrap();
        assert_eq!(std::fs::read_to_string(folder.join(schema)).unwrap(), TEXT);
    }
}

#[test]
fn the_schema_is_one() {
    let schema: Value = serde_json::from_str(TEXT).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
}

/// Calls `look` with every schema of a schema and with its place.
fn walk(schema: &Value, place: &str, look: &mut dyn FnMut(&str, &Value)) {
    match schema {
        Value::Object(fields) => {
            look(place, schema);
            for (key, value) in fields {
                walk(value, &format!("{place}/{key}"), look);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, &format!("{place}/{at}"), look);
            }
        }
        _ => {}
    }
}

#[test]
fn every_key_and_every_word_has_a_description() {
    let schema: Value = serde_json::from_str(TEXT).unwrap();
    let mut silent = Vec::new();
    let mut look = |place: &str, schema: &Value| {
        // What holds between tables repeats keys that are described elsewhere.
        if place.starts_with("/allOf") {
            return;
        }
        let described = |schema: &Value| {
            schema["description"]
                .as_str()
                .is_some_and(|d| d.ends_with(['.', '`']))
        };
        if let Some(keys) = schema["properties"].as_object() {
            silent.extend(
                keys.iter()
                    .filter(|(_, s)| !described(s))
                    .map(|(k, _)| format!("{place}: {k}")),
            );
        }
        if let Some(words) = schema["oneOf"].as_array() {
            silent.extend(
                words
                    .iter()
                    .filter(|w| w["const"].is_string() && !described(w))
                    .map(|w| format!("{place}: {w}")),
            );
        }
        if schema["enum"].is_array()
            && !place.ends_with("/not")
            && !place.ends_with("/propertyNames")
        {
            silent.push(format!("{place}: words without descriptions"));
        }
    };
    walk(&schema, "", &mut look);
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn every_table_is_closed() {
    let schema: Value = serde_json::from_str(TEXT).unwrap();
    let mut open = Vec::new();
    walk(&schema, "", &mut |place, schema| {
        let between = place.contains("allOf") || place.contains("/if") || place.contains("/then");
        if schema["type"] == "object"
            && !between
            && schema["additionalProperties"] != false
            && !place.ends_with("/on")
        {
            open.push(place.to_owned());
        }
    });
    assert!(open.is_empty(), "{open:#?}");
}

#[test]
fn every_kind_and_every_mode_of_the_catalog_is_offered() {
    for kind in catalog::kinds() {
        if kind.is_interface() {
            assert!(
                TEXT.contains(&format!("\"const\": \"{}\"", kind.name)),
                "{}",
                kind.name
            );
        }
        for mode in kind.modes {
            assert!(
                TEXT.contains(&format!("\"{}\": {{", mode.name)),
                "{}",
                mode.name
            );
        }
    }
}

#[test]
fn limits_name_codes_and_say_why() {
    for limit in LIMITS {
        assert!(rule(limit.code).is_some(), "{}", limit.code);
        assert!(
            limit.breach.len() > 10 && limit.reason.len() > 10,
            "{}",
            limit.code
        );
    }
}
