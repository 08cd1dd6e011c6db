//! The page on the contract file: every key, out of the published JSON Schema, so that the page
//! and what editors offer cannot differ.

use std::fmt::Write as _;

use contract_spec::schema::TEXT;
use serde_json::Value;

use super::{GENERATED, cell};

/// A file in which every section stands, for who reads one before the tables.
const EXAMPLE: &str = include_str!("example.toml");

/// A table of the page: its header, what is said of it, and where the schema describes it.
struct Part {
    title: &'static str,
    text: &'static str,
    definition: &'static str,
}

const fn part(title: &'static str, text: &'static str, definition: &'static str) -> Part {
    Part {
        title,
        text,
        definition,
    }
}

const PARTS: [Part; 12] = [
    part(
        "[interface.NAME]",
        "What a function calls. The kind brings its [failure modes](catalog.md) along.",
        "External",
    ),
    part(
        "[interface.NAME] with kind = \"contract\"",
        "Another contracted function, of this file, another one of the package, or another package of the workspace. \
         Its modes are the variants that it returns, in snake case: `GatewayTimeout` is `gateway_timeout`, and each \
         has to be decided on.",
        "Callee",
    ),
    part(
        "[retry.NAME]",
        "A policy that modes name with `retry = \"NAME\"`, and code with `retry_policy!(\"FILE\", NAME)`.",
        "ExponentialRetry",
    ),
    part(
        "[retry.NAME] with backoff = \"constant\"",
        "",
        "ConstantRetry",
    ),
    part(
        "[error.NAME]",
        "Where several functions return one enum, each lists only what it returns itself, and this table \
         what the enum has. Without it the modes of a function must name every variant of its enum.",
        "SharedError",
    ),
    part(
        "[function.NAME]",
        "The contract of one function.",
        "Function",
    ),
    part(
        "[function.NAME.on.INTERFACE]",
        "One line for each failure mode, such as `timeout = { returns = \"Late\" }`. `INTERFACE` is declared above, \
         or one of two that are always there: `input`, for what the function itself refuses, and `domain`, for \
         business rules that say no; their modes are yours to name. A mode ends in one of three ways.\n\n\
         **It returns an error:**",
        "Returns",
    ),
    part(
        "",
        "**It recovers**, and the function returns `Ok` after all:",
        "Recovers",
    ),
    part("", "**It cannot happen**, and this is why:", "Waived"),
    part(
        "log = { … }",
        "In place of a level, where an event carries other fields than the policy's.",
        "Demand",
    ),
    part(
        "[kind.NAME]",
        "A kind of interface that the catalog does not have.",
        "CustomKind",
    ),
    part("[kind.NAME.mode]", "", "CustomMode"),
];

/// The page.
pub(super) fn page() -> String {
    let schema: Value = serde_json::from_str(TEXT).unwrap_or_default();
    let mut page = format!(
        "{GENERATED}\n# The contract file\n\n`contracts/FILE.toml` in the package whose functions it is about. The id of a \
         contract is `FILE.FUNCTION`, by which `#[resilience_contract(\"FILE.FUNCTION\")]` names it. Durations are \
         written `\"100ms\"`, `\"2s\"`, `\"1m30s\"`. A key that is not listed here is an error. What is wrong with a \
         contract by itself is among the [codes](codes.md), RC100 to RC195.\n\n```toml\n{EXAMPLE}```\n\n## The file\n"
    );
    keys(&mut page, &schema);
    for Part {
        title,
        text,
        definition,
    } in &PARTS
    {
        let definition = &schema["$defs"][*definition];
        if !title.is_empty() {
            let _written = write!(page, "\n## {title}\n");
        }
        if !text.is_empty() {
            let _written = write!(page, "\n{text}\n");
        }
        keys(&mut page, definition);
    }
    page
}

/// The keys of a table, those that must be there first.
fn keys(page: &mut String, definition: &Value) {
    let required = |key: &str| {
        let mut keys = definition["required"].as_array().into_iter().flatten();
        keys.any(|one| one == key)
    };
    let properties = definition["properties"].as_object();
    let mut properties: Vec<(&String, &Value)> = properties.into_iter().flatten().collect();
    properties.sort_by_key(|(key, _)| !required(key));
    page.push_str("\n| key | must be there | what it says |\n|---|---|---|\n");
    for (key, property) in properties {
        let mut text = cell(property["description"].as_str().unwrap_or_default());
        if let Some(only) = property["const"].as_str() {
            text = format!("`{key} = {only:?}`: {text}");
        }
        let words = property["oneOf"].as_array().into_iter().flatten();
        let words: Vec<String> = words
            .filter_map(|word| {
                let name = word["const"].as_str()?;
                let meaning = word["description"].as_str().unwrap_or_default();
                let meaning = meaning.split("\n\n").next().unwrap_or_default();
                Some(format!("`{name}`: {}", cell(meaning)))
            })
            .collect();
        if !words.is_empty() {
            let _written = write!(text, "<br>{}", words.join("<br>"));
        }
        let needed = if required(key) { "yes" } else { "" };
        let _written = writeln!(page, "| `{key}` | {needed} | {text} |");
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use contract_spec::Source;

    use super::*;

    #[test]
    fn the_example_is_a_contract_in_which_nothing_is_found() {
        let source = Source::new("contracts/payments.toml", EXAMPLE);
        let reading = crate::contracts::reading(Path::new(""), &source);
        let found: Vec<_> = reading
            .diagnostics
            .iter()
            .map(|found| (found.code, &found.message))
            .collect();
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn every_table_and_every_key_of_the_schema_is_on_the_page() {
        let schema: Value = serde_json::from_str(TEXT).unwrap();
        let page = page();
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            // These stand for one of several others, which are on the page.
            let is_choice = ["Handling", "Interface", "Log", "Retry"].contains(&name.as_str());
            let is_part = PARTS.iter().any(|part| part.definition == name);
            assert!(is_part != is_choice, "{name}");
            for key in definition["properties"].as_object().into_iter().flatten() {
                assert!(page.contains(&format!("\n| `{}` | ", key.0)), "{}", key.0);
            }
        }
        for part in &PARTS {
            assert!(
                !schema["$defs"][part.definition].is_null(),
                "{}",
                part.definition
            );
        }
        assert!(page.contains("| `max_attempts` | yes | "), "{page}");
        assert!(page.contains("| `jitter` |  | "), "{page}");
    }
}
