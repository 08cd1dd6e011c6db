//! What a project demands beyond the defaults: `.config/verify-contracts.toml`.
//!
//! `read`, `allow` and `log` know the file, `apply` and `require` what it says about findings
//! and functions. None touches the file system or the clock.

mod allow;
mod apply;
mod date;
mod log;
mod read;
mod require;

pub(crate) use apply::{apply, tolerate};
pub(crate) use date::Date;
pub(crate) use log::Log;
pub(crate) use read::read;
pub(crate) use require::{Place, Required};

use std::collections::BTreeMap;

use contract_spec::model::Tier;

use crate::report::{Level, Verdict};

/// Where the policy stands, relative to the workspace.
pub(crate) const FILE: &str = ".config/verify-contracts.toml";

/// What a project demands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    /// `[tier.NAME] require = "…"`.
    tiers: BTreeMap<&'static str, Verdict>,
    /// `[level] CODE = "…"`; `None` for `off`.
    levels: BTreeMap<&'static str, Option<Level>>,
    /// `[[allow]]`.
    allowed: Vec<Allowed>,
    /// `[log]`.
    pub(crate) log: Log,
    /// `[require]`.
    pub(crate) required: Required,
    /// `baseline = "…"`, relative to the workspace.
    pub(crate) baseline: Option<String>,
}

/// A finding that a project lives with, for a reason and a time.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Allowed {
    code: &'static str,
    /// The contract's id.
    function: Option<String>,
    mode: Option<String>,
    expires: Option<Date>,
    /// Where it stands in the file.
    line: u32,
    column: u32,
}

impl Policy {
    /// What a tier demands of every failure mode and branch.
    pub(crate) fn required(&self, tier: Tier) -> Verdict {
        let default = match tier {
            Tier::Critical | Tier::Standard => Verdict::Proven,
            Tier::Experimental => Verdict::Entered,
        };
        self.tiers.get(tier.name()).copied().unwrap_or(default)
    }
}
