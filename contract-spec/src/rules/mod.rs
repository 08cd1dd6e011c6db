//! What a contract must be to be worth anything: every rule as data, in one registry.
//!
//! Rules see one contract and nothing else: no code, no tests, no file system, no
//! policy. A published code keeps its meaning for ever; a rule that goes leaves its
//! code unused.

#[cfg(feature = "warnings")]
pub(crate) mod advice;
mod callee;
mod handling;
mod load;
mod logs;
mod policy;
mod retry;
mod safety;
pub(crate) mod shape;
mod siblings;
mod time;

#[cfg(feature = "warnings")]
use std::sync::LazyLock;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Contract;
use crate::read::{IncludedFile, Load, Reading, Source, in_order, read, read_with};

pub use callee::Callees;
use callee::{Known, Nobody, View};
use siblings::Siblings;
pub use siblings::called_files;

/// One rule, with all that is to be said about it.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `RC1xx`.
    pub code: &'static str,
    /// A few words, joined by hyphens.
    pub name: &'static str,
    /// How much a breach weighs, unless policy says otherwise.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// Why the rule is there and where it comes from, in Markdown.
    pub explanation: &'static str,
    /// A contract that breaks this rule and no other.
    pub bad: &'static str,
    /// The same contract, mended.
    pub good: &'static str,
    /// Finds the breaches; `None` for what the reader finds by itself.
    judge: Option<fn(&mut Judge<'_>)>,
}

/// Writes a rule: its constant, code, name, weight and judge, then what is to be said
/// about it. The examples are files named after the code; where they lie may come first.
macro_rules! define {
    ($id:ident, $($rule:tt)*) => {
        crate::rules::define! { "examples/"; $id, $($rule)* }
    };
    ($examples:literal; $id:ident, $code:literal, $name:literal, $severity:ident, $judge:expr,
     $summary:literal, $explanation:literal $(,)?) => {
        pub(crate) const $id: crate::rules::Rule = crate::rules::Rule {
            code: $code,
            name: $name,
            severity: crate::diagnostic::Severity::$severity,
            summary: $summary,
            explanation: $explanation,
            bad: include_str!(concat!($examples, $code, "-bad.toml")),
            good: include_str!(concat!($examples, $code, "-good.toml")),
            judge: $judge,
        };
    };
}
use define;

/// The rules by which a contract is refused, in the order of the codes.
static ERRORS: &[Rule] = &[
    shape::SYNTAX,
    shape::UNKNOWN_KEY,
    shape::WRONG_VALUE,
    shape::UNKNOWN_KIND,
    shape::UNKNOWN_MODE,
    handling::MISSING_MODE,
    handling::MISSING_REASON,
    policy::UNCAPPED,
    shape::UNCLEAR_HANDLING,
    shape::UNKNOWN_NAME,
    shape::DUPLICATE,
    shape::MISSING_KEY,
    shape::BAD_NAME,
    shape::FORMAT,
    shape::WAIVED_YET_HANDLED,
    shape::IDLE_KEY,
    shape::INCLUDE,
    retry::UNKNOWN_OUTCOME,
    retry::PERMANENT,
    load::OVER_DEADLINE,
    policy::NO_BACKOFF,
    policy::INVERTED_DELAYS,
    load::NESTED_RETRY,
    load::OVER_BUDGET,
    time::TIMEOUT_OVER_DEADLINE,
    safety::FAIL_OPEN,
    logs::SENSITIVE_FIELD,
];

/// Every rule, in the order of the codes; without the feature `warnings`, those that refuse.
pub fn rules() -> &'static [Rule] {
    #[cfg(feature = "warnings")]
    {
        static ALL: LazyLock<Vec<Rule>> = LazyLock::new(|| {
            let mut all = [ERRORS, advice::RULES].concat();
            all.sort_by_key(|rule| rule.code);
            all
        });
        &ALL
    }
    #[cfg(not(feature = "warnings"))]
    ERRORS
}

/// The rule of that code.
#[inline]
pub fn rule(code: &str) -> Option<&'static Rule> {
    rules().iter().find(|r| r.code.eq_ignore_ascii_case(code))
}

/// Reads a contract and judges it.
///
/// Nothing is read beside it: for files that include others, or that call functions of
/// others, there is [`check_with`].
pub fn check(source: &Source) -> Reading {
    judged(read(source), source, &Nobody)
}

/// Reads and judges a contract, every file that it includes, and what it promises about
/// the functions of other files that it calls, where those lie in the same folder.
pub fn check_with(source: &Source, load: Load<'_>) -> Checked {
    let (reading, mut included) = read_with(source, load);
    let mut called = Siblings::default();
    called.follow(source, &reading.contract, load);
    for file in &included {
        called.follow(&file.source, &file.reading.contract, load);
    }
    for file in &mut included {
        file.reading = judged(std::mem::take(&mut file.reading), &file.source, &called);
    }
    Checked {
        reading: judged(reading, source, &called),
        included,
        called: called.into_sources(),
    }
}

/// A contract with the files that it includes.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// The contract itself.
    pub reading: Reading,
    /// The included files, each once, those that others include first.
    pub included: Vec<IncludedFile>,
    /// The files of the functions that it calls and that those call, without those files'
    /// own mistakes.
    pub called: Vec<Source>,
}

impl Checked {
    /// Whether the contract is refused, for its own sake or for that of a file that it
    /// includes.
    pub fn has_errors(&self) -> bool {
        self.reading.has_errors() || self.included.iter().any(|f| f.reading.has_errors())
    }
}

fn judged(mut reading: Reading, source: &Source, callees: &dyn Callees) -> Reading {
    let found = judge(&reading.contract, source, callees);
    reading.add(found);
    reading
}

/// Holds a contract against every rule; of functions in other files it knows what
/// `callees` says.
///
/// Says nothing about a contract whose syntax is broken: what seems to be missing
/// may only have been lost.
pub fn judge(contract: &Contract, source: &Source, callees: &dyn Callees) -> Vec<Diagnostic> {
    let mut judge = Judge {
        contract,
        view: View::new(contract, source, callees),
        known: Known::default(),
        found: Vec::new(),
    };
    if !contract.broken {
        for rule in rules() {
            if let Some(run) = rule.judge {
                run(&mut judge);
            }
        }
    }
    in_order(&mut judge.found);
    judge.found
}

/// A contract before its rules.
struct Judge<'c> {
    contract: &'c Contract,
    /// The same, and what it can see.
    view: View<'c>,
    known: Known<'c>,
    found: Vec<Diagnostic>,
}

impl Judge<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_refuses_is_known_to_every_build_and_what_warns_to_the_verifiers() {
        let refuses = |rule: &Rule| rule.severity == Severity::Error;
        assert!(ERRORS.iter().all(refuses));
        assert!(!advice::RULES.iter().any(refuses));
        assert_eq!(rules().len(), ERRORS.len() + advice::RULES.len());
    }
}
