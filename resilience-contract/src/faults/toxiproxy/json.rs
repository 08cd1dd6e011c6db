//! As much JSON as Toxiproxy's API needs: writing strings, and reading the strings of an
//! object.

use std::fmt::Write as _;

/// A string in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            // Writing to a string does not fail.
            '\0'..='\x1f' => _ = write!(quoted, "\\u{:04x}", u32::from(character)),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// The string that an object, and none of the objects in it, has under this key.
pub(super) fn string(object: &str, key: &str) -> Option<String> {
    let mut depth = 0_u32;
    let mut wanted = false;
    let mut characters = object.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.checked_sub(1)?,
            ',' => wanted = false,
            '"' => {
                let text = unquoted(&mut characters)?;
                if wanted && depth == 1 {
                    return Some(text);
                }
                while characters
                    .next_if(|next| next.is_ascii_whitespace())
                    .is_some()
                {}
                if characters.peek() == Some(&':') {
                    wanted = depth == 1 && text == key;
                }
            }
            _ => {}
        }
    }
    None
}

/// What follows a quotation mark, up to the next one.
fn unquoted(characters: &mut impl Iterator<Item = char>) -> Option<String> {
    let mut units: Vec<u16> = Vec::new();
    let mut unit = [0; 2];
    loop {
        match characters.next()? {
            '"' => return String::from_utf16(&units).ok(),
            '\\' => {
                let plain = match characters.next()? {
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    // Half of a character, perhaps; hence the units.
                    'u' => {
                        let digits: String = characters.by_ref().take(4).collect();
                        units.push(u16::from_str_radix(&digits, 16).ok()?);
                        continue;
                    }
                    other => other,
                };
                units.extend_from_slice(plain.encode_utf16(&mut unit));
            }
            other => units.extend_from_slice(other.encode_utf16(&mut unit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_back_as_they_were_written() {
        for text in ["", "a", "a\"b\\c/d", "line\nline\t\u{1}", "käse 🧀"] {
            let object = format!("{{\"x\": {}}}", quoted(text));
            assert_eq!(string(&object, "x").as_deref(), Some(text), "{object}");
        }
    }

    #[test]
    fn a_key_is_looked_for_in_the_object_itself() {
        let object = r#" {"a":{"name":"no"},"b":["name","name"],"c":"name","n":1,"name" : "y\u00e9\ud83e\uddc0\/s","z":2}"#;

        assert_eq!(string(object, "name").as_deref(), Some("yé🧀/s"));
        assert_eq!(string(object, "n"), None);
        assert_eq!(string(object, "z"), None);
        assert_eq!(string(object, "absent"), None);
    }

    #[test]
    fn what_is_no_json_has_no_strings() {
        for broken in [
            "",
            "}",
            "{\"name",
            "{\"name\":\"a",
            "{\"name\":\"\\ud83e\"}",
            "<html>",
        ] {
            assert_eq!(string(broken, "name"), None, "{broken}");
        }
    }
}
