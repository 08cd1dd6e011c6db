//! Which words may name what: words of the contract itself, and names of Rust.

/// Names of the contract's own things: a lowercase letter, then lowercase letters,
/// digits and underscores.
pub(crate) fn is_snake(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// `GatewayTimeout` as the mode that another contract knows it by: `gateway_timeout`.
///
/// A run of capitals is one word: `HTTPError` is `http_error`.
pub fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let begins = letter.is_uppercase()
            && at > 0
            && letters[at - 1] != '_'
            && (!letters[at - 1].is_uppercase()
                || letters.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if begins {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// `gateway_timeout` as a variant would be named: `GatewayTimeout`.
pub(crate) fn pascal_case(word: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters
            .next()
            .map(|c| c.to_uppercase().chain(letters).collect::<String>())
    };
    word.split('_').filter_map(capital).collect()
}

/// A word that is as near to what was written as the rules for names allow.
pub(crate) fn to_snake(word: &str) -> String {
    let tame: String = word
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    let snake = snake_case(&tame);
    let snake: String = snake
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    snake
        .trim_matches(|c: char| c == '_' || c.is_ascii_digit())
        .to_owned()
}

/// Names that Rust keeps for itself in every edition up to 2024.
pub(crate) const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "Self", "static", "struct", "super", "trait", "true", "try", "type",
    "typeof", "unsafe", "unsized", "use", "virtual", "where", "while",
];

/// Whether Rust would take the word for a name.
pub(crate) fn is_identifier(word: &str) -> bool {
    let (raw, name) = match word.strip_prefix("r#") {
        Some(name) => (true, name),
        None => (false, word),
    };
    let mut letters = name.chars();
    let begins = letters
        .next()
        .is_some_and(|c| c == '_' || c.is_alphabetic());
    let shaped = begins && letters.all(|c| c == '_' || c.is_alphanumeric()) && name != "_";
    let kept = if raw {
        matches!(name, "crate" | "self" | "Self" | "super")
    } else {
        KEYWORDS.contains(&name) || name == "yield"
    };
    shaped && !kept
}

/// Whether Rust would take the text for a path without type arguments.
pub(crate) fn is_path(text: &str) -> bool {
    let text = text.strip_prefix("::").unwrap_or(text);
    let mut leading = true;
    let mut last_is_name = false;
    for segment in text.split("::") {
        last_is_name = is_identifier(segment);
        let relative = leading && matches!(segment, "crate" | "self" | "super" | "Self");
        if !last_is_name && !relative {
            return false;
        }
        leading = leading && matches!(segment, "self" | "super");
    }
    last_is_name
}

/// Whether a log event may have a field of this name.
pub(crate) fn is_field(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_become_modes_as_the_derive_names_them() {
        for (variant, mode) in [
            ("GatewayTimeout", "gateway_timeout"),
            ("Store", "store"),
            ("HTTPError", "http_error"),
            ("Http404", "http404"),
            ("already_snake", "already_snake"),
            ("IO", "io"),
        ] {
            assert_eq!(snake_case(variant), mode);
        }
    }

    #[test]
    fn rust_names_are_told_from_other_text() {
        for good in ["Timeout", "_Private", "r#type", "Zeitüberschreitung", "T1"] {
            assert!(is_identifier(good), "{good}");
        }
        for bad in [
            "", "_", "1T", "type", "Self", "r#self", "A::B", "a-b", "a b", "A<B>", "\0",
        ] {
            assert!(!is_identifier(bad), "{bad}");
        }
        for good in [
            "E",
            "crate::E",
            "self::a::E",
            "super::super::E",
            "::a::E",
            "io::Error",
        ] {
            assert!(is_path(good), "{good}");
        }
        for bad in [
            "",
            "::",
            "crate",
            "a::",
            "a::::b",
            "a::crate::E",
            "Vec<E>",
            "a.b",
            "Self",
        ] {
            assert!(!is_path(bad), "{bad}");
        }
    }

    #[test]
    fn contract_names_are_lowercase_words() {
        assert!(is_snake("gateway_2"));
        for bad in ["", "_a", "2a", "Gateway", "a-b", "ä", "a b"] {
            assert!(!is_snake(bad), "{bad}");
        }
        assert_eq!(to_snake("Payment-Gateway"), "payment_gateway");
        assert_eq!(to_snake("2fast"), "fast");
    }
}
