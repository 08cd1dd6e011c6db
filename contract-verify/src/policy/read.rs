//! Reading the policy by hand from `DeTable`: every mistake in one pass, each with its place.

use contract_spec::diagnostic::{Diagnostic, Label, Severity};
use contract_spec::lines::LineIndex;
use contract_spec::{Source, nearest, rules};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::require::{Pattern, Required};
use super::{Date, Policy};
use crate::codes;
use crate::report::{Level, Verdict};

/// Reads a policy; it holds whatever could be understood.
pub(crate) fn read(source: &Source) -> (Policy, Vec<Diagnostic>) {
    let mut reader = Reader {
        lines: LineIndex::new(&source.text),
        mistakes: Vec::new(),
        policy: Policy::default(),
    };
    match DeTable::parse(&source.text) {
        Ok(table) => reader.file(table.get_ref()),
        Err(error) => {
            let span = error.span().unwrap_or_default();
            reader.mistake(
                span,
                error.message().to_owned(),
                "the policy is a TOML file",
            );
        }
    }
    (reader.policy, reader.mistakes)
}

pub(super) struct Reader<'a> {
    pub(super) lines: LineIndex<'a>,
    mistakes: Vec<Diagnostic>,
    pub(super) policy: Policy,
}

pub(super) type Value<'t> = Spanned<DeValue<'t>>;

impl Reader<'_> {
    pub(super) fn mistake(&mut self, span: std::ops::Range<usize>, message: String, help: &str) {
        self.mistakes.push(Diagnostic {
            code: codes::POLICY.code,
            severity: Severity::Error,
            message,
            primary: Label {
                file: None,
                span,
                text: String::new(),
            },
            secondary: Vec::new(),
            help: Some(help.to_owned()),
        });
    }

    fn file(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match &**key.get_ref() {
                "tier" => self.each(value, Self::tier),
                "level" => self.each(value, Self::level),
                "allow" => self.allow(value),
                "log" => self.log(value),
                "require" => self.require(value),
                "baseline" => {
                    self.policy.baseline =
                        self.string(value, "the path of a baseline, relative to the workspace")
                }
                _ => self.unknown(
                    key,
                    &["tier", "level", "allow", "log", "require", "baseline"],
                ),
            }
        }
    }

    pub(super) fn unknown(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str]) {
        let meant = nearest(key.get_ref(), known.iter().copied());
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there are {}", known.join(", ")),
        };
        self.mistake(
            key.span(),
            format!("there is no key `{}`", key.get_ref()),
            &help,
        );
    }

    fn each(
        &mut self,
        value: &Value<'_>,
        read: fn(&mut Self, &Spanned<std::borrow::Cow<'_, str>>, &Value<'_>),
    ) {
        match value.get_ref() {
            DeValue::Table(table) => table.iter().for_each(|(key, value)| read(self, key, value)),
            _ => self.mistake(
                value.span(),
                "expected a table".into(),
                "write `[tier.critical]` or `[level]`",
            ),
        }
    }

    fn tier(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Value<'_>) {
        const TIERS: [&str; 3] = ["critical", "standard", "experimental"];
        let Some(tier) = TIERS.iter().find(|tier| **tier == key.get_ref()) else {
            return self.unknown(key, &TIERS);
        };
        let DeValue::Table(table) = value.get_ref() else {
            return self.mistake(
                value.span(),
                "expected a table".into(),
                "write `require = \"proven\"` in it",
            );
        };
        for (key, value) in table {
            if key.get_ref() != "require" {
                self.unknown(key, &["require"]);
                continue;
            }
            match text(value) {
                Some("proven") => drop(self.policy.tiers.insert(tier, Verdict::Proven)),
                Some("entered") => drop(self.policy.tiers.insert(tier, Verdict::Entered)),
                _ => self.mistake(
                    value.span(),
                    "a tier requires `proven` or `entered`".into(),
                    "write `require = \"proven\"`",
                ),
            }
        }
    }

    fn level(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Value<'_>) {
        let Some(code) = self.code(key.get_ref(), key.span()) else {
            return;
        };
        let level = match text(value) {
            Some("error") => Some(Level::Error),
            Some("warning") => Some(Level::Warning),
            Some("note") => Some(Level::Note),
            Some("off") => None,
            _ => {
                let message = format!("the level of {code} is error, warning, note or off");
                return self.mistake(value.span(), message, "write `\"warning\"`");
            }
        };
        self.policy.levels.insert(code, level);
    }

    fn require(&mut self, value: &Value<'_>) {
        let DeValue::Table(table) = value.get_ref() else {
            let help = "write `functions = [\"checkout::payments::*\"]` in `[require]`";
            return self.mistake(value.span(), "expected a table".into(), help);
        };
        let mut required = Required::default();
        for (key, value) in table {
            match &**key.get_ref() {
                "functions" => required.functions = self.patterns(value, "::", "checkout::api::**"),
                "files" => required.files = self.patterns(value, "/", "src/api/**"),
                "except" => required.except = self.patterns(value, "::", "checkout::api::health"),
                _ => self.unknown(key, &["functions", "files", "except"]),
            }
        }
        if required.functions.is_empty() && required.files.is_empty() {
            let message = "nothing is required of any function".into();
            let help =
                "add `functions = [\"checkout::payments::*\"]` or `files = [\"src/api/**\"]`";
            self.mistake(value.span(), message, help);
        }
        self.policy.required = required;
    }

    fn patterns(&mut self, value: &Value<'_>, separator: &str, example: &str) -> Vec<Pattern> {
        let DeValue::Array(entries) = value.get_ref() else {
            self.expected(value, &format!("a list of patterns, such as [{example:?}]"));
            return Vec::new();
        };
        let mut patterns = Vec::new();
        for entry in entries {
            match text(entry) {
                Some(text) if text.split(separator).all(|part| !part.is_empty()) => {
                    let place = self.place(entry.span().start);
                    patterns.push(Pattern::new(text, place));
                }
                _ => self.expected(entry, &format!("a pattern, such as {example:?}")),
            }
        }
        patterns
    }

    /// A line and a column.
    pub(super) fn place(&self, offset: usize) -> (u32, u32) {
        let (line, column) = self.lines.line_column(offset);
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        (number(line), number(column))
    }

    /// A code that there is.
    pub(super) fn code(
        &mut self,
        name: &str,
        span: std::ops::Range<usize>,
    ) -> Option<&'static str> {
        let all = || {
            codes::all()
                .map(|code| code.code)
                .chain(rules().iter().map(|rule| rule.code))
        };
        let known = all().find(|code| *code == name);
        if known.is_none() {
            let help = match nearest(name, all()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`cargo verify-contracts explain` lists all codes".to_owned(),
            };
            self.mistake(span, format!("there is no code `{name}`"), &help);
        }
        known
    }

    pub(super) fn string(&mut self, value: &Value<'_>, expected: &str) -> Option<String> {
        let found = text(value).map(str::to_owned);
        if found.is_none() {
            self.expected(value, expected);
        }
        found
    }

    pub(super) fn date(&mut self, value: &Value<'_>) -> Option<Date> {
        if let DeValue::Datetime(moment) = value.get_ref()
            && let (Some(date), None) = (moment.date, moment.time)
        {
            return Some(Date {
                year: date.year.into(),
                month: date.month,
                day: date.day,
            });
        }
        self.expected(value, "a day, such as 2027-01-31, without quotes");
        None
    }

    pub(super) fn expected(&mut self, value: &Value<'_>, expected: &str) {
        self.mistake(
            value.span(),
            format!("expected {expected}"),
            "see `docs/command-line.md`",
        );
    }
}

pub(super) fn text<'t>(value: &'t Value<'_>) -> Option<&'t str> {
    match value.get_ref() {
        DeValue::String(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract_spec::model::Tier;

    fn read_text(text: &str) -> (Policy, Vec<String>) {
        let source = Source::new(super::super::FILE, text);
        let (policy, mistakes) = read(&source);
        let shown = mistakes.iter().map(|mistake| mistake.render_plain(&source));
        (policy, shown.collect())
    }

    const GOOD: &str = r#"
baseline = ".config/known.toml"
[tier.critical]
require = "proven"
[tier.standard]
require = "entered"
[level]
RC407 = "error"
RC503 = "off"
[require]
functions = ["checkout::payments::*"]
files = ["src/api/**"]
except = ["checkout::payments::health"]
[[allow]]
code = "RC304"
function = "payments.charge"
mode = "gateway.timeout"
reason = "the sandbox of the gateway cannot be made to stall"
expires = 2027-01-31
"#;

    #[test]
    fn a_policy_is_read_whole() {
        let (policy, mistakes) = read_text(GOOD);
        assert_eq!(mistakes, [""; 0]);
        assert_eq!(policy.required(Tier::Standard), Verdict::Entered);
        assert_eq!(policy.required(Tier::Critical), Verdict::Proven);
        assert_eq!(policy.levels["RC407"], Some(Level::Error));
        assert_eq!(policy.levels["RC503"], None);
        assert_eq!(
            policy.allowed[0].expires.map(|day| day.to_string()),
            Some("2027-01-31".into())
        );
        assert_eq!(policy.allowed[0].line, 15);
        assert_eq!(policy.baseline.as_deref(), Some(".config/known.toml"));
        assert_eq!(policy.required.functions.len(), 1);
        assert_eq!(policy.required.except.len(), 1);
    }

    #[test]
    fn an_empty_policy_is_the_default() {
        let (policy, mistakes) = read_text("");
        assert_eq!((policy, mistakes.len()), (Policy::default(), 0));
        assert_eq!(
            Policy::default().required(Tier::Experimental),
            Verdict::Entered
        );
    }

    #[test]
    fn every_mistake_is_shown_at_once_and_where_it_stands() {
        let text = "levels = 1\n[tier.critcal]\nrequire = \"proven\"\n[tier.standard]\nrequire = \"missing\"\n[level]\nRC4O7 = \"error\"\nRC407 = \"fatal\"\n[[allow]]\nfunction = 3\nexpires = \"soon\"\nreason = \"n/a\"\n";
        let (_, mistakes) = read_text(text);
        let places: Vec<&str> = mistakes
            .iter()
            .map(|mistake| mistake.split(": ").next().unwrap())
            .collect();
        let at = |line: &str| {
            places
                .iter()
                .any(|place| place.contains(&format!(".toml:{line}:")))
        };
        for line in ["1", "2", "5", "7", "8", "10", "11", "12", "9"] {
            assert!(at(line), "line {line} in {mistakes:#?}");
        }
        assert_eq!(mistakes.len(), 9, "{mistakes:#?}");
    }

    #[test]
    fn a_requirement_that_says_nothing_is_a_mistake() {
        for text in [
            "[require]\n",
            "require = 1\n",
            "[require]\nfunctions = \"a\"\n",
            "[require]\nfunctions = [\"a\", \"a::::b\"]\n",
            "[require]\nfunctions = [\"a\"]\nexcept = [1]\n",
            "[require]\nfunctions = [\"a\"]\nfile = [\"x\"]\n",
            "baseline = 1\n",
        ] {
            assert_ne!(read_text(text).1.len(), 0, "{text}");
        }
        assert_eq!(read_text("[require]\nfiles = [\"a\"]\n").1, [""; 0]);
    }

    #[test]
    fn what_is_no_toml_is_one_mistake() {
        assert_eq!(read_text("[tier").1.len(), 1);
    }
}
