//! Answers that were written down, on this machine or on others.

use std::collections::HashMap;

use contract_spec::evidence::Mutant;

use super::{Answers, Trial};
use crate::error::{Error, Result};
use crate::observe::TestIndex;

/// Answers, by their questions.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    /// The names of the tests.
    pub(crate) names: Vec<String>,
    /// By test, and by mutant as its `Display` writes it.
    pub(crate) trials: HashMap<(TestIndex, String), Trial>,
    pub(crate) again: HashMap<TestIndex, bool>,
}

impl Replay {
    fn missing(&self, test: TestIndex, what: &str) -> Error {
        let name = self.names.get(test).map_or("", String::as_str);
        Error::Evidence(format!(
            "it does not hold {what} of test `{name}`, which the verdict needs\n  \
             help: run all of it again, with this version of the program; where that does not help, in one part"
        ))
    }
}

impl Answers for Replay {
    fn trial(&self, test: TestIndex, mutant: &Mutant) -> Result<Trial> {
        let key = (test, mutant.to_string());
        let known = self.trials.get(&key).cloned();
        known.ok_or_else(|| self.missing(test, "a trial"))
    }

    fn passes_again(&self, test: TestIndex) -> Result<bool> {
        let known = self.again.get(&test).copied();
        known.ok_or_else(|| self.missing(test, "the second run"))
    }
}
