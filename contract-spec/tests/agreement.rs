//! Schema and reader refuse the same files, but for what the schema's limits list.
//!
//! The corpus is every example of every rule, and `tests/corpus`: files named after the
//! code that the reader must give, or after `ok`. Then all of them are mutated.

mod support;

use std::collections::BTreeSet;

use contract_spec::rules::rules;
use contract_spec::schema::{CODES, LIMITS, Limit, TEXT};
use contract_spec::{Diagnostic, Source, catalog, check, read};
use jsonschema::Validator;
use serde_json::Value;
use support::{Random, mutate, to_json, to_toml};

/// The stem is that of the rules' examples: some refer to functions of their own file.
const PATH: &str = "contracts/example.toml";

fn validator() -> Validator {
    jsonschema::validator_for(&serde_json::from_str(TEXT).unwrap()).unwrap()
}

/// Every file of the corpus, by its name.
fn corpus() -> Vec<(String, String)> {
    let examples = rules().iter().flat_map(|rule| {
        let name = |which: &str| format!("{}-{which}", rule.code);
        [
            (name("bad"), rule.bad.to_owned()),
            (name("good"), rule.good.to_owned()),
        ]
    });
    let mut corpus: Vec<(String, String)> = examples.collect();
    for folder in ["tests/corpus", "tests/contracts", "tests/contracts/good"] {
        let folder = format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                corpus.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    corpus.sort();
    corpus
}

/// Whether the schema is known to let this mistake pass, and why.
fn limit(found: &Diagnostic, text: &str, file: &Value) -> Option<&'static Limit> {
    let written = text[found.primary.span.clone()].trim_matches('"');
    let has = |key: &str| file.get(key).is_some();
    let own_kinds = has("kind") || has("include");
    let callees = file["interface"]
        .as_object()
        .is_some_and(|all| all.values().any(|i| i["kind"] == catalog::CONTRACT));
    let of_catalog = |mode: &str| {
        let kinds = catalog::kinds().iter().filter(|k| k.name != catalog::INPUT);
        mode == catalog::OTHER || kinds.flat_map(|k| k.modes).any(|m| m.name == mode)
    };
    let which = match found.code {
        "RC102" if found.message.ends_with("is too long") => "a duration",
        "RC102" if found.message.contains("found a float") => {
            let number: f64 = written.replace('_', "").parse().ok()?;
            (number.fract() == 0.0).then_some("a whole number")?
        }
        "RC103" if own_kinds && !matches!(written, catalog::INPUT | catalog::DOMAIN) => {
            let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let named = written.starts_with(|c: char| c.is_ascii_lowercase());
            (named && written.chars().all(word)).then_some("an unknown kind")?
        }
        "RC104" if own_kinds || callees || of_catalog(written) => {
            // Letters that no mode may have are refused all the same.
            (!written.contains(|c: char| {
                c.is_ascii() && !matches!(c, 'a'..='z' | '0'..='9' | '_' | '#')
            }))
            .then_some("a mode of another kind")?
        }
        "RC106" => {
            let words = written.split_whitespace();
            let words = words
                .filter(|w| w.contains(|c: char| c.is_ascii_alphanumeric()))
                .count();
            (!written.is_ascii() || words >= 2).then_some("a reason of two words")?
        }
        "RC109" => "every name",
        "RC112" if !written.is_ascii() && is_mode_of_interface(file, written) => {
            "a mode of an interface"
        }
        "RC116" => "an included file",
        _ => return None,
    };
    LIMITS
        .iter()
        .find(|l| l.code == found.code && l.breach.starts_with(which))
}

fn is_mode_of_interface(file: &Value, name: &str) -> bool {
    let functions = file["function"].as_object().into_iter().flatten();
    let on = functions
        .filter_map(|(_, function)| function["on"].as_object())
        .flatten();
    let mut modes = on
        .filter(|(interface, _)| !matches!(interface.as_str(), catalog::INPUT | catalog::DOMAIN))
        .filter_map(|(_, modes)| modes.as_object());
    modes.any(|modes| modes.contains_key(name))
}

/// What schema and reader make of a file.
enum Verdict {
    /// It is no TOML, or not the TOML of everybody.
    Unreadable,
    /// Both refuse it.
    Refused,
    /// Both accept it.
    Accepted,
    /// The reader alone refuses it, as these limits say.
    Limited(Vec<&'static Limit>),
}

/// Holds both against each other, and says where they differ.
fn agree(validator: &Validator, text: &str) -> Result<Verdict, String> {
    let source = Source::new(PATH, text);
    let reading = check(&source);
    let found: Vec<&Diagnostic> = reading.diagnostics.iter().collect();
    let has = |code: &str| found.iter().any(|d| d.code == code);
    let shown = || {
        let shown: Vec<String> = found.iter().map(|d| d.render_plain(&source)).collect();
        format!("{text}\n{}", shown.join("\n"))
    };
    let table = match toml::from_str::<toml::Table>(text) {
        Ok(table) if !has("RC100") => table,
        Ok(_) => {
            return Err(format!(
                "only the reader says that it is no TOML:\n{}",
                shown()
            ));
        }
        // Numbers beyond 64 bits are TOML, and too large for most that read it.
        Err(_) if has("RC100") || has("RC110") || has("RC102") => return Ok(Verdict::Unreadable),
        Err(error) => {
            return Err(format!(
                "the reader does not say that it is no TOML, {error}:\n{}",
                shown()
            ));
        }
    };
    let file = to_json(&toml::Value::Table(table));
    let ours: Vec<(&&Diagnostic, Option<&Limit>)> = found
        .iter()
        .filter(|d| CODES.contains(&d.code))
        .map(|d| (d, limit(d, text, &file)))
        .collect();
    let refused = validator.iter_errors(&file).next();
    match (refused, ours.iter().find(|(_, limit)| limit.is_none())) {
        (Some(error), _) if ours.is_empty() => {
            let place = error.instance_path();
            Err(format!(
                "only the schema refuses it, at {place}: {error}\n{}",
                shown()
            ))
        }
        (None, Some((diagnostic, _))) => Err(format!(
            "only the reader refuses it, for {}\n{}",
            diagnostic.code,
            shown()
        )),
        (None, None) if ours.is_empty() => Ok(Verdict::Accepted),
        (None, None) => Ok(Verdict::Limited(
            ours.into_iter().filter_map(|(_, limit)| limit).collect(),
        )),
        (Some(_), _) => Ok(Verdict::Refused),
    }
}

#[test]
fn schema_and_reader_agree_on_every_file_of_the_corpus() {
    let (validator, corpus) = (validator(), corpus());
    assert!(corpus.len() >= 150, "{}", corpus.len());
    let wrong: Vec<String> = corpus
        .iter()
        .filter_map(|(name, text)| Some(format!("== {name}\n{}", agree(&validator, text).err()?)))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        corpus.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_limit_is_needed_by_a_file_of_the_corpus() {
    let validator = validator();
    let mut shown = BTreeSet::new();
    for (_, text) in corpus() {
        if let Ok(Verdict::Limited(limits)) = agree(&validator, &text) {
            shown.extend(limits.iter().map(|limit| limit.breach));
        }
    }
    let listed: BTreeSet<&str> = LIMITS.iter().map(|limit| limit.breach).collect();
    assert_eq!(shown, listed);
}

#[test]
fn the_corpus_gives_the_codes_that_its_names_say() {
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus")).unwrap() {
        let path = entry.unwrap().path();
        let source = Source::new(PATH, std::fs::read_to_string(&path).unwrap());
        let name = path.file_stem().unwrap().to_str().unwrap();
        let found = check(&source).diagnostics;
        let errors: BTreeSet<&str> = found
            .iter()
            .map(|d| d.code)
            .filter(|code| CODES.contains(code) || *code == "RC100")
            .collect();
        let expected: BTreeSet<&str> = name
            .split_once('-')
            .map(|(code, _)| code)
            .filter(|code| *code != "ok")
            .into_iter()
            .collect();
        if errors != expected {
            wrong.push(format!("{name}: {errors:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_codes_of_the_schema_are_those_of_the_reader_and_two_more() {
    let mut of_reader: BTreeSet<&str> = corpus()
        .into_iter()
        .flat_map(|(_, text)| read(&Source::new(PATH, text)).diagnostics)
        .map(|d| d.code)
        .collect();
    assert!(of_reader.remove("RC100"), "a file that is no TOML");
    let of_schema: BTreeSet<&str> = CODES.into_iter().collect();
    let more: Vec<&&str> = of_schema.difference(&of_reader).collect();
    assert_eq!(more, [&"RC106", &"RC107"]);
    assert!(of_reader.is_subset(&of_schema), "{of_reader:?}");
}

/// How many files are made of those of the corpus.
const MUTANTS: u64 = 10_000;

#[test]
fn schema_and_reader_agree_on_thousands_of_mutated_files() {
    let validator = validator();
    let files: Vec<Value> = corpus()
        .iter()
        .filter_map(|(_, text)| Some(to_json(&toml::Value::Table(toml::from_str(text).ok()?))))
        .collect();
    let mut wrong = Vec::new();
    let (mut refused, mut accepted, mut limited) = (0, 0, 0);
    for seed in 0..MUTANTS {
        let mut random = Random::new(seed);
        let mut file = random.pick(&files).clone();
        for _ in 0..1 + random.below(3) {
            mutate(&mut file, &files, &mut random);
        }
        match agree(&validator, &to_toml(&file)) {
            Ok(Verdict::Unreadable) => {}
            Ok(Verdict::Refused) => refused += 1,
            Ok(Verdict::Accepted) => accepted += 1,
            Ok(Verdict::Limited(_)) => limited += 1,
            Err(why) => wrong.push(format!("== seed {seed}\n{why}")),
        }
    }
    let first = wrong
        .iter()
        .take(10)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(wrong.is_empty(), "{} of {MUTANTS}\n{first}", wrong.len());
    // Neither may one verdict drown the others, nor the limits excuse everything.
    let most = MUTANTS / 4;
    assert!(
        refused > most && accepted > MUTANTS / 20 && limited < most,
        "{refused} {accepted} {limited}"
    );
}

/// The reader has a parser of its own choice: what is TOML must not depend on that.
#[test]
fn what_is_toml_to_others_is_toml_here() {
    const INSTEAD: [&str; 16] = [
        "", "\"", "'", "[", "]", "{", "}", "=", ".", ",", "\n", "#", "\\", "1", "\u{0}", "é",
    ];
    let (mut refused, mut read) = (0, 0);
    let mut agree = |text: &str, name: &str| {
        let found = check(&Source::new(PATH, text)).diagnostics;
        let not_toml = found.iter().find(|found| found.code == "RC100");
        match toml::de::DeTable::parse(text) {
            Ok(_) => {
                assert!(not_toml.is_none(), "{name}: {not_toml:?}\n{text}");
                read += 1;
            }
            Err(error) => {
                let said = found.iter().any(|f| ["RC100", "RC110"].contains(&f.code));
                assert!(said, "{name}: {error}\n{text}");
                for found in found.iter().filter(|found| found.code == "RC100") {
                    // That would be the parser's words.
                    let known = !found.message.starts_with("not TOML");
                    assert!(known && found.help.is_some(), "{name}: {found:?}\n{text}");
                }
                refused += 1;
            }
        }
    };
    for (place, (name, text)) in corpus().into_iter().enumerate() {
        agree(&text, &name);
        let ends = (0..text.len()).filter(|at| text.is_char_boundary(*at));
        for (nth, at) in ends.enumerate().skip(place % 7).step_by(7) {
            let next = at + text[at..].chars().next().map_or(0, char::len_utf8);
            let instead = INSTEAD[(place + nth) % INSTEAD.len()];
            agree(&format!("{}{instead}{}", &text[..at], &text[next..]), &name);
        }
    }
    assert!(refused > 1000 && read > 1000, "{refused} {read}");
}
