//! Which failure modes of which functions an exploration injected, and why others not.

use std::collections::{BTreeMap, BTreeSet};

use contract_spec::catalog;
use contract_spec::evidence::{ABANDONED, Fault};
use contract_spec::model;

use super::calls::{Called, can_hang, injected, is_waived, ways};
use super::report::{Function, Mode};
use super::verdict::Case;
use crate::inventory::Subject;
use crate::judge::count;
use crate::kept::explored::Mark;
use crate::observe::{ModeKey, TestIndex, contract_of};

impl Case<'_> {
    /// Which failure modes of which functions were injected, and why others were not.
    pub(super) fn functions(&self, subjects: &[Subject]) -> Vec<Function> {
        let contracts = &self.setting.contracts;
        let mut seen: BTreeMap<ModeKey, (BTreeSet<TestIndex>, usize)> = BTreeMap::new();
        for run in &self.explored.runs {
            let calls = run.calls.iter();
            let modes: BTreeSet<ModeKey> = calls
                .filter_map(|call| self.mode_of(call, subjects))
                .collect();
            for mode in modes {
                let (tests, runs) = seen.entry(mode).or_default();
                tests.insert(run.plan.test);
                *runs += 1;
            }
        }
        let cut = self.cut_modes(subjects);
        let mut functions = Vec::new();
        for (index, subject) in subjects.iter().enumerate() {
            let Some((_, function)) = contract_of(contracts, subject) else {
                continue;
            };
            // Of a few tests it says nothing that they do not call a function.
            let mut calls = self.calls();
            if !self.whole && !calls.any(|call| call.subject == index) {
                continue;
            }
            let modes = function.modes.iter().enumerate().filter(|(_, mode)| {
                let own = matches!(mode.interface.as_str(), catalog::INPUT | catalog::DOMAIN);
                !own && !is_waived(mode)
            });
            let modes = modes.map(|(number, mode)| {
                let known = seen.get(&(index, number));
                let cut = cut.get(&(index, number));
                let tests = known.iter().flat_map(|(tests, _)| tests);
                Mode {
                    id: mode.id(),
                    returns: mode.returns().map(|variant| variant.value.clone()),
                    explored: known.is_some() && cut.is_none(),
                    runs: known.map_or(0, |(_, runs)| *runs),
                    tests: tests.map(|test| self.tests[*test].id.clone()).collect(),
                    reason: match (known, cut) {
                        (Some(_), None) => None,
                        (Some(_), Some(cut)) => Some(format!(
                            "the budget left out {} in which it fails",
                            count(*cut, "run")
                        )),
                        (None, _) => Some(self.why_not(index, subject, mode)),
                    },
                }
            });
            functions.push(Function {
                id: subject.id.clone(),
                package: subject.package.clone(),
                path: subject.path.clone(),
                file: subject.file.clone(),
                line: subject.line,
                modes: modes.collect(),
            });
        }
        functions.sort_by(|a, b| (&a.id, &a.path).cmp(&(&b.id, &b.path)));
        functions
    }

    /// Every call of every run.
    fn calls(&self) -> impl Iterator<Item = &Called> {
        let references = self.explored.references.iter().flat_map(|run| &run.calls);
        references.chain(self.explored.runs.iter().flat_map(|run| &run.calls))
    }

    /// The declared mode that was injected into a call.
    fn mode_of(&self, call: &Called, subjects: &[Subject]) -> Option<ModeKey> {
        let fault: Fault = call.explored.injected.as_ref()?.parse().ok()?;
        self.mode_for(call.subject, &fault, subjects)
    }

    /// The declared mode of a function that a fault stands for.
    fn mode_for(&self, subject: usize, fault: &Fault, subjects: &[Subject]) -> Option<ModeKey> {
        if fault.mode == ABANDONED {
            return None;
        }
        let (_, function) = contract_of(&self.setting.contracts, &subjects[subject])?;
        let named = |name: &str| {
            let is = |mode: &model::Mode| *mode.interface == fault.interface && *mode.name == name;
            function.modes.iter().position(is)
        };
        let mode = named(fault.declared_mode()).or_else(|| named(catalog::OTHER))?;
        Some((subject, mode))
    }

    /// The modes with runs that the budget left no room for, and how many those are.
    fn cut_modes(&self, subjects: &[Subject]) -> BTreeMap<ModeKey, usize> {
        let mut cut = BTreeMap::new();
        for plan in &self.explored.cut {
            let mode = plan.subject.zip(plan.faults.last());
            let mode = mode.and_then(|(subject, fault)| self.mode_for(subject, fault, subjects));
            if let Some(mode) = mode {
                *cut.entry(mode).or_default() += 1;
            }
        }
        cut
    }

    /// The modes that were explored, by the binary of the tests in which they were: none of
    /// which a run was left out.
    pub(super) fn marks(&self, subjects: &[Subject]) -> BTreeMap<usize, BTreeSet<Mark>> {
        let cut = self.cut_modes(subjects);
        let mut marks: BTreeMap<usize, BTreeSet<Mark>> = BTreeMap::new();
        for run in &self.explored.runs {
            let modes = run.calls.iter();
            let modes = modes.filter_map(|call| self.mode_of(call, subjects));
            for (index, mode) in modes.filter(|mode| !cut.contains_key(mode)) {
                let subject = &subjects[index];
                let Some((_, function)) = contract_of(&self.setting.contracts, subject) else {
                    continue;
                };
                let of_binary = marks.entry(self.tests[run.plan.test].binary).or_default();
                of_binary.insert(Mark {
                    package: subject.package.clone(),
                    path: subject.path.clone(),
                    function: subject.id.clone(),
                    mode: function.modes[mode].id(),
                });
            }
        }
        marks
    }

    /// Why a mode was not injected.
    fn why_not(&self, index: usize, subject: &Subject, mode: &model::Mode) -> String {
        if self.given {
            return "only what `--fault` says was injected".into();
        }
        if !self.explored.cut.is_empty() {
            return "the budget did not suffice".into();
        }
        let interface = mode.interface.as_str();
        let mut here = self
            .calls()
            .filter(|call| call.subject == index && call.place.0 == interface)
            .peekable();
        if here.peek().is_none() {
            return format!(
                "no explored test shows a call to `{interface}`, `external!({interface}, …)`"
            );
        }
        let contracts = &self.setting.contracts;
        let can = |call: &&Called| {
            let ways = ways(contracts, subject, interface);
            let mut ways = ways.iter().filter(|way| *way.mode.name == *mode.name);
            ways.any(|way| injected(way, &call.explored).is_some() || can_hang(way, &call.explored))
        };
        match here.find(|call| !call.explored.value.is_empty()) {
            Some(call) if !can(&call) => format!(
                "not injectable at the call: no `{}` of this failure can be made; give the error a \
                 sample, `#[failure(sample = …)]`, or cut the wire (`faults::FaultProxy`) in a test",
                call.explored.value
            ),
            _ => "every call fails or is called off by itself".into(),
        }
    }
}
