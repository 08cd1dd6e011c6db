//! Which failure modes of which functions an exploration injected, and why others not.

use std::collections::{BTreeMap, BTreeSet};

use contract_spec::catalog;
use contract_spec::evidence::{ABANDONED, Fault};
use contract_spec::model;

use super::calls::{Called, injected, is_waived, ways};
use super::report::{Function, Mode};
use super::verdict::Case;
use crate::inventory::Subject;
use crate::observe::{ModeKey, TestIndex, contract_of};

impl Case<'_> {
    /// Which failure modes of which functions were injected, and why others were not.
    pub(super) fn functions(&self, subjects: &[Subject]) -> Vec<Function> {
        let contracts = &self.setting.contracts;
        let mut seen: BTreeMap<ModeKey, (BTreeSet<TestIndex>, usize)> = BTreeMap::new();
        for run in &self.explored.runs {
            let calls = run.calls.iter();
            let modes: BTreeSet<ModeKey> = calls
                .filter_map(|call| Some((call.subject, self.mode_of(call, subjects)?)))
                .collect();
            for mode in modes {
                let (tests, runs) = seen.entry(mode).or_default();
                tests.insert(run.plan.test);
                *runs += 1;
            }
        }
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
                let tests = known.iter().flat_map(|(tests, _)| tests);
                Mode {
                    id: mode.id(),
                    returns: mode.returns().map(|variant| variant.value.clone()),
                    explored: known.is_some(),
                    runs: known.map_or(0, |(_, runs)| *runs),
                    tests: tests.map(|test| self.tests[*test].id.clone()).collect(),
                    reason: match known {
                        Some(_) => None,
                        None => Some(self.why_not(index, subject, mode)),
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

    /// The declared mode that was injected into a call, by its index.
    fn mode_of(&self, call: &Called, subjects: &[Subject]) -> Option<usize> {
        let fault: Fault = call.explored.injected.as_ref()?.parse().ok()?;
        if fault.mode == ABANDONED {
            return None;
        }
        let (_, function) = contract_of(&self.setting.contracts, &subjects[call.subject])?;
        let named = |name: &str| {
            let is = |mode: &model::Mode| *mode.interface == fault.interface && *mode.name == name;
            function.modes.iter().position(is)
        };
        named(&fault.mode).or_else(|| named(catalog::OTHER))
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
            ways.iter()
                .any(|way| *way.mode.name == *mode.name && injected(way, &call.explored).is_some())
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
