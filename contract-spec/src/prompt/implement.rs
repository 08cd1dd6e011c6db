//! The prompt that has a function written.

use std::fmt::Write as _;

use super::row::{policy, sentence, table};
use super::{
    Language, Prompt, Section, Subject, arm, code, declarations, facts, numbered, testing,
};
use crate::catalog::traps;
use crate::model::Outcome;
use crate::read::write_duration;

/// Asks for the function of a contract.
pub fn implement(subject: &Subject<'_>, language: Language) -> Prompt {
    let mut sections = vec![
        Section {
            title: "Task",
            markdown: format!(
                "Write the function so that it fulfils its contract: every failure listed here ends as listed, and no other error leaves it.\n\n{}",
                facts(subject)
            ),
        },
        Section {
            title: "Hard rules",
            markdown: numbered(&rules(subject, language)),
        },
        Section {
            title: "Failure modes",
            markdown: table(subject, language),
        },
        Section {
            title: "Signature and error",
            markdown: declarations(subject, language),
        },
        Section {
            title: "When … then …",
            markdown: sentences(subject, language),
        },
    ];
    if let Some(markdown) = arm::arms(subject, language) {
        sections.push(Section {
            title: "One arm, good and bad",
            markdown,
        });
    }
    sections.push(Section {
        title: "Tests to write",
        markdown: testing::list(subject, language),
    });
    sections.extend(traps_section(subject, language));
    sections.push(Section {
        title: "Done",
        markdown: done(subject, language),
    });
    Prompt {
        title: format!("Write {}", subject.id),
        sections,
    }
}

/// What can be checked, at most seven, and only what applies.
fn rules(subject: &Subject<'_>, language: Language) -> Vec<String> {
    let function = subject.function;
    let mut rules = vec![
        format!(
            "Each failure mode ends as its row says: with that variant of {} and no other. `other` is for what has no row of its own.",
            code(&language.enum_name(function))
        ),
        language.no_silence(),
    ];
    let calls = function
        .interfaces
        .iter()
        .any(|name| subject.contract.interface(name).is_some());
    if calls {
        rules.extend(language.call().map(str::to_owned));
    }
    rules.extend(limits(subject));
    let mut policies: Vec<&str> = Vec::new();
    for mode in &function.modes {
        let named = policy(subject, mode).map(|policy| policy.name.as_str());
        policies.extend(named.filter(|name| !policies.contains(name)));
    }
    if policies.is_empty() {
        if calls {
            rules.push("Nothing is tried again, by no client library either.".to_owned());
        }
    } else {
        rules.push(language.retry(subject, &policies));
    }
    rules.extend(logging(subject));
    rules.push(untouched());
    rules
}

/// What is not the assistant's to change.
pub(super) fn untouched() -> String {
    "Do not edit contracts, policies, baselines or existing assertions, and allow no finding."
        .to_owned()
}

/// The limits of time and of calls.
fn limits(subject: &Subject<'_>) -> Option<String> {
    let function = subject.function;
    let timeouts = function.interfaces.iter().filter_map(|name| {
        let timeout = subject.contract.interface(name)?.timeout.as_ref()?;
        Some(format!(
            "{} of {}",
            write_duration(timeout.value),
            code(name)
        ))
    });
    let timeouts: Vec<String> = timeouts.collect();
    let budgets = function.max_calls.iter();
    let budgets: Vec<String> = budgets
        .map(|(name, most)| format!("{} of {}", most.value, code(name)))
        .collect();
    let mut parts = Vec::new();
    if !timeouts.is_empty() {
        parts.push(format!(
            "one attempt takes no longer than {}",
            timeouts.join(", ")
        ));
    }
    if let Some(deadline) = &function.deadline {
        parts.push(format!(
            "the whole call, waiting included, takes no longer than {}",
            write_duration(deadline.value)
        ));
    }
    if !budgets.is_empty() {
        parts.push(format!(
            "one call makes at most this many calls: {}",
            budgets.join(", ")
        ));
    }
    (!parts.is_empty()).then(|| format!("Set every limit in the code: {}.", parts.join("; ")))
}

fn logging(subject: &Subject<'_>) -> Option<String> {
    let function = subject.function;
    let sensitive: Vec<String> = function.sensitive.iter().map(|field| code(field)).collect();
    let never = if sensitive.is_empty() {
        String::new()
    } else {
        format!(" Never log {}.", sensitive.join(", "))
    };
    if function.modes.iter().any(|mode| mode.log.is_some()) {
        return Some(format!(
            "A failure is logged once, here and nowhere below or above, with the level and the fields of its row; the error's text is the real one.{never}"
        ));
    }
    (!sensitive.is_empty()).then(|| never.trim_start().to_owned())
}

fn sentences(subject: &Subject<'_>, language: Language) -> String {
    let modes = subject.function.modes.iter();
    let each: Vec<String> = modes
        .filter_map(|mode| sentence(subject, mode, language))
        .map(|sentence| format!("- {sentence}\n"))
        .collect();
    if each.is_empty() {
        return "The contract demands nothing but success.".to_owned();
    }
    each.concat()
}

/// What the libraries do that nobody expects: how each mode shows, and what else is known.
pub(super) fn traps_section(subject: &Subject<'_>, language: Language) -> Option<Section> {
    let function = subject.function;
    let mut markdown = String::new();
    if language == Language::Rust {
        for mode in &function.modes {
            let known = match subject.contract.kind_of(&mode.interface) {
                Some(crate::AnyKind::Known(kind)) => kind.mode(&mode.name),
                _ => None,
            };
            let waived = matches!(mode.outcome, Some(Outcome::Waived(_)));
            let Some(known) =
                known.filter(|_| !waived && subject.contract.interface(&mode.interface).is_some())
            else {
                continue;
            };
            let surface = match known.surface {
                crate::catalog::Surface::Ok => " **Arrives inside an `Ok`: look at the value.**",
                crate::catalog::Surface::Err => "",
            };
            let _written = writeln!(markdown, "- {}: {}{surface}", code(&mode.id()), known.rust);
        }
    }
    let kinds: Vec<&str> = function
        .interfaces
        .iter()
        .filter_map(|name| Some(subject.contract.interface(name)?.kind.value.as_str()))
        .collect();
    for trap in traps::of(language.name(), &kinds, subject.libraries) {
        let _written = writeln!(markdown, "- {}: {}", trap.library, trap.text);
    }
    (!markdown.is_empty()).then_some(Section {
        title: "Traps of the libraries",
        markdown,
    })
}

pub(super) fn done(subject: &Subject<'_>, language: Language) -> String {
    format!(
        "{} If the contract is wrong or cannot be fulfilled, say so and stop: answer `CONTRACT-CONFLICT:` and the reason. Do not work around it.",
        language.done(subject)
    )
}
