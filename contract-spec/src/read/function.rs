//! Reads functions, and how each of their failure modes is handled.

use toml_spanner::Table;

use super::duration::excerpt;
use super::table::{Entry, Fields, Reader};
use super::word::{is_field, is_identifier, is_path};
use crate::diagnostic::Diagnostic;
use crate::model::{Effect, Function, Idempotency, Level, Log, Mode, Outcome, Spanned, Tier};
use crate::rules::shape;

const FUNCTION: [&str; 8] = [
    "summary",
    "error",
    "tier",
    "idempotency",
    "deadline",
    "max_calls",
    "sensitive",
    "on",
];
const HANDLING: [&str; 7] = [
    "returns", "recovers", "waived", "retry", "log", "rollback", "effect",
];
const OUTCOMES: [&str; 3] = ["returns", "recovers", "waived"];

const TIERS: [(&str, Tier); 3] = [
    ("critical", Tier::Critical),
    ("standard", Tier::Standard),
    ("experimental", Tier::Experimental),
];
const IDEMPOTENCIES: [(&str, Idempotency); 3] = [
    ("safe", Idempotency::Safe),
    ("key", Idempotency::Key),
    ("unsafe", Idempotency::Unsafe),
];
const LEVELS: [(&str, Level); 5] = [
    ("trace", Level::Trace),
    ("debug", Level::Debug),
    ("info", Level::Info),
    ("warn", Level::Warn),
    ("error", Level::Error),
];
pub(super) const EFFECTS: [(&str, Effect); 4] = [
    ("none", Effect::None),
    ("maybe", Effect::Maybe),
    ("partial", Effect::Partial),
    ("applied", Effect::Applied),
];

impl Reader {
    pub(super) fn function(&mut self, entry: &Entry<'_>, table: &Table<'_>) -> Option<Function> {
        let name = self.own_name(entry);
        let what = "a function";
        let fields = self.fields(entry, table, what, &FUNCTION);
        let tier = fields.get("tier").and_then(|e| self.word(e, &TIERS));
        let mut function = Function {
            summary: fields.get("summary").and_then(|e| self.string(e)),
            error: fields
                .get("error")
                .and_then(|e| self.named(e, is_path, "the path of an enum")),
            tier: tier.unwrap_or_else(|| Spanned::new(Tier::default(), name.span.clone())),
            idempotency: fields
                .get("idempotency")
                .and_then(|e| self.word(e, &IDEMPOTENCIES)),
            deadline: fields.get("deadline").and_then(|e| self.duration(e, false)),
            max_calls: fields
                .get("max_calls")
                .map(|e| self.budgets(e))
                .unwrap_or_default(),
            sensitive: fields
                .get("sensitive")
                .and_then(|e| self.words(e, is_field, "the name of a field"))
                .unwrap_or_default(),
            interfaces: Vec::new(),
            modes: Vec::new(),
            name,
        };
        if let Some(on) = fields.get("on") {
            self.on(on, &mut function);
        }
        Some(function)
    }

    fn budgets(&mut self, entry: &Entry<'_>) -> Vec<(Spanned<String>, Spanned<u32>)> {
        let Some(table) = self.table(entry, "max_calls = { orders = 1 }") else {
            return Vec::new();
        };
        let fields = Fields::new(entry, table);
        let mut budgets = Vec::new();
        for entry in fields.entries() {
            if let Some(calls) = self.integer(entry, 1..=u32::MAX) {
                let name = Spanned::new(entry.key.to_owned(), entry.key_span.clone());
                budgets.push((name, calls));
            }
        }
        budgets
    }

    /// `on`: a table for each interface, in it a handling for each mode.
    fn on(&mut self, on: &Entry<'_>, function: &mut Function) {
        let help = format!(
            "one table for each interface: [function.{}.on.gateway]",
            *function.name
        );
        let Some(table) = self.table(on, &help) else {
            return;
        };
        for entry in Fields::new(on, table).entries() {
            let help = "one line for each failure mode: timeout = { returns = \"Timeout\" }";
            let Some(table) = self.table(entry, help) else {
                continue;
            };
            let interface = Spanned::new(entry.key.to_owned(), entry.key_span.clone());
            function.interfaces.push(interface.clone());
            for mode in Fields::new(entry, table).entries() {
                let mode = self.mode(&interface, mode);
                function.modes.push(mode);
            }
        }
    }

    fn mode(&mut self, interface: &Spanned<String>, entry: &Entry<'_>) -> Mode {
        let mut mode = Mode {
            interface: interface.clone(),
            name: Spanned::new(entry.key.to_owned(), entry.key_span.clone()),
            outcome: None,
            retry: None,
            log: None,
            rollback: None,
            effect: None,
            span: entry.whole(),
        };
        let Some(table) = entry.value.as_table() else {
            let help = match entry.value.as_str() {
                Some(variant) if is_identifier(variant) => {
                    format!("{} = {{ returns = \"{variant}\" }}", entry.key)
                }
                _ => format!("{} = {{ returns = \"…\" }}", excerpt(entry.key)),
            };
            self.wrong_type(entry, "a table that says how it is handled", Some(help));
            return mode;
        };
        let what = "the handling of a mode";
        let fields = self.fields(entry, table, what, &HANDLING);
        mode.outcome = self.outcome(&mode, &fields);
        mode.retry = fields.get("retry").and_then(|e| self.string(e));
        mode.log = fields.get("log").and_then(|e| self.log(e));
        mode.rollback = fields.get("rollback").and_then(|e| self.boolean(e));
        mode.effect = fields.get("effect").and_then(|e| self.word(e, &EFFECTS));
        mode
    }

    /// How the function ends: exactly one of three keys says so.
    fn outcome(&mut self, mode: &Mode, fields: &Fields<'_>) -> Option<Outcome> {
        let mut said = Vec::new();
        for entry in fields.entries() {
            if OUTCOMES.contains(&entry.key) {
                said.push(entry);
            }
        }
        let [only] = said.as_slice() else {
            let misspelled = OUTCOMES.iter().any(|key| fields.is_misspelled(key));
            if !said.is_empty() || !misspelled {
                self.unclear(mode, &said);
            }
            for entry in &said {
                self.outcome_of(entry);
            }
            return None;
        };
        if only.key == "waived" {
            self.waived_alone(mode, only, fields);
        }
        self.outcome_of(only)
    }

    fn outcome_of(&mut self, entry: &Entry<'_>) -> Option<Outcome> {
        match entry.key {
            "returns" => self.variant(entry).map(Outcome::Returns),
            "recovers" => self.reason(entry).map(Outcome::Recovers),
            _ => self.reason(entry).map(Outcome::Waived),
        }
    }

    fn unclear(&mut self, mode: &Mode, said: &[&Entry<'_>]) {
        let id = excerpt(&mode.id());
        let [first, second, rest @ ..] = said else {
            let message = format!("`{id}` does not say how the function ends");
            let help = "one of returns = \"Variant\", recovers = \"why\", waived = \"why\"";
            let diagnostic = Diagnostic::new(&shape::UNCLEAR_HANDLING, mode.span.clone(), message);
            self.report_absent(diagnostic.help(help));
            return;
        };
        let message = format!("`{id}` ends in more than one way");
        let mut diagnostic = Diagnostic::new(&shape::UNCLEAR_HANDLING, second.whole(), message)
            .help("keep one of `returns`, `recovers` and `waived`")
            .also(first.whole(), "the first way");
        for entry in rest {
            diagnostic = diagnostic.also(entry.whole(), "and another");
        }
        self.report(diagnostic);
    }

    /// What cannot happen needs no handling.
    fn waived_alone(&mut self, mode: &Mode, waived: &Entry<'_>, fields: &Fields<'_>) {
        let mut entries = fields.entries().iter();
        let handling = |e: &&Entry<'_>| e.key != "waived" && HANDLING.contains(&e.key);
        let Some(first) = entries.find(handling) else {
            return;
        };
        let message = format!(
            "`{}` is waived and yet has `{}`",
            excerpt(&mode.id()),
            first.key
        );
        self.report(
            Diagnostic::new(&shape::WAIVED_YET_HANDLED, first.whole(), message)
                .also(waived.whole(), "waived here")
                .help("a waived mode cannot happen: leave the rest out, or handle the mode"),
        );
    }

    fn variant(&mut self, entry: &Entry<'_>) -> Option<Spanned<String>> {
        let text = self.string(entry)?;
        if is_identifier(&text) {
            return Some(text);
        }
        let message = format!(
            "`{}`: expected the name of a variant, found \"{}\"",
            entry.key,
            excerpt(&text)
        );
        let mut diagnostic = Diagnostic::new(&shape::BAD_NAME, text.span.clone(), message)
            .help("a name that Rust would accept: returns = \"Timeout\"");
        let last = text.rsplit("::").next().unwrap_or_default();
        if is_path(&text) && is_identifier(last) {
            diagnostic = diagnostic.help(format!("the variant alone: returns = \"{last}\""));
        }
        self.report(diagnostic);
        self.unread(entry.path());
        None
    }

    /// `"error"`, or a table with a level and fields.
    fn log(&mut self, entry: &Entry<'_>) -> Option<Spanned<Log>> {
        let Some(table) = entry.value.as_table() else {
            if entry.value.as_str().is_some() {
                let level = self.word(entry, &LEVELS)?;
                return Some(Spanned::new(
                    Log {
                        level: level.value,
                        fields: None,
                    },
                    level.span,
                ));
            }
            let help = "log = \"error\", or log = { level = \"error\", fields = [\"order_id\"] }";
            self.wrong_type(entry, "a level or a table", Some(help.to_owned()));
            return None;
        };
        let what = "a log demand";
        let fields = self.fields(entry, table, what, &["level", "fields"]);
        let names = fields
            .get("fields")
            .and_then(|e| self.words(e, is_field, "the name of a field"));
        let Some(level) = fields.get("level") else {
            self.missing_key(&fields, "level", "level = \"error\"");
            self.unread(entry.path());
            return None;
        };
        let Some(level) = self.word(level, &LEVELS) else {
            self.unread(entry.path());
            return None;
        };
        Some(Spanned::new(
            Log {
                level: level.value,
                fields: names,
            },
            entry.span.clone(),
        ))
    }
}
