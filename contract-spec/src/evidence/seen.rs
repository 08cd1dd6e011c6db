//! What else a probe saw in the course of a call: its clock, its log events, its delays.
//!
//! Everything here may be missing, and says then that nothing of the kind was seen.
//! Where it could not have been seen, that is said too.

use super::write::Object;

/// What else was seen in the course of a call of a contracted function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Seen {
    /// Whose time the call's times are.
    pub clock: Clock,
    /// What the returned error says of itself, in each way it can.
    pub returned: Vec<String>,
    /// Its log events, in the order of time.
    pub logs: Vec<Log>,
    /// Whether there were more of them than are kept.
    pub logs_cut: bool,
    /// Why a log event may be missing in the list.
    pub logs_unseen: Option<String>,
    /// Why a field of an enclosing span may be missing in an event.
    pub spans_unseen: Option<String>,
    /// What the arguments say that tie the call to its request, by their names.
    pub planted: Vec<Field>,
    /// The retries that a policy of the contract drove.
    pub retries: Vec<Retry>,
}

/// Whose time it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Clock {
    /// The machine's: a busy one makes everything longer.
    #[default]
    Real,
    /// tokio's, which was paused: it moves only when everybody waits.
    Paused,
    /// Some times are the one's and some the other's: they cannot be compared.
    Mixed,
}

/// A log event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Log {
    /// Microseconds since the process began to record.
    pub at_us: u64,
    /// Its level.
    pub level: LogLevel,
    /// Who logs: a module path, unless the event names another.
    pub target: String,
    /// Its text.
    pub message: String,
    /// Its own fields.
    pub fields: Vec<Field>,
    /// The fields of the spans around it, the innermost first.
    pub spans: Vec<Field>,
    /// The sensitive names whose value it shows.
    #[cfg_attr(feature = "serde", serde(default))]
    pub leaks: Vec<String>,
}

/// The level of a log event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum LogLevel {
    /// The lowest.
    Trace,
    /// For who debugs.
    Debug,
    /// For who watches.
    Info,
    /// Handled, but worth a look.
    Warn,
    /// The highest.
    Error,
}

impl LogLevel {
    /// All of them, from the lowest.
    pub const ALL: [Self; 5] = [
        Self::Trace,
        Self::Debug,
        Self::Info,
        Self::Warn,
        Self::Error,
    ];

    /// The word in contracts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// The level with this word.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// A name and its value, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Field {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// The delays that a retry policy handed out for one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Retry {
    /// Which policy: its numbers, as [`policy_key`](super::policy_key) writes them.
    pub policy: String,
    /// Microseconds, each between two attempts.
    pub delays_us: Vec<u64>,
    /// Whether it was asked for one more than it had: the last attempt had failed, too.
    pub exhausted: bool,
}

impl Seen {
    pub(in crate::evidence) fn write(&self, object: &mut Object<'_>) {
        match self.clock {
            Clock::Real => {}
            Clock::Paused => object.text("clock", "paused"),
            Clock::Mixed => object.text("clock", "mixed"),
        }
        if !self.returned.is_empty() {
            object.texts("returned", &self.returned);
        }
        if !self.logs.is_empty() {
            object.list("logs", &self.logs, |item, log| log.write(item));
        }
        if self.logs_cut {
            object.flag("logs_cut", true);
        }
        let unseen = [
            ("logs_unseen", &self.logs_unseen),
            ("spans_unseen", &self.spans_unseen),
        ];
        for (key, reason) in unseen {
            if let Some(reason) = reason {
                object.text(key, reason);
            }
        }
        fields(object, "planted", &self.planted);
        if !self.retries.is_empty() {
            object.list("retries", &self.retries, |item, retry| {
                item.text("policy", &retry.policy);
                item.numbers("delays_us", &retry.delays_us);
                item.flag("exhausted", retry.exhausted);
            });
        }
    }
}

impl Log {
    pub(in crate::evidence) fn write(&self, object: &mut Object<'_>) {
        object.number("at_us", self.at_us);
        object.text("level", self.level.name());
        object.text("target", &self.target);
        object.text("message", &self.message);
        object.list("fields", &self.fields, Field::write);
        object.list("spans", &self.spans, Field::write);
        if !self.leaks.is_empty() {
            object.texts("leaks", &self.leaks);
        }
    }
}

impl Field {
    fn write(object: &mut Object<'_>, field: &Self) {
        object.text("name", &field.name);
        object.text("value", &field.value);
    }
}

fn fields(object: &mut Object<'_>, key: &str, fields: &[Field]) {
    if !fields.is_empty() {
        object.list(key, fields, Field::write);
    }
}
