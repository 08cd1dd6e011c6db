//! What an exploration found out, as JSON shows it. Its form is a public promise, and
//! published as a JSON Schema, which is generated from these types.

use serde::Serialize;

use crate::report::Finding;

/// The version of this form.
pub(super) const FORMAT: u32 = 1;

/// The JSON Schema of this form, as it is published.
pub(crate) const SCHEMA: &str = include_str!("../../explore.schema.json");

/// Everything that an exploration found out.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Exploration {
    /// The version of this form: 1.
    #[cfg_attr(test, schemars(extend("const" = FORMAT)))]
    pub(super) format: u32,
    /// Whether nothing was wrong, and nothing left to do.
    pub(super) outcome: Outcome,
    /// The counts.
    pub(super) summary: Summary,
    /// Every contracted function, and which of its failure modes were injected; of chosen
    /// tests, the functions that they call.
    pub(super) functions: Vec<Function>,
    /// Tests and runs that nothing was learned from.
    pub(super) left_out: Vec<LeftOut>,
    /// What the budget left no room for.
    pub(super) cut: Vec<Cut>,
    /// Everything that is wrong, in the order of files and lines.
    pub(super) findings: Vec<Found>,
}

/// How an exploration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// Nothing was wrong.
    Passed,
    /// There are findings at error level.
    Failed,
    /// There was more to explore, or tests fail with nothing injected.
    Incomplete,
}

/// The counts.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Summary {
    /// Tests that were explored.
    pub(super) tests: usize,
    /// Of those that were not, the ones that fail with nothing injected.
    pub(super) failing: usize,
    /// Runs with a fault.
    pub(super) runs: usize,
    /// Runs that the budget left no room for.
    pub(super) cut: usize,
    /// Failure modes of interfaces that are not waived.
    pub(super) modes: usize,
    /// Of these, the ones that were injected.
    pub(super) modes_explored: usize,
    /// Findings at error level.
    pub(super) errors: usize,
    /// Findings at warning level.
    pub(super) warnings: usize,
}

/// A contracted function.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ExploredFunction"))]
pub(super) struct Function {
    /// The contract's id.
    pub(super) id: String,
    /// The package.
    pub(super) package: String,
    /// Crate, modules, name.
    pub(super) path: String,
    /// The source file.
    pub(super) file: String,
    /// The line of its name.
    pub(super) line: u32,
    /// The failure modes of its interfaces that are not waived, in the contract's order.
    pub(super) modes: Vec<Mode>,
}

/// A failure mode of an interface.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ExploredMode"))]
pub(super) struct Mode {
    /// `gateway.timeout`.
    pub(super) id: String,
    /// The variant that the function returns; `null` where it recovers.
    pub(super) returns: Option<String>,
    /// Whether it was injected.
    pub(super) explored: bool,
    /// In how many runs.
    pub(super) runs: usize,
    /// In which tests.
    pub(super) tests: Vec<String>,
    /// Why it was not.
    pub(super) reason: Option<String>,
}

/// A test or a run that nothing was learned from.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct LeftOut {
    /// The test.
    pub(super) test: String,
    /// The faults of the run, as `--fault` takes them; none for the whole test.
    pub(super) faults: Vec<String>,
    /// Why.
    pub(super) reason: String,
}

/// A run that was not made.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Cut {
    /// The test.
    pub(super) test: String,
    /// Its faults, as `--fault` takes them.
    pub(super) faults: Vec<String>,
}

/// A finding, and how to see it again.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Found {
    #[serde(flatten)]
    pub(super) finding: Finding,
    /// The test of the simplest run that shows it.
    pub(super) test: String,
    /// The faults of that run, as `--fault` takes them; none if nothing was injected.
    pub(super) faults: Vec<String>,
    /// How many runs show it.
    pub(super) runs: usize,
    /// The command that makes that run again.
    pub(super) reproduce: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::schema_of;

    /// `UPDATE=1 cargo test -p contract-verify the_published_schema` writes it again.
    #[test]
    fn the_published_schema_of_explorations_is_that_of_the_types() {
        let generated = schema_of::<Exploration>("Exploration of cargo verify-contracts");
        if std::env::var_os("UPDATE").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/explore.schema.json");
            std::fs::write(path, &generated).unwrap();
            return;
        }
        assert!(
            generated == SCHEMA,
            "explore.schema.json is not that of the types; UPDATE=1 writes it again"
        );
    }
}
