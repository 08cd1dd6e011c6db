//! Every rule, held against its own examples and against a good contract.

use contract_spec::rules::{Rule, rule, rules};
use contract_spec::{Severity, Source, check};

fn plain(text: &str) -> Vec<String> {
    // The stem of the path is the first half of the ids in the examples.
    let source = Source::new("contracts/example.toml", text);
    check(&source)
        .diagnostics
        .iter()
        .map(|d| d.render_plain(&source))
        .collect()
}

fn codes(text: &str) -> Vec<&'static str> {
    let source = Source::new("contracts/example.toml", text);
    check(&source).diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn every_bad_example_breaks_its_rule_once_and_no_other() {
    let wrong: Vec<String> = rules()
        .iter()
        .filter(|rule| codes(rule.bad) != [rule.code])
        .map(|rule| format!("{}: {:#?}", rule.code, plain(rule.bad)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_good_example_breaks_no_rule_at_all() {
    let wrong: Vec<String> = rules()
        .iter()
        .filter(|rule| !codes(rule.good).is_empty())
        .map(|rule| format!("{}: {:#?}", rule.code, plain(rule.good)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_breach_weighs_what_its_rule_says_and_ends_with_what_to_write() {
    for rule in rules() {
        let source = Source::new("contracts/example.toml", rule.bad);
        for found in check(&source).diagnostics {
            assert_eq!(found.severity, rule.severity, "{}", rule.code);
            let shown = found.render_plain(&source);
            assert!(found.help.is_some(), "no help: {shown}");
            let message = &found.message;
            assert!(!message.ends_with('.'), "a full stop: {shown}");
            assert!(
                !message.starts_with(char::is_uppercase) || message.starts_with("TOML"),
                "{shown}"
            );
        }
    }
}

#[test]
fn the_registry_is_complete_and_in_order() {
    for (at, here) in rules().iter().enumerate() {
        let Rule {
            code,
            name,
            summary,
            explanation,
            ..
        } = *here;
        assert!(
            rules()[..at]
                .iter()
                .all(|r| r.code < code && r.name != name),
            "{code}"
        );
        assert!(code.len() == 5 && code.starts_with("RC1"), "{code}");
        assert!(
            name.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
            "{code}"
        );
        assert!(!summary.ends_with('.') && summary.len() <= 90, "{code}");
        assert!(
            explanation.len() > 150 && explanation.ends_with('.'),
            "{code}"
        );
        assert!(explanation.contains("\n\nSource: "), "{code}: no source");
        assert!(
            !explanation.contains("  "),
            "{code}: spaces within the text"
        );
        assert_ne!(here.bad, here.good, "{code}");
        assert_eq!(rule(code).map(|r| r.name), Some(name));
    }
}

#[test]
fn every_example_file_belongs_to_a_rule() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules/examples");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(rule(&name[..5]).is_some(), "{name}");
    }
}

#[test]
fn the_contract_of_the_design_breaks_no_rule() {
    let text = include_str!("contracts/payments.toml");
    let source = Source::new("contracts/payments.toml", text);
    let reading = check(&source);
    assert_eq!(reading.diagnostics, []);
    assert!(!reading.has_errors());
}

#[test]
fn good_contracts_of_every_kind_break_no_rule() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/good");
    let mut kinds = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let source = Source::new(name, std::fs::read_to_string(&path).unwrap());
        let reading = check(&source);
        let shown: Vec<String> = reading
            .diagnostics
            .iter()
            .map(|d| d.render_plain(&source))
            .collect();
        assert!(shown.is_empty(), "{shown:#?}");
        kinds.extend(
            reading
                .contract
                .interfaces
                .iter()
                .map(|i| i.kind.value.clone()),
        );
    }
    for kind in contract_spec::catalog::kinds()
        .iter()
        .filter(|k| k.is_interface())
    {
        assert!(
            kinds.iter().any(|k| k == kind.name),
            "no good contract with `{}`",
            kind.name
        );
    }
}

#[test]
fn severities_are_ordered_by_weight() {
    assert!(Severity::Info < Severity::Warning && Severity::Warning < Severity::Error);
}
