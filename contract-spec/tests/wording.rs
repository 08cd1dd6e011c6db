//! What the reader says of a file that is no TOML, mistake by mistake.

use contract_spec::{Source, check};

/// The mistakes of syntax behind a sound beginning: what is pointed at, what is said, what
/// is proposed.
fn said(statement: &str) -> Vec<[String; 3]> {
    let before = "format = 1\n\n[function.charge]\nerror = \"ChargeError\"\n";
    let source = Source::new("contracts/example.toml", format!("{before}{statement}"));
    let found = check(&source).diagnostics;
    let syntax = found.into_iter().filter(|found| found.code == "RC100");
    syntax
        .map(|found| {
            let place = source.text[found.primary.span].to_owned();
            [place, found.message, found.help.unwrap()]
        })
        .collect()
}

fn each(mistakes: &[(&str, &str, &str, &str)]) {
    for (statement, place, message, help) in mistakes {
        assert_eq!(
            said(statement),
            [[*place, *message, *help]],
            "{statement:?}"
        );
    }
}

const REMOVE: &str = "remove it";

#[test]
fn between_a_key_and_its_value() {
    const EQUALS: &str = "write `=` between a key and its value";
    each(&[
        ("tier \"low\"\n", "\"", "`=` is missing", EQUALS),
        ("two words = 1\n", "words", "`=` is missing", EQUALS),
        (
            "tier: \"low\"\n",
            ":",
            "`:` stands where TOML has `=`",
            EQUALS,
        ),
        (
            "\"tier\": \"low\",\n",
            ":",
            "`:` stands where TOML has `=`",
            EQUALS,
        ),
        (
            "tier => \"low\"\n",
            ">",
            "`=>` stands where TOML has `=`",
            EQUALS,
        ),
        (
            "tier == \"low\"\n",
            "=",
            "there is one `=` too many",
            REMOVE,
        ),
        ("tier\n", "\n", "`tier` has no value", "tier = …"),
        ("tier\r\n", "\r", "`tier` has no value", "tier = …"),
        ("tier # low\n", "#", "`tier` has no value", "tier = …"),
        ("tier", "", "`tier` has no value", "tier = …"),
        (
            "- tier: low\n",
            "tier",
            "this is a list of YAML",
            "key = [\"…\", \"…\"]",
        ),
    ]);
}

#[test]
fn a_value_that_is_none() {
    const QUOTES: &str = "a text stands in quotes: \"…\"";
    const VALUE: &str = "write it behind the `=`, or remove the key";
    const NUMBER: &str = "write a number such as 3 or 1.5";
    each(&[
        ("tier = low\n", "low", "`low` needs quotes", "\"low\""),
        (
            "tier = null\n",
            "null",
            "there is no `null` in TOML",
            "leave the key out",
        ),
        ("deadline = 2s\n", "2s", "`2s` needs quotes", "\"2s\""),
        ("tier =\n", "\n", "the value is missing", VALUE),
        ("tier = # low\n", "#", "the value is missing", VALUE),
        ("tier = \r\n", "\r", "the value is missing", VALUE),
        ("tier =", "", "the value is missing", VALUE),
        (
            "max_calls = 010\n",
            "010",
            "`010` is no number: leading zeros are not allowed",
            "10",
        ),
        (
            "max_calls = 1__0\n",
            "_",
            "`1__0` is no number: underscores must be between two digits",
            NUMBER,
        ),
        (
            "max_calls = 5.\n",
            "5.",
            "`5.` is no number: nothing after decimal point",
            NUMBER,
        ),
        (
            "max_calls = .5\n",
            ".",
            "a number begins with a digit",
            "0.5",
        ),
        (
            "max_calls = 2026-13-45\n",
            "2026-13-45",
            "`2026-13-45` is no date: month is out of range",
            QUOTES,
        ),
        ("tier = @low\n", "@", "`@` begins no value", QUOTES),
        (
            "sensitive = (\"a\")\n",
            "(",
            "`(` begins no value",
            "a list stands in brackets: [\"…\"]",
        ),
        (
            "tier = “low”\n",
            "“",
            "`“` is no quotation mark of TOML",
            "write straight ones: \"…\"",
        ),
    ]);
}

#[test]
fn in_a_text() {
    const BACKSLASH: &str = "write `\\\\` for a backslash, or the text in single quotes";
    const OPEN: &str = "the text is not closed";
    each(&[
        ("tier = \"low\n", "", OPEN, "write `\"` where it ends"),
        ("tier = 'low\n", "", OPEN, "write `'` where it ends"),
        (
            "tier = \"\"\"low\n",
            "tier = \"\"\"low",
            OPEN,
            "write `\"\"\"` where it ends",
        ),
        (
            "tier = '''low\n",
            "tier = '''low",
            OPEN,
            "write `'''` where it ends",
        ),
        (
            "summary = \"C:\\data\"\n",
            "d",
            "`\\d` is no escape",
            BACKSLASH,
        ),
        (
            "summary = \"C:\\users\"\n",
            "s",
            "`\\u` needs four hexadecimal digits, `\\U` eight and `\\x` two",
            BACKSLASH,
        ),
        (
            "summary = \"\\uD800\"\n",
            "\\uD800",
            "there is no character D800",
            BACKSLASH,
        ),
        (
            "summary = \"a\u{1}b\"\n",
            "\u{1}",
            "the control character U+0001 cannot stand here",
            "remove it; in a text it is written \"\\u0001\"",
        ),
        (
            "summary = 'it's'\n",
            "s",
            "the text ended at the quote before this",
            "write a text with `'` in double quotes: \"…\"",
        ),
        (
            "summary = \"the \"low\" one\"\n",
            "low",
            "the text ended at the quote before this",
            "write `\\\"` for a quote in a text",
        ),
    ]);
}

#[test]
fn behind_what_is_complete() {
    const OWN_LINE: &str = "remove it: each key stands on a line of its own";
    const LINE: &str = "each key stands on a line of its own, a text stands in quotes as a whole, \
                        and a comment begins with `#`";
    each(&[
        (
            "tier = \"low\",\n",
            ",",
            "`,` stands behind the value",
            OWN_LINE,
        ),
        (
            "tier = \"low\"; max_calls = 1\n",
            ";",
            "`;` stands behind the value",
            OWN_LINE,
        ),
        (
            "tier = \"low\" max_calls = 1\n",
            "max_calls",
            "`max_calls` stands behind the value",
            LINE,
        ),
        (
            "tier = \"low\" \"high\"\n",
            "\"",
            "a text stands behind the value",
            "each key stands on a line of its own, and a list in brackets: [\"…\", \"…\"]",
        ),
        ("deadline = 2 s\n", "s", "`s` stands behind the value", LINE),
        ("[a] b = 1\n", "b", "`b` stands behind the header", LINE),
        ("sensitive = [\"a\"]]\n", "]", "`]` closes nothing", REMOVE),
        (
            "tier = \"low\"\rmax_calls = 1\n",
            "\r",
            "a carriage return alone ends no line",
            "end the line with a line feed",
        ),
        (
            "# \u{1}\n",
            "\u{1}",
            "the control character U+0001 cannot stand here",
            "remove it; in a text it is written \"\\u0001\"",
        ),
    ]);
}

#[test]
fn lists_and_tables_in_a_line() {
    const VALUES: &str = "write `,` between two values, or `]` where the list ends";
    const KEYS: &str = "write `,` in front of the key, or `}` where the table ends";
    const COMMA: &str = "in front of the comma, a value is missing";
    const LIST: &str = "the list is not closed";
    const TABLE: &str = "the table is not closed";
    each(&[
        (
            "sensitive = [\"a\" \"b\"]\n",
            "\"",
            "a comma is missing",
            VALUES,
        ),
        (
            "sensitive = [\"a\",, \"b\"]\n",
            ",",
            COMMA,
            "write it, or remove the comma",
        ),
        (
            "sensitive = [\"a\"\n",
            "sensitive = [\"a\"",
            LIST,
            "write `]` where it ends",
        ),
        ("on = { a = 1 b = 2 }\n", "b", "a comma is missing", KEYS),
        (
            "on = { a = 1,, b = 2 }\n",
            ",",
            "there is one comma too many",
            REMOVE,
        ),
        ("on = { a, b = 2 }\n", ",", "`a` has no value", "a = …"),
        (
            "on = { a = 1\n",
            "on = { a = 1",
            TABLE,
            "write `}` where it ends",
        ),
        ("on = { a = 1 }}\n", "}", "`}` closes nothing", REMOVE),
    ]);
}

#[test]
fn where_a_key_has_to_stand() {
    const KEY: &str = "a key is of the letters a to z, digits, `_` and `-`, or in quotes";
    const MARKS: &str = "keep one of the two sides, and remove the marks";
    const COMMENT: &str = "a comment begins with `#`";
    each(&[
        (
            "= 1\n",
            "=",
            "the key is missing",
            "write it in front of the `=`",
        ),
        (
            "größe = 1\n",
            "ö",
            "`ö` cannot stand in a key without quotes",
            KEY,
        ),
        (
            "$ref = 1\n",
            "$",
            "`$` cannot stand in a key without quotes",
            KEY,
        ),
        (
            "\"\"\"tier\"\"\" = 1\n",
            "\"\"\"tier\"\"\"",
            "a key cannot go over several lines",
            "write it without quotes, or in single ones",
        ),
        (
            "error.name = 1\n",
            "error",
            "`error` is something else already",
            "keep one of the two, or give one another name",
        ),
        ("// low\n", "/", "this is no comment", COMMENT),
        ("; low\n", ";", "this is no comment", COMMENT),
        (
            "{ \"function\": {} }\n",
            "{",
            "this is JSON",
            "a header begins a table, and each key stands on a line of its own",
        ),
        ("<<<<<<< HEAD\n", "<", "a merge left its marks here", MARKS),
        ("=======\n", "=", "a merge left its marks here", MARKS),
        (">>>>>>> main\n", ">", "a merge left its marks here", MARKS),
    ]);
}

#[test]
fn a_header() {
    const DOTS: &str = "write the names with one dot between each two";
    const NO_NAME: &str = "a name is missing in the header";
    each(&[
        ("[a.b\n", "\n", "the header is not closed", "[a.b]"),
        ("[[a.b\n", "\n", "the header is not closed", "[[a.b]]"),
        ("[[a.b]\n", "\n", "the header is not closed", "[[a.b]]"),
        (
            "[a b]\n",
            "b",
            "in a header, names are joined by dots",
            "write the dot, or quotes around a name that is not of letters, digits, `_` and `-`",
        ),
        ("a.b]\n", "]", "the header is not opened", "[a.b]"),
        (
            "-[a.b] # c\n",
            "[",
            "something stands in front of the header",
            "remove it: a header begins its line",
        ),
        ("[a..b]\n", ".", NO_NAME, DOTS),
        ("[]\n", "]", NO_NAME, DOTS),
        ("[a]]\n", "]", "`]` closes nothing", REMOVE),
    ]);
}

#[test]
fn what_is_toml_is_no_mistake_of_syntax() {
    for statement in [
        "tier = \"low\" # a comment\n",
        "summary = 'it is'\nsensitive = [\n  'a', # one\n  \"b\",\n]\n",
        "summary = \"\"\"\nthe \"low\" one\"\"\"\n",
        "summary = \"\\u00e9 \\\\ \\\"\"\n",
        "on = { a = 1, \"größe\" = 0x1F, }\n",
        "[ a . \"b c\" ]\n[[a.d]]\n[[a.d]]\n",
    ] {
        assert!(said(statement).is_empty(), "{:?}", said(statement));
    }
}

#[test]
fn a_file_that_is_something_else_is_not_answered_line_by_line() {
    let file: String = (0..60).map(|number| format!("key{number}: 1\n")).collect();
    let said = said(&file);
    assert_eq!(said.len(), 51);
    let [_, message, help] = &said[50];
    assert_eq!(message, "and more: this does not look like a contract");
    assert_eq!(help, "mend what comes first");
}
