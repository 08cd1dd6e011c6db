//! Values that are known before a call begins, so that they can be found in what it logs:
//! the id of its request, which must be there, and secrets, which must not.

use std::fmt::{Debug, Display};

use contract_spec::evidence::Field;
#[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
use contract_spec::evidence::Log;

use super::text::shorten;

/// The names of arguments that tie a call to its request.
const CORRELATION: &[&str] = &[
    "correlation_id",
    "request_id",
    "trace_id",
    "x_request_id",
    "x_correlation_id",
];

#[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
/// Shorter values turn up by chance.
const SHORTEST_SECRET: usize = 6;

/// An argument of a contracted function, and what it says of itself.
#[doc(hidden)]
#[derive(Debug)]
pub struct Argument {
    /// Its name in the signature.
    pub name: &'static str,
    /// For people.
    pub display: Option<String>,
    /// For programmers.
    pub debug: Option<String>,
}

#[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
/// A value that must not be logged.
#[derive(Debug)]
pub(super) struct Secret {
    /// The name in the contract.
    pub(super) name: &'static str,
    value: String,
}

#[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
impl Secret {
    /// Whether an event tells it.
    pub(super) fn is_in(&self, log: &Log) -> bool {
        let fields = log.fields.iter().chain(&log.spans);
        let mut texts = fields.map(|field| &field.value).chain([&log.message]);
        texts.any(|text| text.contains(&self.value))
    }
}

/// What the arguments say of the request.
pub(super) fn correlation(arguments: &[Argument]) -> Vec<Field> {
    let found = CORRELATION.iter().filter_map(|name| {
        let value = value(name, arguments)?;
        let name = (*name).to_owned();
        Some(Field { name, value })
    });
    found.collect()
}

#[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
/// What the arguments say that must not be logged.
pub(super) fn secrets(names: &[&'static str], arguments: &[Argument]) -> Vec<Secret> {
    let found = names.iter().filter_map(|name| {
        let last = name.rsplit('.').next().unwrap_or(name);
        let value = value(last, arguments)?;
        (value.chars().count() >= SHORTEST_SECRET).then_some(Secret { name, value })
    });
    found.collect()
}

/// The value of an argument, or of a field that shows in one.
fn value(name: &str, arguments: &[Argument]) -> Option<String> {
    let own = arguments.iter().find(|argument| argument.name == name);
    let own = own.and_then(|argument| {
        let debug = || argument.debug.as_deref().map(plain);
        argument.display.clone().or_else(debug)
    });
    let mut shown = arguments
        .iter()
        .filter_map(|argument| argument.debug.as_deref());
    let value = own.or_else(|| shown.find_map(|debug| field(name, debug)));
    value.filter(|value| !value.trim().is_empty())
}

/// The value of a field in what `derive(Debug)` writes: `Order { card: "tok" }`.
fn field(name: &str, debug: &str) -> Option<String> {
    let start = debug.match_indices(name).find_map(|(at, _)| {
        let begins = debug[..at].ends_with([' ', '{', '\n']);
        let rest = debug[at + name.len()..].strip_prefix(": ")?;
        begins.then_some(rest)
    })?;
    let value = match quoted(start) {
        Some(text) => text,
        None => {
            let end = start.find([',', ' ', '}', '\n']).unwrap_or(start.len());
            start[..end].to_owned()
        }
    };
    Some(value)
}

/// What `Debug` shows of a text, an option of one or a wrapper around one, without its dress.
fn plain(debug: &str) -> String {
    quoted(debug).unwrap_or_else(|| debug.to_owned())
}

/// The string that a text begins with, after any number of `Name(`.
fn quoted(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some((name, inside)) = rest.split_once('(') {
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name {
            break;
        }
        rest = inside;
    }
    let mut characters = rest.strip_prefix('"')?.chars();
    let mut value = String::new();
    loop {
        match characters.next()? {
            '"' => return Some(value),
            '\\' => value.push(characters.next()?),
            character => value.push(character),
        }
    }
}

/// An argument, asked what it says of itself.
#[derive(Debug)]
pub struct Ask<'a, T: ?Sized>(pub &'a T);

/// It can be shown to people and to programmers.
pub trait AskBoth {
    /// What it says.
    fn argument(&self, name: &'static str) -> Argument;
}

impl<T: Display + Debug + ?Sized> AskBoth for &&&Ask<'_, T> {
    fn argument(&self, name: &'static str) -> Argument {
        let (display, debug) = (self.0.to_string(), format!("{:?}", self.0));
        Argument::new(name, Some(display), Some(debug))
    }
}

/// It can be shown to people.
pub trait AskDisplay {
    /// What it says.
    fn argument(&self, name: &'static str) -> Argument;
}

impl<T: Display + ?Sized> AskDisplay for &&Ask<'_, T> {
    fn argument(&self, name: &'static str) -> Argument {
        Argument::new(name, Some(self.0.to_string()), None)
    }
}

/// It can be shown to programmers.
pub trait AskDebug {
    /// What it says.
    fn argument(&self, name: &'static str) -> Argument;
}

impl<T: Debug + ?Sized> AskDebug for &Ask<'_, T> {
    fn argument(&self, name: &'static str) -> Argument {
        Argument::new(name, None, Some(format!("{:?}", self.0)))
    }
}

/// Anything else.
pub trait AskNothing {
    /// What it says: nothing.
    fn argument(&self, name: &'static str) -> Argument;
}

impl<T: ?Sized> AskNothing for Ask<'_, T> {
    fn argument(&self, name: &'static str) -> Argument {
        Argument::new(name, None, None)
    }
}

impl Argument {
    fn new(name: &'static str, display: Option<String>, debug: Option<String>) -> Self {
        let short = |mut text: String| {
            shorten(&mut text);
            text
        };
        Self {
            name,
            display: display.map(short),
            debug: debug.map(short),
        }
    }
}

#[cfg(all(test, any(feature = "probe-log", feature = "probe-tracing")))]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Card(#[expect(dead_code, reason = "for its Debug")] &'static str);

    #[derive(Debug)]
    #[expect(dead_code, reason = "for its Debug")]
    struct Order {
        id: u64,
        discard: &'static str,
        card: Option<Card>,
        request_id: String,
    }

    struct Silent;

    macro_rules! ask {
        ($name:ident) => {
            (&&&Ask(&$name)).argument(stringify!($name))
        };
    }

    fn order() -> Order {
        Order {
            id: 1_234_567,
            discard: "no secret",
            card: Some(Card("4111 \"1111\"")),
            request_id: "r-9".into(),
        }
    }

    #[test]
    fn a_value_is_that_of_an_argument_or_of_a_field_in_one() {
        let (correlation_id, order, silent) = ("c-1", order(), Silent);
        let arguments = [ask!(correlation_id), ask!(order), ask!(silent)];
        let planted = correlation(&arguments);
        let planted: Vec<(&str, &str)> = planted.iter().map(|f| (&*f.name, &*f.value)).collect();
        assert_eq!(planted, [("correlation_id", "c-1"), ("request_id", "r-9")]);
        let secrets = secrets(&["order.card", "id", "pin"], &arguments);
        let secrets: Vec<(&str, &str)> = secrets.iter().map(|s| (s.name, &*s.value)).collect();
        assert_eq!(
            secrets,
            [("order.card", "4111 \"1111\""), ("id", "1234567")]
        );
    }

    #[test]
    fn what_is_too_short_to_be_told_from_chance_is_no_secret() {
        let pin = "1234";
        assert!(secrets(&["pin"], &[ask!(pin)]).is_empty());
    }
}
