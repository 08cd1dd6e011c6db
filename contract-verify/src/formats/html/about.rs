//! What the contract says of a function beyond what the report holds.

use std::time::Duration;

use contract_spec::model::{self, Contract, Idempotency, Outcome};

use super::page::{Page, put};
use crate::contracts::Contracts;
use crate::report::{Function, Mode, Report};

/// A function in its contract.
#[derive(Clone, Copy)]
pub(super) struct About<'c> {
    contract: &'c Contract,
    function: &'c model::Function,
}

impl<'c> About<'c> {
    /// The contract of a function, if it is beyond doubt which one that is.
    pub(super) fn of(contracts: &'c Contracts, function: &Function) -> Option<Self> {
        let (stem, name) = function.id.rsplit_once('.')?;
        let files = contracts.files.values();
        let mut found = files
            .filter(|file| file.source.stem() == stem)
            .filter_map(|file| {
                let contract = file.contract();
                let function = contract.functions.iter().find(|f| **f.name == *name)?;
                Some((file, Self { contract, function }))
            })
            .collect::<Vec<_>>();
        if found.len() > 1 {
            found.retain(|(file, _)| file.package == function.package);
        }
        match &found[..] {
            [(_, about)] => Some(*about),
            _ => None,
        }
    }

    /// Summary, promises, and what it calls.
    pub(super) fn head(self, page: &mut Page, report: &Report) {
        if let Some(summary) = &self.function.summary {
            put!(page; "<p class=\"summary\">" (&**summary) "</p>\n");
        }
        put!(page; "<dl class=\"promises\">");
        let called: Vec<&str> = self.calls().map(|(name, _, _)| name).collect();
        for (number, name) in called.iter().enumerate() {
            page.raw(if number == 0 {
                "<div><dt>calls</dt><dd>"
            } else {
                ", "
            });
            self.interface(page, name, report);
        }
        if !called.is_empty() {
            page.raw("</dd></div>");
        }
        if let Some(deadline) = &self.function.deadline {
            put!(page; "<div><dt>deadline</dt><dd>" (duration(**deadline)) "</dd></div>");
        }
        if let Some(idempotency) = &self.function.idempotency {
            put!(page; "<div><dt>idempotency</dt><dd>" (word(**idempotency)) "</dd></div>");
        }
        put!(page; "</dl>\n");
    }

    /// What it calls: the interface's name here, its kind, and the name that others know it by.
    pub(super) fn calls(self) -> impl Iterator<Item = (&'c str, &'c str, &'c str)> {
        let Self { contract, function } = self;
        let interfaces = function.interfaces.iter();
        interfaces.filter_map(move |name| {
            // `input` and `domain` are the function's own, and declared nowhere.
            let interface = contract.interface(name)?;
            let known = interface.contract.as_ref().or(interface.service.as_ref());
            let label = known.map_or(name.as_str(), |known| known.as_str());
            Some((name.as_str(), interface.kind.as_str(), label))
        })
    }

    /// An interface; another contracted function as a link to it.
    fn interface(self, page: &mut Page, name: &str, report: &Report) {
        put!(page; "<code>" (name) "</code>");
        let Some(interface) = self.contract.interface(name) else {
            return;
        };
        if let Some(id) = &interface.contract {
            let callee = report.functions.iter().position(|f| f.id == **id);
            match callee {
                Some(index) => put!(page; " (<a href=\"#f" (index) "\">" (&**id) "</a>)"),
                None => put!(page; " (" (&**id) ")"),
            }
            return;
        }
        put!(page; " (" (&**interface.kind));
        if let Some(service) = &interface.service {
            put!(page; ", " (&**service));
        }
        put!(page; ")");
    }

    /// How a failure mode is handled, in the contract's words.
    pub(super) fn handling(self, page: &mut Page, mode: &Mode) {
        let modes = self.function.modes.iter();
        let found = modes
            .filter(|found| mode.id.strip_prefix(&**found.interface).is_some())
            .find(|found| mode.id == format!("{}.{}", &**found.interface, &**found.name));
        let Some(found) = found else { return };
        if let Some(Outcome::Waived(reason)) = &found.outcome {
            put!(page; "<span class=\"reason\">" (&**reason) "</span>");
        }
        let retry = found.retry.as_ref().map(|retry| &***retry);
        let log = found.log.as_ref().map(|log| log.level.name());
        let rollback = found.rollback.as_ref().is_some_and(|rollback| **rollback);
        let badges = [
            ("retry ", retry),
            ("log ", log),
            ("rollback", rollback.then_some("")),
        ];
        for (what, which) in badges {
            if let Some(which) = which {
                put!(page; "<span class=\"badge\">" (what) (which) "</span> ");
            }
        }
    }
}

fn duration(duration: Duration) -> String {
    format!("{duration:?}")
}

fn word(idempotency: Idempotency) -> &'static str {
    match idempotency {
        Idempotency::Safe => "safe",
        Idempotency::Key => "key",
        Idempotency::Unsafe => "unsafe",
    }
}
