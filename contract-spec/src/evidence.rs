//! What the recorder writes and the verifier reads: one record a line, in JSON.
//!
//! The recorder is compiled into other people's tests, so writing needs no
//! dependency at all; reading is serde's (feature `serde`). A file belongs to
//! one process and is only ever appended to, a whole line at a time: a line
//! that a crash cut short loses itself and nothing else.

mod fault;
#[cfg(feature = "serde")]
pub mod file;
mod mutant;
mod seen;
mod transaction;
mod write;

pub use crate::policy_key::policy_key;
pub use fault::{
    ABANDONED, Explored, Extent, Fault, HANGS, Invariant, Step, TIMEOUT, read_faults, write_faults,
};
pub use mutant::{Mutant, Operator};
pub use seen::{Clock, Field, Log, LogLevel, Retry, Seen};
pub use transaction::Transaction;

/// The version of this format; a reader refuses any other.
pub const FORMAT: u32 = 1;

/// The environment variable that names the folder for evidence.
pub const EVIDENCE_VARIABLE: &str = "RESILIENCE_CONTRACT_EVIDENCE";

/// The environment variable that chooses a mutant.
pub const MUTANT_VARIABLE: &str = "RESILIENCE_CONTRACT_MUTANT";

/// The environment variable that has calls to interfaces counted and faults injected into
/// them: as [`write_faults`] writes them, empty for none.
pub const FAULTS_VARIABLE: &str = "RESILIENCE_CONTRACT_FAULTS";

/// The environment variable that says which log events are recorded: those of a level
/// and above it (`info` if it is not set), or none (`off`).
pub const LOGS_VARIABLE: &str = "RESILIENCE_CONTRACT_LOGS";

/// The exit code of a process that could not write its evidence and therefore stopped.
pub const EVIDENCE_LOST: i32 = 117;

/// The exit code of a process in which faults were injected into one place without end:
/// whoever called there tries again for ever.
pub const ENDLESS: i32 = 118;

/// Stands for a variant of another crate's enum that the contract does not name.
pub const UNDECLARED: &str = "_";

/// One line of an evidence file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "kind", rename_all = "snake_case"))]
pub enum Record {
    /// The first line of every file.
    Process(Process),
    /// A contracted function, before the first trace of it.
    Function(Function),
    /// The error enum of a function, when it first returned.
    Errors(Errors),
    /// One call of a contracted function, when it ended.
    Trace(Trace),
    /// A mutant changed what a function returned, or how often it tried.
    Mutated(Mutated),
    /// A log event of a call that had ended: another attribute of the function logs what
    /// the function returned.
    Late(Late),
    /// A log event in the course of no call.
    Loose(Loose),
    /// Whether an invariant of the test held.
    Invariant(Invariant),
    /// A call to an interface has come so far.
    Step(Step),
}

/// The process that wrote the file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Process {
    /// [`FORMAT`].
    pub format: u32,
    /// Its number, for people.
    pub pid: u32,
    /// Whether it was told not to record log events.
    #[cfg_attr(feature = "serde", serde(default))]
    pub unheard: bool,
}

/// A contracted function that a process called.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Function {
    /// Its number in this file.
    pub number: u32,
    /// The contract's id.
    pub id: String,
    /// The package it is compiled in.
    pub package: String,
    /// Its path: crate, modules, name.
    pub path: String,
    /// The source file, as rustc was given it.
    pub file: String,
    /// The line of its name, from 1.
    pub line: u32,
    /// The column of its name, from 1.
    pub column: u32,
    /// Its branches, by index.
    pub branches: Vec<Branch>,
}

/// A branch as the macro compiled it in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Branch {
    /// `return`, `tail` or `question_mark`.
    pub form: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// The error enum of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Errors {
    /// The function's number in this file.
    pub function: u32,
    /// The enum's name.
    pub name: String,
    /// Its variants, in order.
    pub variants: Vec<Variant>,
    /// Whether an `Ok` can be made out of nothing.
    pub swallow: bool,
}

/// One variant of an error enum.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Whether a sample of it can be made.
    pub sample: bool,
    /// The variants that can become it, because they hold the same.
    #[cfg_attr(feature = "serde", serde(default))]
    pub takes: Vec<String>,
    /// The name of the enum that it holds, if that can become another one of its kind.
    #[cfg_attr(feature = "serde", serde(default))]
    pub inner: Option<String>,
}

/// How [`Operator::Misreport`] says that a variant stays, and the enum of that name that it
/// holds becomes another one: `Timeout(another Phase)`.
pub fn another_inside(variant: &str, inner: &str) -> String {
    format!("{variant}(another {inner})")
}

/// Whether a variant is to become what [`another_inside`] says of it.
pub fn is_another_inside(variant: &str, to: &str) -> bool {
    to.strip_prefix(variant)
        .is_some_and(|rest| rest.starts_with("(another "))
}

/// One call of a contracted function.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Trace {
    /// The function's number in this file.
    pub function: u32,
    /// The call's number in this process.
    pub call: u64,
    /// The contracted call in whose course it ran.
    pub parent: Option<u64>,
    /// The name of the thread on which it began.
    pub thread: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// The variant it returned, if it returned an error; [`UNDECLARED`] for one that
    /// the probe does not know.
    pub variant: Option<String>,
    /// The branch through which it left with an error; `None` if it left by a place without a probe.
    pub branch: Option<u32>,
    /// Its calls to interfaces, in the order in which they ended.
    pub calls: Vec<Call>,
    /// Microseconds since the process began to record.
    pub start_us: u64,
    /// Microseconds since the process began to record.
    pub end_us: u64,
    /// What else was seen.
    #[cfg_attr(feature = "serde", serde(default))]
    pub seen: Seen,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Outcome {
    /// With `Ok`.
    Ok,
    /// With `Err`.
    Err,
    /// With a panic.
    Panicked,
    /// Its future was dropped before it was done.
    Cancelled,
}

/// One call to an interface.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Call {
    /// The interface's name.
    pub interface: String,
    /// Where the call stands in the source: what is called there again is tried again.
    pub site: String,
    /// Whether it failed.
    pub failed: bool,
    /// Whether it never came back: its future was dropped, or it panicked.
    pub cancelled: bool,
    /// The failure mode, if the error or the value told it.
    pub mode: Option<String>,
    /// What it does to a transaction.
    #[cfg_attr(feature = "serde", serde(default))]
    pub transaction: Option<Transaction>,
    /// What the error says of itself, in each way it can.
    #[cfg_attr(feature = "serde", serde(default))]
    pub error: Vec<String>,
    /// Microseconds since the process began to record.
    pub start_us: u64,
    /// Microseconds since the process began to record.
    pub end_us: u64,
    /// What is known of it where faults may be injected.
    #[cfg_attr(feature = "serde", serde(default))]
    pub explored: Option<Explored>,
}

/// A failure that was let go for a reason: a `degrade!` that the call went through.
///
/// In the list `degraded` of a trace's line, which readers may pass over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Degraded {
    /// The reason.
    pub reason: String,
    /// Where it stands in the source.
    pub site: String,
}

/// A mutant did its work.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Mutated {
    /// The contracted call whose result was changed.
    pub call: u64,
}

/// A log event of a call that had ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Late {
    /// The contracted call.
    pub call: u64,
    /// The event.
    pub log: Log,
}

/// A log event in the course of no contracted call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Loose {
    /// The event.
    pub log: Log,
}

/// The failures that stand at the end of a call: of each place in the source, the
/// last call to an interface, if it failed. What was tried again there, after it
/// had failed and up to an answer, no longer stands; what ran beside it, or was
/// called off, is no second try.
pub fn standing(calls: &[Call]) -> impl Iterator<Item = &Call> {
    calls.iter().enumerate().filter_map(|(index, call)| {
        let again = |later: &Call| {
            later.site == call.site
                && later.interface == call.interface
                && !later.cancelled
                && later.start_us >= call.end_us
        };
        (call.failed && !calls[index + 1..].iter().any(again)).then_some(call)
    })
}

/// The [`standing`] failures in one word, in no order: `gateway.timeout+orders.?`; empty for none.
pub fn signature(calls: &[Call]) -> String {
    let mut names: Vec<String> = standing(calls)
        .map(|call| {
            let mode = call.mode.as_deref().unwrap_or("?");
            // Names that people write by hand may hold anything.
            let plain = |c: char| {
                if matches!(c, '#' | ',' | '*' | '+') {
                    '_'
                } else {
                    c
                }
            };
            format!("{}.{mode}", call.interface)
                .chars()
                .map(plain)
                .collect()
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names.join("+")
}

/// What tells one function of a build from every other.
pub fn function_key(package: &str, path: &str, file: &str, line: u32, column: u32) -> String {
    format!("{package}@{path}@{file}:{line}:{column}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(interface: &str, site: &str, mode: Option<&str>) -> Call {
        Call {
            interface: interface.into(),
            site: site.into(),
            failed: mode.is_some(),
            cancelled: false,
            mode: mode.map(Into::into),
            error: Vec::new(),
            start_us: 0,
            end_us: 0,
            transaction: None,
            explored: None,
        }
    }

    #[test]
    fn a_failure_stands_until_the_same_place_is_passed_again() {
        let insert = call("orders", "1", Some("timeout"));
        let rollback = call("orders", "2", None);
        assert_eq!(signature(&[insert.clone(), rollback]), "orders.timeout");
        let again = call("orders", "1", None);
        assert_eq!(signature(&[insert.clone(), again]), "");
        let other = call("orders", "1", Some("connection"));
        assert_eq!(signature(&[insert.clone(), other]), "orders.connection");
        let at = |start_us, end_us, call: &Call| Call {
            start_us,
            end_us,
            ..call.clone()
        };
        let ok = call("orders", "1", None);
        let beside = [at(0, 5, &insert), at(2, 6, &ok)];
        assert_eq!(signature(&beside), "orders.timeout");
        assert_eq!(signature(&[at(0, 5, &insert), at(5, 6, &ok)]), "");
        let called_off = Call {
            cancelled: true,
            ..at(5, 6, &ok)
        };
        assert_eq!(
            signature(&[at(0, 5, &insert), called_off]),
            "orders.timeout"
        );
        let both = [call("b", "1", Some("x,y")), call("a", "2", Some("z"))];
        assert_eq!(signature(&both), "a.z+b.x_y");
    }
}
