//! Writing records, without any dependency: this is compiled into other people's tests.

use std::fmt::Write as _;

use super::{Degraded, Explored, Outcome, Record, Seen, Trace};

impl Record {
    /// Appends the record as one line, its end included.
    pub fn write(&self, line: &mut String) {
        match self {
            Self::Process(process) => {
                let mut object = Object::new(line, "process");
                object.number("format", process.format.into());
                object.number("pid", process.pid.into());
                if process.unheard {
                    object.flag("unheard", true);
                }
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
                    if !variant.takes.is_empty() {
                        item.texts("takes", &variant.takes);
                    }
                    if let Some(inner) = &variant.inner {
                        item.text("inner", inner);
                    }
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
            Self::Late(late) => {
                let mut object = Object::new(line, "late");
                object.number("call", late.call);
                object.object("log", |item| late.log.write(item));
                object.end();
            }
            Self::Loose(loose) => {
                let mut object = Object::new(line, "loose");
                object.object("log", |item| loose.log.write(item));
                object.end();
            }
            Self::Invariant(invariant) => {
                let mut object = Object::new(line, "invariant");
                object.text("name", &invariant.name);
                object.text("site", &invariant.site);
                if let Some(held) = invariant.held {
                    object.flag("held", held);
                }
                object.optional_text("reason", invariant.reason.as_deref());
                object.end();
            }
            Self::Step(step) => {
                let mut object = Object::new(line, "step");
                object.number("call", step.call);
                object.number("function", step.function.into());
                object.text("interface", &step.interface);
                object.number("number", step.number.into());
                object.flag("ended", step.ended);
                object.optional_text("injected", step.injected.as_deref());
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
            if let Some(transaction) = call.transaction {
                item.text("transaction", transaction.name());
            }
            if !call.error.is_empty() {
                item.texts("error", &call.error);
            }
            item.number("start_us", call.start_us);
            item.number("end_us", call.end_us);
            if let Some(explored) = &call.explored {
                item.object("explored", |item| explored.write(item));
            }
        });
        if !degraded.is_empty() {
            object.list("degraded", degraded, |item, degraded| {
                item.text("reason", &degraded.reason);
                item.text("site", &degraded.site);
            });
        }
        object.number("start_us", self.start_us);
        object.number("end_us", self.end_us);
        if self.seen != Seen::default() {
            object.object("seen", |item| self.seen.write(item));
        }
        object.end();
    }
}

impl Explored {
    fn write(&self, object: &mut Object<'_>) {
        object.number("number", self.number.into());
        object.text("value", &self.value);
        object.texts("injectable", &self.injectable);
        for (name, flag) in [
            ("whole", self.whole),
            ("unlimited", self.unlimited),
            ("waits", self.waits),
        ] {
            if flag {
                object.flag(name, true);
            }
        }
        object.optional_text("injected", self.injected.as_deref());
    }
}

/// A JSON object in the course of being written.
pub(super) struct Object<'a> {
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

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        escape(self.line, value);
    }

    pub(super) fn optional_text(&mut self, key: &str, value: Option<&str>) {
        self.key(key);
        match value {
            Some(value) => escape(self.line, value),
            None => self.line.push_str("null"),
        }
    }

    pub(super) fn number(&mut self, key: &str, value: u64) {
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

    pub(super) fn flag(&mut self, key: &str, value: bool) {
        self.key(key);
        self.line.push_str(if value { "true" } else { "false" });
    }

    pub(super) fn object(&mut self, key: &str, write: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        let mut object = Object::open(self.line);
        write(&mut object);
        object.end();
    }

    pub(super) fn texts(&mut self, key: &str, texts: &[String]) {
        self.each(key, texts, |line, text| escape(line, text));
    }

    pub(super) fn numbers(&mut self, key: &str, numbers: &[u64]) {
        self.each(key, numbers, |line, number| {
            line.push_str(&number.to_string())
        });
    }

    pub(super) fn list<T>(&mut self, key: &str, items: &[T], write: impl Fn(&mut Object<'_>, &T)) {
        self.each(key, items, |line, item| {
            let mut object = Object::open(line);
            write(&mut object, item);
            object.end();
        });
    }

    fn each<T>(&mut self, key: &str, items: &[T], write: impl Fn(&mut String, &T)) {
        self.key(key);
        self.line.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            write(self.line, item);
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
