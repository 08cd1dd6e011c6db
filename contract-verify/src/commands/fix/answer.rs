//! The one right answer to a mistake, read from what its diagnostic says.

use std::ops::Range;

use contract_spec::{Diagnostic, Source};

use super::slip::{Meant, meant};

/// What to write at a place instead.
#[derive(Debug)]
pub(super) struct Edit {
    span: Range<usize>,
    text: String,
    /// What is done, for people.
    pub(super) message: String,
}

impl Edit {
    pub(super) fn apply(&self, source: &Source) -> Source {
        let mut text = source.text.clone();
        text.replace_range(self.span.clone(), &self.text);
        Source::new(source.path.clone(), text)
    }
}

/// Whether there is one.
#[derive(Debug)]
pub(super) enum Answer {
    One(Edit),
    /// Why it is for a person to decide.
    Several(String),
}

/// What would mend a mistake, if it is known.
pub(super) fn answer(source: &Source, diagnostic: &Diagnostic) -> Option<Answer> {
    let span = diagnostic.primary.span.clone();
    let written = source.text.get(span.clone())?;
    let help = diagnostic.help.as_deref()?;
    match diagnostic.code {
        "RC100" if diagnostic.message.ends_with("needs quotes") => {
            let text = format!("\"{}\"", written.trim());
            (!written.contains(['"', '\'', '\\', '\n', '#'])).then(|| one(span, written, text))
        }
        "RC101" | "RC103" | "RC104" | "RC109" => {
            let words = words_in_backticks(help.strip_prefix("did you mean ")?);
            word(span, written, &words)
        }
        "RC102" if diagnostic.message.contains(": expected one of ") => {
            let meant = help.split('"').nth(1)?;
            let mut words = vec![meant];
            let (_, there) = diagnostic.message.split_once(": expected one of ")?;
            words.extend(words_in_backticks(there));
            word(span, written, &words)
        }
        "RC111" if help == "format = 1" => {
            let at = after_directives(&source.text);
            let edit = Edit {
                span: at..at,
                text: format!("{help}{}", end_of_line(&source.text).repeat(2)),
                message: "added `format = 1`".to_owned(),
            };
            Some(Answer::One(edit))
        }
        "RC112" => {
            let meant = help
                .strip_prefix("the variant alone: ")?
                .split('"')
                .nth(1)?;
            Some(one(span, written, format!("\"{meant}\"")))
        }
        _ => None,
    }
}

fn one(span: Range<usize>, written: &str, text: String) -> Answer {
    Answer::One(Edit {
        message: format!("`{}` is now `{text}`", written.trim()),
        span,
        text,
    })
}

/// The word that is meant in the place of the one that is written.
fn word(span: Range<usize>, written: &str, words: &[&str]) -> Option<Answer> {
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
    let bare = written.trim_matches(['"', '\'']);
    match meant(bare, words.iter().copied()) {
        Meant::Nothing => None,
        Meant::One(meant) => {
            let text = match quote {
                Some(quote) => format!("{quote}{meant}{quote}"),
                None => meant.to_owned(),
            };
            Some(one(span, written, text))
        }
        Meant::Either(a, b) => Some(Answer::Several(format!(
            "`{bare}` may be meant as `{a}` or as `{b}`"
        ))),
    }
}

fn words_in_backticks(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Where a key of the file itself may stand: behind what speaks to editors.
fn after_directives(text: &str) -> usize {
    let mut at = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    for line in text[at..].split_inclusive('\n') {
        if !line.starts_with("#:") || !line.ends_with('\n') {
            break;
        }
        at += line.len();
    }
    at
}

/// How the lines of a text end.
fn end_of_line(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
