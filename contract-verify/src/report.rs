//! The report, as JSON shows it. Its form is a public promise, and published as a JSON
//! Schema, which is generated from these types.

use serde::Serialize;

/// The version of the report's form.
pub const FORMAT: u32 = 1;

/// The JSON Schema of this form, as it is published.
pub(crate) const SCHEMA: &str = include_str!("../report.schema.json");

/// Everything that a run found out.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// The version of this form: 1.
    #[cfg_attr(test, schemars(extend("const" = FORMAT)))]
    pub format: u32,
    /// The digest of what does not depend on when and where the tests ran: everything but
    /// which of several tests it was that noticed a mutant first, and the times in
    /// timelines. Equal verdicts from equal sources have equal digests.
    pub digest: String,
    /// Whether all that policy demands holds.
    pub outcome: Outcome,
    /// The counts.
    pub summary: Summary,
    /// Every contracted function, by contract and path.
    pub functions: Vec<Function>,
    /// Everything that is wrong, in the order of files and lines.
    pub findings: Vec<Finding>,
    /// What is wrong and was so when the project began to verify: it stands in the baseline
    /// and fails nothing.
    pub known: Vec<Finding>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All that policy demands holds.
    Passed,
    /// It does not.
    Failed,
    /// The evidence does not suffice to tell.
    Incomplete,
}

/// The counts. What is entered is not counted again under missing, nor what is
/// proven under entered; only `branches_entered` includes the proven ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Summary {
    /// Contracted functions.
    pub functions: usize,
    /// Failure modes that are not waived.
    pub modes: usize,
    /// Of these, the proven ones.
    pub proven: usize,
    /// Of these, the ones entered and not proven.
    pub entered: usize,
    /// Of these, the ones that no test enters.
    pub missing: usize,
    /// Failure modes that are waived.
    pub waived: usize,
    /// Of the failure modes that are not waived, those after which the contract lets the
    /// function return `Ok`.
    pub recovered: usize,
    /// Places where the code lets a failure go for a reason: `degrade!("…", …)`.
    pub degraded: usize,
    /// Error branches.
    pub branches: usize,
    /// Of these, the ones that a test enters.
    pub branches_entered: usize,
    /// Of these, the proven ones.
    pub branches_proven: usize,
    /// Findings at error level.
    pub errors: usize,
    /// Findings at warning level.
    pub warnings: usize,
    /// Findings that the baseline knows; they are not counted again under the others.
    pub known: usize,
    /// Contracted functions on which no verdict is given, because the diff that verdicts are
    /// limited to does not touch them; they are not counted anywhere else.
    pub left_out: usize,
}

/// A contracted function.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Function {
    /// The contract's id.
    pub id: String,
    /// The package.
    pub package: String,
    /// Crate, modules, name.
    pub path: String,
    /// The source file.
    pub file: String,
    /// The line of its name.
    pub line: u32,
    /// `critical`, `standard` or `experimental`.
    #[cfg_attr(test, schemars(extend("enum" = ["critical", "standard", "experimental"])))]
    pub tier: &'static str,
    /// The failure modes, in the contract's order.
    pub modes: Vec<Mode>,
    /// The branches, in the order of the source.
    pub branches: Vec<Branch>,
    /// Where the code lets a failure go for a reason, in the order of the source.
    pub degraded: Vec<Degraded>,
}

/// A `degrade!("reason", …)` in the function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Degraded {
    /// The line, from 1, in the function's file.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// Why the failure may be lost.
    pub reason: String,
}

/// What is known of a failure mode or a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No test enters it.
    Missing,
    /// A test enters it; that a test would notice a wrong outcome is not shown.
    Entered,
    /// A test notices a wrong outcome.
    Proven,
    /// The contract says why it cannot happen.
    Waived,
}

impl Verdict {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Entered => "entered",
            Self::Proven => "proven",
            Self::Waived => "waived",
        }
    }
}

/// A failure mode.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Mode {
    /// `gateway.timeout`.
    pub id: String,
    /// The variant that the function returns.
    pub returns: Option<String>,
    /// Why the function may go on after all.
    pub recovers: Option<String>,
    /// What is known.
    pub verdict: Verdict,
    /// What the function's tier demands.
    pub required: Verdict,
    /// Why it is not more than entered.
    pub reason: Option<String>,
    /// The tests that enter it.
    pub tests: Vec<String>,
    /// Whether an exploration injected it.
    pub explored: bool,
    /// What was tried.
    pub mutants: Vec<Mutant>,
}

/// A branch.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Branch {
    /// The source file.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// `return`, `tail` or `question_mark`.
    pub kind: String,
    /// What is known.
    pub verdict: Verdict,
    /// Why it is not more than entered.
    pub reason: Option<String>,
    /// The variants that were seen to leave there.
    pub variants: Vec<String>,
    /// The tests that enter it.
    pub tests: Vec<String>,
    /// What was tried.
    pub mutants: Vec<Mutant>,
}

/// A change of what a function returns, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Mutant {
    /// What was changed: `misreport`, `swallow` or `unrecover` a failure, or the attempts of a
    /// retry policy: `one_attempt`, `one_too_many`.
    #[cfg_attr(test, schemars(extend("enum" = [
        "misreport", "swallow", "unrecover", "one_attempt", "one_too_many"
    ])))]
    pub operator: &'static str,
    /// The variant that was changed.
    pub from: Option<String>,
    /// The variant it became.
    pub to: Option<String>,
    /// What became of it.
    pub outcome: MutantOutcome,
    /// The test that noticed.
    pub test: Option<String>,
    /// Whether none of the tests that enter it names the variant: it was noticed by what the
    /// code made of it.
    pub indirect: bool,
    /// Why it is undecided.
    pub reason: Option<String>,
}

/// What became of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MutantOutcome {
    /// A test noticed.
    Killed,
    /// No test noticed.
    Survived,
    /// It could not be told.
    Undecided,
    /// It was not tried, because no value of the other variant can be made.
    NotMade,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The run fails.
    Error,
    /// Worth mending.
    Warning,
    /// Worth knowing.
    Note,
}

/// One thing that is wrong, or worth knowing.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// `RC…`; `cargo verify-contracts explain` says what it means.
    #[cfg_attr(test, schemars(regex(pattern = "^RC[0-9]{3}$")))]
    pub code: &'static str,
    /// How much it weighs.
    pub level: Level,
    /// What is wrong.
    pub message: String,
    /// The contract's id.
    pub function: Option<String>,
    /// The failure mode.
    pub mode: Option<String>,
    /// The file, relative to the workspace.
    pub file: Option<String>,
    /// From 1.
    pub line: Option<u32>,
    /// From 1, in characters.
    pub column: Option<u32>,
    /// What to do.
    pub help: Option<String>,
    /// What happened in the call that shows it, a line for each step.
    pub timeline: Vec<String>,
}

impl Report {
    /// Computes the digest, when all else is said.
    pub(crate) fn seal(&mut self) {
        let mut hashed = self.clone();
        hashed.digest = String::new();
        let functions = hashed.functions.iter_mut().flat_map(|function| {
            let modes = function.modes.iter_mut().flat_map(|mode| &mut mode.mutants);
            let branches = function.branches.iter_mut();
            modes.chain(branches.flat_map(|branch| &mut branch.mutants))
        });
        functions.for_each(|mutant| mutant.test = None);
        for finding in hashed.findings.iter_mut().chain(&mut hashed.known) {
            finding.timeline.clear();
        }
        let text = serde_json::to_vec(&hashed).unwrap_or_default();
        self.digest = blake3::hash(&text).to_hex().to_string();
    }
}

/// Puts findings into the order of files and lines.
pub(crate) fn in_order(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        (&a.file, a.line, a.column, a.code, &a.message)
            .cmp(&(&b.file, b.line, b.column, b.code, &b.message))
    });
}

/// The JSON Schema of a form that is printed, as text.
#[cfg(test)]
pub(crate) fn schema_of<T: schemars::JsonSchema>(title: &str) -> String {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut schema = schema.to_value();
    tests::tidy(&mut schema);
    schema["title"] = title.into();
    format!("{schema:#}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// JSON has no sizes of numbers.
    pub(super) fn tidy(schema: &mut Value) {
        match schema {
            Value::Object(fields) => {
                if fields.contains_key("type") && fields.get("format").is_some_and(Value::is_string)
                {
                    fields.remove("format");
                }
                fields.values_mut().for_each(tidy);
            }
            Value::Array(items) => items.iter_mut().for_each(tidy),
            _ => {}
        }
    }

    /// `UPDATE=1 cargo test -p contract-verify the_published_schema` writes it again.
    #[test]
    fn the_published_schema_is_that_of_the_types() {
        let generated = schema_of::<Report>("Report of cargo verify-contracts");
        if std::env::var_os("UPDATE").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/report.schema.json");
            std::fs::write(path, &generated).unwrap();
            return;
        }
        assert!(
            generated == SCHEMA,
            "report.schema.json is not that of the types; UPDATE=1 writes it again"
        );
    }
}
