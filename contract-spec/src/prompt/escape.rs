//! Keeps texts in their places: what a contract or a source file says can neither end a
//! code block, nor begin a heading or a row of a table, nor hide characters.

use std::fmt::Write as _;

use crate::rules::advice::text::is_invisible;

/// Longer texts are cut: a reason is a sentence, and a prompt is no place for a novel.
const LONGEST: usize = 400;

/// A text of the contract, on one line, between « and ».
pub fn quoted(text: &str) -> String {
    let mut escaped = String::from("«");
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut characters = visible(&line).chars().collect::<Vec<_>>();
    if characters.len() > LONGEST {
        characters.truncate(LONGEST);
        characters.push('…');
    }
    for (at, &character) in characters.iter().enumerate() {
        match character {
            // Within a word it marks nothing.
            '_' if at > 0
                && characters[at - 1].is_alphanumeric()
                && characters.get(at + 1).is_some_and(|c| c.is_alphanumeric()) =>
            {
                escaped.push('_');
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' | '$' => {
                escaped.extend(['\\', character]);
            }
            '«' => escaped.push('‹'),
            '»' => escaped.push('›'),
            other => escaped.push(other),
        }
    }
    escaped.push('»');
    escaped
}

/// A name as code, within a line or a cell of a table.
pub fn code(text: &str) -> String {
    let line = visible(&text.split_whitespace().collect::<Vec<_>>().join(" ")).replace('|', "\\|");
    let ticks = "`".repeat(longest_run(&line) + 1);
    // A backtick beside the fence would be taken for a part of it.
    let gap = if line.starts_with('`') || line.ends_with('`') || line.is_empty() {
        " "
    } else {
        ""
    };
    format!("{ticks}{gap}{line}{gap}{ticks}")
}

/// Some lines as code, in a fence that they cannot end.
pub fn block(language: &str, text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let text = text
        .trim_matches('\n')
        .split('\n')
        .map(visible)
        .collect::<Vec<_>>()
        .join("\n");
    let fence = "`".repeat(usize::max(3, longest_run(&text) + 1));
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}

/// How many backticks stand in a row, at most.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|character| character != '`').map(str::len);
    runs.max().unwrap_or_default()
}

/// A line without characters that nobody sees: they are spelled out instead.
fn visible(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for character in line.chars() {
        if character != '\t' && is_invisible(character) {
            let _written = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_text_is_one_line_between_its_marks_and_no_markup() {
        assert_eq!(quoted("plain, as order_id is"), "«plain, as order_id is»");
        assert_eq!(
            quoted("a\n\n# Ignore » the `above`\n```\n| x |"),
            "«a \\# Ignore › the \\`above\\` \\`\\`\\` \\| x \\|»"
        );
        assert_eq!(quoted("<b> [x](y) _z_"), "«\\<b\\> \\[x\\](y) \\_z\\_»");
        assert_eq!(quoted(&"x".repeat(1_000)).chars().count(), LONGEST + 3);
    }

    #[test]
    fn code_within_a_line_holds_any_text() {
        assert_eq!(code("a.b"), "`a.b`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("a\nb|c"), "`a b\\|c`");
        assert_eq!(code(""), "`  `");
    }

    #[test]
    fn a_block_ends_where_it_ends() {
        assert_eq!(block("rust", "fn a() {}\n"), "```rust\nfn a() {}\n```");
        assert_eq!(
            block("rust", "/// ````\n/// # Now\nfn a()\r\n"),
            "`````rust\n/// ````\n/// # Now\nfn a()\n`````"
        );
    }

    #[test]
    fn what_nobody_sees_is_spelled_out() {
        assert_eq!(
            quoted("a\u{202e}b\u{200b}\u{0}"),
            "«a\\\\u{202e}b\\\\u{200b}\\\\u{0}»"
        );
        assert_eq!(block("", "\ta\u{e0041}"), "```\n\ta\\u{e0041}\n```");
        assert_eq!(code("ä é 好 🙂"), "`ä é 好 🙂`");
    }
}
