//! Contracts as other programs see them, and mutations of them that anybody can repeat.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// A TOML value as the schema sees it. JSON knows no dates: they become a value of a
/// type that no key has.
pub(crate) fn to_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(value) => (*value).into(),
        toml::Value::Datetime(_) => Value::Null,
        toml::Value::Array(items) => items.iter().map(to_json).collect(),
        toml::Value::Table(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| (key.clone(), to_json(value)));
            Value::Object(entries.collect())
        }
    }
}

/// The same as TOML, a line for each key of the file.
pub(crate) fn to_toml(file: &Value) -> String {
    let mut text = String::new();
    for (key, value) in file.as_object().into_iter().flatten() {
        let _written = writeln!(text, "{} = {}", quoted(key), inline(value));
    }
    text
}

fn inline(value: &Value) -> String {
    match value {
        Value::Null => "1979-05-27".to_owned(),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, value)| format!("{} = {}", quoted(key), inline(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _written = write!(out, "\\u{:04X}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out + "\""
}

/// Numbers that look like chance and are the same on every machine (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub(crate) fn pick<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        let at = self.below(items.len());
        &items[at]
    }
}

/// Texts on the edges of what a key may hold.
const TEXTS: [&str; 56] = [
    "",
    " ",
    "\u{a0}",
    "\u{85}",
    "\u{feff}",
    "\0",
    "a b",
    "2s",
    "0s",
    "0ms",
    "00",
    "1.5s",
    "-1s",
    "1m30s",
    "1s1m",
    "8760h",
    "8760h1ms",
    "525600m",
    "99999999999h",
    "http",
    "htpp",
    "contract",
    "input",
    "domain",
    "ledger_api",
    "E",
    "crate::E",
    "crate",
    "self::super::E",
    "a::self::E",
    "supe::self::E",
    "super1::self::E",
    "::E",
    "::crate",
    "r#type",
    "r#self",
    "type",
    "Self",
    "_",
    "__",
    "Überlauf",
    "ǅ",
    "٣",
    "a\u{301}",
    "💥💥",
    "é",
    "payments.charge",
    "example.lost",
    "a..b",
    "a.toml",
    "../x/y.toml",
    "/a.toml",
    "an insert only",
    "n/a",
    "exponential",
    "constant",
];

/// Words that keys are made of.
const KEYS: [&str; 44] = [
    "format",
    "include",
    "kind",
    "interface",
    "retry",
    "error",
    "function",
    "service",
    "timeout",
    "contract",
    "max_attempts",
    "backoff",
    "initial_delay",
    "multiplier",
    "max_delay",
    "jitter",
    "variants",
    "summary",
    "tier",
    "idempotency",
    "deadline",
    "max_calls",
    "sensitive",
    "on",
    "returns",
    "recovers",
    "waived",
    "log",
    "rollback",
    "effect",
    "level",
    "fields",
    "mode",
    "mandatory",
    "surface",
    "rust",
    "input",
    "domain",
    "other",
    "gateway",
    "Name",
    "überlauf",
    "",
    "_",
];

fn scalar(random: &mut Random) -> Value {
    match random.below(14) {
        0 => json!(random.below(3)),
        1 => json!(1),
        2 => json!(1.0),
        3 => json!(0.5),
        4 => json!(-1),
        5 => json!(4_294_967_296_u64),
        6 => json!(true),
        7 => Value::Null,
        8 => json!([]),
        9 => json!({}),
        _ => (*random.pick(&TEXTS)).into(),
    }
}

/// Any value that lies somewhere in a file.
fn somewhere(file: &Value, random: &mut Random) -> Value {
    let mut here = file;
    for _ in 0..random.below(6) {
        here = match here {
            Value::Object(fields) if !fields.is_empty() => {
                let at = random.below(fields.len());
                fields.values().nth(at).unwrap_or(here)
            }
            Value::Array(items) if !items.is_empty() => random.pick(items),
            _ => break,
        };
    }
    here.clone()
}

fn key(fields: &Map<String, Value>, random: &mut Random) -> Option<String> {
    let at = random.below(fields.len());
    fields.keys().nth(at).cloned()
}

/// Another name for a key: a slip of the pen, or another key altogether.
fn renamed(key: &str, random: &mut Random) -> String {
    let letters: Vec<char> = key.chars().collect();
    let at = random.below(letters.len());
    let mut slip = letters.clone();
    match random.below(6) {
        0 if !slip.is_empty() => drop(slip.remove(at)),
        1 => slip.insert(at, *random.pick(&['x', '_', '-', 'é', '2', ' ', '.'])),
        2 if !slip.is_empty() => slip[at] = slip[at].to_ascii_uppercase(),
        3 => return (*random.pick(&TEXTS)).to_owned(),
        _ => return (*random.pick(&KEYS)).to_owned(),
    }
    slip.into_iter().collect()
}

/// Changes one thing somewhere in a file.
pub(crate) fn mutate(file: &mut Value, pool: &[Value], random: &mut Random) {
    let depth = random.below(6);
    let mut here = file;
    // At least to within the file itself, which always is a table.
    for _ in 0..depth {
        let inside = match here {
            Value::Object(fields) => {
                !fields.is_empty() && fields.values().any(|v| v.is_object() || v.is_array())
            }
            Value::Array(items) => items.iter().any(|i| i.is_object() || i.is_array()),
            _ => false,
        };
        if !inside {
            break;
        }
        let nested = |v: &&mut Value| v.is_object() || v.is_array();
        let mut inner: Vec<&mut Value> = match here {
            Value::Object(fields) => fields.values_mut().filter(nested).collect(),
            Value::Array(items) => items.iter_mut().filter(nested).collect(),
            _ => return,
        };
        let at = random.below(inner.len());
        here = inner.swap_remove(at);
    }
    match here {
        Value::Object(fields) => mutate_table(fields, pool, random),
        Value::Array(items) => mutate_array(items, random),
        _ => {}
    }
}

fn mutate_table(fields: &mut Map<String, Value>, pool: &[Value], random: &mut Random) {
    let chosen = key(fields, random);
    match (random.below(7), chosen) {
        (0, Some(key)) => drop(fields.remove(&key)),
        (1, Some(key)) => {
            if let Some(value) = fields.remove(&key) {
                fields.insert(renamed(&key, random), value);
            }
        }
        (2, Some(key)) => {
            let copy = fields.get(&key).cloned().unwrap_or(Value::Null);
            fields.insert(renamed(&key, random), copy);
        }
        (3, Some(key)) => {
            let other = random.pick(pool).clone();
            fields.insert(key, somewhere(&other, random));
        }
        (4, _) => {
            let new = (*random.pick(&KEYS)).to_owned();
            let other = random.pick(pool).clone();
            fields.insert(new, somewhere(&other, random));
        }
        (5, _) => drop(fields.insert((*random.pick(&KEYS)).to_owned(), scalar(random))),
        (_, Some(key)) => drop(fields.insert(key, scalar(random))),
        _ => {}
    }
}

fn mutate_array(items: &mut Vec<Value>, random: &mut Random) {
    let at = random.below(items.len() + 1);
    match random.below(3) {
        0 if at < items.len() => drop(items.remove(at)),
        1 if at < items.len() => {
            let copy = items[at].clone();
            items.push(copy);
        }
        _ => items.insert(at, scalar(random)),
    }
}
