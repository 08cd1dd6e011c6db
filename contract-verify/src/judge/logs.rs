//! What is said of log events that could not be heard.

use std::collections::{BTreeMap, BTreeSet};

use contract_spec::model;

use super::{Judge, Place, listed};
use crate::codes;
use crate::observe::TestIndex;

impl Judge<'_> {
    /// Failure modes whose log event no test could show, although it demands one.
    pub(super) fn logs_unseen(&mut self, index: usize, contract: &model::Function) {
        let case = self.case;
        let mut by_reason: BTreeMap<&str, (Vec<String>, BTreeSet<TestIndex>)> = BTreeMap::new();
        for ((subject, mode), looked) in &case.observed.looked {
            if *subject != index || looked.heard {
                continue;
            }
            for (reason, tests) in &looked.unheard {
                let (modes, all) = by_reason.entry(reason).or_default();
                modes.push(format!("`{}`", contract.modes[*mode].id()));
                all.extend(tests);
            }
        }
        for (reason, (modes, tests)) in by_reason {
            let subject = &case.observed.subjects[index];
            let message = format!(
                "whether `{}` logs {} as its contract says could not be told: {reason}; seen in {}",
                subject.id,
                modes.join(", "),
                listed(&self.names(&tests))
            );
            let help = "have one test enter the failure without logging set up for itself; the \
                        probes listen then";
            let place = Place {
                file: subject.file.clone(),
                line: subject.line,
                column: subject.column,
            };
            let level = codes::LOGS_UNSEEN.level;
            self.push(
                codes::LOGS_UNSEEN,
                level,
                message,
                Some(index),
                None,
                Some(place),
                Some(help.to_owned()),
            );
        }
    }
}
