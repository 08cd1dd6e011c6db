//! The counts of a report.

use std::collections::BTreeMap;

use crate::report::{Finding, Function, Level, Summary, Verdict};

pub(super) fn of(functions: &[Function], findings: &[Finding]) -> Summary {
    let mut verdicts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for mode in functions.iter().flat_map(|function| &function.modes) {
        *verdicts.entry(mode.verdict).or_default() += 1;
    }
    let modes = |verdict| verdicts.get(&verdict).copied().unwrap_or_default();
    let branches = || functions.iter().flat_map(|function| &function.branches);
    let level = |level| {
        findings
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    };
    Summary {
        functions: functions.len(),
        modes: modes(Verdict::Proven) + modes(Verdict::Entered) + modes(Verdict::Missing),
        proven: modes(Verdict::Proven),
        entered: modes(Verdict::Entered),
        missing: modes(Verdict::Missing),
        waived: modes(Verdict::Waived),
        recovered: functions
            .iter()
            .flat_map(|function| &function.modes)
            .filter(|mode| mode.recovers.is_some())
            .count(),
        degraded: functions
            .iter()
            .map(|function| function.degraded.len())
            .sum(),
        branches: branches().count(),
        branches_entered: branches()
            .filter(|branch| branch.verdict != Verdict::Missing)
            .count(),
        branches_proven: branches()
            .filter(|branch| branch.verdict == Verdict::Proven)
            .count(),
        errors: level(Level::Error),
        warnings: level(Level::Warning),
        known: 0,
        left_out: 0,
    }
}
