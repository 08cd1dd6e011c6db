//! What the recorder writes and the verifier reads: one record a line, in JSON.
//!
//! The recorder is compiled into other people's tests, so writing needs no
//! dependency at all; reading is serde's (feature `serde`). A file belongs to
//! one process and is only ever appended to, a whole line at a time: a line
//! that a crash cut short loses itself and nothing else.

#[cfg(feature = "serde")]
pub mod file;

use std::fmt::{self, Write as _};

/// The version of this format; a reader refuses any other.
pub const FORMAT: u32 = 1;

/// The environment variable that names the folder for evidence.
pub const EVIDENCE_VARIABLE: &str = "RESILIENCE_CONTRACT_EVIDENCE";

/// The environment variable that chooses a mutant.
pub const MUTANT_VARIABLE: &str = "RESILIENCE_CONTRACT_MUTANT";

/// The exit code of a process that could not write its evidence and therefore stopped.
pub const EVIDENCE_LOST: i32 = 117;

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
    /// A mutant changed what a function returned.
    Mutated(Mutated),
}

/// The process that wrote the file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Process {
    /// [`FORMAT`].
    pub format: u32,
    /// Its number, for people.
    pub pid: u32,
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
    /// Microseconds since the process began to record.
    pub start_us: u64,
    /// Microseconds since the process began to record.
    pub end_us: u64,
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

/// What a mutant does to what a function returns.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operator {
    /// The error that leaves through a branch becomes another variant of the same enum.
    Misreport {
        /// The branch's index.
        branch: u32,
        /// The variant that is changed; others that leave there stay as they are.
        from: String,
        /// The variant it becomes.
        to: String,
    },
    /// The error that leaves through a branch becomes an `Ok` made out of nothing.
    Swallow {
        /// The branch's index.
        branch: u32,
        /// The variant that is changed.
        from: String,
    },
    /// An `Ok` after a failed call becomes an error.
    Unrecover,
}

impl Operator {
    /// The word in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Misreport { .. } => "misreport",
            Self::Swallow { .. } => "swallow",
            Self::Unrecover => "unrecover",
        }
    }
}

/// A failure branch changed at run time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mutant {
    /// [`function_key`].
    pub function: String,
    /// Only in calls in which the [`standing`] failures are one of these; `None` for all calls.
    pub when: Option<Vec<String>>,
    /// What is done there.
    pub operator: Operator,
}

impl Mutant {
    /// Reads what [`Mutant`]'s `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        // From the right: a path in the function's key may hold a `#`, the rest cannot.
        let mut parts = text.rsplitn(6, '#');
        let (to, from, branch) = (parts.next()?, parts.next()?, parts.next()?);
        let operator = match parts.next()? {
            "misreport" => Operator::Misreport {
                branch: branch.parse().ok()?,
                from: from.to_owned(),
                to: to.to_owned(),
            },
            "swallow" => Operator::Swallow {
                branch: branch.parse().ok()?,
                from: from.to_owned(),
            },
            "unrecover" => Operator::Unrecover,
            _ => return None,
        };
        let when = match parts.next()? {
            "*" => None,
            when => Some(when.split(',').map(str::to_owned).collect()),
        };
        Some(Self {
            operator,
            when,
            function: parts.next()?.to_owned(),
        })
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = match &self.when {
            None => "*".to_owned(),
            Some(when) => when.join(","),
        };
        write!(f, "{}#{when}#{}#", self.function, self.operator.name())?;
        match &self.operator {
            Operator::Misreport { branch, from, to } => write!(f, "{branch}#{from}#{to}"),
            Operator::Swallow { branch, from } => write!(f, "{branch}#{from}#"),
            Operator::Unrecover => write!(f, "##"),
        }
    }
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

impl Record {
    /// Appends the record as one line, its end included.
    pub fn write(&self, line: &mut String) {
        match self {
            Self::Process(process) => {
                let mut object = Object::new(line, "process");
                object.number("format", process.format.into());
                object.number("pid", process.pid.into());
                object.end();
            }
            Self::Function(function) => {
                let mut object = Object::new(line, "function");
                object.number("number", function.number.into());
                object.text("id", &function.id);
                object.text("package", &function.package);
                object.text("path", &function.path);
                object.text("file", &function.file);
                object.number("line", function.line.into());
                object.number("column", function.column.into());
                object.list("branches", &function.branches, |item, branch| {
                    item.text("form", &branch.form);
                    item.number("line", branch.line.into());
                    item.number("column", branch.column.into());
                });
                object.end();
            }
            Self::Errors(errors) => {
                let mut object = Object::new(line, "errors");
                object.number("function", errors.function.into());
                object.text("name", &errors.name);
                object.list("variants", &errors.variants, |item, variant| {
                    item.text("name", &variant.name);
                    item.flag("sample", variant.sample);
                });
                object.flag("swallow", errors.swallow);
                object.end();
            }
            Self::Trace(trace) => trace.write(&[], line),
            Self::Mutated(mutated) => {
                let mut object = Object::new(line, "mutated");
                object.number("call", mutated.call);
                object.end();
            }
        }
        line.push('\n');
    }
}

impl Trace {
    /// Appends the trace as one line, its end included, with what it let go.
    pub fn write_line(&self, degraded: &[Degraded], line: &mut String) {
        self.write(degraded, line);
        line.push('\n');
    }

    fn write(&self, degraded: &[Degraded], line: &mut String) {
        let mut object = Object::new(line, "trace");
        object.number("function", self.function.into());
        object.number("call", self.call);
        object.optional_number("parent", self.parent);
        object.optional_text("thread", self.thread.as_deref());
        let outcome = match self.outcome {
            Outcome::Ok => "ok",
            Outcome::Err => "err",
            Outcome::Panicked => "panicked",
            Outcome::Cancelled => "cancelled",
        };
        object.text("outcome", outcome);
        object.optional_text("variant", self.variant.as_deref());
        object.optional_number("branch", self.branch.map(Into::into));
        object.list("calls", &self.calls, |item, call| {
            item.text("interface", &call.interface);
            item.text("site", &call.site);
            item.flag("failed", call.failed);
            item.flag("cancelled", call.cancelled);
            item.optional_text("mode", call.mode.as_deref());
            item.number("start_us", call.start_us);
            item.number("end_us", call.end_us);
        });
        if !degraded.is_empty() {
            object.list("degraded", degraded, |item, degraded| {
                item.text("reason", &degraded.reason);
                item.text("site", &degraded.site);
            });
        }
        object.number("start_us", self.start_us);
        object.number("end_us", self.end_us);
        object.end();
    }
}

/// A JSON object in the course of being written.
struct Object<'a> {
    line: &'a mut String,
    first: bool,
}

impl<'a> Object<'a> {
    fn new(line: &'a mut String, kind: &str) -> Self {
        let mut object = Self::open(line);
        object.text("kind", kind);
        object
    }

    fn open(line: &'a mut String) -> Self {
        line.push('{');
        Self { line, first: true }
    }

    fn end(self) {
        self.line.push('}');
    }

    fn key(&mut self, key: &str) {
        if !std::mem::take(&mut self.first) {
            self.line.push(',');
        }
        escape(self.line, key);
        self.line.push(':');
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        escape(self.line, value);
    }

    fn optional_text(&mut self, key: &str, value: Option<&str>) {
        self.key(key);
        match value {
            Some(value) => escape(self.line, value),
            None => self.line.push_str("null"),
        }
    }

    fn number(&mut self, key: &str, value: u64) {
        self.optional_number(key, Some(value));
    }

    fn optional_number(&mut self, key: &str, value: Option<u64>) {
        self.key(key);
        match value {
            // Writing to a `String` cannot fail.
            Some(value) => drop(write!(self.line, "{value}")),
            None => self.line.push_str("null"),
        }
    }

    fn flag(&mut self, key: &str, value: bool) {
        self.key(key);
        self.line.push_str(if value { "true" } else { "false" });
    }

    fn list<T>(&mut self, key: &str, items: &[T], write: impl Fn(&mut Object<'_>, &T)) {
        self.key(key);
        self.line.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            let mut object = Object::open(self.line);
            write(&mut object, item);
            object.end();
        }
        self.line.push(']');
    }
}

/// Appends a JSON string.
fn escape(line: &mut String, text: &str) {
    line.push('"');
    for character in text.chars() {
        match character {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            c if u32::from(c) < 0x20 => drop(write!(line, "\\u{:04x}", u32::from(c))),
            c => line.push(c),
        }
    }
    line.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutant_reads_back_as_it_was_written() {
        let operators = [
            Operator::Misreport {
                branch: 7,
                from: "Timeout".into(),
                to: "Down".into(),
            },
            Operator::Swallow {
                branch: 0,
                from: "Timeout".into(),
            },
            Operator::Unrecover,
        ];
        let whens = [
            None,
            Some(vec![String::new()]),
            Some(vec!["a.b+c.?".into(), "d.e".into()]),
        ];
        for (operator, when) in operators.into_iter().zip(whens) {
            let mutant = Mutant {
                function: function_key("p", "c::m::f", "a dir/x#1.rs", 3, 9),
                when,
                operator,
            };
            assert_eq!(Mutant::parse(&mutant.to_string()), Some(mutant));
        }
        assert_eq!(Mutant::parse("nonsense"), None);
        assert_eq!(Mutant::parse("f#*#swallow#x#A#"), None);
    }

    fn call(interface: &str, site: &str, mode: Option<&str>) -> Call {
        Call {
            interface: interface.into(),
            site: site.into(),
            failed: mode.is_some(),
            cancelled: false,
            mode: mode.map(Into::into),
            start_us: 0,
            end_us: 0,
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
