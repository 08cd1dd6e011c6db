//! Holding one trace against its contract: what the function did, not what a
//! test thinks of it.
//!
//! `outcome` is about how it ended, `attempts` about trying again, `limits` about time
//! and the number of calls, `rollback` about transactions, `logs` about what was logged.
//!
//! Only what the trace shows beyond doubt is a breach. Where an error does not
//! tell its mode, or a call is not marked, nothing is concluded.

mod attempts;
mod limits;
mod logs;
mod outcome;
mod rollback;

use contract_spec::evidence::{Call, Trace};
use contract_spec::model::{Contract, Function, Mode};

use crate::codes::Code;
use crate::hear::Heard;
use crate::policy;
use crate::report::Level;

pub(crate) use attempts::{Loops, loops};
pub(crate) use logs::{Looked, tells_secret};

/// One thing that a call of a function did against its contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Breach {
    pub(crate) code: Code,
    pub(crate) level: Level,
    /// The failure mode it is about.
    pub(crate) mode: Option<String>,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Breach {
    fn new(code: Code, mode: Option<String>, message: String, help: impl Into<String>) -> Self {
        Self {
            code,
            level: code.level,
            mode,
            message,
            help: help.into(),
        }
    }
}

/// A trace, and what it is held against.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) function: &'a Function,
    pub(crate) trace: &'a Trace,
    /// What all traces of the function show about its places.
    pub(crate) loops: &'a Loops,
    /// The failure modes that it was in beyond doubt, by their index.
    pub(crate) modes: &'a [usize],
    /// What it logged.
    pub(crate) heard: &'a Heard<'a>,
    /// What log events must carry.
    pub(crate) policy: &'a policy::Log,
}

/// What came of holding a trace against its contract.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// Everything that it did against its contract.
    pub(crate) breaches: Vec<Breach>,
    /// What came of looking for the log event of each mode that demands one.
    pub(crate) looked: Vec<(usize, Looked)>,
}

/// Holds a trace against its contract.
pub(crate) fn hold(view: &View<'_>) -> Held {
    let mut found = Vec::new();
    outcome::outcome(view, &mut found);
    outcome::calls(view, &mut found);
    attempts::attempts(view, &mut found);
    limits::limits(view, &mut found);
    rollback::rollback(view, &mut found);
    let looked = logs::logs(view, &mut found);
    Held {
        breaches: found,
        looked,
    }
}

/// What the contract says of a failed call: its mode, or `other` where the mode has no line of its own.
pub(crate) fn declared<'a>(function: &'a Function, call: &Call) -> Option<&'a Mode> {
    let name = call.mode.as_deref()?;
    let of_interface = || {
        function
            .modes
            .iter()
            .filter(|mode| *mode.interface == call.interface)
    };
    of_interface()
        .find(|mode| *mode.name == name)
        .or_else(|| of_interface().find(|mode| *mode.name == "other"))
}

/// The modes that a failed call can have been, by their index: one if its error tells
/// the mode, all of its interface's if it does not.
pub(crate) fn possible(function: &Function, call: &Call) -> Vec<usize> {
    let declared = declared(function, call);
    let modes =
        function
            .modes
            .iter()
            .enumerate()
            .filter(|(_, mode)| match (declared, &call.mode) {
                (Some(declared), _) => std::ptr::eq(*mode, declared),
                (None, Some(_)) => false,
                (None, None) => *mode.interface == call.interface,
            });
    modes.map(|(index, _)| index).collect()
}

fn failure(call: &Call) -> String {
    match &call.mode {
        Some(mode) => format!("`{}` failed ({mode})", call.interface),
        None => format!("`{}` failed", call.interface),
    }
}

#[cfg(test)]
pub(crate) mod support {
    //! A contract, and traces to hold against it.

    use super::*;
    use contract_spec::evidence::{Field, Log, LogLevel, Outcome, Seen};
    use contract_spec::{Source, check};

    pub(crate) const CONTRACT: &str = r#"
format = 1
[interface.gateway]
kind = "http"
timeout = "1s"
service = "acme"
[interface.orders]
kind = "database"
timeout = "1s"
[retry.standard]
max_attempts = 3
backoff = "exponential"
initial_delay = "10ms"
multiplier = 2.0
max_delay = "100ms"
jitter = "full"
[error.E]
variants = ["Slow", "Auth", "Down", "Store", "Amount", "Other"]
[function.f]
error = "E"
idempotency = "safe"
deadline = "8s"
max_calls = { orders = 1 }
[function.f.on.gateway]
timeout      = { returns = "Slow", retry = "standard" }
unauthorized = { returns = "Auth" }
not_found    = { recovers = "an unknown customer is a new customer here" }
server_error = { returns = "Down", retry = "standard" }
[function.f.on.orders]
connection     = { returns = "Store" }
timeout        = { returns = "Store" }
write_conflict = { returns = "Store" }
not_found      = { waived = "nothing is ever looked up in this table" }
other          = { returns = "Store" }
[function.f.on.input]
out_of_range = { returns = "Amount" }
"#;

    pub(crate) fn call(interface: &str, mode: &str) -> Call {
        Call {
            interface: interface.into(),
            site: format!("src/lib.rs:{}", interface.len()),
            failed: !mode.is_empty(),
            cancelled: false,
            mode: Some(mode.to_owned()).filter(|mode| !matches!(mode.as_str(), "" | "?")),
            error: Vec::new(),
            start_us: 0,
            end_us: 0,
            transaction: None,
            explored: None,
        }
    }

    pub(crate) fn trace(outcome: Outcome, variant: Option<&str>, calls: &[(&str, &str)]) -> Trace {
        Trace {
            function: 1,
            call: 0,
            parent: None,
            thread: None,
            outcome,
            variant: variant.map(Into::into),
            branch: None,
            calls: calls
                .iter()
                .map(|(interface, mode)| call(interface, mode))
                .collect(),
            start_us: 0,
            end_us: 1000,
            seen: Seen::default(),
        }
    }

    pub(crate) fn log(level: LogLevel, message: &str, at_us: u64, fields: &[(&str, &str)]) -> Log {
        let fields = fields.iter().map(|(name, value)| Field {
            name: (*name).into(),
            value: (*value).into(),
        });
        Log {
            at_us,
            level,
            target: "shop".into(),
            message: message.into(),
            fields: fields.collect(),
            spans: Vec::new(),
            leaks: Vec::new(),
        }
    }

    /// A trace against the function `f` of a contract, in the modes that its calls and
    /// its variant name.
    pub(crate) fn view_of<R>(
        contract: &str,
        trace: &Trace,
        then: impl FnOnce(&View<'_>) -> R,
    ) -> R {
        let source = Source {
            path: "c.toml".into(),
            text: contract.into(),
        };
        let reading = check(&source);
        let errors: Vec<_> = reading
            .diagnostics
            .iter()
            .filter(|d| d.severity == contract_spec::Severity::Error)
            .map(|d| d.render_plain(&source))
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        let function = reading.contract.function("f").unwrap();
        let modes = function.modes.iter().enumerate();
        let modes = modes.filter(|(_, mode)| {
            let returns = mode.returns().map(|variant| variant.value.as_str());
            returns.is_some() && returns == trace.variant.as_deref()
        });
        let modes: Vec<usize> = modes.map(|(index, _)| index).collect();
        then(&View {
            contract: &reading.contract,
            function,
            trace,
            loops: &loops(trace),
            modes: &modes,
            heard: &crate::hear::heard(trace, &Default::default(), &[], None),
            policy: &policy::Log::default(),
        })
    }

    pub(crate) fn codes_of(trace: &Trace) -> Vec<&'static str> {
        view_of(CONTRACT, trace, |view| {
            let found = hold(view).breaches;
            found.iter().map(|breach| breach.code.code).collect()
        })
    }

    pub(crate) fn ok(calls: &[(&str, &str)]) -> Vec<&'static str> {
        codes_of(&trace(Outcome::Ok, None, calls))
    }

    pub(crate) fn err(variant: &str, calls: &[(&str, &str)]) -> Vec<&'static str> {
        codes_of(&trace(Outcome::Err, Some(variant), calls))
    }
}
