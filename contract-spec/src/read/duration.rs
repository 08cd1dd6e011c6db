//! Durations as contracts write them: `"100ms"`, `"2s"`, `"1m30s"`.

use std::time::Duration;

/// Nothing that a function waits for takes longer than a year.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Units from large to small, the order in which they are written.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// What is wrong with a duration, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) message: String,
    pub(crate) help: String,
}

const EXAMPLES: &str =
    "a duration is a number and a unit (ms, s, m, h): \"100ms\", \"2s\", \"1m30s\"";

/// Reads a duration.
pub(crate) fn parse(text: &str) -> Result<Duration, Wrong> {
    let wrong = |message: String, help: &str| {
        Err(Wrong {
            message,
            help: help.to_owned(),
        })
    };
    let shown = excerpt(text);
    if text.is_empty() {
        return wrong(
            "expected a duration, found an empty string".to_owned(),
            EXAMPLES,
        );
    }
    if text.chars().any(char::is_whitespace) {
        return wrong(format!("a duration has no spaces: \"{shown}\""), EXAMPLES);
    }
    if text.starts_with('-') {
        return wrong(
            format!("a duration cannot be negative: \"{shown}\""),
            EXAMPLES,
        );
    }
    if text.contains('.') {
        let help = "write whole numbers, with a smaller unit if need be: \"1s500ms\"";
        return wrong(
            format!("a duration has no decimal point: \"{shown}\""),
            help,
        );
    }
    let mut total = Duration::ZERO;
    let mut smallest = None;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, tail) = rest.split_at(digits);
        let letters = tail
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        rest = tail;
        if number.is_empty() {
            return wrong(format!("\"{shown}\" is no duration"), EXAMPLES);
        }
        if unit.is_empty() {
            let help = format!("name the unit: \"{0}ms\" or \"{0}s\"", excerpt(number));
            return wrong(format!("\"{shown}\" lacks a unit of time"), &help);
        }
        let Some(place) = UNITS.iter().position(|(name, _)| *name == unit) else {
            return wrong(format!("`{}` is no unit of time", excerpt(unit)), EXAMPLES);
        };
        if smallest.is_some_and(|s| s >= place) {
            let help =
                "write each unit once, from large to small: \"1h5m\", \"1m30s\", \"2s500ms\"";
            return wrong(format!("the units of \"{shown}\" are out of order"), help);
        }
        smallest = Some(place);
        let part = number
            .parse::<u64>()
            .ok()
            .and_then(|n| n.checked_mul(UNITS[place].1));
        let sum = part.and_then(|ms| total.checked_add(Duration::from_millis(ms)));
        match sum.filter(|sum| *sum <= LONGEST) {
            Some(sum) => total = sum,
            None => {
                let help = "the longest duration is a year: \"8760h\"";
                return wrong(format!("\"{shown}\" is too long"), help);
            }
        }
    }
    Ok(total)
}

/// A duration as a contract would write it: `1m30s`.
pub fn write(duration: Duration) -> String {
    let mut left = duration.as_millis();
    if left == 0 {
        return "0ms".to_owned();
    }
    let mut out = String::new();
    for (name, size) in UNITS {
        let count = left / u128::from(size);
        left %= u128::from(size);
        if count > 0 {
            out.push_str(&count.to_string());
            out.push_str(name);
        }
    }
    out
}

/// So much of a text as fits a message.
pub(crate) fn excerpt(text: &str) -> String {
    let mut short = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count == 40 {
            short.push('…');
            break;
        }
        for escaped in letter.escape_debug() {
            short.push(escaped);
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_alike() {
        for (text, ms) in [
            ("100ms", 100),
            ("2s", 2_000),
            ("1m30s", 90_000),
            ("1h", 3_600_000),
            ("1h1m1s1ms", 3_661_001),
            ("0ms", 0),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(ms)), "{text}");
            assert_eq!(write(Duration::from_millis(ms)), text);
        }
        assert_eq!(parse("90s").map(write).as_deref(), Ok("1m30s"));
    }

    #[test]
    fn nothing_else_is_a_duration() {
        for text in [
            "",
            "2",
            "s",
            "2 s",
            "1.5s",
            "-1s",
            "2d",
            "2us",
            "1s1m",
            "1s1s",
            "1ms2",
            "٣s",
            "2S",
            "1e3s",
            "9999999h",
            "99999999999999999999s",
            "184467440737095516150ms",
            "\0",
            "+1s",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
