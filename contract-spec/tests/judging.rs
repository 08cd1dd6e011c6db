//! Where rules begin and where they end: the cases next to each other.

use contract_spec::{Source, check};

fn found(text: &str) -> Vec<(&'static str, String)> {
    let source = Source::new("contracts/example.toml", text);
    check(&source)
        .diagnostics
        .into_iter()
        .map(|d| (d.code, d.message))
        .collect()
}

fn codes(text: &str) -> Vec<&'static str> {
    found(text).into_iter().map(|(code, _)| code).collect()
}

/// A function that retries one mode of one interface.
fn retrying(kind: &str, mode: &str, function: &str, handling: &str) -> Vec<&'static str> {
    let text = format!(
        "format = 1\n\
         [interface.it]\nkind = \"{kind}\"\ntimeout = \"1s\"\n\
         [retry.r]\nmax_attempts = 2\ninitial_delay = \"100ms\"\n\
         [function.f]\n{function}\n\
         [function.f.on.it]\n{mode} = {{ returns = \"Failed\", retry = \"r\"{handling} }}\n"
    );
    // Only the rules on retries: the other modes of the interface are left out.
    codes(&text)
        .into_iter()
        .filter(|code| ("RC150".."RC155").contains(code))
        .collect()
}

#[test]
fn what_may_have_been_applied_is_retried_only_if_it_may_run_twice() {
    for idempotency in ["", "idempotency = \"unsafe\""] {
        assert_eq!(retrying("http", "timeout", idempotency, ""), ["RC150"]);
        assert_eq!(retrying("http", "server_error", idempotency, ""), ["RC150"]);
        assert_eq!(retrying("http", "other", idempotency, ""), ["RC150"]);
        assert_eq!(retrying("cache", "connection", idempotency, ""), ["RC150"]);
        assert_eq!(retrying("http", "connect", idempotency, ""), [""; 0]);
        assert_eq!(retrying("http", "rate_limited", idempotency, ""), [""; 0]);
        assert_eq!(retrying("database", "connection", idempotency, ""), [""; 0]);
        assert_eq!(
            retrying("http", "timeout", idempotency, ", effect = \"none\""),
            [""; 0]
        );
        assert_eq!(
            retrying("http", "connect", idempotency, ", effect = \"maybe\""),
            ["RC150"]
        );
    }
    for idempotency in ["idempotency = \"safe\"", "idempotency = \"key\""] {
        assert_eq!(retrying("http", "timeout", idempotency, ""), [""; 0]);
        assert_eq!(retrying("http", "server_error", idempotency, ""), [""; 0]);
        assert_eq!(retrying("http", "other", idempotency, ""), ["RC152"]);
    }
}

#[test]
fn a_lasting_failure_is_one_mistake_however_unsafe_the_retry_is() {
    assert_eq!(retrying("http", "forbidden", "", ""), ["RC151"]);
    assert_eq!(
        retrying("http", "bad_body", "idempotency = \"unsafe\"", ""),
        ["RC151"]
    );
    assert_eq!(retrying("queue", "serialization", "", ""), ["RC151"]);
}

#[test]
fn a_conflict_of_a_database_is_retried_as_a_transaction() {
    assert_eq!(retrying("database", "write_conflict", "", ""), ["RC154"]);
    assert_eq!(
        retrying("database", "write_conflict", "", ", rollback = true"),
        [""; 0]
    );
    assert_eq!(retrying("object_store", "conflict", "", ""), [""; 0]);
}

#[test]
fn what_is_waived_is_neither_retried_nor_logged() {
    let text = "format = 1\n[interface.it]\nkind = \"cache\"\ntimeout = \"1s\"\n\
        [retry.r]\nmax_attempts = 9\ninitial_delay = \"1s\"\nmax_delay = \"2s\"\n\
        [function.f]\ndeadline = \"2s\"\n[function.f.on.it]\n\
        connection = { returns = \"Down\" }\ntimeout = { returns = \"Down\" }\n\
        write_conflict = { returns = \"Down\" }\nother = { returns = \"Down\" }\n\
        not_found = { waived = \"every key was written at the start\", retry = \"r\", log = \"error\" }\n";
    assert_eq!(codes(text), ["RC160", "RC114"]);
}

fn deadline(attempts: u32, timeout: &str, deadline: &str) -> Vec<(&'static str, String)> {
    found(&format!(
        "format = 1\n[interface.it]\nkind = \"http\"\n{timeout}\n\
         [retry.r]\nmax_attempts = {attempts}\ninitial_delay = \"100ms\"\nmax_delay = \"300ms\"\n\
         [function.f]\nidempotency = \"safe\"\ndeadline = \"{deadline}\"\n\
         [function.f.on.it]\ntimeout = {{ returns = \"Late\", retry = \"r\" }}\n\
         unauthorized = {{ returns = \"Refused\" }}\nnot_found = {{ returns = \"Gone\" }}\n\
         server_error = {{ returns = \"Late\", retry = \"r\" }}\nother = {{ returns = \"Odd\" }}\n"
    ))
}

#[test]
fn the_worst_case_of_a_retry_is_reckoned_out() {
    assert_eq!(deadline(4, "timeout = \"1s\"", "4600ms"), []);
    assert_eq!(
        deadline(4, "timeout = \"1s\"", "4599ms"),
        [("RC155", "4 attempts of 1s and delays of 100ms + 200ms + 300ms take 4s600ms, over the deadline of 4s599ms".to_owned())]
    );
    assert_eq!(deadline(4, "", "600ms"), []);
    assert_eq!(
        deadline(4, "", "500ms"),
        [("RC155", "the delays of 100ms + 200ms + 300ms between 4 attempts alone take 600ms, over the deadline of 500ms".to_owned())]
    );
    // One attempt over the deadline is the mistake, not what follows from it.
    assert_eq!(
        deadline(4, "timeout = \"6s\"", "5s").first().map(|f| f.0),
        Some("RC171")
    );
    assert_eq!(deadline(4, "timeout = \"6s\"", "5s").len(), 1);
}

#[test]
fn retries_through_three_layers_multiply() {
    let layers = |attempts: u32| {
        format!(
            "format = 1\n[interface.db]\nkind = \"database\"\ntimeout = \"1s\"\n\
             [interface.a]\nkind = \"contract\"\ncontract = \"example.a\"\n\
             [interface.b]\nkind = \"contract\"\ncontract = \"example.b\"\n\
             [retry.r]\nmax_attempts = {attempts}\ninitial_delay = \"10ms\"\n\
             [function.a]\nidempotency = \"safe\"\n[function.a.on.db]\n\
             connection = {{ returns = \"Down\", retry = \"r\" }}\ntimeout = {{ returns = \"Slow\" }}\n\
             write_conflict = {{ returns = \"Busy\" }}\nnot_found = {{ returns = \"Gone\" }}\n\
             other = {{ returns = \"Odd\" }}\n\
             [function.b]\nidempotency = \"safe\"\n[function.b.on.a]\n\
             down = {{ returns = \"Away\", retry = \"r\" }}\nslow = {{ returns = \"Away\", retry = \"r\" }}\n\
             busy = {{ returns = \"Away\" }}\ngone = {{ returns = \"Missing\" }}\nodd = {{ returns = \"Away\" }}\n\
             [function.c]\nidempotency = \"safe\"\n[function.c.on.b]\n\
             away = {{ returns = \"Off\", retry = \"r\" }}\nmissing = {{ returns = \"Nope\" }}\n"
        )
    };
    assert_eq!(found(&layers(2)), []);
    assert_eq!(
        found(&layers(3)),
        [(
            "RC163",
            "3 attempts around the 9 of `b` are 27 calls for one failure".to_owned()
        )]
    );
    assert_eq!(codes(&layers(4)), ["RC163", "RC163"]);
}

#[test]
fn functions_that_call_each_other_in_a_circle_are_judged_all_the_same() {
    let text = "format = 1\n\
        [interface.a]\nkind = \"contract\"\ncontract = \"example.a\"\n\
        [interface.b]\nkind = \"contract\"\ncontract = \"example.b\"\n\
        [retry.r]\nmax_attempts = 3\ninitial_delay = \"10ms\"\n\
        [function.a]\nidempotency = \"safe\"\n[function.a.on.b]\ndown = { returns = \"Down\", retry = \"r\" }\n\
        [function.b]\nidempotency = \"safe\"\n[function.b.on.a]\ndown = { returns = \"Down\", retry = \"r\" }\n";
    let _ = found(text);
}

#[test]
fn two_failures_share_a_variant_if_callers_do_the_same_about_both() {
    let with = |a: &str, b: &str| {
        let text = format!(
            "format = 1\n[interface.it]\nkind = \"http\"\ntimeout = \"1s\"\n[function.f.on.it]\n\
             timeout = {{ returns = \"A\" }}\nunauthorized = {{ returns = \"U\" }}\n\
             not_found = {{ returns = \"N\" }}\nserver_error = {{ returns = \"A\" }}\n\
             {a} = {{ returns = \"X\" }}\n{b} = {{ returns = \"X\" }}\nother = {{ returns = \"O\" }}\n"
        );
        codes(&text)
    };
    assert_eq!(with("connect", "rate_limited"), [""; 0]);
    assert_eq!(with("forbidden", "bad_request"), [""; 0]);
    assert_eq!(with("connect", "unexpected_status"), [""; 0]);
    assert_eq!(with("connect", "forbidden"), ["RC130"]);
}

#[test]
fn one_immediate_repetition_needs_no_delay_and_two_do() {
    let with = |attempts: u32, delay: &str| {
        let text = format!(
            "format = 1\n[retry.r]\nmax_attempts = {attempts}\n{delay}\n\
             [function.f.on.domain]\ngone = {{ returns = \"Gone\", retry = \"r\" }}\n"
        );
        codes(&text)
    };
    assert_eq!(with(2, "initial_delay = \"0ms\""), [""; 0]);
    assert_eq!(with(3, "initial_delay = \"0ms\""), ["RC156"]);
    assert_eq!(with(2, ""), ["RC156"]);
    assert_eq!(with(1, ""), ["RC161"]);
    assert_eq!(with(5, "initial_delay = \"1s\""), [""; 0]);
    assert_eq!(with(5, "initial_delay = \"5s\""), ["RC159"]);
    assert_eq!(with(6, "initial_delay = \"1ms\""), ["RC160"]);
}

#[test]
fn a_deadline_of_every_function_stands_in_for_a_timeout() {
    let with = |function: &str| {
        let modes = "connection = { returns = \"D\" }\ntimeout = { returns = \"D\" }\n\
            write_conflict = { returns = \"B\" }\nnot_found = { returns = \"N\" }\nother = { returns = \"O\" }\n";
        let text = format!(
            "format = 1\n[interface.it]\nkind = \"database\"\n\
             [function.f]\n{function}\n[function.f.on.it]\n{modes}\
             [function.g]\ndeadline = \"2s\"\n[function.g.on.it]\n{modes}"
        );
        codes(&text)
    };
    assert_eq!(with("deadline = \"1s\""), [""; 0]);
    assert_eq!(with(""), ["RC170"]);
}
