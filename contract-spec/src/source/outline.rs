//! A source file without the bodies of functions that nobody asks about.
//!
//! Parsing is what looking at sources costs, and most of a file is bodies of functions
//! without a contract. Finding their braces needs no parser, only a lexer that knows
//! strings from comments. What is left has every token at its old line and column.

mod items;
mod lexer;

use std::ops::Range;

pub(super) use items::items;
use lexer::{Lexer, Token};

/// The text without the bodies of functions that mention none of these words, neither inside
/// nor in an attribute; `None` where that cannot be told, or where nothing would go.
pub(super) fn outline(text: &str, words: &[&str]) -> Option<String> {
    let mentions = mentions(text, words);
    let mentioned = |from: usize, to: usize| {
        let first = mentions.partition_point(|at| *at < from);
        mentions.get(first).is_some_and(|at| *at < to)
    };
    let mut lexer = Lexer::new(text);
    let mut left_out = Vec::new();
    // Where the item begins that is being read, attributes included.
    let mut begin = 0;
    while let Some((token, span)) = lexer.token()? {
        match token {
            Token::Punct('#') => lexer.attribute()?,
            Token::Punct('{' | '}' | ';') => begin = span.end,
            Token::Word("fn") => {
                let Some(body) = body(&mut lexer)? else {
                    continue;
                };
                if !body.has_modules && !mentioned(begin, body.end) {
                    left_out.push(body.start..body.end);
                }
                begin = body.end + 1;
            }
            _ => {}
        }
    }
    without(text, &left_out)
}

/// Where words stand in a text, in order.
fn mentions(text: &str, words: &[&str]) -> Vec<usize> {
    let places = words.iter().flat_map(|word| text.match_indices(word));
    let mut places: Vec<usize> = places.map(|(at, _)| at).collect();
    places.sort_unstable();
    places
}

/// The text without some parts of it, every other token at its old place; `None` where
/// nothing would go.
fn without(text: &str, left_out: &[Range<usize>]) -> Option<String> {
    if left_out.is_empty() {
        return None;
    }
    let mut outline = String::with_capacity(text.len() / 2);
    let mut at = 0;
    for part in left_out {
        outline.push_str(&text[at..part.start]);
        blank(&mut outline, &text[part.clone()]);
        at = part.end;
    }
    outline.push_str(&text[at..]);
    Some(outline)
}

/// What stands between the braces of a function.
struct Body {
    start: usize,
    end: usize,
    /// Whether a `mod` in it may lead to another file.
    has_modules: bool,
}

/// The body of the function whose `fn` was just read, if it has a name and a body.
fn body(lexer: &mut Lexer<'_>) -> Option<Option<Body>> {
    let Some((Token::Word(_) | Token::RawWord, _)) = lexer.peek()? else {
        // The type of a function pointer, or a macro's pattern.
        return Some(None);
    };
    let mut around = 0_usize;
    let start = loop {
        match lexer.token()? {
            Some((Token::Punct('(' | '['), _)) => around += 1,
            Some((Token::Punct(')' | ']'), _)) => around = around.checked_sub(1)?,
            Some((Token::Punct('{'), span)) if around == 0 => break span.end,
            Some((Token::Punct(';'), _)) if around == 0 => return Some(None),
            Some(_) => {}
            None => return None,
        }
    };
    let mut depth = 1_usize;
    let mut has_modules = false;
    loop {
        match lexer.token()? {
            Some((Token::Punct('{'), _)) => depth += 1,
            Some((Token::Punct('}'), span)) => {
                depth -= 1;
                if depth == 0 {
                    let end = span.start;
                    return Some(Some(Body {
                        start,
                        end,
                        has_modules,
                    }));
                }
            }
            Some((Token::Word("mod"), _)) => has_modules = true,
            Some(_) => {}
            None => return None,
        }
    }
}

/// Nothing, as long as the text: every line break stays, and so do the columns behind it.
fn blank(outline: &mut String, text: &str) {
    let last_line = text.rfind('\n').map_or(0, |at| at + 1);
    let breaks = text[..last_line].bytes().filter(|b| *b == b'\n').count();
    outline.extend(std::iter::repeat_n('\n', breaks));
    outline.extend(text[last_line..].chars().map(|_| ' '));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlined(text: &str) -> String {
        outline(text, &["contract"]).unwrap_or_else(|| "whole".to_owned())
    }

    #[test]
    fn bodies_go_and_places_stay() {
        assert_eq!(
            outlined("fn a() -> u8 {\n  let é = \"}\";\n  é } fn b() {}\n"),
            "fn a() -> u8 {\n\n    } fn b() {}\n"
        );
        assert_eq!(
            outlined("impl A { pub async fn a(&self) { 1 } const B: u8 = { 2 }; }"),
            "impl A { pub async fn a(&self) {   } const B: u8 = { 2 }; }"
        );
    }

    #[test]
    fn what_mentions_the_word_stays() {
        for text in [
            "#[contract(\"a.b\")] fn a() { 1 }",
            "/// Why.\n#[cfg_attr(unix, contract(\"a.b\"))]\npub(crate) unsafe fn a() { 1 }",
            "#[contract(\"a.b\", samples = [E::X { a: 1 }, E::Y { b: ';' }])] #[inline] fn a() { 1 }",
            "fn a() { #[contract(\"a.b\")] fn b() { 1 } }",
            "macro_rules! m { () => { #[contract] fn a() { 1 } } }",
            "fn a() { mod inner; }",
        ] {
            assert_eq!(outlined(text), "whole", "{text}");
        }
        assert_eq!(
            outlined("fn a() { 1 } #[contract(\"a.b\")] fn b() { 2 } fn c() { 3 }"),
            "fn a() {   } #[contract(\"a.b\")] fn b() { 2 } fn c() {   }"
        );
    }

    #[test]
    fn braces_that_are_none_do_not_count() {
        for text in [
            "fn a() { '{'; '\\''; '\\u{7b}'; b'{'; \"{\\\"\" }",
            "fn a() { r\"{\"; r#\"\"{\"#; br##\"{\"#\"##; c\"{\" }",
            "fn a<'x>(x: &'x str) { let y: &'static str = x; 'x: loop { break 'x } }",
            "fn a() { /* { /* { */ */ // {\n }",
            "fn a(b: [u8; { 3 }]) -> impl Fn() { || 1 }",
            "fn r#fn() { r#fn() }",
        ] {
            let out = outlined(&format!("{text} fn z() {{ 1 }}"));
            assert!(out.ends_with(" fn z() {   }"), "{text}: {out}");
            assert!(!out.contains("break") && !out.contains("|| 1"), "{out}");
        }
    }

    #[test]
    fn function_types_and_declarations_have_no_body() {
        assert_eq!(
            outlined("struct A { f: fn(u8) -> u8 } impl A { fn a() { 1 } }"),
            "struct A { f: fn(u8) -> u8 } impl A { fn a() {   } }"
        );
        assert_eq!(
            outlined("trait A { fn a(); fn b() { 1 } }"),
            "trait A { fn a(); fn b() {   } }"
        );
    }

    #[test]
    fn what_cannot_be_told_is_left_whole() {
        for text in [
            "fn a() { \"",
            "fn a() {",
            "fn a() { /* ",
            "fn a() { r#\" \" }",
            "fn a) { 1 }",
            "const A: u8 = 1;",
            "",
        ] {
            assert_eq!(outlined(text), "whole", "{text}");
        }
    }
}
