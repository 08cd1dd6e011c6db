//! Holding an enum against its contract, while the compiler runs.
//!
//! Everything here is `const`: a disagreement is a compile error on the
//! attribute. Equal hashes settle the usual case; names are compared only to
//! write the message, for comparing strings is what costs in const evaluation.

use crate::Variant;

/// A variant that the contract names, and where.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Declared {
    /// The variant.
    pub name: &'static str,
    /// The failure mode that first names it; empty for a shared enum's list.
    pub mode: &'static str,
    /// The line in the contract file, from 1.
    pub line: u32,
}

/// What the macro read in the contract.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// The enum's name.
    pub error: &'static str,
    /// The line that names it.
    pub error_line: u32,
    /// The contract file, as shown to people.
    pub file: &'static str,
    /// The file that declares the variants: the same, or one that it includes.
    pub declared_in: &'static str,
    /// The TOML table that a missing variant belongs to.
    pub table: &'static str,
    /// The hash of the declared names.
    pub hash: u64,
    /// The declared names.
    pub declared: &'static [Declared],
}

/// Fails to compile unless the enum's variants are those of the contract; an open
/// set may have more of them.
#[doc(hidden)]
#[track_caller]
pub const fn check(name: &str, hash: u64, variants: &[Variant], open: bool, expected: &Expected) {
    if !equal(name, expected.error) {
        let mut text = Text::new();
        text.push("the contract names another error enum\n  ");
        text.push(expected.file);
        text.push(":");
        text.number(expected.error_line);
        text.push(" says `error = \"");
        text.push(expected.error);
        text.push("\"`, the function returns `");
        text.push(name);
        text.push("`: make one of them say the other");
        panic!("{}", text.as_str());
    }
    if hash != 0 && hash == expected.hash {
        return;
    }
    let mut text = Text::new();
    text.push("the contract and its error enum disagree");
    let before = text.length;
    let mut i = 0;
    while i < expected.declared.len() {
        let declared = &expected.declared[i];
        if !has_variant(variants, declared.name) {
            undeclared_variant(&mut text, name, declared, variants, expected);
        }
        i += 1;
    }
    let mut i = 0;
    while !open && i < variants.len() {
        if !has_declared(expected.declared, variants[i].name) {
            unused_variant(&mut text, name, &variants[i], expected);
        }
        i += 1;
    }
    if text.length > before {
        panic!("{}", text.as_str());
    }
}

const fn undeclared_variant(
    text: &mut Text,
    name: &str,
    declared: &Declared,
    variants: &[Variant],
    expected: &Expected,
) {
    text.push("\n  `");
    text.push(name);
    text.push("` has no variant `");
    text.push(declared.name);
    text.push("`, which ");
    if declared.mode.is_empty() {
        text.push("is declared");
    } else {
        text.push("`");
        text.push(declared.mode);
        text.push("` returns");
    }
    text.push(" at ");
    text.push(expected.declared_in);
    text.push(":");
    text.number(declared.line);
    text.push(": add it to the enum");
    if !variants.is_empty() {
        text.push(" (");
        text.push(variants[0].file);
        text.push(":");
        text.number(variants[0].line);
        text.push(")");
    }
    text.push(" or mend the contract");
}

const fn unused_variant(text: &mut Text, name: &str, variant: &Variant, expected: &Expected) {
    text.push("\n  `");
    text.push(name);
    text.push("::");
    text.push(variant.name);
    text.push("` (");
    text.push(variant.file);
    text.push(":");
    text.number(variant.line);
    text.push(") is not in the contract: ");
    text.push(expected.table);
    text.push(" in ");
    text.push(expected.declared_in);
    text.push(" has to declare it, or the enum to lose it");
}

const fn has_variant(variants: &[Variant], name: &str) -> bool {
    let mut i = 0;
    while i < variants.len() {
        if equal(variants[i].name, name) {
            return true;
        }
        i += 1;
    }
    false
}

const fn has_declared(declared: &[Declared], name: &str) -> bool {
    let mut i = 0;
    while i < declared.len() {
        if equal(declared[i].name, name) {
            return true;
        }
        i += 1;
    }
    false
}

const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// A message put together at compile time; what does not fit is cut off at a character.
struct Text {
    bytes: [u8; 4096],
    length: usize,
}

impl Text {
    const fn new() -> Self {
        Self {
            bytes: [0; 4096],
            length: 0,
        }
    }

    const fn push(&mut self, text: &str) {
        let bytes = text.as_bytes();
        if self.length + bytes.len() > self.bytes.len() {
            // Half a name says less than none, and half a character is no text.
            return;
        }
        let mut i = 0;
        while i < bytes.len() {
            self.bytes[self.length] = bytes[i];
            self.length += 1;
            i += 1;
        }
    }

    const fn number(&mut self, number: u32) {
        let mut digits = [0; 10];
        let mut length = 0;
        let mut rest = number;
        loop {
            digits[digits.len() - 1 - length] = b'0' + (rest % 10) as u8;
            length += 1;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let (_, digits) = digits.split_at(digits.len() - length);
        match core::str::from_utf8(digits) {
            Ok(digits) => self.push(digits),
            Err(_) => self.push("?"),
        }
    }

    const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.length);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "the contract and its error enum disagree",
        }
    }
}
