//! Rules about which modes are decided on, and with what reason.

use super::{Judge, define};
use crate::catalog;
use crate::diagnostic::Diagnostic;
use crate::model::{Mode, Outcome, Spanned};
use crate::named::Names;
use crate::nearest::nearest;
use crate::order;
use crate::read::{meant, pascal_case};

define!(
    MISSING_MODE,
    "RC105",
    "missing-mode",
    Error,
    Some(missing_mode),
    "a mandatory failure mode is not decided on",
    "Every kind of interface has modes that happen to everybody sooner or later. A contract that \
     uses such an interface says what the function does on each of them, or waives it with a \
     reason. In the study of catastrophic failures in distributed systems, 92 % came from wrong \
     handling of errors that had been signalled all along.\n\n\
     For an interface of `kind = \"contract\"` the mandatory modes are all the variants that the \
     other function returns, so that no failure of a callee is lost.\n\n\
     Source: Yuan et al., OSDI 2014; the table of mandatory modes of the protocol.",
);

define!(
    MISSING_REASON,
    "RC106",
    "missing-reason",
    Error,
    Some(missing_reason),
    "a waiver or a recovery has no reason that could be reviewed",
    "`waived` and `recovers` switch demands off: no error is returned, and for a waiver no test is \
     asked for. What remains is the reason, and it is all that a reviewer has. It must be a few \
     words that can be true or false of this function: not empty, not a placeholder such as \
     \"n/a\" or \"todo\", and more than a single word.\n\n\
     Source: errors that are ignored outright are a quarter of the catastrophic failures studied \
     at OSDI 2014; clippy's `allow_attributes_without_reason` asks the same of lints.",
);

fn missing_mode(judge: &mut Judge<'_>) {
    for function in &judge.contract.functions {
        for (on, modes) in function.by_interface() {
            let Some(kind) = judge.contract.kind_of(on) else {
                continue;
            };
            let mut declared: Vec<&str> = Vec::new();
            for mode in modes {
                declared.push(&mode.name);
                // A misspelled mode is there, and was reported under its wrong name.
                if !kind.is_open()
                    && mode.name.value != catalog::OTHER
                    && kind.mode(&mode.name).is_none()
                    && let Some(meant) = meant(kind, &mode.name)
                {
                    declared.push(meant);
                }
            }
            missing_failures(judge, on, modes, &declared);
            let declared = Names::new(declared);
            for known in &kind.modes() {
                if known.mandatory && !declared.has(known.name) {
                    let variant = pascal_case(known.name);
                    let undecided = undecided(on, known.name, &variant, known.summary);
                    judge.found.push(undecided);
                }
            }
        }
    }
}

/// Enough names for any contract that people write.
const MANY: usize = 100;

/// The failures of a called function that are not among those declared.
fn missing_failures(
    judge: &mut Judge<'_>,
    on: &Spanned<String>,
    modes: &[Mode],
    declared: &[&str],
) {
    let Some(callee) = judge.view.callee(on).filter(|callee| !callee.is_misread()) else {
        return;
    };
    let failures = judge.known.failures(callee);
    let mut declared = declared.to_vec();
    let mut misspelled = 0;
    for mode in modes {
        if mode.name.value == catalog::OTHER || failures.get(&mode.name).is_some() {
            continue;
        }
        misspelled += 1;
        if misspelled > MANY {
            break;
        }
        if let Some(meant) = nearest(&mode.name, failures.names()) {
            declared.push(meant);
        }
    }
    let declared = Names::new(declared);
    let start = |at: usize| failures.0[at].modes[0].span.start;
    for at in order::places(failures.0.len(), &|a, b| start(a).cmp(&start(b))) {
        let failure = &failures.0[at];
        let Some(variant) = failure.modes[0].returns() else {
            continue;
        };
        if declared.has(&failure.name) {
            continue;
        }
        let diagnostic = undecided(on, &failure.name, variant, "");
        let place = variant.span.clone();
        judge.found.push(match callee.is_in(judge.view) {
            true => diagnostic,
            false => callee.point(diagnostic, judge.view, place, "it is returned here"),
        });
    }
}

fn undecided(on: &Spanned<String>, mode: &str, variant: &str, summary: &str) -> Diagnostic {
    let message = format!("`{}` does not decide on `{mode}`", **on);
    let help = format!(
        "{mode} = {{ returns = \"{variant}\" }}\nor {mode} = {{ waived = \"why it cannot happen\" }}"
    );
    Diagnostic::new(&MISSING_MODE, on.span.clone(), message)
        .label(summary)
        .help(help)
}

fn missing_reason(judge: &mut Judge<'_>) {
    for function in &judge.contract.functions {
        for mode in &function.modes {
            let (key, reason, example) = match &mode.outcome {
                Some(Outcome::Waived(reason)) => ("waived", reason, "why it cannot happen"),
                Some(Outcome::Recovers(reason)) => ("recovers", reason, "why success is right"),
                _ => continue,
            };
            if is_reason(reason) {
                continue;
            }
            let message = match reason.trim() {
                "" => format!("`{}` gives no reason", mode.id()),
                _ => format!("`{}` gives no reason that could be reviewed", mode.id()),
            };
            judge.report(
                Diagnostic::new(&MISSING_REASON, reason.span.clone(), message)
                    .help(format!("{key} = \"{example}, in a few words\"")),
            );
        }
    }
}

/// Texts that stand where a reason should.
const PLACEHOLDERS: [&str; 22] = [
    "not applicable",
    "does not apply",
    "doesn't apply",
    "not needed",
    "not relevant",
    "not required",
    "not used",
    "no reason",
    "none needed",
    "see above",
    "see below",
    "see code",
    "to be done",
    "to be decided",
    "to be determined",
    "to do",
    "fix me",
    "cannot happen",
    "can't happen",
    "never happens",
    "should not happen",
    "handled gracefully",
];

/// Whether a reviewer could say yes or no to it.
fn is_reason(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['.', '!', '?', '…']);
    let lower = text.to_lowercase();
    let unfinished = ["todo", "tbd", "fixme", "xxx", "n/a", "lorem ipsum"];
    let begins = |mark: &str| {
        lower
            .strip_prefix(mark)
            .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    // Some scripts write no spaces between words, and say more with fewer characters.
    let is_ascii = text.len() == text.chars().count();
    let mut words = 0;
    let mut is_new = true;
    for letter in lower.chars() {
        if letter.is_whitespace() {
            is_new = true;
        } else if is_new && letter.is_alphanumeric() {
            words += 1;
            is_new = false;
        }
    }
    text.len() >= 8
        && (words >= 2 || !is_ascii)
        && !unfinished.iter().any(|mark| begins(mark))
        && !PLACEHOLDERS.contains(&lower.as_str())
        && !catalog::is_mode(&lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_few_words_that_can_be_true_or_false() {
        for good in [
            "an insert",
            "a read-only replica is asked, nothing is written",
            "POST /charges looks nothing up",
            "キャッシュは任意です",
            "a todo list without entries is an empty list",
        ] {
            assert!(is_reason(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "n/a",
            "N/A: not here",
            "todo",
            "TODO: think about it",
            "TBD",
            "none",
            "because",
            "impossible",
            "cannot happen",
            "Not applicable.",
            "…………………",
            "- - - - - -",
            "x y",
            "........ ........",
            "unexpected_status",
        ] {
            assert!(!is_reason(bad), "{bad}");
        }
    }
}
