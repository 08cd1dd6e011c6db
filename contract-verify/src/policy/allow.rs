//! Reading `[[allow]]`.

use toml::de::{DeTable, DeValue};

use super::Allowed;
use super::read::{Reader, Value, text};

/// The shortest reason that a reviewer can judge.
const REASON: usize = 15;

impl Reader<'_> {
    pub(super) fn allow(&mut self, value: &Value<'_>) {
        let DeValue::Array(entries) = value.get_ref() else {
            return self.mistake(
                value.span(),
                "expected `[[allow]]`".into(),
                "each allowed finding is a table of its own",
            );
        };
        for entry in entries {
            match entry.get_ref() {
                DeValue::Table(table) => self.allowed(table, entry.span()),
                _ => self.mistake(entry.span(), "expected a table".into(), "write `[[allow]]`"),
            }
        }
    }

    fn allowed(&mut self, table: &DeTable<'_>, span: std::ops::Range<usize>) {
        let (mut code, mut function, mut mode, mut expires, mut reason) =
            (None, None, None, None, None);
        for (key, value) in table {
            match &**key.get_ref() {
                "code" => match text(value) {
                    Some(name) => {
                        code = self
                            .code(name, value.span())
                            .map(|code| (code, value.span()))
                    }
                    None => self.expected(value, "a code, such as \"RC304\""),
                },
                "function" => {
                    function = self.string(value, "a contract's id, such as \"payments.charge\"")
                }
                "mode" => mode = self.string(value, "a failure mode, such as \"gateway.timeout\""),
                "expires" => expires = self.date(value),
                "reason" => {
                    reason = self.string(value, "a reason");
                    if reason
                        .as_ref()
                        .is_some_and(|reason| reason.trim().len() < REASON)
                    {
                        let message = "this reason is too short to be judged".into();
                        self.mistake(
                            value.span(),
                            message,
                            "say why the finding may stay, so that a reviewer can agree",
                        );
                    }
                }
                _ => self.unknown(key, &["code", "function", "mode", "reason", "expires"]),
            }
        }
        if reason.is_none() && !table.contains_key("reason") {
            let help = "add `reason = \"…\"`, so that a reviewer can agree";
            self.mistake(
                span.clone(),
                "an allowed finding needs a reason".into(),
                help,
            );
        }
        let Some((code, place)) = code else {
            if !table.contains_key("code") {
                self.mistake(
                    span,
                    "an allowed finding needs a code".into(),
                    "add `code = \"RC304\"`",
                );
            }
            return;
        };
        let (line, column) = self.place(place.start);
        self.policy.allowed.push(Allowed {
            code,
            function,
            mode,
            expires,
            line,
            column,
        });
    }
}
