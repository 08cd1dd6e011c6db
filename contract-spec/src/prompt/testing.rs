//! The prompt that has the tests written, and the list of tests that a function needs.

use std::fmt::Write as _;

use super::faults::fault;
use super::implement::{done, traps_section, untouched};
use super::row::{attempts, fields, level, policy, table};
use super::{
    Language, Prompt, Section, Subject, block, code, declarations, facts, numbered, quoted,
};
use crate::catalog::{DOMAIN, INPUT};
use crate::model::{Idempotency, Mode, Outcome};

/// Asks for the tests of a contract; only those of `modes` (as `gateway.timeout`), where
/// some are named.
pub fn tests(subject: &Subject<'_>, language: Language, modes: Option<&[String]>) -> Prompt {
    let name = code(&language.function_name(subject.function));
    let some = match modes {
        Some(_) => " Listed are the failure modes that no test proves yet.",
        None => "",
    };
    let mut sections = vec![
        Section {
            title: "Task",
            markdown: format!(
                "Write the tests that prove what {name} does on each failure. A test proves a failure mode if it fails as soon as the function ends in any other way.{some}\n\n{}",
                facts(subject)
            ),
        },
        Section {
            title: "Hard rules",
            markdown: numbered(&rules(subject, language)),
        },
        Section {
            title: "Tests to write",
            markdown: chosen(subject, language, modes),
        },
        Section {
            title: "Failure modes",
            markdown: table(subject, language),
        },
        Section {
            title: "Signature and error",
            markdown: declarations(subject, language),
        },
    ];
    if let Some(markdown) = example(subject, language) {
        sections.push(Section {
            title: "One assertion, good and bad",
            markdown,
        });
    }
    sections.extend(traps_section(subject, language));
    sections.push(Section {
        title: "Done",
        markdown: done(subject, language),
    });
    Prompt {
        title: format!("Write the tests of {}", subject.id),
        sections,
    }
}

fn rules(subject: &Subject<'_>, language: Language) -> Vec<String> {
    let (bare, clock) = match language {
        Language::Rust => (
            "Assert on the variant. `is_err()`, `unwrap_err()` alone and `#[should_panic]` prove nothing.",
            "No test waits for real time: pause the clock (`#[tokio::test(start_paused = true)]`) or give short limits through the function's own configuration.",
        ),
        Language::TypeScript => (
            "Assert on the error's `name` and `kind`. `rejects.toThrow()` alone proves nothing.",
            "No test waits for real time: use fake timers.",
        ),
    };
    let mut rules = vec![
        bare.to_owned(),
        "Make the interface fail at its boundary, by a stand-in that answers as the real one would; never by changing the function.".to_owned(),
        "Count the calls that the stand-in got, in every test.".to_owned(),
    ];
    let modes = &subject.function.modes;
    if modes.iter().any(|mode| policy(subject, mode).is_some()) {
        rules.push(clock.to_owned());
    }
    if modes.iter().any(|mode| mode.log.is_some()) {
        rules.push("Capture the log and assert that there is one event, its level, its fields, and the error's own text in it.".to_owned());
    }
    rules.push("If the function does not do what its row says, that is a find: leave the test failing and report it.".to_owned());
    rules.push(untouched());
    rules
}

/// Every test that the function needs.
pub(super) fn list(subject: &Subject<'_>, language: Language) -> String {
    chosen(subject, language, None)
}

fn chosen(subject: &Subject<'_>, language: Language, modes: Option<&[String]>) -> String {
    let mut text = String::new();
    for mode in &subject.function.modes {
        let id = mode.id();
        if modes.is_some_and(|modes| !modes.contains(&id)) {
            continue;
        }
        let Some(assertions) = assertions(subject, mode, language) else {
            continue;
        };
        let _written = writeln!(
            text,
            "- {}: {}. Assert: {assertions}.",
            code(&id),
            fault(subject, mode)
        );
        if let Some(policy) = policy(subject, mode).filter(|policy| attempts(policy) > 1) {
            let last = attempts(policy);
            let _written = writeln!(
                text,
                "- {}, recovered: the same on the first {} and then a success. Assert: the value of the success; {last} calls.",
                code(&id),
                match last - 1 {
                    1 => "attempt".to_owned(),
                    failing => format!("{failing} attempts"),
                },
            );
        }
    }
    if text.is_empty() {
        return "None.".to_owned();
    }
    text
}

fn assertions(subject: &Subject<'_>, mode: &Mode, language: Language) -> Option<String> {
    let function = subject.function;
    let mut parts = Vec::new();
    match mode.outcome.as_ref()? {
        Outcome::Waived(_) => return None,
        Outcome::Returns(variant) => {
            parts.push(code(&language.variant(function, &variant.value)));
        }
        Outcome::Recovers(reason) => {
            parts.push(format!("the value that stands in ({})", quoted(reason)));
        }
    }
    let interface = code(&mode.interface);
    if matches!(mode.interface.as_str(), INPUT | DOMAIN) {
        if subject
            .function
            .interfaces
            .iter()
            .any(|name| subject.contract.interface(name).is_some())
            && mode.interface.value == INPUT
        {
            parts.push("no call to any interface".to_owned());
        }
    } else {
        match policy(subject, mode).map_or(1, attempts) {
            1 => parts.push(format!("1 call to {interface} at this place")),
            many => parts.push(format!("{many} calls to {interface}")),
        }
        let keyed = function.idempotency.as_ref().map(|word| word.value) == Some(Idempotency::Key);
        if policy(subject, mode).is_some() && keyed {
            parts.push("the same idempotency key in each".to_owned());
        }
    }
    if mode
        .rollback
        .as_ref()
        .is_some_and(|rollback| rollback.value)
    {
        parts.push("nothing of the transaction is left".to_owned());
    }
    if let Some(level) = level(mode) {
        parts.push(format!(
            "one log event at {} with {}",
            code(level.name()),
            fields(subject, mode).join(", ")
        ));
    }
    Some(parts.join("; "))
}

/// An assertion that proves and one that does not.
fn example(subject: &Subject<'_>, language: Language) -> Option<String> {
    let function = subject.function;
    let variant = function.variants().first()?.value.clone();
    let name = language.function_name(function);
    let bad = match language {
        Language::Rust => format!("assert!({name}_result.is_err());"),
        Language::TypeScript => format!("await expect({name}(…)).rejects.toThrow();"),
    };
    Some(format!(
        "GOOD:\n\n{}\n\nBAD, any other error would do as well:\n\n{}\n",
        block(
            language.name(),
            &(language.assertion(function, &variant) + ";")
        ),
        block(language.name(), &bad)
    ))
}
