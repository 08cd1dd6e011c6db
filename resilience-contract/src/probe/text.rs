//! What an error says of itself, as far as its type can.
//!
//! As in `inspect`, the traits are tried from the most telling to the least by the
//! compiler's method lookup.

use std::error::Error;
use std::fmt::{Debug, Display};

/// More of one text is not kept.
const LONGEST: usize = 4096;

/// A result whose error is asked.
#[derive(Debug)]
pub struct Text<'a, T>(pub &'a T);

/// It is an error of std's kind.
pub trait SaysAll {
    /// The texts, each once.
    fn texts(&self) -> Vec<String>;
}

impl<T, E: Error> SaysAll for &&&&Text<'_, Result<T, E>> {
    fn texts(&self) -> Vec<String> {
        let Err(error) = self.0 else {
            return Vec::new();
        };
        let mut texts = vec![error.to_string(), format!("{error:?}")];
        let mut source = error.source();
        // A chain that bites its own tail ends, too.
        while let Some(error) = source.filter(|_| texts.len() < 16) {
            texts.push(error.to_string());
            source = error.source();
        }
        tidy(texts)
    }
}

/// It can be shown to people and to programmers.
pub trait SaysBoth {
    /// The texts, each once.
    fn texts(&self) -> Vec<String>;
}

impl<T, E: Display + Debug> SaysBoth for &&&Text<'_, Result<T, E>> {
    fn texts(&self) -> Vec<String> {
        match self.0 {
            Ok(_) => Vec::new(),
            Err(error) => tidy(vec![error.to_string(), format!("{error:?}")]),
        }
    }
}

/// It can be shown to people.
pub trait SaysDisplay {
    /// The texts, each once.
    fn texts(&self) -> Vec<String>;
}

impl<T, E: Display> SaysDisplay for &&Text<'_, Result<T, E>> {
    fn texts(&self) -> Vec<String> {
        match self.0 {
            Ok(_) => Vec::new(),
            Err(error) => tidy(vec![error.to_string()]),
        }
    }
}

/// It can be shown to programmers.
pub trait SaysDebug {
    /// The texts, each once.
    fn texts(&self) -> Vec<String>;
}

impl<T, E: Debug> SaysDebug for &Text<'_, Result<T, E>> {
    fn texts(&self) -> Vec<String> {
        match self.0 {
            Ok(_) => Vec::new(),
            Err(error) => tidy(vec![format!("{error:?}")]),
        }
    }
}

/// Anything else.
pub trait SaysNothing {
    /// The texts: none.
    fn texts(&self) -> Vec<String>;
}

impl<T> SaysNothing for Text<'_, T> {
    fn texts(&self) -> Vec<String> {
        Vec::new()
    }
}

fn tidy(mut texts: Vec<String>) -> Vec<String> {
    texts.retain(|text| !text.trim().is_empty());
    for text in &mut texts {
        shorten(text);
    }
    let mut seen = std::collections::HashSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    texts
}

/// Cuts a text that nobody would read to its end.
pub(super) fn shorten(text: &mut String) {
    let mut end = LONGEST.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct OnlyDebug;

    struct OnlyDisplay;

    impl Display for OnlyDisplay {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("shown")
        }
    }

    struct Silent;

    macro_rules! texts {
        ($result:expr) => {
            (&&&&Text(&$result)).texts()
        };
    }

    #[test]
    fn every_error_says_what_its_type_can() {
        let io = std::io::Error::other("no space");
        assert!(texts!(Err::<(), _>(io)).contains(&"no space".to_owned()));
        assert_eq!(texts!(Err::<(), _>("text")), ["text", "\"text\""]);
        assert_eq!(texts!(Err::<(), _>(OnlyDebug)), ["OnlyDebug"]);
        assert_eq!(texts!(Err::<(), _>(OnlyDisplay)), ["shown"]);
        assert!(texts!(Err::<(), _>(Silent)).is_empty());
        assert!(texts!(7).is_empty());
        assert!(texts!(Ok::<_, &str>(7)).is_empty());
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let mut long = "ü".repeat(LONGEST);
        shorten(&mut long);
        assert_eq!(long.len(), LONGEST);
        let mut odd = format!("a{}", "ü".repeat(LONGEST));
        shorten(&mut odd);
        assert_eq!(odd.len(), LONGEST - 1);
    }
}
