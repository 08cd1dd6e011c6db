//! What the reader understands, and what it says about everything else.

use std::time::Duration;

use contract_spec::model::{Idempotency, Level, Outcome, Tier};
use contract_spec::{Reading, Source, check, read};

fn source(text: &str) -> Source {
    Source::new("contracts/example.toml", text)
}

fn plain(text: &str) -> String {
    let source = source(text);
    let found = check(&source).diagnostics;
    found
        .iter()
        .map(|d| d.render_plain(&source))
        .collect::<Vec<_>>()
        .join("\n")
}

fn clean(text: &str) -> Reading {
    let reading = check(&source(text));
    assert!(reading.diagnostics.is_empty(), "{}", plain(text));
    reading
}

#[test]
fn the_contract_of_the_design_is_understood_whole() {
    let contract = clean(include_str!("contracts/payments.toml")).contract;
    assert_eq!(contract.interfaces.len(), 2);
    let gateway = contract.interface("gateway").unwrap();
    assert_eq!(*gateway.kind.value, *"http");
    assert_eq!(
        gateway.timeout.as_ref().unwrap().value,
        Duration::from_secs(2)
    );
    let retry = contract.retry("standard").unwrap();
    assert_eq!(retry.max_attempts.as_ref().unwrap().value, 3);
    assert_eq!(retry.multiplier.as_ref().unwrap().value, 2.0);
    let charge = contract.function("charge").unwrap();
    assert_eq!(charge.tier.value, Tier::Critical);
    assert_eq!(charge.idempotency.as_ref().unwrap().value, Idempotency::Key);
    assert_eq!(charge.modes.len(), 11);
    assert_eq!(
        charge
            .variants()
            .iter()
            .map(|v| v.as_str())
            .collect::<Vec<_>>(),
        [
            "GatewayTimeout",
            "GatewayAuth",
            "GatewayDown",
            "GatewayUnexpected",
            "Store",
            "Duplicate",
            "InvalidAmount"
        ]
    );
    let timeout = &charge.modes[0];
    assert_eq!(timeout.id(), "gateway.timeout");
    assert_eq!(timeout.log.as_ref().unwrap().level, Level::Error);
    assert!(matches!(charge.modes[2].outcome, Some(Outcome::Waived(_))));
}

#[test]
fn every_span_is_the_place_of_its_word() {
    let source = source(include_str!("contracts/payments.toml"));
    let contract = read(&source).contract;
    let at = |span: &std::ops::Range<usize>| &source.text[span.clone()];
    for interface in &contract.interfaces {
        assert_eq!(at(&interface.name.span), interface.name.as_str());
        assert_eq!(
            at(&interface.kind.span),
            format!("{:?}", interface.kind.as_str())
        );
    }
    for mode in &contract.function("charge").unwrap().modes {
        assert_eq!(at(&mode.interface.span), mode.interface.as_str());
        assert_eq!(at(&mode.name.span), mode.name.as_str());
        let whole = at(&mode.span);
        assert!(
            whole.starts_with(mode.name.as_str()) && whole.ends_with('}'),
            "{whole}"
        );
        if let Some(variant) = mode.returns() {
            assert_eq!(at(&variant.span), format!("{:?}", variant.as_str()));
        }
    }
}

#[test]
fn all_mistakes_of_a_file_are_shown_at_once_in_its_order() {
    insta::assert_snapshot!(plain(include_str!("contracts/mistakes.toml")));
}

#[test]
fn broken_syntax_hides_neither_other_syntax_errors_nor_plain_mistakes() {
    insta::assert_snapshot!(plain(include_str!("contracts/broken.toml")));
}

#[test]
fn the_long_form_of_a_mode_means_the_same_as_the_short_one() {
    let short =
        "format = 1\n[function.f.on.domain]\ngone = { returns = \"Gone\", log = \"warn\" }\n";
    let long =
        "format = 1\n[function.f.on.domain.gone]\nreturns = \"Gone\"\nlog.level = \"warn\"\n";
    let mode = |text: &str| clean(text).contract.functions[0].modes[0].clone();
    let (short, long) = (mode(short), mode(long));
    assert_eq!(short.id(), long.id());
    assert_eq!(
        short.returns().unwrap().value,
        long.returns().unwrap().value
    );
    assert_eq!(short.log.unwrap().value, long.log.unwrap().value);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let text = include_str!("contracts/payments.toml");
    clean(&format!("\u{feff}{}", text.replace('\n', "\r\n")));
    let shown = plain("\u{feff}format = 1\r\nfrmat = 1\r\n");
    assert!(
        shown.starts_with("contracts/example.toml:2:1: error[RC101]"),
        "{shown}"
    );
    let shown = plain("\u{feff}fnction = 1\r\nformat = 1\r\n");
    assert!(
        shown.starts_with("contracts/example.toml:1:1: error[RC101]"),
        "{shown}"
    );
}

#[test]
fn an_empty_file_lacks_its_format_and_nothing_else() {
    assert_eq!(
        plain(""),
        "contracts/example.toml:1:1: error[RC111]: the file does not say which format it has\n  \
         help: format = 1"
    );
    clean("format = 1\n");
}

#[test]
fn a_key_whose_value_is_wrong_is_not_called_missing_as_well() {
    let shown = plain(
        "format = 1\n[retry.standard]\nmax_attempts = \"three\"\ninitial_delay = \"1s\"\nmax_delay = \"2s\"\n[function.f.on.domain]\ngone = { returns = 3 }\nlate = { returns = \"Late\", retry = \"standard\" }\n",
    );
    assert!(
        !shown.contains("RC107") && !shown.contains("RC108"),
        "{shown}"
    );
    assert_eq!(shown.matches("error[RC102]").count(), 2, "{shown}");
}

#[test]
fn every_mistake_ends_with_what_to_write() {
    for text in [
        include_str!("contracts/mistakes.toml"),
        include_str!("contracts/broken.toml"),
    ] {
        let source = source(text);
        for found in check(&source).diagnostics {
            assert!(found.help.is_some(), "{}", found.render_plain(&source));
        }
    }
}

#[test]
fn one_mistake_of_syntax_is_said_once_and_the_rest_is_read() {
    let after = "[interface.ledger]\nkind = \"databse\"\n";
    for (text, mistakes) in [
        // Never closed: what comes next would be its elements.
        (
            "[error.E]\nvariants = [\"A\", \"B\"\nunknown = 1\n",
            &["4:1: error[RC100]: a comma is missing"][..],
        ),
        // Closed, with a mistake inside.
        (
            "[error.E]\nvariants = [\n  \"A\"\n  \"B\",\n]\n",
            &["5:3: error[RC100]: a comma is missing"],
        ),
        (
            "[error.E]\nvariants = [\n  A,\n]\n",
            &["4:3: error[RC100]: `A` needs quotes"],
        ),
        // A text without an end.
        (
            "[function.f]\nsummary = \"\"\"one\ntwo\n",
            &["3:1: error[RC100]: the text is not closed"],
        ),
        (
            "[function.f]\nsummary = \"one\ndeadline = \"2 s\"\n",
            &[
                "3:15: error[RC100]: the text is not closed",
                "4:12: error[RC102]: `deadline`: a duration has no spaces",
            ],
        ),
        // A value that cannot be read, under a key that should not be there.
        (
            "[function.f]\ndeadlin = 2s\n",
            &[
                "3:1: error[RC101]: a function has no key `deadlin`",
                "3:11: error[RC100]: `2s` needs quotes",
            ],
        ),
        // Hardly a header any more: what follows is not the table's above.
        (
            "[interface.a]\nkind = \"http\"\ninterface.b]\nkind = \"database\"\nservice = \"b\"\n",
            &["4:12: error[RC100]: the header is not opened"],
        ),
        (
            "[interface.a]\nkind = \"http\"\n-[interface.b] # b\nkind = \"database\"\n",
            &["4:2: error[RC100]: something stands in front of the header"],
        ),
        // A bracket too many is none.
        (
            "[error.E]\nvariants = [\"A\"]\n]\nunknown = 1\n",
            &[
                "4:1: error[RC100]: `]` closes nothing",
                "5:1: error[RC101]: a shared error has no key `unknown`",
            ],
        ),
        // There already, over several lines.
        (
            "[error.E]\nvariants = [\"A\"]\nvariants = [\n  \"A\",\n]\nunknown = 1\n",
            &[
                "4:1: error[RC110]: `variants` is there already",
                "7:1: error[RC101]: a shared error has no key `unknown`",
            ],
        ),
        (
            "[function.f]\ndeadline = \"2s\"\n[function.f]\nunknown = 1\n",
            &["4:1: error[RC110]: `[function.f]` is there already"],
        ),
        (
            "[function.f]\ndeadline = 2026-11-21\n",
            &["3:12: error[RC102]: `deadline`: expected a duration such as \"2s\", found a date"],
        ),
    ] {
        let shown = plain(&format!("format = 1\n{text}{after}"));
        let errors: Vec<&str> = shown.lines().filter(|l| l.contains("error[")).collect();
        assert_eq!(errors.len(), mistakes.len() + 1, "{text}\n{shown}");
        for (error, mistake) in errors.iter().zip(mistakes) {
            assert!(error.contains(mistake), "{text}\n{mistake}\n{shown}");
        }
        assert!(
            errors.iter().any(|e| e.contains("`databse` is no kind")),
            "{text}\n{shown}"
        );
    }
}

#[test]
fn a_statement_over_several_lines_is_shown_where_it_begins() {
    let shown = plain("format = 1\n[error.E]\nvariants = [\"A\", \"B\"\n[function.f]\n");
    assert!(
        shown.contains("4:1: error[RC100]")
            && shown.contains("in what begins here (contracts/example.toml:3:1)"),
        "{shown}"
    );
}

#[test]
fn every_place_lies_between_characters() {
    let text = "format = 1\n[interface.gateway]\nkind = \"http\"\ncontract =\u{1f600}\"a.b\"\n";
    let shown: Vec<String> = check(&source(text))
        .diagnostics
        .into_iter()
        .map(|found| format!("{} {}", found.code, &text[found.primary.span]))
        .collect();
    assert_eq!(shown, ["RC115 contract =\u{1f600}", "RC100 \u{1f600}"]);
}

#[test]
fn a_table_is_at_its_own_header_wherever_it_stands() {
    let text = "format = 1\n[function.f.on.domain]\ngone = { returns = \"Gone\" }\n[ function . \"f\" ] # here\n[[interface]]\nkind = \"http\"\n";
    let source = source(text);
    let reading = read(&source);
    let at = |span: &std::ops::Range<usize>| (span.start, &text[span.clone()]);
    let function = reading.contract.function("f").unwrap();
    assert_eq!(at(&function.name.span), (75, "\"f\""));
    let [found] = &reading.diagnostics[..] else {
        panic!("{:?}", reading.diagnostics);
    };
    assert_eq!(at(&found.primary.span).1, "[[interface]]");
}
