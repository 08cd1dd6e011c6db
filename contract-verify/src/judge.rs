//! From what was seen and tried to verdicts and findings.

use std::collections::{BTreeMap, BTreeSet};

use contract_spec::evidence::Operator;
use contract_spec::lines::LineIndex;
use contract_spec::model;

use crate::codes::{self, Code};
use crate::contracts::{ContractFile, Contracts};
use crate::policy::{self, Date, Policy};
use crate::observe::{Exit, Observed, Share, TestIndex, contract_of};
use crate::prove::{Fate, Proof, Proofs};
use crate::report::{
    Branch, FORMAT, Finding, Function, Level, Mode, Mutant, MutantOutcome, Outcome, Report,
    Summary, Verdict,
};
use crate::tests::{Entry, Test};

/// What is judged.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub(crate) contracts: &'a Contracts,
    pub(crate) tests: &'a [Test],
    pub(crate) observed: &'a Observed,
    pub(crate) proofs: &'a Proofs,
    /// Tests that failed with nothing changed, and how.
    pub(crate) failing: &'a [(TestIndex, String)],
    pub(crate) should_panic: &'a BTreeSet<TestIndex>,
    /// Selected packages with contracts and without the runtime: their names, and one contract of each.
    pub(crate) policy: &'a Policy,
    pub(crate) today: Date,
    pub(crate) undependent: &'a [(String, String)],
}

pub(crate) fn judge(case: &Case<'_>) -> Report {
    let mut judge = Judge {
        case,
        findings: Vec::new(),
    };
    let mut functions = Vec::new();
    for subject in 0..case.observed.subjects.len() {
        if let Some((file, function)) = contract_of(case.contracts, &case.observed.subjects[subject]) {
            functions.push(judge.function(subject, file, function));
        }
    }
    judge.contracts_without_function();
    judge.tests();
    judge.findings.extend(case.contracts.findings());
    let mut findings = judge.findings;
    policy::apply(case.policy, &mut findings, case.today);
    findings.sort_by(|a, b| (&a.file, a.line, a.column, a.code).cmp(&(&b.file, b.line, b.column, b.code)));
    let summary = summarize(&functions, &findings);
    let untrusted = !case.failing.is_empty() || !case.proofs.flaky.is_empty();
    Report {
        format: FORMAT,
        outcome: match (untrusted, summary.errors) {
            (true, _) => Outcome::Incomplete,
            (false, 0) => Outcome::Passed,
            (false, _) => Outcome::Failed,
        },
        summary,
        functions,
        findings,
    }
}

struct Judge<'a> {
    case: &'a Case<'a>,
    findings: Vec<Finding>,
}

/// A place that a finding points to.
struct Place {
    file: String,
    line: u32,
    column: u32,
}

impl Judge<'_> {
    fn function(&mut self, index: usize, file: &ContractFile, contract: &model::Function) -> Function {
        let subject = &self.case.observed.subjects[index];
        let required = self.case.policy.required(contract.tier.value);
        let entered = |branch: usize| {
            self.case.observed.exits.keys().any(|exit| exit.subject == index && exit.branch as usize == branch)
        };
        let listed: Vec<usize> = (0..subject.branches.len())
            .filter(|branch| entered(*branch) || !subject.unlisted.iter().any(|unlisted| *unlisted as usize == *branch))
            .collect();
        let branches: BTreeMap<usize, Branch> =
            listed.into_iter().map(|branch| (branch, self.branch(index, branch, required))).collect();
        let modes = contract.modes.iter().enumerate();
        let modes = modes.map(|(mode, _)| self.mode((index, mode), file, contract, &branches, required)).collect();
        for ((_, variant), tests) in
            self.case.observed.unmarked.iter().filter(|((subject, _), _)| *subject == index)
        {
            self.unmarked(index, variant, tests);
        }
        self.places(index);
        self.breaches(index);
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
        }
    }

    /// Places of a function that the probes see dimly.
    fn places(&mut self, index: usize) {
        let subject = &self.case.observed.subjects[index];
        let place = |(line, column): (u32, u32)| Place {
            file: subject.file.clone(),
            line,
            column,
        };
        if subject.rewritten {
            let message = format!("another attribute changed `{}` before it was compiled with probes", subject.id);
            let help = "put `#[resilience_contract]` above the other attributes of the function".to_owned();
            let at = place((subject.line, subject.column));
            self.push(codes::REWRITTEN, codes::REWRITTEN.level, message, Some(index), None, Some(at), Some(help));
        }
        for at in &subject.opaque {
            let message = format!("whether this macro can leave `{}` with an error is not known", subject.id);
            let help = "write what leaves the function outside of the macro call, if anything does".to_owned();
            self.push(codes::OPAQUE, codes::OPAQUE.level, message, Some(index), None, Some(place(*at)), Some(help));
        }
    }

    fn branch(&mut self, index: usize, branch: usize, required: Verdict) -> Branch {
        let observed = self.case.observed;
        let subject = &observed.subjects[index];
        let place = &subject.branches[branch];
        let of_branch = |exit: &Exit| exit.subject == index && exit.branch as usize == branch;
        let exits: Vec<(&Exit, &Share)> =
            observed.exits.iter().filter(|(exit, _)| of_branch(exit)).collect();
        let proofs: Vec<&Proof> =
            exits.iter().filter_map(|(exit, _)| self.case.proofs.exits.get(exit)).collect();
        let verdict = if exits.is_empty() {
            Verdict::Missing
        } else if proofs.len() == exits.len() && proofs.iter().all(|proof| proof.is_proven()) {
            Verdict::Proven
        } else {
            Verdict::Entered
        };
        let tests: BTreeSet<TestIndex> = exits.iter().flat_map(|(_, share)| share.tests.clone()).collect();
        let weak = proofs.iter().find(|proof| !proof.is_proven()).copied();
        let judged = Branch {
            file: subject.file.clone(),
            line: place.line,
            column: place.column,
            kind: place.form.clone(),
            verdict,
            reason: weak.and_then(reason),
            variants: exits.iter().map(|(exit, _)| exit.variant.clone()).collect(),
            tests: self.names(&tests),
            mutants: self.mutants(&proofs),
        };
        let place = Place {
            file: judged.file.clone(),
            line: judged.line,
            column: judged.column,
        };
        match verdict {
            Verdict::Missing => {
                let message = format!("no test makes `{}` leave here with an error", subject.id);
                let help = "write a test that makes this fail and asserts on the variant".to_owned();
                self.find(codes::BRANCH_MISSING, required, verdict, message, index, None, place, help);
            }
            Verdict::Entered => {
                let (code, message, help) = self.entered(&subject.id, weak, &judged.tests);
                self.find(code, required, verdict, message, index, None, place, help);
            }
            Verdict::Proven | Verdict::Waived => {}
        }
        judged
    }

    /// What to say of a branch that is entered and no more.
    fn entered(&self, id: &str, weak: Option<&Proof>, tests: &[String]) -> (Code, String, String) {
        let entered_by = format!("entered by {}", listed(tests));
        let Some(weak) = weak else {
            let message = format!("`{id}` leaves here with an error, and nothing was tried: {entered_by}");
            return (codes::UNDECIDED, message, "mend the tests that fail, and run this again".into());
        };
        if let Some(reason) = &weak.not_mutatable {
            let message = format!("this branch of `{id}` cannot be proven: {reason}; {entered_by}");
            let help = "give the enum a second variant that can be made (unit, or with payloads that have a `Default`)";
            return (codes::NOT_MUTATABLE, message, help.into());
        }
        let survivor = weak.mutants.iter().find(|tried| tried.fate == Fate::Survived);
        if let Some(survivor) = survivor {
            let change = match &survivor.operator {
                Operator::Misreport { from, to, .. } => format!("`{from}` was replaced by `{to}`"),
                Operator::Swallow { from, .. } => format!("`{from}` was replaced by an `Ok`"),
                Operator::Unrecover => "the recovery was replaced by an error".into(),
            };
            let message = format!("this branch of `{id}` is not proven: {change} here, and no test noticed; {entered_by}");
            let variant = match &survivor.operator {
                Operator::Misreport { from, .. } | Operator::Swallow { from, .. } => from.as_str(),
                Operator::Unrecover => "…",
            };
            let help = format!("assert on the variant, `assert!(matches!(result, Err(….{variant} …)))`, not on `is_err()`")
                .replace("….", "…::");
            return (codes::BRANCH_ENTERED, message, help);
        }
        let reason = reason(weak).unwrap_or_default();
        let message = format!("whether this branch of `{id}` is proven could not be decided: {reason}; {entered_by}");
        let help = "make the test end with a failed assertion when the error is another one".to_owned();
        (codes::UNDECIDED, message, help)
    }

    fn mode(
        &mut self,
        key: (usize, usize),
        file: &ContractFile,
        contract: &model::Function,
        branches: &BTreeMap<usize, Branch>,
        required: Verdict,
    ) -> Mode {
        let declared = &contract.modes[key.1];
        let seen = self.case.observed.modes.get(&key);
        let mut tests = BTreeSet::new();
        let mut proofs: Vec<&Proof> = Vec::new();
        let mut verdict = Verdict::Missing;
        if let Some(seen) = seen {
            for (exit, share) in &seen.exits {
                tests.extend(&share.tests);
                proofs.extend(self.case.proofs.modes.get(&(key, exit.clone())));
            }
            tests.extend(&seen.recovered.tests);
            proofs.extend(self.case.proofs.recoveries.get(&key));
            if proofs.iter().any(|proof| proof.is_proven()) {
                verdict = Verdict::Proven;
            } else if !tests.is_empty() {
                verdict = Verdict::Entered;
            }
        }
        let recovers = match &declared.outcome {
            Some(model::Outcome::Recovers(reason)) => Some(reason.value.clone()),
            _ => None,
        };
        if matches!(declared.outcome, Some(model::Outcome::Waived(_))) {
            verdict = Verdict::Waived;
        }
        let unclear = seen.filter(|seen| tests.is_empty() && !seen.unclear.is_empty());
        let weak = if verdict == Verdict::Entered { proofs.first().copied() } else { None };
        let judged = Mode {
            id: declared.id(),
            returns: declared.returns().map(|variant| variant.value.clone()),
            recovers,
            verdict,
            required,
            reason: match unclear {
                Some(_) => Some("it cannot be told from another mode that returns the same variant".into()),
                None => weak.and_then(reason),
            },
            tests: self.names(&tests),
            explored: false,
            mutants: self.mutants(&proofs),
        };
        let (line, column) = LineIndex::new(&file.source.text).line_column(declared.name.span.start);
        let place = Place {
            file: file.source.path.clone(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        };
        let id = &self.case.observed.subjects[key.0].id;
        let how = match (&judged.returns, &judged.recovers) {
            (Some(variant), _) => format!("asserts on `{variant}`"),
            (None, Some(_)) => "asserts on the value that is returned instead".into(),
            (None, None) => "asserts on the outcome".into(),
        };
        match verdict {
            Verdict::Missing => match unclear {
                Some(unclear) => {
                    let entering = self.names(&unclear.unclear);
                    let message = format!(
                        "whether a test enters `{}` of `{id}` cannot be told: another mode returns the same variant; seen in {}",
                        judged.id,
                        listed(&entering)
                    );
                    let help = format!(
                        "mark the call, `external!({}, …)`, with an error that implements `FailureModes`, or give the mode a variant of its own",
                        declared.interface.value
                    );
                    self.find(codes::MODES_ALIKE, required, verdict, message, key.0, Some(&judged.id), place, help);
                }
                None => {
                    let message = format!("no test enters `{}` of `{id}`", judged.id);
                    let help = format!("write a test in which `{}` fails in this way, and that {how}", declared.interface.value);
                    self.find(codes::MODE_MISSING, required, verdict, message, key.0, Some(&judged.id), place, help);
                }
            },
            // Where the branch itself is not proven, that has been said.
            Verdict::Entered if self.said_by_branch(key, branches) => {}
            Verdict::Entered => {
                let message = format!(
                    "`{}` of `{id}` is not proven: no test that enters it notices another outcome; entered by {}",
                    judged.id,
                    listed(&judged.tests)
                );
                let help = format!("have one of these tests fail in another way than it does now: one that {how}");
                self.find(codes::MODE_ENTERED, required, verdict, message, key.0, Some(&judged.id), place, help);
            }
            Verdict::Proven | Verdict::Waived => {}
        }
        judged
    }

    fn said_by_branch(&self, key: (usize, usize), branches: &BTreeMap<usize, Branch>) -> bool {
        let exits = self.case.observed.modes.get(&key).into_iter().flat_map(|seen| seen.exits.keys());
        exits
            .filter_map(|exit| branches.get(&(exit.branch as usize)))
            .any(|branch| branch.verdict == Verdict::Entered)
    }

    fn unmarked(&mut self, index: usize, variant: &str, tests: &BTreeSet<TestIndex>) {
        let subject = &self.case.observed.subjects[index];
        let message = format!(
            "`{variant}` left `{}` by a place that no probe sees; seen in {}",
            subject.id,
            listed(&self.names(tests))
        );
        let place = Place {
            file: subject.file.clone(),
            line: subject.line,
            column: subject.column,
        };
        let help = "take the `return` or the `?` out of the macro call, so that it stands in the function itself".to_owned();
        self.push(codes::UNMARKED, codes::UNMARKED.level, message, Some(index), None, Some(place), Some(help));
    }

    fn breaches(&mut self, index: usize) {
        let case = self.case;
        for ((_, _, _), breached) in case.observed.breaches.iter().filter(|((subject, ..), _)| *subject == index) {
            let subject = &case.observed.subjects[index];
            let place = Place {
                file: subject.file.clone(),
                line: subject.line,
                column: subject.column,
            };
            let message =
                format!("`{}`: {}; seen in {}", subject.id, breached.breach.message, listed(&self.names(&breached.tests)));
            let (code, mode) = (breached.breach.code, breached.breach.mode.as_deref());
            self.push(code, code.level, message, Some(index), mode, Some(place), Some(breached.breach.help.clone()));
            if let Some(last) = self.findings.last_mut() {
                last.timeline.clone_from(&breached.timeline);
            }
        }
    }

    /// Interfaces of a function that no trace shows a call to.
    fn never_called(&mut self, index: usize, file: &ContractFile, contract: &model::Function) {
        let subject = &self.case.observed.subjects[index];
        let Some(marked) = self.case.observed.marked.get(&index) else {
            // No test calls the function at all, and that has been said.
            return;
        };
        let lines = LineIndex::new(&file.source.text);
        let mut interfaces: Vec<&model::Spanned<String>> = Vec::new();
        for mode in &contract.modes {
            let declared = file.contract().interface(&mode.interface).is_some();
            if declared && !interfaces.iter().any(|known| known.value == mode.interface.value) {
                interfaces.push(&mode.interface);
            }
        }
        let unmarked: Vec<_> = interfaces.into_iter().filter(|interface| !marked.contains(&interface.value)).collect();
        for interface in unmarked {
            let (line, column) = lines.line_column(interface.span.start);
            let place = Place {
                file: file.source.path.clone(),
                line: u32::try_from(line).unwrap_or(u32::MAX),
                column: u32::try_from(column).unwrap_or(u32::MAX),
            };
            let message = format!("no test shows a call of `{}` to `{}`", subject.id, interface.value);
            let help = format!(
                "mark the call, `external!({}, …)`, or take the interface out of the contract",
                interface.value
            );
            // Without any mark in it, the function has just begun to be under contract.
            let level = if marked.is_empty() { Level::Note } else { codes::NEVER_CALLED.level };
            self.push(codes::NEVER_CALLED, level, message, Some(index), None, Some(place), Some(help));
        }
    }

    fn contracts_without_function(&mut self) {
        for (path, file) in &self.case.contracts.files {
            let lines = LineIndex::new(&file.source.text);
            for function in &file.contract().functions {
                let carried = self.case.observed.subjects.iter().any(|subject| {
                    subject.contract.as_ref().is_some_and(|(contract, name)| {
                        *name == function.name.value && contract.canonicalize().is_ok_and(|c| c == *path)
                    })
                });
                if carried {
                    continue;
                }
                let (line, column) = lines.line_column(function.name.span.start);
                let place = Place {
                    file: file.source.path.clone(),
                    line: u32::try_from(line).unwrap_or(u32::MAX),
                    column: u32::try_from(column).unwrap_or(u32::MAX),
                };
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                let id = format!("{stem}.{}", function.name.value);
                let message = format!("no function of package `{}` carries the contract `{id}`", file.package);
                let help = format!("put `#[resilience_contract(\"{id}\")]` on the function, or take the contract away");
                self.push(
                    codes::NO_FUNCTION,
                    codes::NO_FUNCTION.level,
                    message,
                    None,
                    None,
                    Some(place),
                    Some(help),
                );
                if let Some(last) = self.findings.last_mut() {
                    last.function = Some(id);
                }
            }
        }
    }

    fn tests(&mut self) {
        let case = self.case;
        for (test, how) in case.failing {
            let message = format!("test `{}` {how}, with nothing changed", case.tests[*test].id);
            let help = "mend it first: verdicts are drawn from tests that pass".to_owned();
            self.push(codes::TEST_FAILS, Level::Error, message, None, None, None, Some(help));
        }
        for test in &case.proofs.flaky {
            let message = format!("test `{}` passed, and failed when it was run again with nothing changed", case.tests[*test].id);
            let help = "make it give the same result every time; what it noticed is not counted".to_owned();
            self.push(codes::TEST_FLAKES, Level::Error, message, None, None, None, Some(help));
        }
        for (package, file) in case.undependent {
            let message = format!("package `{package}` has contracts and does not depend on `resilience-contract`");
            let help = format!("`cargo add resilience-contract --package {package}`");
            let place = Place {
                file: file.clone(),
                line: 1,
                column: 1,
            };
            let level = codes::NO_DEPENDENCY.level;
            self.push(codes::NO_DEPENDENCY, level, message, None, None, Some(place), Some(help));
        }
        let notes = |chosen: &dyn Fn(TestIndex, &Test) -> bool| -> Vec<String> {
            let tests = case.tests.iter().enumerate();
            tests.filter(|(index, test)| chosen(*index, test)).map(|(_, test)| test.id.clone()).collect()
        };
        let kinds: [(Code, Vec<String>, &str); 3] = [
            (codes::IGNORED_TEST, notes(&|_, test| test.ignored), "ignored, and therefore not run"),
            (codes::OWN_HARNESS, notes(&|_, test| test.entry == Entry::Whole), "with a harness of its own, run as one test"),
            (
                codes::SHOULD_PANIC,
                notes(&|index, _| case.should_panic.contains(&index)),
                "with `#[should_panic]`, which any panic satisfies unless `expected` says which",
            ),
        ];
        for (code, tests, what) in kinds {
            if !tests.is_empty() {
                let message = format!("{} {what}: {}", count(tests.len(), "test"), listed(&tests));
                self.push(code, code.level, message, None, None, None, None);
            }
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
        let level = if verdict < required { code.level } else { Level::Warning };
        self.push(code, level, message, Some(subject), mode, Some(place), Some(help));
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
        tests.iter().map(|test| self.case.tests[*test].id.clone()).collect()
    }

    fn mutants(&self, proofs: &[&Proof]) -> Vec<Mutant> {
        let tried = proofs.iter().flat_map(|proof| &proof.mutants);
        let shown = tried.map(|tried| {
            let (from, to) = match &tried.operator {
                Operator::Misreport { from, to, .. } => (Some(from.clone()), Some(to.clone())),
                Operator::Swallow { from, .. } => (Some(from.clone()), None),
                Operator::Unrecover => (None, None),
            };
            let (outcome, test, reason) = match &tried.fate {
                Fate::Killed(test) => (MutantOutcome::Killed, Some(self.case.tests[*test].id.clone()), None),
                Fate::Survived => (MutantOutcome::Survived, None, None),
                Fate::Undecided(reason) => (MutantOutcome::Undecided, None, Some(reason.clone())),
            };
            Mutant {
                operator: tried.operator.name(),
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
    let survived = proof.mutants.iter().any(|tried| tried.fate == Fate::Survived);
    if survived {
        return Some("no test notices another outcome".into());
    }
    proof.mutants.iter().find_map(|tried| match &tried.fate {
        Fate::Undecided(reason) => Some(reason.clone()),
        _ => None,
    })
}

fn summarize(functions: &[Function], findings: &[Finding]) -> Summary {
    let mut verdicts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for mode in functions.iter().flat_map(|function| &function.modes) {
        *verdicts.entry(mode.verdict).or_default() += 1;
    }
    let modes = |verdict| verdicts.get(&verdict).copied().unwrap_or_default();
    let branches = || functions.iter().flat_map(|function| &function.branches);
    let level = |level| findings.iter().filter(|finding| finding.level == level).count();
    Summary {
        functions: functions.len(),
        modes: modes(Verdict::Proven) + modes(Verdict::Entered) + modes(Verdict::Missing),
        proven: modes(Verdict::Proven),
        entered: modes(Verdict::Entered),
        missing: modes(Verdict::Missing),
        waived: modes(Verdict::Waived),
        branches: branches().count(),
        branches_entered: branches().filter(|branch| branch.verdict != Verdict::Missing).count(),
        branches_proven: branches().filter(|branch| branch.verdict == Verdict::Proven).count(),
        errors: level(Level::Error),
        warnings: level(Level::Warning),
    }
}

/// `1 test`, `2 tests`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// The first few names, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(SHOWN);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}
