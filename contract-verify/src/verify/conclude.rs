//! From what tests answered to the report.

use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime};

use super::setting::Setting;
use crate::answers::{Answers, Plain};
use crate::codes;
use crate::contracts;
use crate::error::Result;
use crate::inventory::Inventory;
use crate::judge::{self, Case};
use crate::kept::explored::Mark;
use crate::naming::Naming;
use crate::observe::{TestIndex, observe};
use crate::policy::Date;
use crate::prove::{self, Of, Proofs, Thoroughness};
use crate::report::Report;
use crate::status::Status;
use crate::tests::Test;
use crate::touched::{Scope, Seen};
use crate::uncarried::{Attributes, attributes_in};

/// What was found: in the sources, and by running tests.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) inventory: &'a Inventory,
    pub(crate) tests: &'a [Test],
    /// How the tests went with nothing changed, in their order.
    pub(crate) plain: Vec<(TestIndex, Plain)>,
    /// The failure modes that explorations injected.
    pub(crate) explored: BTreeSet<Mark>,
}

impl Found<'_> {
    /// How long each test took.
    pub(super) fn durations(&self) -> Vec<Duration> {
        let mut durations = vec![Duration::ZERO; self.tests.len()];
        for (test, plain) in &self.plain {
            durations[*test] = plain.duration;
        }
        durations
    }

    /// The tests that failed, and how.
    pub(super) fn failing(&self) -> Vec<(TestIndex, String)> {
        let failing = self.plain.iter();
        failing
            .filter_map(|(test, plain)| Some((*test, plain.failure.clone()?)))
            .collect()
    }
}

/// Gives the verdicts.
pub(crate) fn conclude(
    setting: &Setting,
    found: &Found<'_>,
    answers: &dyn Answers,
    jobs: usize,
    status: Status,
) -> Result<Report> {
    let Setting {
        contracts,
        policy,
        workspace,
        ..
    } = setting;
    let inventory = found.inventory;
    let failing = found.failing();
    let passed = found.plain.iter().filter(|(_, run)| run.failure.is_none());
    let observed = observe(
        inventory.subjects.clone(),
        contracts,
        passed.map(|(test, run)| (*test, &run.evidence)),
        &setting.against(),
    );
    let scope = match &setting.diff {
        None => Scope::default(),
        Some(diff) => diff.scope(&Seen {
            workspace,
            contracts,
            observed: &observed,
            tests: found.tests,
        }),
    };
    let proofs = if failing.is_empty() {
        answers.begin(&observed);
        let began = Instant::now();
        let durations = found.durations();
        let enough = Thoroughness::Enough;
        let of = Of {
            tests: found.tests,
            durations: &durations,
            observed: &observed,
            scope: &scope,
        };
        let proofs = prove::prove(answers, &of, enough, jobs)?;
        answers.done(began);
        proofs
    } else {
        Proofs::default()
    };
    let should_panic: BTreeSet<TestIndex> = found
        .plain
        .iter()
        .filter(|(_, plain)| plain.should_panic)
        .map(|(test, _)| *test)
        .collect();
    let required = policy.required.findings(
        &inventory.uncontracted,
        &inventory.contracted,
        workspace.is_whole(),
    );
    // Only what was not built has to be looked for.
    let mut files = contracts.files.values();
    let is_missing = files.any(|file| file.ids().any(|id| !inventory.carries(&file.package, &id)));
    let attributes = if is_missing {
        attributes_in(workspace)
    } else {
        Attributes::new()
    };
    let mut report = judge::judge(&Case {
        contracts,
        tests: found.tests,
        observed: &observed,
        scope: &scope,
        proofs: &proofs,
        failing: &failing,
        should_panic: &should_panic,
        policy,
        hidden: &inventory.hidden,
        unseen: &inventory.unseen,
        files: &inventory.files,
        today: Date::of(SystemTime::now()),
        undependent: &contracts::without_dependency(workspace)?,
        required: &required,
        attributes: &attributes,
        naming: &Naming::of(workspace),
        explored: &found.explored,
    });
    if let Some(baseline) = &setting.baseline {
        baseline.apply(&mut report, &setting.root, scope.is_whole(), status)?;
    }
    Ok(report)
}

/// Whether a report says that tests cannot be trusted.
pub(crate) fn tests_failed(report: &Report) -> bool {
    let untrusted = [codes::TEST_FAILS.code, codes::TEST_FLAKES.code];
    report
        .findings
        .iter()
        .any(|finding| untrusted.contains(&finding.code))
}
