//! What else the attribute is called: `use resilience_contract::resilience_contract as contract;`.
//!
//! Looked for in all sources of the workspace, because a facade of the user's may export it
//! under a name of its own. Names are followed without their paths: a macro that has such a
//! name and is another one takes other arguments.

use std::collections::BTreeSet;
use std::path::PathBuf;

use contract_spec::source::ATTRIBUTE;

use crate::contracts::package_root;
use crate::error::Result;
use crate::parallel;
use crate::sources;
use crate::workspace::Workspace;

/// Every other name of the attribute in a workspace.
pub(crate) fn of(workspace: &Workspace) -> Result<BTreeSet<String>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for package in workspace.metadata.workspace_packages() {
        sources::each(&package_root(package), &mut |path| files.push(path));
    }
    let mut known = BTreeSet::new();
    let mut open = vec![ATTRIBUTE.to_owned()];
    // A name may be renamed in its turn.
    while !open.is_empty() {
        let found = parallel::map(parallel::jobs(), &files, |file| {
            // What cannot be read is said by whoever needs it.
            let text = std::fs::read_to_string(file).unwrap_or_default();
            Ok(open.iter().flat_map(|name| renamed(&text, name)).collect())
        })?;
        let found: BTreeSet<String> = found.into_iter().flat_map(|names: Vec<_>| names).collect();
        open = found.difference(&known).cloned().collect();
        known.extend(found);
    }
    Ok(known)
}

/// What a text's `use` calls something of this name that is not the crate itself.
fn renamed(text: &str, name: &str) -> Vec<String> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let renamed = text.match_indices(name).filter_map(|(at, _)| {
        let after = text[at + name.len()..].trim_start().strip_prefix("as")?;
        let new = after.trim_start();
        let new = &new[..new.find(|letter| !is_part(letter))?];
        let before = text[..at].trim_end();
        let is_item = before.ends_with([':', ',', '{']);
        let statement = before.rsplit(';').next().unwrap_or(before);
        let is_use = statement
            .split(|letter| !is_part(letter))
            .any(|word| word == "use");
        let is_name = !new.is_empty() && new != "_" && after.starts_with(char::is_whitespace);
        (is_item && is_use && is_name && new != ATTRIBUTE).then(|| new.to_owned())
    });
    renamed.collect()
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn the_attribute_is_found_under_the_names_that_it_was_given() {
        let names = |text| renamed(text, "resilience_contract");
        for text in [
            "use resilience_contract::resilience_contract as contract;",
            "pub use resilience_contract::{
    FailureModes,
    resilience_contract as contract,
};",
            "fn f() {} use rc::resilience_contract
  as
  contract;",
        ] {
            assert_eq!(names(text), ["contract"], "{text}");
        }
    }

    #[test]
    fn the_crate_and_what_is_no_name_are_not() {
        let names = |text| renamed(text, "resilience_contract");
        for text in [
            "use resilience_contract as rc;",
            "extern crate resilience_contract as rc;",
            "use resilience_contract::resilience_contract;",
            "use rc::resilience_contract as _;",
            "use rc::resilience_contract_as_x;",
            "let x = (a, resilience_contract as usize);",
        ] {
            assert_eq!(names(text), [""; 0], "{text}");
        }
    }
}
