//! Holding an enum against its contract, while the compiler runs.
//!
//! Everything here is `const`: a disagreement is a compile error on the
//! attribute. Equal hashes settle the usual case; names are compared only to
//! write the message, for comparing strings is what costs in const evaluation.

use crate::Variant;
use crate::failure::Enum;

/// A variant that the contract names, the failure mode that first names it (empty for a
/// shared enum's list), and the line in the contract file, from 1.
type Declared = (&'static str, &'static str, u32);

/// Fails to compile unless an enum's variants are those of the contract; an open set may
/// have more of them.
///
/// `hash` is that of the names in the contract; `error` the enum that it names and the
/// line that does; `file` the contract file, as shown to people, and `declared_in` the
/// one that declares the variants, the same or an included one; `table` what a missing
/// variant belongs to.
#[doc(hidden)]
#[track_caller]
pub const fn check(
    found: &Enum,
    hash: u64,
    error: (&str, u32),
    file: &str,
    declared_in: &str,
    table: &str,
    declared: &[Declared],
) {
    if found.hash != 0 && found.hash == hash {
        return;
    }
    if !equal(found.name, error.0) {
        let mut text = Text::new();
        text.push("the contract names another error enum\n  ");
        text.push(file);
        text.push(":");
        text.number(error.1);
        text.push(" says `error = \"");
        text.push(error.0);
        text.push("\"`, the function returns `");
        text.push(found.name);
        text.push("`: make one of them say the other");
        panic!("{}", text.as_str());
    }
    let mut text = Text::new();
    text.push("the contract and its error enum disagree");
    let before = text.length;
    let mut i = 0;
    while i < declared.len() {
        if !has_variant(found.variants, declared[i].0) {
            undeclared_variant(&mut text, found, &declared[i], declared_in);
        }
        i += 1;
    }
    let fulfilled = text.length;
    let mut i = 0;
    while !found.open && i < found.variants.len() {
        if !has_declared(declared, found.variants[i].name) {
            unused_variant(
                &mut text,
                found.name,
                &found.variants[i],
                table,
                declared_in,
            );
        }
        i += 1;
    }
    // The contract of one function need not list what only others return. Where a variant is
    // missing as well, it is the name that was misspelt.
    if fulfilled == before && text.length > fulfilled && !is_list(declared) {
        text.push(
            "\n  If other functions return it and this one does not, list the enum once, in ",
        );
        text.push(declared_in);
        text.push(": [error.");
        text.push(found.name);
        text.push("] with variants = […]");
    }
    if text.length > before {
        panic!("{}", text.as_str());
    }
}

const fn undeclared_variant(text: &mut Text, found: &Enum, declared: &Declared, file: &str) {
    let (variant, mode, line) = *declared;
    text.push("\n  `");
    text.push(found.name);
    text.push("` has no variant `");
    text.push(variant);
    text.push("`, which ");
    if mode.is_empty() {
        text.push("is declared");
    } else {
        text.push("`");
        text.push(mode);
        text.push("` returns");
    }
    text.push(" at ");
    text.push(file);
    text.push(":");
    text.number(line);
    text.push(": add it to the enum");
    if !found.variants.is_empty() {
        text.push(" (");
        text.push(found.variants[0].file);
        text.push(":");
        text.number(found.variants[0].line);
        text.push(")");
    }
    text.push(" or mend the contract");
}

const fn unused_variant(text: &mut Text, name: &str, variant: &Variant, table: &str, file: &str) {
    text.push("\n  `");
    text.push(name);
    text.push("::");
    text.push(variant.name);
    text.push("` (");
    text.push(variant.file);
    text.push(":");
    text.number(variant.line);
    text.push(") is not in the contract: ");
    text.push(table);
    text.push(" in ");
    text.push(file);
    text.push(" has to declare it, or the enum to lose it");
}

/// Whether the variants are those of `[error.…]`, which no failure mode names.
const fn is_list(declared: &[Declared]) -> bool {
    !declared.is_empty() && declared[0].1.is_empty()
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
        if equal(declared[i].0, name) {
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
