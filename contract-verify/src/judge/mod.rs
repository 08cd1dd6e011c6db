//! From what was seen and tried to verdicts and findings.

//!
//! `branch` and `mode` say what is known of each, `workspace` what concerns no one
//! function, `summary` counts. Nothing here runs, reads or prints.

mod branch;
mod logs;
mod mode;
mod summary;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};

use contract_spec::evidence::Operator;
use contract_spec::lines::LineIndex;
use contract_spec::model;

use crate::codes::{self, Code};
use crate::compiled::Compiled;
use crate::contracts::{ContractFile, Contracts};
use crate::inventory::Subject;
use crate::kept::explored::Mark;
use crate::naming::Naming;
use crate::observe::{Observed, TestIndex, contract_of};
use crate::policy::{self, Date, Policy};
use crate::prove::{Fate, Proof, Proofs};
use crate::report::{
    Branch, Degraded, FORMAT, Finding, Function, Level, Mutant, MutantOutcome, Outcome, Report,
    Verdict, in_order,
};
use crate::tests::Test;
use crate::touched::Scope;
use crate::uncarried::Attributes;

/// What is judged.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub(crate) contracts: &'a Contracts,
    pub(crate) tests: &'a [Test],
    pub(crate) observed: &'a Observed,
    /// The functions that verdicts are given on.
    pub(crate) scope: &'a Scope,
    pub(crate) proofs: &'a Proofs,
    /// Tests that failed with nothing changed, and how.
    pub(crate) failing: &'a [(TestIndex, String)],
    pub(crate) should_panic: &'a BTreeSet<TestIndex>,
    pub(crate) policy: &'a Policy,
    /// Macros out of which functions may come that the sources do not show.
    pub(crate) hidden: &'a [(String, u32, u32)],
    /// The source files that were compiled, relative to the workspace; none where nobody knows.
    pub(crate) files: &'a BTreeSet<String>,
    /// Functions that were compiled, and that no source shows.
    pub(crate) unseen: &'a [Compiled],
    pub(crate) today: Date,
    /// Selected packages with contracts and without the runtime: their names, and one contract of each.
    pub(crate) undependent: &'a [(String, String)],
    /// What policy demands of functions without a contract.
    pub(crate) required: &'a [Finding],
    /// The attributes in the sources, built or not.
    pub(crate) attributes: &'a Attributes,
    /// What the tests name.
    pub(crate) naming: &'a Naming,
    /// The failure modes that explorations injected.
    pub(crate) explored: &'a BTreeSet<Mark>,
}

pub(crate) fn judge(case: &Case<'_>) -> Report {
    let mut judge = Judge {
        case,
        findings: Vec::new(),
    };
    let mut functions = Vec::new();
    let all = 0..case.observed.subjects.len();
    for subject in all.clone().filter(|subject| case.scope.has(*subject)) {
        match contract_of(case.contracts, &case.observed.subjects[subject]) {
            Some((file, function)) => functions.push(judge.function(subject, file, function)),
            None => judge.without_contract(subject),
        }
    }
    let of_functions = std::mem::take(&mut judge.findings);
    judge.contracts_without_function();
    judge.variants_of_no_contract();
    judge.tests();
    judge.findings.extend(case.contracts.findings());
    judge.findings.extend(case.required.iter().cloned());
    let others = judge.findings.into_iter();
    let others = others.filter(|finding| case.scope.concerns(finding));
    let mut findings: Vec<Finding> = of_functions.into_iter().chain(others).collect();
    policy::apply(case.policy, &mut findings, case.today);
    // An allowance that nothing needed here may be needed by what is left out.
    findings
        .retain(|finding| case.scope.is_whole() || finding.code != codes::UNUSED_ALLOWANCE.code);
    in_order(&mut findings);
    let mut summary = summary::of(&functions, &findings);
    summary.left_out = all.filter(|subject| !case.scope.has(*subject)).count();
    let untrusted = !case.failing.is_empty() || !case.proofs.flaky.is_empty();
    Report {
        format: FORMAT,
        digest: String::new(),
        outcome: match (untrusted, summary.errors) {
            (true, _) => Outcome::Incomplete,
            (false, 0) => Outcome::Passed,
            (false, _) => Outcome::Failed,
        },
        summary,
        functions,
        findings,
        known: Vec::new(),
    }
}

struct Judge<'a> {
    case: &'a Case<'a>,
    findings: Vec<Finding>,
}

/// A place that a finding points to.
#[derive(Clone)]
struct Place {
    file: String,
    line: u32,
    column: u32,
}

impl Place {
    /// A place in a contract, by its offset.
    fn in_contract(file: &ContractFile, offset: usize) -> Self {
        let (line, column) = LineIndex::new(&file.source.text).line_column(offset);
        Self {
            file: file.source.path.clone(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }
}

impl Judge<'_> {
    fn function(
        &mut self,
        index: usize,
        file: &ContractFile,
        contract: &model::Function,
    ) -> Function {
        let subject = &self.case.observed.subjects[index];
        let required = self.case.policy.required(contract.tier.value);
        let exits = self.case.observed.exits_of(index, None);
        let entered: BTreeSet<usize> = exits.map(|(exit, _)| exit.branch as usize).collect();
        let listed: Vec<usize> = (0..subject.branches.len())
            .filter(|branch| {
                entered.contains(branch)
                    || !subject
                        .unlisted
                        .iter()
                        .any(|unlisted| *unlisted as usize == *branch)
            })
            .collect();
        let branches: BTreeMap<usize, Branch> = listed
            .into_iter()
            .map(|branch| (branch, self.branch(index, branch, required)))
            .collect();
        let modes = contract.modes.iter().enumerate();
        let modes = modes
            .map(|(mode, _)| self.mode((index, mode), file, contract, &branches, required))
            .collect();
        let unmarked = (index, String::new())..(index + 1, String::new());
        for ((_, variant), tests) in self.case.observed.unmarked.range(unmarked) {
            self.unmarked(index, variant, tests);
        }
        self.places(index);
        self.breaches(index);
        self.logs_unseen(index, contract);
        self.never_called(index, file, contract);
        Function {
            id: subject.id.clone(),
            package: subject.package.clone(),
            path: subject.path.clone(),
            file: subject.file.clone(),
            line: subject.line,
            tier: contract.tier.name(),
            modes,
            branches: sorted(branches),
            degraded: degraded(subject),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one finding")]
    fn find(
        &mut self,
        code: Code,
        required: Verdict,
        verdict: Verdict,
        message: String,
        subject: usize,
        mode: Option<&str>,
        place: Place,
        help: String,
    ) {
        // What the tier does not demand is worth knowing all the same.
        let level = if verdict < required {
            code.level
        } else {
            Level::Warning
        };
        self.push(
            code,
            level,
            message,
            Some(subject),
            mode,
            Some(place),
            Some(help),
        );
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one finding")]
    fn push(
        &mut self,
        code: Code,
        level: Level,
        message: String,
        subject: Option<usize>,
        mode: Option<&str>,
        place: Option<Place>,
        help: Option<String>,
    ) {
        let (file, line, column) = match place {
            Some(place) => (Some(place.file), Some(place.line), Some(place.column)),
            None => (None, None, None),
        };
        self.findings.push(Finding {
            code: code.code,
            level,
            message,
            function: subject.map(|subject| self.case.observed.subjects[subject].id.clone()),
            mode: mode.map(str::to_owned),
            file,
            line,
            column,
            help,
            timeline: Vec::new(),
        });
    }

    fn names(&self, tests: &BTreeSet<TestIndex>) -> Vec<String> {
        tests
            .iter()
            .map(|test| self.case.tests[*test].id.clone())
            .collect()
    }

    /// What was tried with these tests.
    fn mutants(&self, proofs: &[&Proof], tests: &BTreeSet<TestIndex>) -> Vec<Mutant> {
        let is_named = |variant: &str| {
            tests.iter().any(|test| {
                let test = &self.case.tests[*test].id;
                self.case.naming.names(test, variant) != Some(false)
            })
        };
        let tried = proofs.iter().flat_map(|proof| &proof.mutants);
        let shown = tried.map(|tried| {
            let (from, to) = match &tried.operator {
                Operator::Misreport { from, to, .. } => (Some(from.clone()), Some(to.clone())),
                Operator::Swallow { from, .. } => (Some(from.clone()), None),
                Operator::Unrecover | Operator::OneAttempt { .. } | Operator::OneTooMany { .. } => {
                    (None, None)
                }
            };
            let (outcome, test, reason) = match &tried.fate {
                Fate::Killed(test) => (
                    MutantOutcome::Killed,
                    Some(self.case.tests[*test].id.clone()),
                    None,
                ),
                Fate::Survived => (MutantOutcome::Survived, None, None),
                Fate::Undecided(reason) => (MutantOutcome::Undecided, None, Some(reason.clone())),
                Fate::NotMade => (MutantOutcome::NotMade, None, None),
            };
            let indirect = match (&from, &tried.fate) {
                (Some(variant), Fate::Killed(_)) => !is_named(variant),
                _ => false,
            };
            Mutant {
                operator: tried.operator.name(),
                indirect,
                from,
                to,
                outcome,
                test,
                reason,
            }
        });
        shown.collect()
    }
}

/// Where the code lets a failure go for a reason.
fn degraded(subject: &Subject) -> Vec<Degraded> {
    let places = subject.degraded.iter().cloned();
    let degraded = places.map(|place| Degraded {
        line: place.line,
        column: place.column,
        reason: place.reason,
    });
    degraded.collect()
}

/// In the order of the source.
fn sorted(branches: BTreeMap<usize, Branch>) -> Vec<Branch> {
    let mut branches: Vec<Branch> = branches.into_values().collect();
    branches.sort_by_key(|branch| (branch.line, branch.column));
    branches
}

/// Why an exit is not proven, in a few words.
fn reason(proof: &Proof) -> Option<String> {
    if let Some(reason) = &proof.not_mutatable {
        return Some(reason.clone());
    }
    let survived = proof
        .mutants
        .iter()
        .any(|tried| tried.fate == Fate::Survived);
    if survived {
        return Some("no test notices another outcome".into());
    }
    proof.mutants.iter().find_map(|tried| match &tried.fate {
        Fate::Undecided(reason) => Some(reason.clone()),
        _ => None,
    })
}

/// `1 test`, `2 tests`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// The first few names, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = names.len().saturating_sub(SHOWN);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{rest}", shown.join(", "))
}
