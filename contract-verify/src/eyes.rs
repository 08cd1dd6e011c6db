//! What the probes are to see beside the calls: log events and tokio's clock, where the
//! build has the crates for them anyway. Chosen from the dependencies, so that nothing is
//! compiled for the sake of a crate that nobody uses.

use std::collections::{HashMap, HashSet};

use cargo_metadata::{Metadata, Node, PackageId};
use contract_spec::evidence::LogLevel;

use crate::contracts::Contracts;
use crate::workspace::Workspace;

/// Crates that log by ways of their own, and what to say of a package with one.
const OTHER_LOGGERS: &[(&str, &str)] = &[
    (
        "slog",
        "the package logs with `slog` too, which is not listened to",
    ),
    (
        "emit",
        "the package logs with `emit` too, which is not listened to",
    ),
    (
        "spdlog-rs",
        "the package logs with `spdlog-rs` too, which is not listened to",
    ),
    (
        "ftlog",
        "the package logs with `ftlog` too, which is not listened to",
    ),
    (
        "defmt",
        "the package logs with `defmt` too, which is not listened to",
    ),
];

/// The runtime's features that fit the dependencies of the selected packages.
pub(crate) fn features(metadata: &Metadata, selected: &[PackageId]) -> Vec<&'static str> {
    let nodes = reachable(metadata, selected);
    let mut features = Vec::new();
    let feature = |node: &Node, wanted: &str| {
        let mut features = node.features.iter();
        features.any(|feature| **feature == *wanted)
    };
    for node in nodes {
        let package = &metadata[&node.id];
        let (name, major) = (package.name.as_str(), package.version.major);
        let minor = package.version.minor;
        match (name, major, minor) {
            ("tracing-core", 0, 1) if feature(node, "std") => features.push("probe-tracing"),
            ("log", 0, 4) => {
                features.push("probe-log");
                if feature(node, "kv") {
                    features.push("probe-log-kv");
                }
            }
            // Without it, there is no clock to be paused.
            ("tokio", 1, _) if feature(node, "test-util") => features.push("probe-tokio"),
            _ => {}
        }
    }
    features.sort_unstable();
    features.dedup();
    features
}

/// The selected packages that log where the probes do not look, with the crate they do it by.
pub(crate) fn other_loggers(workspace: &Workspace) -> HashMap<String, &'static str> {
    let packages = workspace.packages().filter_map(|package| {
        let mut loggers = OTHER_LOGGERS.iter();
        let other = loggers.find(|(logger, _)| {
            let mut dependencies = package.dependencies.iter();
            dependencies.any(|dependency| dependency.name == *logger)
        })?;
        Some((package.name.to_string(), other.1))
    });
    packages.collect()
}

/// The lowest level of the log events that some contract speaks of.
pub(crate) fn level(contracts: &Contracts) -> LogLevel {
    let files = contracts.files.values();
    let functions = files.flat_map(|file| &file.contract().functions);
    let levels = functions.flat_map(|function| {
        let logs = function.modes.iter().filter_map(|mode| mode.log.as_ref());
        let demanded = logs.filter_map(|log| LogLevel::named(log.level.name()));
        // What is lower than this is on nowhere where secrets are at stake.
        let forbidden = (!function.sensitive.is_empty()).then_some(LogLevel::Debug);
        demanded.chain(forbidden)
    });
    levels.min().unwrap_or(LogLevel::Info).min(LogLevel::Info)
}

/// The selected packages and all that they depend on, in tests too.
fn reachable<'a>(metadata: &'a Metadata, selected: &[PackageId]) -> Vec<&'a Node> {
    let Some(resolve) = &metadata.resolve else {
        return Vec::new();
    };
    let nodes: HashMap<&PackageId, &Node> =
        resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut seen: HashSet<&PackageId> = HashSet::new();
    let mut open: Vec<&PackageId> = selected.iter().collect();
    let mut found = Vec::new();
    while let Some(id) = open.pop() {
        if let Some(node) = nodes.get(id).filter(|_| seen.insert(id)) {
            found.push(*node);
            open.extend(&node.dependencies);
        }
    }
    found
}
