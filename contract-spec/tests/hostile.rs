//! Files that no person wrote: whatever comes, an answer comes.

use contract_spec::{LineIndex, Source, check};

/// Checks a text on a thread with the stack that tests and servers give, and renders
/// some of what was found, as a caller would. What does not end, or takes much longer than
/// its length says, shows by the test itself.
fn survives(text: String) {
    let run = move || {
        let source = Source::new("contracts/hostile.toml", text);
        let reading = check(&source);
        let lines = LineIndex::new(&source.text);
        for found in &reading.diagnostics {
            assert!(
                source.text.get(found.primary.span.clone()).is_some(),
                "{found:?}"
            );
            lines.line_column(found.primary.span.end);
        }
        for found in reading.diagnostics.iter().take(2) {
            assert!(found.render_plain(&source).contains(found.code));
        }
        let places = reading.diagnostics.iter().map(|d| d.primary.span.start);
        assert!(places.is_sorted(), "in the order of the file");
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    thread.unwrap().join().unwrap();
}

const MEGABYTE: usize = 1 << 20;

#[test]
fn a_megabyte_of_nested_tables_and_arrays_is_refused() {
    survives(format!("a = {}", "[".repeat(MEGABYTE)));
    survives(format!("a = {}", "{a=".repeat(MEGABYTE / 3)));
    survives("[".repeat(MEGABYTE));
    survives("a.".repeat(MEGABYTE / 2));
    survives(format!("[{}a]", "a.".repeat(MEGABYTE / 2)));
    survives("[a]\n[[a]]\n".repeat(MEGABYTE / 10));
}

#[test]
fn keys_nested_in_nested_tables_do_not_overflow_the_stack() {
    let key = format!("{}a", "a.".repeat(78));
    let value = format!("{}1{}", format!("{{{key}=").repeat(78), "}".repeat(78));
    survives(format!("{key} = {value}"));
    survives(format!("[function.f.on]\n{key} = {value}"));
}

#[test]
fn a_megabyte_of_anything_is_answered() {
    survives("=\n".repeat(MEGABYTE / 2));
    survives("x = @\n".repeat(MEGABYTE / 6));
    survives("\0".repeat(MEGABYTE));
    survives("a = \"\"\"".to_owned() + &"x\n".repeat(MEGABYTE / 2));
    survives((0..60_000).map(|n| format!("key{n} = {n}\n")).collect());
    survives("format = 1\n".repeat(MEGABYTE / 11));
}

#[test]
fn a_megabyte_of_names_is_answered() {
    let modes: String = (0..40_000)
        .map(|n| format!("m{n}={{returns=\"V{n}\"}}\n"))
        .collect();
    survives(format!("format = 1\n[function.f.on.domain]\n{modes}"));
    survives(format!(
        "format = 1\n[interface.i]\nkind = \"http\"\n[function.f.on.i]\n{modes}"
    ));
    let interfaces: String = (0..3_000)
        .map(|n| {
            format!("[interface.i{n}]\nkind=\"http\"\n[function.f.on.j{n}]\nx={{retry=\"r\"}}\n")
        })
        .collect();
    survives(format!("format = 1\n{interfaces}"));
    let words: String = (0..100_000).map(|n| format!("\"V{n}\",")).collect();
    survives(format!("format = 1\n[error.E]\nvariants = [{words}]\n"));
    survives(format!(
        "format = 1\n[function.f]\nerror = \"E\"\nsensitive = [{words}]\n"
    ));
    let functions: String = (0..10_000)
        .map(|n| format!("[function.f{n}.on.domain]\na={{returns=\"A\",retry=\"r{n}\"}}\n"))
        .collect();
    survives(format!("format = 1\n{functions}"));
    survives(format!("{} = 1", "x".repeat(MEGABYTE)));
    survives(format!(
        "format = 1\n[interface.a]\nkind = \"{}\"",
        "x".repeat(MEGABYTE)
    ));
}

#[test]
fn one_function_on_thousands_of_interfaces_is_answered() {
    let interfaces: String = (0..3_000)
        .map(|n| {
            format!(
                "[interface.i{n}]\nkind=\"http\"\n[function.f.on.i{n}]\ntimeout={{returns=\"A\",retry=\"r\"}}\n"
            )
        })
        .collect();
    survives(format!(
        "format = 1\n[retry.r]\nmax_attempts = 3\n{interfaces}"
    ));
    let calls: String = (0..3_000)
        .map(|n| {
            format!(
                "[interface.i{n}]\nkind=\"contract\"\ncontract=\"hostile.f{}\"\n[function.f{n}.on.i{n}]\na={{returns=\"A\",retry=\"r\"}}\n",
                n + 1
            )
        })
        .collect();
    survives(format!("format = 1\n[retry.r]\nmax_attempts = 3\n{calls}"));
}

#[test]
fn every_cut_and_every_flipped_byte_of_a_contract_is_answered() {
    let text = include_str!("contracts/payments.toml");
    let ends = (0..=text.len()).filter(|at| text.is_char_boundary(*at));
    for end in ends.clone() {
        check(&Source::new("payments.toml", &text[..end]));
        check(&Source::new("payments.toml", &text[end..]));
    }
    for at in ends.filter(|at| *at < text.len() && at % 3 == 0) {
        for replacement in [
            "", "\"", "[", "{", "}", "=", ".", "\n", "#", "\u{0}", "é", "\r",
        ] {
            let next = at + text[at..].chars().next().map_or(0, char::len_utf8);
            let mended = format!("{}{replacement}{}", &text[..at], &text[next..]);
            let source = Source::new("payments.toml", mended);
            for found in check(&source).diagnostics {
                assert!(source.text.get(found.primary.span).is_some());
            }
        }
    }
}

#[test]
fn odd_unicode_has_its_place() {
    for text in [
        "\u{feff}\u{feff}format = 1",
        "format = 1\u{2028}[interface]",
        "\u{202e}format = 1",
        "[function.\"\u{1f4a5}\"]\n[function.\"\"]\n[interface.\"a.b\"]\nkind = \"\u{fe0f}\"",
        "format = 1\n[retry.r]\ninitial_delay = \"\u{661}s\"",
        "format = \"1\"\r\n\u{b}",
        "[error.\"Zeitüberschreitung\"]\nvariants = [\"Überlauf\", \"\u{0301}\"]",
    ] {
        survives(text.to_owned());
    }
}
