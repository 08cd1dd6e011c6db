//! What a mistake of syntax is called, and what to write instead.

use toml_spanner::{Error, ErrorKind};

use super::duration::excerpt;
use crate::model::Span;

/// A mistake of syntax, as the user is told.
pub(super) struct Wording {
    /// Where it is, if not where the parser stopped.
    pub(super) place: Option<Span>,
    pub(super) message: String,
    pub(super) help: String,
    /// What stands in its way.
    pub(super) first: Option<Span>,
}

/// Where the parser stopped.
pub(super) struct Stop<'t> {
    pub(super) text: &'t str,
    /// Where the statement begins in which that is.
    pub(super) begins: usize,
    /// Where the line begins.
    pub(super) line: usize,
    pub(super) place: Span,
}

const EQUALS: &str = "write `=` between a key and its value";
const QUOTES: &str = "a text stands in quotes: \"…\"";
const BACKSLASH: &str = "write `\\\\` for a backslash, or the text in single quotes";

impl Stop<'_> {
    /// What is said of an error.
    pub(super) fn wording(&self, error: &Error) -> Wording {
        let mut first = None;
        let (message, help) = match error.kind() {
            ErrorKind::UnquotedString => return self.unquoted(),
            ErrorKind::InvalidInteger(why) | ErrorKind::InvalidFloat(why) => {
                let written = self.word();
                if !written.starts_with("0x") && written.contains(char::is_alphabetic) {
                    return self.unquoted();
                }
                self.number(why)
            }
            ErrorKind::InvalidDateTime(why) => (
                format!("`{}` is no date: {why}", excerpt(self.word())),
                QUOTES.to_owned(),
            ),
            ErrorKind::UnexpectedEof => missing_value(),
            ErrorKind::Unexpected(_) => self.no_value(),
            ErrorKind::Wanted { expected, .. } => match *expected {
                "an equals" => self.no_equals(),
                "a table key" => self.no_key(),
                "a right bracket" => self.open_header(),
                _ => self.behind(),
            },
            ErrorKind::UnterminatedString(quote) => self.open_text(quote),
            ErrorKind::InvalidCharInString(letter) => control(letter),
            ErrorKind::InvalidEscape(letter) => (
                format!("`\\{}` is no escape", letter.escape_debug()),
                BACKSLASH.to_owned(),
            ),
            ErrorKind::InvalidHexEscape(_) => (
                "`\\u` needs four hexadecimal digits, `\\U` eight and `\\x` two".to_owned(),
                BACKSLASH.to_owned(),
            ),
            ErrorKind::InvalidEscapeValue(number) => (
                format!("there is no character {number:X}"),
                BACKSLASH.to_owned(),
            ),
            ErrorKind::MultilineStringKey => (
                "a key cannot go over several lines".to_owned(),
                "write it without quotes, or in single ones".to_owned(),
            ),
            ErrorKind::MissingArrayComma => said(
                "a comma is missing",
                "write `,` between two values, or `]` where the list ends",
            ),
            ErrorKind::MissingInlineTableComma => said(
                "a comma is missing",
                "write `,` in front of the key, or `}` where the table ends",
            ),
            ErrorKind::UnclosedArray => said("the list is not closed", "write `]` where it ends"),
            ErrorKind::UnclosedInlineTable => {
                said("the table is not closed", "write `}` where it ends")
            }
            ErrorKind::DottedKeyInvalidType { first: other }
            | ErrorKind::RedefineAsArray { first: other } => {
                first = Some(other.range());
                let name = excerpt(self.text.get(self.place.clone()).unwrap_or_default());
                (
                    format!("`{name}` is something else already"),
                    "keep one of the two, or give one another name".to_owned(),
                )
            }
            ErrorKind::OutOfRange { .. } => said(
                "values are nested too deeply",
                "remove brackets: in a contract, lists and tables hold few others",
            ),
            ErrorKind::FileTooLarge => said(
                "the file is too large",
                "a contract per component is enough",
            ),
            _ => (
                format!("not TOML: {}", error.message(self.text)),
                "write it as https://toml.io says".to_owned(),
            ),
        };
        Wording {
            place: None,
            message,
            help,
            first,
        }
    }

    /// A word that is no value as it stands.
    fn unquoted(&self) -> Wording {
        let place = self.word_place();
        let shown = excerpt(&self.text[place.clone()]);
        let (message, help) = match shown.to_lowercase().as_str() {
            "null" | "nil" | "none" | "undefined" => (
                format!("there is no `{shown}` in TOML"),
                "leave the key out".to_owned(),
            ),
            _ => (format!("`{shown}` needs quotes"), format!("\"{shown}\"")),
        };
        Wording {
            place: Some(place),
            message,
            help,
            first: None,
        }
    }

    fn number(&self, why: &str) -> (String, String) {
        let written = excerpt(self.word());
        let message = match why {
            "" => format!("`{written}` is no number"),
            why => format!("`{written}` is no number: {why}"),
        };
        // Of zeros alone, none is left.
        let help = match written.trim_start_matches('0') {
            number if why == "leading zeros are not allowed" && !number.is_empty() => number,
            _ => "write a number such as 3 or 1.5",
        };
        (message, help.to_owned())
    }

    /// No value begins here.
    fn no_value(&self) -> (String, String) {
        let letter = self.letter();
        match letter {
            None | Some('\n' | '#' | ']' | '}') => missing_value(),
            Some('\r') if self.rest().starts_with("\r\n") => missing_value(),
            Some('\r') => carriage_return(),
            Some('=') => said("there is one `=` too many", "remove it"),
            Some('>') if self.before().ends_with('=') => {
                said("`=>` stands where TOML has `=`", EQUALS)
            }
            Some(',') => said(
                "in front of the comma, a value is missing",
                "write it, or remove the comma",
            ),
            Some('(') => said("`(` begins no value", "a list stands in brackets: [\"…\"]"),
            Some('.') if self.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => (
                "a number begins with a digit".to_owned(),
                format!("0{}", excerpt(self.word())),
            ),
            Some(quote @ ('`' | '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}')) => (
                format!("`{quote}` is no quotation mark of TOML"),
                "write straight ones: \"…\"".to_owned(),
            ),
            Some(letter) => (
                format!("`{}` begins no value", letter.escape_debug()),
                QUOTES.to_owned(),
            ),
        }
    }

    /// Between a key and its value.
    fn no_equals(&self) -> (String, String) {
        if self.whole_line().trim_start().starts_with("- ") {
            return said("this is a list of YAML", "key = [\"…\", \"…\"]");
        }
        let rest = self.whole_line().trim_end();
        match self.letter() {
            Some(':') => said("`:` stands where TOML has `=`", EQUALS),
            Some(']') if !self.before().contains(['{', ',']) => (
                "the header is not opened".to_owned(),
                format!("[{}]", excerpt(self.before())),
            ),
            Some('[') if !rest.contains('=') && rest.contains(']') => said(
                "something stands in front of the header",
                "remove it: a header begins its line",
            ),
            None | Some('\n' | '\r' | '#' | ',' | ']' | '}') => {
                let key = excerpt(self.key());
                (format!("`{key}` has no value"), format!("{key} = …"))
            }
            Some(letter) if letter.is_alphanumeric() || "\"'{[.".contains(letter) => {
                match letter.is_ascii() {
                    true => said("`=` is missing", EQUALS),
                    false => quoted_key(letter),
                }
            }
            Some(letter) => quoted_key(letter),
        }
    }

    /// Where a key has to stand.
    fn no_key(&self) -> (String, String) {
        let line = self.whole_line().trim_start();
        let begins = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
        if begins(&["<<<<<<<", "|||||||", "=======", ">>>>>>>"]) {
            return said(
                "a merge left its marks here",
                "keep one of the two sides, and remove the marks",
            );
        }
        if begins(&["//", "/*", ";", "--"]) {
            return said("this is no comment", "a comment begins with `#`");
        }
        match self.letter() {
            None | Some('\n' | '\r') if !begins(&["["]) => {
                said("the table is not closed", "write `}` where it ends")
            }
            _ if begins(&["["]) => said(
                "a name is missing in the header",
                "write the names with one dot between each two",
            ),
            Some('=') => said("the key is missing", "write it in front of the `=`"),
            Some(',') => said("there is one comma too many", "remove it"),
            Some('{') => said(
                "this is JSON",
                "a header begins a table, and each key stands on a line of its own",
            ),
            Some(letter @ ('}' | ']')) => closes_nothing(letter),
            Some(letter) => quoted_key(letter),
            None => said(
                "the key is missing",
                "write it, or remove what comes before",
            ),
        }
    }

    /// In a header, behind a name.
    fn open_header(&self) -> (String, String) {
        let written = self.before();
        match self.letter() {
            None | Some('\n' | '\r' | '#') => {
                let brackets = match written.starts_with("[[") {
                    true if !written.ends_with(']') => "]]",
                    _ => "]",
                };
                let header = format!("{}{brackets}", excerpt(written));
                ("the header is not closed".to_owned(), header)
            }
            _ => said(
                "in a header, names are joined by dots",
                "write the dot, or quotes around a name that is not of letters, digits, `_` and `-`",
            ),
        }
    }

    /// Behind what was complete.
    fn behind(&self) -> (String, String) {
        let before = self.before();
        let what = match before.starts_with('[') {
            true => "header",
            false => "value",
        };
        match self.letter() {
            Some('\r') => carriage_return(),
            Some(letter) if letter.is_control() => control(letter),
            Some(letter @ (']' | '}')) => closes_nothing(letter),
            Some(letter @ (',' | ';')) => (
                format!("`{letter}` stands behind the {what}"),
                "remove it: each key stands on a line of its own".to_owned(),
            ),
            Some(_) if self.is_joined() && before.ends_with('\'') => said(
                "the text ended at the quote before this",
                "write a text with `'` in double quotes: \"…\"",
            ),
            Some(_) if self.is_joined() && before.ends_with('"') => said(
                "the text ended at the quote before this",
                "write `\\\"` for a quote in a text",
            ),
            Some('"' | '\'') => (
                format!("a text stands behind the {what}"),
                "each key stands on a line of its own, and a list in brackets: [\"…\", \"…\"]"
                    .to_owned(),
            ),
            _ => (
                format!(
                    "`{}` stands behind the {what}",
                    excerpt(self.word_or_letter())
                ),
                "each key stands on a line of its own, a text stands in quotes as a whole, and a \
                 comment begins with `#`"
                    .to_owned(),
            ),
        }
    }

    fn open_text(&self, quote: char) -> (String, String) {
        let triple = quote.to_string().repeat(3);
        let ends = match self.text[self.begins..self.place.start].contains(&triple) {
            true => triple,
            false => quote.to_string(),
        };
        (
            "the text is not closed".to_owned(),
            format!("write `{ends}` where it ends"),
        )
    }

    /// Whether nothing is between the place and what is before.
    fn is_joined(&self) -> bool {
        let before = &self.text[self.line..self.place.start];
        before.trim_end().len() == before.len()
    }

    fn letter(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &str {
        &self.text[self.place.start..]
    }

    /// The line up to the place.
    fn before(&self) -> &str {
        self.text[self.line..self.place.start].trim()
    }

    /// The key that ends at the place.
    fn key(&self) -> &str {
        let before = self.before();
        let start = before.rfind(['{', ',']).map_or(0, |at| at + 1);
        before[start..].trim()
    }

    fn whole_line(&self) -> &str {
        let line = &self.text[self.line..];
        &line[..line.find('\n').unwrap_or(line.len())]
    }

    fn word_or_letter(&self) -> &str {
        match self.word() {
            "" => &self.rest()[..self.letter().map_or(0, char::len_utf8)],
            word => word,
        }
    }

    fn word(&self) -> &str {
        &self.text[self.word_place()]
    }

    /// The word around the place, up to what ends a value.
    fn word_place(&self) -> Span {
        let ends = |byte: &u8| b" \t\r\n,[]{}=#\"'".contains(byte);
        let bytes = self.text.as_bytes();
        let (mut start, mut end) = (self.place.start, self.place.start);
        while start > 0 && !ends(&bytes[start - 1]) {
            start -= 1;
        }
        while bytes.get(end).is_some_and(|byte| !ends(byte)) {
            end += 1;
        }
        start..end
    }
}

fn said(message: &str, help: &str) -> (String, String) {
    (message.to_owned(), help.to_owned())
}

fn missing_value() -> (String, String) {
    said(
        "the value is missing",
        "write it behind the `=`, or remove the key",
    )
}

fn carriage_return() -> (String, String) {
    said(
        "a carriage return alone ends no line",
        "end the line with a line feed",
    )
}

fn closes_nothing(bracket: char) -> (String, String) {
    (
        format!("`{bracket}` closes nothing"),
        "remove it".to_owned(),
    )
}

fn control(letter: char) -> (String, String) {
    let number = u32::from(letter);
    (
        format!("the control character U+{number:04X} cannot stand here"),
        format!("remove it; in a text it is written \"\\u{number:04X}\""),
    )
}

fn quoted_key(letter: char) -> (String, String) {
    (
        format!(
            "`{}` cannot stand in a key without quotes",
            letter.escape_debug()
        ),
        "a key is of the letters a to z, digits, `_` and `-`, or in quotes".to_owned(),
    )
}
