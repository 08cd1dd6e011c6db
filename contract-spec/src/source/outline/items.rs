//! The same, where nobody asks about functions without a contract: whole items go.

use std::ops::Range;

use super::lexer::{Lexer, Token};
use super::{mentions, without};

/// The text without the items that neither mention one of these words nor can lead to another
/// file; `None` where that cannot be told, or where nothing would go.
pub(in super::super) fn items(text: &str, words: &[&str]) -> Option<String> {
    let mut items = Items {
        lexer: Lexer::new(text),
        mentions: mentions(text, words),
        leading: 0,
        left_out: Vec::new(),
    };
    items.all(false)?;
    without(text, &items.left_out)
}

struct Items<'t> {
    lexer: Lexer<'t>,
    /// Where the word stands.
    mentions: Vec<usize>,
    /// How many times there may have been a `mod name;` so far.
    leading: usize,
    left_out: Vec<Range<usize>>,
}

/// How an item ends.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// At a `;`, whatever braces come before.
    Semicolon,
    /// With its braces, or at a `;`.
    Braces,
    /// The same, and in its braces there are items again.
    Items,
}

impl Items<'_> {
    /// Passes over items, up to the end of the text or, `inside` of one, over its brace.
    fn all(&mut self, inside: bool) -> Option<()> {
        // With the attributes, and the comments, which may be documentation.
        let mut begin = self.lexer.place();
        let mut has_attributes = false;
        loop {
            let Some((token, _)) = self.lexer.token()? else {
                return (!inside && !has_attributes).then_some(());
            };
            match token {
                Token::Punct('}') if inside && !has_attributes => return Some(()),
                Token::Punct(';') if !has_attributes => begin = self.lexer.place(),
                Token::Punct('#') => {
                    let is_inner = matches!(self.lexer.peek()?, Some((Token::Punct('!'), _)));
                    self.lexer.attribute()?;
                    // One of what is around, which stays.
                    if is_inner {
                        begin = self.lexer.place();
                    }
                    has_attributes |= !is_inner;
                }
                Token::Word(first) => {
                    self.item(begin, first)?;
                    begin = self.lexer.place();
                    has_attributes = false;
                }
                _ => return None,
            }
        }
    }

    /// Passes over an item whose first word was just read.
    fn item(&mut self, begin: usize, first: &str) -> Option<()> {
        let (leading, left_out) = (self.leading, self.left_out.len());
        let (mut kind, mut is_module) = (self.kind(first)?, first == "mod");
        let mut around = 0_usize;
        loop {
            match self.lexer.token()??.0 {
                Token::Word(word) if kind.is_none() => {
                    (kind, is_module) = (self.kind(word)?, word == "mod");
                }
                Token::Word("mod") => self.leading += 1,
                // `name! { … }`
                Token::Punct('!') if kind.is_none() => kind = Some(Kind::Braces),
                Token::Punct('(' | '[') => around += 1,
                Token::Punct(')' | ']') => around = around.checked_sub(1)?,
                Token::Punct(';') if around == 0 => {
                    self.leading += usize::from(is_module);
                    break;
                }
                Token::Punct('{') if around == 0 && kind == Some(Kind::Items) => {
                    self.all(true)?;
                    break;
                }
                Token::Punct('{') => {
                    self.braces()?;
                    if around == 0 && kind != Some(Kind::Semicolon) {
                        break;
                    }
                }
                Token::Punct('}') => return None,
                Token::Word(_) | Token::RawWord | Token::Punct(_) => {}
            }
        }
        let end = self.lexer.place();
        if self.leading == leading && !self.mentioned(begin, end) {
            self.left_out.truncate(left_out);
            self.left_out.push(begin..end);
        }
        Some(())
    }

    /// What a word says about how its item ends, if it says anything.
    fn kind(&mut self, word: &str) -> Option<Option<Kind>> {
        Some(match word {
            "impl" | "mod" | "trait" => Some(Kind::Items),
            "enum" | "fn" | "struct" | "union" => Some(Kind::Braces),
            "static" | "type" | "use" => Some(Kind::Semicolon),
            "const" => match self.lexer.peek()? {
                Some((Token::Word("async" | "extern" | "fn" | "unsafe"), _)) => None,
                _ => Some(Kind::Semicolon),
            },
            _ => None,
        })
    }

    /// Passes over what stands in braces, the first of which was just read.
    fn braces(&mut self) -> Option<()> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.lexer.token()??.0 {
                Token::Punct('{') => depth += 1,
                Token::Punct('}') => depth -= 1,
                Token::Word("mod") => self.leading += 1,
                _ => {}
            }
        }
        Some(())
    }

    fn mentioned(&self, from: usize, to: usize) -> bool {
        let first = self.mentions.partition_point(|at| *at < from);
        self.mentions.get(first).is_some_and(|at| *at < to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str) -> String {
        items(text, &["contract"]).unwrap_or_else(|| "whole".to_owned())
    }

    /// What is left, without the blanks.
    fn words(text: &str) -> String {
        left(text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn items_go_with_their_documentation_and_the_others_stay_in_their_place() {
        let text = "use a::{b, c};\n/// Why.\n#[derive(Debug)]\npub enum É { A }\n  \
                    #[contract] fn f() { é }\nfn g() {}\n";
        let blank = |length| " ".repeat(length);
        assert_eq!(
            left(text),
            format!(
                "{}\n\n\n{}\n  #[contract] fn f() {{ é }}\n{}\n",
                blank("use a::{b, c};".len()),
                blank("pub enum E { A }".len()),
                blank("fn g() {}".len()),
            )
        );
        assert_eq!(
            words("struct A; #[contract] fn f() {} // B\nstruct C;"),
            "#[contract] fn f() {}"
        );
    }

    #[test]
    fn what_is_around_stays_and_the_rest_of_it_goes() {
        assert_eq!(
            words(
                "impl A { const B: u8 = { 2 }; #[contract] fn f() {} type C = u8; } impl D { fn g() {} }"
            ),
            "impl A { #[contract] fn f() {} }"
        );
        assert_eq!(
            words("mod a { #![inner] mod b { trait T { fn g() {} #[contract] fn f() {} } } }"),
            "mod a { #![inner] mod b { trait T { #[contract] fn f() {} } } }"
        );
    }

    #[test]
    fn whatever_can_lead_to_another_file_stays() {
        for text in [
            "mod a;",
            "#[path = \"b.rs\"] pub(crate) mod a;",
            "mod a { mod b; }",
            "fn f() { mod a; }",
            "cfg_if! { if #[cfg(unix)] { mod a; } }",
            "own!(mod a;);",
        ] {
            assert_eq!(words(&format!("struct Z; {text} const Y: u8 = 1;")), text);
        }
        assert_eq!(words("mod a { fn b() {} } mod c;"), "mod c;");
    }

    #[test]
    fn every_kind_of_item_ends_where_it_does() {
        for text in [
            "const fn f() {}",
            "pub const unsafe extern \"C\" fn f() {}",
            "const A: [u8; { 1 }] = { [1] };",
            "static A: fn() = || {};",
            "pub(in crate::a) struct A<T>(T) where T: B;",
            "struct A { b: u8 }",
            "union U { a: u8 }",
            "pub fn union(a: u8) -> impl Fn() {}",
            "extern crate a;",
            "extern \"C\" { fn f(); }",
            "unsafe impl<T> A for B<T> where T: C {}",
            "macro_rules! m { () => { ; } }",
            "own![a; b];",
            "async fn f() { r#mod() }",
            "trait A: B { fn f(); }",
            "#\n[derive(Debug)] struct A { b: u8 }",
        ] {
            assert_eq!(
                words(&format!("{text} #[contract] fn z() {{}}")),
                "#[contract] fn z() {}",
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_told_is_left_whole() {
        for text in [
            "impl A<{ N }> for B { fn f() {} }",
            "fn f() { \"",
            "fn f() {",
            "} fn f() {}",
            "#[contract]",
            "<a> fn f() {}",
            "#[contract] fn f() {}",
            "",
        ] {
            assert_eq!(left(text), "whole", "{text}");
        }
    }
}
