//! `explain`: what a code means, whichever crate reports it.

use std::fmt::Write as _;

use clap::builder::styling::{AnsiColor, Style};
use contract_spec::diagnostic::Severity;
use contract_spec::source::silent;
use contract_spec::{nearest, rules};

use super::Answer;
use crate::codes::{self, Code};
use crate::error::{Error, Result};
use crate::report::Level;

/// One code of the registries, told in one form.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) level: &'static str,
    /// One line, without a full stop.
    pub(super) summary: String,
    pub(super) explanation: String,
    /// A contract that breaks the rule, and the same one mended.
    pub(super) examples: Option<(&'static str, &'static str)>,
}

/// Every code, in order.
pub(super) fn entries() -> Vec<Entry> {
    let of_contracts = rules().iter().map(|rule| Entry {
        code: rule.code,
        name: rule.name,
        level: match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        },
        summary: rule.summary.to_owned(),
        explanation: rule.explanation.to_owned(),
        examples: Some((rule.bad, rule.good)),
    });
    let silent = |code: &str| silent::PATTERNS.iter().find(|p| p.code == code);
    let of_runs = codes::all().map(|code| {
        if let Some(pattern) = silent(code.code) {
            return of_pattern(&code, pattern);
        }
        let lines: Vec<&str> = code.explanation.lines().map(str::trim).collect();
        let explanation = lines.join("\n");
        Entry {
            code: code.code,
            name: code.name,
            level: level(code.level),
            summary: first_sentence(&explanation),
            explanation,
            examples: None,
        }
    });
    let mut entries: Vec<Entry> = of_contracts.chain(of_runs).collect();
    entries.sort_by_key(|entry| entry.code);
    entries
}

/// A way of being silent about a failure.
fn of_pattern(code: &Code, pattern: &silent::Pattern) -> Entry {
    let who = match pattern.tier {
        silent::Tier::Error => "`#[resilience_contract]` refuses to compile it",
        silent::Tier::Warning => "`check` reports it, and it compiles",
    };
    Entry {
        code: code.code,
        name: code.name,
        level: level(code.level),
        summary: pattern.message.to_owned(),
        explanation: format!(
            "{}. {}\n\nWhat to write instead: {}.\n\nThe code is about contracted functions alone; {who}.",
            capital(pattern.message),
            pattern.explanation,
            pattern.help
        ),
        examples: None,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// Up to the first full stop that ends a sentence, on one line.
fn first_sentence(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = line.find(". ").unwrap_or(line.len());
    line[..end].trim_end_matches('.').to_owned()
}

/// Explains one code, or lists them all.
pub(super) fn explain(code: Option<&str>) -> Result<Answer> {
    let entries = entries();
    let Some(asked) = code else {
        return Ok(Answer::plain(list(&entries)));
    };
    let found = entries.iter().find(|entry| {
        entry.code.eq_ignore_ascii_case(asked) || entry.name.eq_ignore_ascii_case(asked)
    });
    match found {
        Some(entry) => Ok(Answer::plain(text(entry))),
        None => Err(Error::Usage(unknown(asked, &entries))),
    }
}

fn unknown(asked: &str, entries: &[Entry]) -> String {
    let names = entries.iter().flat_map(|entry| [entry.code, entry.name]);
    let help = match nearest(asked, names) {
        Some(near) => format!("did you mean `{near}`? "),
        None => String::new(),
    };
    let shown: String = asked
        .chars()
        .take(40)
        .flat_map(char::escape_debug)
        .collect();
    format!(
        "there is no code `{shown}`\n  help: {help}`cargo verify-contracts explain` lists all codes"
    )
}

fn list(entries: &[Entry]) -> String {
    let bold = Style::new().bold();
    let width = entries
        .iter()
        .map(|entry| entry.name.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for entry in entries {
        let Entry {
            code,
            name,
            level,
            summary,
            ..
        } = entry;
        let style = style(level);
        let _written = writeln!(
            text,
            "{bold}{code}{bold:#}  {name:width$}  {style}{level:7}{style:#}  {summary}"
        );
    }
    text
}

fn text(entry: &Entry) -> String {
    let (bold, style) = (Style::new().bold(), style(entry.level));
    let mut text = format!(
        "{bold}{}{bold:#} {} ({style}{}{style:#})\n\n{}\n",
        entry.code,
        entry.name,
        entry.level,
        wrapped(entry.explanation.trim_end())
    );
    if let Some((bad, good)) = entry.examples {
        for (title, example) in [("Refused:", bad), ("Mended:", good)] {
            let _written = writeln!(text, "\n{bold}{title}{bold:#}\n");
            for line in example.trim_end().lines() {
                let _written = writeln!(text, "{}", format!("    {line}").trim_end());
            }
        }
    }
    text
}

/// Paragraphs as wide as one reads well; lists and tables stay as they are.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 90;
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let laid_out = |line: &str| {
            ["- ", "* ", "| ", "  ", "```"]
                .iter()
                .any(|mark| line.starts_with(mark))
        };
        if paragraph.lines().any(laid_out) {
            return paragraph.to_owned();
        }
        let mut lines = vec![String::new()];
        for word in paragraph.split_whitespace() {
            let last = lines.len() - 1;
            if !lines[last].is_empty()
                && lines[last].chars().count() + 1 + word.chars().count() > WIDTH
            {
                lines.push(word.to_owned());
            } else {
                let gap = if lines[last].is_empty() { "" } else { " " };
                lines[last] = format!("{}{gap}{word}", lines[last]);
            }
        }
        lines.join("\n")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

fn style(level: &str) -> Style {
    match level {
        "error" => AnsiColor::Red.on_default(),
        "warning" => AnsiColor::Yellow.on_default(),
        _ => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_can_be_explained_by_code_and_by_name() {
        for entry in entries() {
            let by_code = explain(Some(&entry.code.to_lowercase())).unwrap().text;
            assert_eq!(by_code, explain(Some(entry.name)).unwrap().text);
            assert!(by_code.len() > 80, "{}", entry.code);
        }
    }

    #[test]
    fn no_two_codes_share_a_code_or_a_name() {
        let entries = entries();
        for pair in entries.windows(2) {
            assert!(pair[0].code < pair[1].code, "{}", pair[1].code);
        }
        let mut names: Vec<_> = entries.iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }

    #[test]
    fn an_unknown_code_is_answered_with_the_nearest() {
        let error = explain(Some("RC1O5")).unwrap_err();
        assert!(
            error.to_string().contains("did you mean `RC105`?"),
            "{error}"
        );
        assert!(
            !explain(Some("E0308"))
                .unwrap_err()
                .to_string()
                .contains("did you mean")
        );
    }

    #[test]
    fn paragraphs_are_wrapped_and_lists_are_not() {
        let text = wrapped(&format!("{}end\n\n- one\n- two", "word ".repeat(30)));
        assert!(text.lines().all(|line| line.len() <= 90), "{text}");
        assert!(text.ends_with("end\n\n- one\n- two"), "{text}");
    }

    #[test]
    fn the_first_sentence_stands_for_the_whole() {
        assert_eq!(first_sentence("One\nthing. And more."), "One thing");
        assert_eq!(first_sentence("One, such as `a.b`."), "One, such as `a.b`");
    }
}
