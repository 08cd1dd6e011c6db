//! Which faults to try next, from what a run showed.

use std::collections::{BTreeSet, HashSet};

use contract_spec::evidence::{ABANDONED, Extent, Fault, HANGS};
use contract_spec::model::Effect;

use super::calls::{Called, Place, Way, can_hang, injected, ways};
use crate::contracts::Contracts;
use crate::inventory::Subject;
use crate::observe::TestIndex;

/// A failure in the handling of a failure in the handling of a failure: no deeper.
const DEPTH: usize = 3;

/// One run that is to be made.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) test: TestIndex,
    pub(super) faults: Vec<Fault>,
    /// The places that need no more faults with these.
    known: BTreeSet<Place>,
    /// The place of the last fault, and how often the contract has it tried.
    last: Option<(Place, Option<u32>)>,
    /// The function that the last fault happens to.
    pub(super) subject: Option<usize>,
    /// Whether the last fault has nothing to do with the one in front of it, which may take the
    /// way to it.
    pub(super) pair: bool,
}

impl Plan {
    /// Just these faults, and nothing that follows from them.
    pub(super) fn given(test: TestIndex, faults: Vec<Fault>) -> Self {
        Self {
            test,
            faults,
            known: BTreeSet::new(),
            last: None,
            subject: None,
            pair: false,
        }
    }
}

/// Finds plans, each once.
#[derive(Debug)]
pub(super) struct Planner<'a> {
    pub(super) contracts: &'a Contracts,
    /// Whether two faults may be at places that have nothing to do with each other.
    pub(super) pairs: bool,
    /// Those that there were, by test.
    planned: HashSet<(TestIndex, Vec<Fault>)>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(contracts: &'a Contracts, pairs: bool) -> Self {
        Self {
            contracts,
            pairs,
            planned: HashSet::new(),
        }
    }

    /// The first plans for a test: every call of the run without a fault, in every mode.
    pub(super) fn first(
        &mut self,
        test: TestIndex,
        calls: &[Called],
        subjects: &[Subject],
    ) -> Vec<Plan> {
        let root = Plan::given(test, Vec::new());
        let known = calls.iter().map(|call| call.place.clone()).collect();
        self.more(&root, calls.iter(), &known, subjects)
    }

    /// The plans that follow from a run: the last fault for longer, if its place was called
    /// again, and every call that the faults newly brought about.
    pub(super) fn next(
        &mut self,
        plan: &Plan,
        calls: &[Called],
        subjects: &[Subject],
    ) -> Vec<Plan> {
        let mut known = plan.known.clone();
        known.extend(calls.iter().map(|call| call.place.clone()));
        let mut plans = self.longer(plan, calls, &known);
        if plan.faults.len() >= DEPTH {
            return plans;
        }
        let at = |call: &Called| {
            plan.last
                .as_ref()
                .is_some_and(|(last, _)| *last == call.place)
        };
        let injected = calls.iter().filter(|call| call.explored.injected.is_some());
        let since = injected.map(|call| call.order).max();
        let pairs = self.pairs && plan.faults.len() == 1;
        let new = calls.iter().filter(|call| {
            let revealed = !plan.known.contains(&call.place);
            let later = Some(call.order) > since;
            !at(call) && (revealed || (pairs && later))
        });
        let more = self.more(plan, new, &known, subjects);
        plans.extend(more.into_iter().map(|mut more| {
            let at = more.last.as_ref();
            more.pair = plan.pair || at.is_some_and(|(at, _)| plan.known.contains(at));
            more
        }));
        plans
    }

    /// The last fault, as often as is tried again, and lasting.
    fn longer(&mut self, plan: &Plan, calls: &[Called], known: &BTreeSet<Place>) -> Vec<Plan> {
        let (Some(last), Some((place, attempts))) = (plan.faults.last(), &plan.last) else {
            return Vec::new();
        };
        let again = calls
            .iter()
            .any(|call| call.place == *place && call.explored.number > last.number);
        // Where the place is not called again, lasting is the same as once.
        // Who tries again after one value of a mode does so after another.
        let shorter = last.mode == ABANDONED || last.variant > 1;
        if last.extent != Extent::Times(1) || !again || shorter {
            return Vec::new();
        }
        let but_one = attempts.map(|attempts| attempts.saturating_sub(1));
        let but_one = but_one.filter(|times| *times > 1).map(Extent::Times);
        let extents = but_one.into_iter().chain([Extent::Lasting]);
        let plans = extents.filter_map(|extent| {
            let mut faults = plan.faults.clone();
            faults.last_mut()?.extent = extent;
            Some(Plan {
                test: plan.test,
                faults,
                known: known.clone(),
                last: plan.last.clone(),
                subject: plan.subject,
                pair: plan.pair,
            })
        });
        let plans: Vec<Plan> = plans.collect();
        plans.into_iter().filter(|plan| self.is_new(plan)).collect()
    }

    /// One fault more, at each of these calls, in every mode that can be made.
    fn more<'c>(
        &mut self,
        plan: &Plan,
        calls: impl Iterator<Item = &'c Called>,
        known: &BTreeSet<Place>,
        subjects: &[Subject],
    ) -> Vec<Plan> {
        let mut plans = Vec::new();
        for call in calls {
            if call.failed || call.explored.injected.is_some() {
                continue;
            }
            let ways = ways(self.contracts, &subjects[call.subject], &call.place.0);
            let of_ways = ways.iter().flat_map(|way| {
                let faults = faults(way, call).into_iter();
                faults.map(|fault| (fault, way.attempts))
            });
            let abandoned = call.explored.waits && !ways.is_empty();
            let abandoned = abandoned.then(|| (untold(call, ABANDONED), None));
            for (fault, attempts) in of_ways.chain(abandoned) {
                let plan = Plan {
                    test: plan.test,
                    faults: plan.faults.iter().cloned().chain([fault]).collect(),
                    known: known.clone(),
                    last: Some((call.place.clone(), attempts)),
                    subject: Some(call.subject),
                    pair: false,
                };
                if self.is_new(&plan) {
                    plans.push(plan);
                }
            }
        }
        plans
    }

    fn is_new(&mut self, plan: &Plan) -> bool {
        self.planned.insert((plan.test, plan.faults.clone()))
    }
}

/// A failure that no answer tells of: nobody waits for the call any more, or it never ends.
fn untold(call: &Called, mode: &str) -> Fault {
    Fault {
        interface: call.place.0.clone(),
        number: call.explored.number,
        mode: mode.to_owned(),
        variant: 1,
        applied: false,
        extent: Extent::Times(1),
    }
}

/// A call that fails in one way, once, with each of the values that bear it: before it does
/// anything, and after it has done all, as the mode's effect allows.
fn faults(way: &Way<'_>, call: &Called) -> Vec<Fault> {
    let applied: &[bool] = match way.effect {
        Effect::None => &[false],
        Effect::Maybe | Effect::Partial => &[false, true],
        Effect::Applied => &[true],
    };
    let mut faults = Vec::new();
    if let Some((mode, values)) = injected(way, &call.explored) {
        for variant in 1..=values {
            faults.extend(applied.iter().map(|applied| Fault {
                variant,
                applied: *applied,
                ..untold(call, mode)
            }));
        }
    }
    if can_hang(way, &call.explored) {
        faults.push(untold(call, HANGS));
    }
    faults
}
