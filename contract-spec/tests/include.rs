//! Files that include others: what they share, and where their mistakes are told.

use std::collections::HashMap;

use contract_spec::{Checked, Diagnostic, Source, check_with};

const COMMON: &str = r#"
format = 1

[kind.ledger_api.mode]
timeout = { mandatory = true, effect = "maybe", retry = "idempotent" }
frozen = { mandatory = true, effect = "none", retry = "no" }

[interface.ledger]
kind = "ledger_api"
timeout = "1s"

[interface.gateway]
kind = "http"
timeout = "2s"

[retry.standard]
max_attempts = 3
initial_delay = "100ms"

[error.PayError]
variants = ["Timeout", "Frozen", "Unexpected"]
"#;

const PAY: &str = r#"
format = 1
include = ["common.toml"]

[function.pay]
error = "PayError"
idempotency = "key"
deadline = "10s"

[function.pay.on.ledger]
timeout = { returns = "Timeout", retry = "standard" }
frozen = { returns = "Frozen" }
other = { returns = "Unexpected" }
"#;

fn run(files: &[(&str, &str)]) -> (Checked, Vec<String>) {
    let texts: HashMap<&str, &str> = files.iter().copied().collect();
    let mut loaded = Vec::new();
    let first = Source::new(files[0].0, files[0].1);
    let checked = check_with(&first, &mut |path: &str| {
        loaded.push(path.to_owned());
        texts
            .get(path)
            .map(|t| (*t).to_owned())
            .ok_or_else(|| "there is no such file".to_owned())
    });
    let render = |source: &Source, found: &[Diagnostic]| -> Vec<String> {
        found
            .iter()
            .map(|d| d.render_plain(source).lines().next().unwrap().to_owned())
            .collect()
    };
    let mut shown = render(&first, &checked.reading.diagnostics);
    for file in &checked.included {
        shown.extend(render(&file.source, &file.reading.diagnostics));
    }
    let before = loaded.len();
    loaded.sort();
    loaded.dedup();
    assert_eq!(before, loaded.len(), "a file was read twice");
    (checked, shown)
}

#[test]
fn what_an_included_file_declares_is_known() {
    let (checked, shown) = run(&[("c/pay.toml", PAY), ("c/common.toml", COMMON)]);
    assert_eq!(shown, [""; 0]);
    let contract = checked.reading.contract;
    assert!(contract.interfaces.is_empty());
    assert_eq!(
        *contract.interface("ledger").unwrap().kind.value,
        *"ledger_api"
    );
    assert_eq!(contract.kind_of("ledger").unwrap().modes().len(), 2);
    assert!(contract.retry("standard").is_some());
    assert_eq!(contract.included[0].path, "c/common.toml");
}

#[test]
fn rules_reach_into_included_files() {
    let text = PAY
        .replace("10s", "2s")
        .replace("frozen = { returns = \"Frozen\" }\n", "");
    let (_, shown) = run(&[("c/pay.toml", &text), ("c/common.toml", COMMON)]);
    assert_eq!(
        shown,
        [
            "c/pay.toml:10:18: error[RC105]: `ledger` does not decide on `frozen`",
            "c/pay.toml:11:42: error[RC155]: 3 attempts of 1s and delays of 100ms + 200ms take 3s300ms, over the deadline of 2s",
        ]
    );
}

#[test]
fn a_mistake_is_reported_in_the_file_where_it_stands() {
    let common = COMMON.replace("\"2s\"", "2");
    let (checked, shown) = run(&[("c/pay.toml", PAY), ("c/common.toml", &common)]);
    assert_eq!(
        shown,
        [
            "c/common.toml:14:11: error[RC102]: `timeout`: expected a duration such as \"2s\", found an integer"
        ]
    );
    assert!(!checked.reading.has_errors());
    assert!(checked.has_errors());
}

#[test]
fn a_missing_file_is_one_mistake_and_not_one_for_each_name_in_it() {
    let (_, shown) = run(&[("c/pay.toml", PAY)]);
    assert_eq!(
        shown,
        ["c/pay.toml:3:12: error[RC116]: `common.toml` cannot be included: there is no such file"]
    );
}

#[test]
fn files_that_include_each_other_are_refused_where_the_circle_closes() {
    let a = "format = 1\ninclude = [\"b.toml\"]\n";
    let b = "format = 1\ninclude = [\"../c/a.toml\"]\n";
    let (_, shown) = run(&[("c/a.toml", a), ("c/b.toml", b)]);
    assert_eq!(
        shown,
        [
            "c/b.toml:2:12: error[RC116]: `../c/a.toml` cannot be included: it leads back to itself (c/a.toml → c/b.toml → c/a.toml)"
        ]
    );
    let (_, shown) = run(&[("c/a.toml", "format = 1\ninclude = [\"a.toml\"]\n")]);
    assert_eq!(shown.len(), 1);
    assert!(shown[0].contains("leads back to itself"), "{shown:?}");
}

#[test]
fn a_file_that_two_ways_lead_to_is_read_once() {
    let top = "format = 1\ninclude = [\"b.toml\", \"d.toml\"]\n";
    let middle = "format = 1\ninclude = [\"common.toml\"]\n";
    let (checked, shown) = run(&[
        ("c/a.toml", top),
        ("c/b.toml", middle),
        ("c/d.toml", middle),
        ("c/common.toml", &COMMON.replace("\"2s\"", "2")),
    ]);
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(checked.included.len(), 3);
    assert_eq!(checked.reading.contract.included.len(), 3);
    assert!(checked.reading.contract.interface("ledger").is_some());
}

#[test]
fn one_name_is_declared_in_one_place() {
    let text = PAY.replace(
        "[function.pay]",
        "[interface.gateway]\nkind = \"grpc\"\n\n[function.pay.on.gateway]\nother = { returns = \"Unexpected\" }\n\n[function.pay]",
    );
    let (_, shown) = run(&[("c/pay.toml", &text), ("c/common.toml", COMMON)]);
    assert_eq!(
        shown[0],
        "c/pay.toml:5:12: error[RC110]: the interface `gateway` is declared in c/common.toml already"
    );
}

#[test]
fn only_relative_paths_are_included() {
    for path in [
        "/etc/common.toml",
        "C:/common.toml",
        "..\\\\common.toml",
        "common",
        "",
        "a//b.toml",
    ] {
        let text = format!("format = 1\ninclude = [\"{path}\"]\n");
        let (_, shown) = run(&[("c/pay.toml", &text)]);
        assert_eq!(shown.len(), 1, "{shown:?}");
        assert!(shown[0].contains("error[RC112]"), "{shown:?}");
    }
}

#[test]
fn a_ladder_of_includes_costs_no_more_than_its_files() {
    let names: Vec<String> = (0..40).map(|n| format!("c/f{n}.toml")).collect();
    let texts: Vec<String> = (0..40)
        .map(|n| {
            format!(
                "format = 1\ninclude = [\"f{}.toml\", \"f{}.toml\"]\n",
                n + 1,
                n + 2
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = names
        .iter()
        .map(String::as_str)
        .zip(texts.iter().map(String::as_str))
        .collect();
    let (_, shown) = run(&files);
    assert!(!shown.is_empty() && shown.len() < 80, "{}", shown.len());
}
