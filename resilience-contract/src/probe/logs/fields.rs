//! The fields of spans and events, as text.

use std::error::Error;
use std::fmt::Debug;

use contract_spec::evidence::Field;
use tracing_core::field::{self, Visit};

use crate::probe::text::shorten;

/// Collects fields.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) fields: Vec<Field>,
    /// The text of an event.
    pub(super) message: String,
    /// Who logs, where `log` says it.
    pub(super) target: Option<String>,
}

impl Fields {
    fn add(&mut self, field: &field::Field, mut value: String) {
        shorten(&mut value);
        match field.name() {
            "message" => self.message = value,
            "log.target" => self.target = Some(value),
            // Where a record of `log` stands is no field of it.
            "log.module_path" | "log.file" | "log.line" => {}
            name => self.fields.push(Field {
                name: name.to_owned(),
                value,
            }),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &field::Field, value: &dyn Debug) {
        self.add(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &field::Field, value: &str) {
        self.add(field, value.to_owned());
    }

    fn record_error(&mut self, field: &field::Field, value: &(dyn Error + 'static)) {
        let mut text = value.to_string();
        let mut source = value.source();
        // A chain that bites its own tail ends, too.
        for _ in 0..16 {
            let Some(error) = source else { break };
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        self.add(field, text);
    }
}
