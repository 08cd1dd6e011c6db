//! The `# Errors` section of a function's documentation.

use std::fmt::Write as _;

use super::Subject;
use super::row::{attempts, policy, trigger};
use crate::model::{Effect, Mode};

/// What callers have to know of each variant, as lines of rustdoc without the slashes.
pub fn errors(subject: &Subject<'_>) -> String {
    let function = subject.function;
    let error = super::Language::Rust.enum_name(function);
    let mut lines = vec!["# Errors".to_owned(), String::new()];
    for variant in function.variants() {
        let modes = function.modes.iter().filter(|mode| {
            mode.returns()
                .is_some_and(|name| name.value == variant.value)
        });
        let modes: Vec<&Mode> = modes.collect();
        lines.push(format!("- [`{error}::{}`]:", variant.value));
        for mode in modes {
            lines.push(format!("  - `{}`: {}", mode.id(), told(subject, mode)));
        }
    }
    if function.variants().is_empty() {
        lines.push("None: every failure is recovered from.".to_owned());
    }
    lines.join("\n")
}

fn told(subject: &Subject<'_>, mode: &Mode) -> String {
    let mut text = trigger(subject, mode);
    if let Some(policy) = policy(subject, mode) {
        let _written = write!(text, " It was tried {} times.", attempts(policy));
    }
    text.push_str(match subject.contract.effect(mode) {
        Effect::None => "",
        Effect::Maybe => " Whether it was applied is unknown.",
        Effect::Partial => " A part of it was applied.",
        Effect::Applied => " It was applied.",
    });
    text
}
