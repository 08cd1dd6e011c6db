//! Contracts that no function carries, for `check` and for a verification run alike.

use std::collections::HashSet;
use std::path::PathBuf;

use contract_spec::LineIndex;

use crate::codes;
use crate::contracts::Contracts;
use crate::report::Finding;

/// A contract file, by its canonical path, and a function in it.
pub(crate) type Carried = HashSet<(PathBuf, String)>;

/// A finding for every function of a contract that is not among those that functions of
/// the code carry, unless `excused` knows its id.
pub(crate) fn uncarried(
    contracts: &Contracts,
    carried: &Carried,
    mut excused: impl FnMut(&str) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut sought = (PathBuf::new(), String::new());
    for (path, file) in &contracts.files {
        sought.0.clone_from(path);
        let mut lines = None;
        for function in &file.contract().functions {
            sought.1.clone_from(&function.name.value);
            if carried.contains(&sought) {
                continue;
            }
            let id = format!("{}.{}", file.source.stem(), *function.name);
            if excused(&id) {
                continue;
            }
            let lines = lines.get_or_insert_with(|| LineIndex::new(&file.source.text));
            let (line, column) = lines.line_column(function.name.span.start);
            findings.push(Finding {
                code: codes::NO_FUNCTION.code,
                level: codes::NO_FUNCTION.level,
                message: format!(
                    "no function of package `{}` carries the contract `{id}`",
                    file.package
                ),
                mode: None,
                file: Some(file.source.path.clone()),
                line: u32::try_from(line).ok(),
                column: u32::try_from(column).ok(),
                help: Some(format!(
                    "put `#[resilience_contract(\"{id}\")]` on the function, or take the contract away"
                )),
                function: Some(id),
                timeline: Vec::new(),
            });
        }
    }
    findings
}
