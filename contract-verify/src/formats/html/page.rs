//! Text on its way into HTML.
//!
//! **Invariant:** markup is what this program's source says: [`Page::raw`] takes nothing but
//! literals. Whatever came from outside goes through [`Page::text`].

use std::fmt::{Display, Write as _};

/// Markup and, in parentheses, text: `put!(page; "<b>" (name) "</b>")`.
macro_rules! put {
    (@ $page:expr;) => {};
    (@ $page:expr; ($text:expr) $($rest:tt)*) => {
        $page.text($text);
        put!(@ $page; $($rest)*)
    };
    (@ $page:expr; $markup:literal $($rest:tt)*) => {
        $page.raw($markup);
        put!(@ $page; $($rest)*)
    };
    ($page:expr; $($part:tt)+) => {{
        put!(@ $page; $($part)+);
    }};
}

pub(super) use put;

/// A page being written.
#[derive(Debug, Default)]
pub(super) struct Page {
    html: String,
}

impl Page {
    /// Markup, which only the source of this program can hold.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.html.push_str(markup);
    }

    /// Text, which stays text: between tags, and between double quotes in them.
    pub(super) fn text(&mut self, text: impl Display) {
        let _written = write!(Escaped(&mut self.html), "{text}");
    }

    /// A sentence in which code stands between backticks.
    pub(super) fn prose(&mut self, text: &str) {
        let parts: Vec<&str> = text.split('`').collect();
        for (number, part) in parts.iter().enumerate() {
            // A backtick without its other half is one.
            match (number % 2, number + 1 == parts.len()) {
                (1, false) => put!(self; "<code>" (part) "</code>"),
                (1, true) => put!(self; "`" (part)),
                _ => self.text(part),
            }
        }
    }

    pub(super) fn into_html(self) -> String {
        self.html
    }
}

/// Writes what HTML would take for markup as character references, and what nobody sees
/// or what turns the reading direction as its number.
struct Escaped<'p>(&'p mut String);

impl std::fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(character),
                '\r' => {}
                unseen if is_unseen(unseen) => write!(self.0, "⟨U+{:04X}⟩", u32::from(unseen))?,
                other => self.0.push(other),
            }
        }
        Ok(())
    }
}

/// Controls, and the marks that reorder or hide text.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut page = Page::default();
        put!(page; "<b title=\"" ("a\" onload='x'") "\">" ("</b><script>&amp;") "</b>");
        assert_eq!(
            page.into_html(),
            "<b title=\"a&quot; onload=&#39;x&#39;\">&lt;/b&gt;&lt;script&gt;&amp;amp;</b>"
        );
    }

    #[test]
    fn code_in_a_sentence_stands_between_backticks() {
        let prose = |text| {
            let mut page = Page::default();
            page.prose(text);
            page.into_html()
        };
        assert_eq!(
            prose("say `a<b>` and `c`"),
            "say <code>a&lt;b&gt;</code> and <code>c</code>"
        );
        assert_eq!(prose("one ` alone <"), "one ` alone &lt;");
        assert_eq!(prose("`a` and ` one"), "<code>a</code> and ` one");
    }

    #[test]
    fn what_nobody_sees_is_shown() {
        let mut page = Page::default();
        page.text("a\u{202e}b\0c\u{200b}d\r\ne\u{1b}[31m ü 日");
        assert_eq!(
            page.into_html(),
            "a⟨U+202E⟩b⟨U+0000⟩c⟨U+200B⟩d\ne⟨U+001B⟩[31m ü 日"
        );
    }
}
