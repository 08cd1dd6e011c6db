//! The tokens of Rust, as far as they decide where a brace is one.

use std::ops::Range;

/// A word, or a character that is none. Literals and comments are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    Word(&'t str),
    /// `r#fn` is no keyword.
    RawWord,
    Punct(char),
}

/// Reads tokens from a text; `None` from any of its methods where a literal or a comment
/// does not end.
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

type Next<'t> = Option<Option<(Token<'t>, Range<usize>)>>;

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        // `#!/usr/bin/env run`
        let shebang = text.starts_with("#!") && !text.starts_with("#![");
        let at = if shebang {
            text.find('\n').unwrap_or(text.len())
        } else {
            0
        };
        Self { text, at }
    }

    /// Behind the last token that was read.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// The next token, which the one after this call gives once more.
    pub(super) fn peek(&mut self) -> Next<'t> {
        let at = self.at;
        let token = self.token()?;
        self.at = at;
        Some(token)
    }

    /// Passes over an attribute whose `#` was just read.
    pub(super) fn attribute(&mut self) -> Option<()> {
        let rest = self.text[self.at..].trim_start_matches(|c: char| c == '!' || c.is_whitespace());
        if !rest.starts_with('[') {
            return Some(());
        }
        let mut depth = 0_usize;
        while let Some((token, _)) = self.token()? {
            match token {
                Token::Punct('[') => depth += 1,
                Token::Punct(']') => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(());
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The next token; the inner `None` is the end.
    pub(super) fn token(&mut self) -> Next<'t> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            let start = self.at;
            match byte {
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                b'/' if bytes.get(start + 1) == Some(&b'/') => {
                    let rest = &self.text[start..];
                    self.at = rest.find('\n').map_or(self.text.len(), |end| start + end);
                }
                b'/' if bytes.get(start + 1) == Some(&b'*') => self.comment()?,
                b'"' => self.string()?,
                b'\'' => self.character()?,
                b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => {
                    if let Some(token) = self.word()? {
                        return Some(Some((token, start..self.at)));
                    }
                }
                // A number and its suffix; `1.0` is three tokens, which does no harm.
                b'0'..=b'9' => self.at = self.end_of_word(),
                punct => {
                    self.at += 1;
                    return Some(Some((Token::Punct(char::from(*punct)), start..self.at)));
                }
            }
        }
        Some(None)
    }

    fn end_of_word(&self) -> usize {
        let rest = &self.text.as_bytes()[self.at..];
        let is_part = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b >= 0x80;
        let end = rest.iter().position(|b| !is_part(b));
        end.map_or(self.text.len(), |end| self.at + end)
    }

    /// A word, or `None` where it only begins a literal, which is passed over.
    fn word(&mut self) -> Option<Option<Token<'t>>> {
        let end = self.end_of_word();
        let word = &self.text[self.at..end];
        let rest = &self.text.as_bytes()[end..];
        self.at = end;
        match (word, rest.first()) {
            ("b" | "c", Some(b'"')) => self.string()?,
            ("b", Some(b'\'')) => self.character()?,
            ("r" | "br" | "cr", Some(b'"' | b'#')) => {
                let hashes = rest.iter().take_while(|b| **b == b'#').count();
                match rest.get(hashes) {
                    Some(b'"') => {
                        let inside = end + hashes + 1;
                        let close = format!("\"{}", "#".repeat(hashes));
                        let length = self.text[inside..].find(&close)?;
                        self.at = inside + length + close.len();
                    }
                    _ if word == "r" && hashes == 1 => {
                        self.at += 1;
                        self.at = self.end_of_word();
                        return Some(Some(Token::RawWord));
                    }
                    _ => return Some(Some(Token::Word(word))),
                }
            }
            _ => return Some(Some(Token::Word(word))),
        }
        Some(None)
    }

    /// A string whose first quote is next.
    fn string(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        self.at += 1;
        loop {
            match bytes.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    /// A character, or a lifetime.
    fn character(&mut self) -> Option<()> {
        let inside = &self.text[self.at + 1..];
        if let Some(escaped) = inside.strip_prefix('\\') {
            // The character behind the backslash may be a quote.
            let length = escaped.char_indices().nth(1)?.0;
            let close = escaped[length..].find('\'')?;
            self.at += 2 + length + close + 1;
            return Some(());
        }
        let mut letters = inside.char_indices();
        letters.next()?;
        self.at += 1;
        if let Some((length, '\'')) = letters.next() {
            self.at += length + 1;
        }
        Some(())
    }

    /// A block comment, in which others may nest.
    fn comment(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        loop {
            match (bytes.get(self.at)?, bytes.get(self.at + 1)) {
                (b'/', Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Some(());
                    }
                }
                _ => self.at += 1,
            }
        }
    }
}
