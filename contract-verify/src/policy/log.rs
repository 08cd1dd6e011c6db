//! `[log]`: what a log event of a failure must carry, and by which names it may.

use toml::Spanned;
use toml::de::DeValue;

use super::read::{Reader, Value};

/// What a log event must carry, and by which names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Log {
    /// What every event carries whose contract does not list its fields.
    pub(crate) fields: Vec<String>,
    /// The names under which the id of the request is logged.
    pub(crate) correlation: Vec<String>,
    /// The names under which the service that failed is logged.
    pub(crate) service: Vec<String>,
    /// The names under which the text of the error is logged.
    pub(crate) error: Vec<String>,
}

const CORRELATION: &[&str] = &[
    "correlation_id",
    "trace_id",
    "request_id",
    "x_request_id",
    "x_correlation_id",
];

/// OpenTelemetry's names first, then what people write.
const SERVICE: &[&str] = &[
    "service.peer.name",
    "peer.service",
    "service",
    "server.address",
    "db.system.name",
    "messaging.system",
    "rpc.service",
];

const ERROR: &[&str] = &["exception.message", "error", "err", "error.message"];

impl Default for Log {
    fn default() -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            fields: owned(&["correlation", "service", "error"]),
            correlation: owned(CORRELATION),
            service: owned(SERVICE),
            error: owned(ERROR),
        }
    }
}

impl Reader<'_> {
    pub(super) fn log(&mut self, value: &Value<'_>) {
        let DeValue::Table(table) = value.get_ref() else {
            return self.mistake(
                value.span(),
                "expected a table".into(),
                "write `[log]` and in it `fields = [\"correlation\", \"service\", \"error\"]`",
            );
        };
        for (key, value) in table {
            match &**key.get_ref() {
                "fields" => {
                    if let Some(names) = self.names(value) {
                        self.policy.log.fields = names;
                    }
                }
                "names" => self.log_names(value),
                _ => self.unknown(key, &["fields", "names"]),
            }
        }
    }

    fn log_names(&mut self, value: &Value<'_>) {
        let DeValue::Table(table) = value.get_ref() else {
            return self.mistake(
                value.span(),
                "expected a table".into(),
                "write `[log.names]` and in it `correlation = [\"correlation_id\"]`",
            );
        };
        for (key, value) in table {
            let Some(names) = self.log_names_of(key, value) else {
                continue;
            };
            match &**key.get_ref() {
                "correlation" => self.policy.log.correlation = names,
                "service" => self.policy.log.service = names,
                _ => self.policy.log.error = names,
            }
        }
    }

    fn log_names_of(
        &mut self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Value<'_>,
    ) -> Option<Vec<String>> {
        const WHAT: [&str; 3] = ["correlation", "service", "error"];
        if !WHAT.contains(&&**key.get_ref()) {
            self.unknown(key, &WHAT);
            return None;
        }
        let names = self.names(value)?;
        if names.is_empty() {
            self.mistake(
                value.span(),
                format!("no event could carry its {}", key.get_ref()),
                "name at least one field, or leave the word out of `[log] fields`",
            );
            return None;
        }
        Some(names)
    }

    fn names(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        let DeValue::Array(entries) = value.get_ref() else {
            self.expected(value, "a list of names, such as [\"correlation_id\"]");
            return None;
        };
        let names = entries.iter();
        names
            .map(|entry| self.string(entry, "a name, such as \"correlation_id\""))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FILE, Policy, read};
    use super::*;
    use contract_spec::Source;

    fn read_text(text: &str) -> (Log, usize) {
        let (policy, mistakes) = read(&Source::new(FILE, text));
        let Policy { log, .. } = policy;
        (log, mistakes.len())
    }

    #[test]
    fn what_events_carry_can_be_chosen_and_named() {
        let text = "[log]\nfields = [\"error\"]\n[log.names]\ncorrelation = [\"rid\"]\n";
        let (log, mistakes) = read_text(text);
        assert_eq!(mistakes, 0);
        assert_eq!(
            (log.fields, log.correlation),
            (vec!["error".into()], vec!["rid".into()])
        );
        assert_eq!(log.error, Log::default().error);
        assert_eq!(read_text("[log]\nfields = []").0.fields, [""; 0]);
    }

    #[test]
    fn what_is_wrong_is_a_mistake_and_changes_nothing() {
        for text in [
            "log = 1",
            "[log]\nfield = []",
            "[log]\nfields = \"error\"",
            "[log]\nfields = [1]",
            "[log]\nnames = []",
            "[log.names]\ncorelation = [\"a\"]",
            "[log.names]\nerror = []",
        ] {
            assert_eq!(read_text(text), (Log::default(), 1), "{text}");
        }
    }
}
