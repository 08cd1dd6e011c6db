//! Functions that must have a contract.

use proc_macro2::LineColumn;

use super::FILE;
use crate::codes::{self, Code};
use crate::report::Finding;
use crate::workspace::glob;

/// `[require]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Required {
    /// Over the paths of functions.
    pub(super) functions: Vec<Pattern>,
    /// Over files, relative to the workspace.
    pub(super) files: Vec<Pattern>,
    /// Over the paths of functions that need none all the same.
    pub(super) except: Vec<Pattern>,
}

/// A pattern: `*` and `?` within a part, `**` for any number of parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    text: String,
    /// Where it stands in the policy: line and column.
    place: (u32, u32),
}

/// A function, as patterns see it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The source file, relative to the workspace.
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// Crate, modules, name.
    pub(crate) path: String,
    /// The same with the type or trait before the name, if it belongs to one.
    pub(crate) typed: Option<String>,
}

impl Place {
    /// A function of a file that stands for some modules, the crate first; `inner` are
    /// those around it in the file, then the type it belongs to and its name.
    pub(crate) fn new(
        file: String,
        modules: &[String],
        inner: &[String],
        of: Option<&str>,
        (ident, name): (&str, LineColumn),
    ) -> Self {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let path = [modules, inner].concat().join("::");
        Self {
            file,
            line: number(name.line),
            column: number(name.column + 1),
            typed: of.map(|of| format!("{path}::{of}::{ident}")),
            path: format!("{path}::{ident}"),
        }
    }
}

impl Required {
    /// Whether anything is required at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.files.is_empty()
    }

    /// What is missing among the functions without a contract, and which patterns no
    /// function has, with or without one. The latter can be told only if `whole`: if all
    /// of the workspace was looked at.
    pub(crate) fn findings(
        &self,
        uncontracted: &[Place],
        contracted: &[Place],
        whole: bool,
    ) -> Vec<Finding> {
        let mut findings: Vec<Finding> = uncontracted
            .iter()
            .filter(|place| self.covers(place))
            .map(missing)
            .collect();
        if whole {
            let all = || uncontracted.iter().chain(contracted);
            let by_path = self.functions.iter().chain(&self.except);
            let idle = by_path.filter(|pattern| !all().any(|place| pattern.is_path_of(place)));
            findings.extend(idle.map(Pattern::idle));
            let by_file = self.files.iter();
            let idle = by_file.filter(|pattern| !all().any(|place| pattern.is_file_of(place)));
            findings.extend(idle.map(Pattern::idle));
        }
        findings
    }

    fn covers(&self, place: &Place) -> bool {
        let by_path = |pattern: &Pattern| pattern.is_path_of(place);
        let demanded = self.functions.iter().any(by_path)
            || self.files.iter().any(|pattern| pattern.is_file_of(place));
        demanded && !self.except.iter().any(by_path)
    }
}

impl Pattern {
    pub(super) fn new(text: &str, place: (u32, u32)) -> Self {
        let text = text.to_owned();
        Self { text, place }
    }

    fn is_path_of(&self, place: &Place) -> bool {
        let typed = place.typed.as_deref();
        let mut paths = std::iter::once(place.path.as_str()).chain(typed);
        paths.any(|path| matches(&self.text, path, "::"))
    }

    fn is_file_of(&self, place: &Place) -> bool {
        matches(&self.text, &place.file, "/")
    }

    fn idle(&self) -> Finding {
        let message = format!("no function that can fail matches `{}`", self.text);
        let help = "mend the pattern, or take it out: as it stands it demands nothing";
        let (line, column) = self.place;
        finding(
            codes::IDLE_PATTERN,
            message,
            help.into(),
            FILE.into(),
            line,
            column,
        )
    }
}

fn missing(place: &Place) -> Finding {
    let path = place.typed.as_ref().unwrap_or(&place.path);
    let name = path.rsplit("::").next().unwrap_or(path);
    finding(
        codes::CONTRACT_REQUIRED,
        format!("`{path}` must have a contract, and has none"),
        format!(
            "declare what can fail, `cargo verify-contracts new FILE.{name} --interface NAME:KIND`, and put \
             `#[resilience_contract(\"FILE.{name}\")]` on it; or add it to `except` in {FILE}"
        ),
        place.file.clone(),
        place.line,
        place.column,
    )
}

fn finding(
    code: Code,
    message: String,
    help: String,
    file: String,
    line: u32,
    column: u32,
) -> Finding {
    Finding {
        code: code.code,
        level: code.level,
        message,
        function: None,
        mode: None,
        file: Some(file),
        line: Some(line),
        column: Some(column),
        help: Some(help),
        timeline: Vec::new(),
    }
}

/// Whether a pattern is that of a path, part by part.
fn matches(pattern: &str, path: &str, separator: &str) -> bool {
    let pattern: Vec<&str> = pattern.split(separator).collect();
    let path: Vec<&str> = path.split(separator).collect();
    parts(&pattern, &path)
}

fn parts(pattern: &[&str], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((&"**", rest)) => (0..=path.len()).any(|skip| parts(rest, &path[skip..])),
        Some((part, rest)) => path.split_first().is_some_and(|(first, others)| {
            glob(part.as_bytes(), first.as_bytes()) && parts(rest, others)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stays_within_a_part_and_two_do_not() {
        for (pattern, path, expected) in [
            ("a::*", "a::b", true),
            ("a::*", "a::b::c", false),
            ("a::*", "a", false),
            ("a::**", "a::b::c", true),
            ("a::**", "ab::c", false),
            ("**::charge", "a::b::charge", true),
            ("**::charge", "a::charger", false),
            ("**::charge*", "a::charger", true),
            ("a::S?::new", "a::S1::new", true),
        ] {
            assert_eq!(matches(pattern, path, "::"), expected, "{pattern} {path}");
        }
        assert!(matches("src/**/*.rs", "src/a/b.rs", "/"));
        assert!(matches("src/**/*.rs", "src/b.rs", "/"));
        assert!(!matches("src/*.rs", "src/a/b.rs", "/"));
    }

    fn place(path: &str, typed: Option<&str>) -> Place {
        Place {
            file: "src/payments.rs".into(),
            line: 3,
            column: 8,
            path: path.into(),
            typed: typed.map(str::to_owned),
        }
    }

    fn found(policy: &str, uncontracted: &[Place], contracted: &[Place]) -> Vec<String> {
        let (policy, mistakes) = super::super::read(&contract_spec::Source::new(FILE, policy));
        assert!(mistakes.is_empty());
        let findings = policy.required.findings(uncontracted, contracted, true);
        findings
            .iter()
            .map(|finding| format!("{} {}", finding.code, finding.message))
            .collect()
    }

    #[test]
    fn what_is_demanded_and_has_no_contract_is_found() {
        let policy = "[require]\nfunctions = [\"shop::pay::*\"]\nexcept = [\"**::health\"]\n";
        let without = [
            place("shop::pay::charge", Some("shop::pay::Service::charge")),
            place("shop::pay::health", None),
            place("shop::other::run", None),
        ];
        assert_eq!(
            found(policy, &without, &[]),
            ["RC508 `shop::pay::Service::charge` must have a contract, and has none"]
        );
        assert_eq!(found(policy, &without[1..], &without[..1]), [""; 0]);
    }

    #[test]
    fn a_type_can_be_named_and_a_file() {
        let method = [place("shop::charge", Some("shop::Service::charge"))];
        let named = "[require]\nfunctions = [\"shop::Service::*\"]\n";
        assert_eq!(found(named, &method, &[]).len(), 1);
        let file = "[require]\nfiles = [\"src/pay*.rs\"]\n";
        assert_eq!(found(file, &method, &[]).len(), 1);
        assert_eq!(found(file, &[], &method), [""; 0]);
    }

    #[test]
    fn a_pattern_that_no_function_has_demands_nothing_and_is_said() {
        let policy = "[require]\nfunctions = [\"shop::pai::*\"]\n";
        let pay = [place("shop::pay::charge", None)];
        assert_eq!(
            found(policy, &pay, &[]),
            ["RC513 no function that can fail matches `shop::pai::*`"]
        );
        let required = Required {
            functions: vec![Pattern::new("shop::pai::*", (1, 1))],
            ..Required::default()
        };
        assert!(required.findings(&pay, &[], false).is_empty());
    }
}
