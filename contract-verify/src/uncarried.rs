//! Contracts that no function carries, for `check` and for a verification run alike.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use contract_spec::LineIndex;
use proc_macro2::{TokenStream, TokenTree};

use crate::codes;
use crate::compiled::relative;
use crate::contracts::{Contracts, package_root};
use crate::report::Finding;
use crate::sources;
use crate::workspace::Workspace;

/// A contract file, by its canonical path, and a function in it.
pub(crate) type Carried = HashSet<(PathBuf, String)>;

/// The attributes in the sources, built or not: the file and the line of each, by its id and its
/// package, or by its id alone where it names a file, which may be any package's.
pub(crate) type Attributes = BTreeMap<(String, Option<String>), (String, usize)>;

/// Where the attribute of a contract of a package stands.
pub(crate) fn attribute<'a>(
    attributes: &'a Attributes,
    id: &str,
    package: &str,
) -> Option<&'a (String, usize)> {
    let own = attributes.get(&(id.to_owned(), Some(package.to_owned())));
    own.or_else(|| attributes.get(&(id.to_owned(), None)))
}

/// What is known of a contract that no function was found to carry.
#[derive(Debug)]
pub(crate) enum Uncarried<'a> {
    /// No source names it.
    Nowhere,
    /// There is an attribute, in something that was left out: its file and its line.
    LeftOut(&'a str, usize),
    /// Nothing is to be said.
    Excused,
}

/// A finding for every function of a contract that is not among those that functions of
/// the code carry. `known` says what is known of an id in a package.
pub(crate) fn uncarried<'a>(
    contracts: &Contracts,
    carried: &Carried,
    mut known: impl FnMut(&str, &str) -> Uncarried<'a>,
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
            let (code, message, help) = match known(&id, &file.package) {
                Uncarried::Excused => continue,
                Uncarried::Nowhere => (
                    codes::NO_FUNCTION,
                    format!(
                        "no function of package `{}` carries the contract `{id}`",
                        file.package
                    ),
                    format!(
                        "put `#[resilience_contract(\"{id}\")]` on the function, or take the contract away"
                    ),
                ),
                Uncarried::LeftOut(at, line) => (
                    codes::NOT_BUILT,
                    format!("the function that carries `{id}` is not in this build: {at}:{line}"),
                    "build it too (`--all-features`, or another selection or target), or run again \
                     where it is built; there is no verdict on it"
                        .to_owned(),
                ),
            };
            let lines = lines.get_or_insert_with(|| LineIndex::new(&file.source.text));
            let (line, column) = lines.line_column(function.name.span.start);
            findings.push(Finding {
                code: code.code,
                level: code.level,
                message,
                mode: None,
                file: Some(file.source.path.clone()),
                line: u32::try_from(line).ok(),
                column: u32::try_from(column).ok(),
                help: Some(help),
                function: Some(id),
                timeline: Vec::new(),
            });
        }
    }
    findings
}

/// Every attribute in a source file of the workspace, whatever `cfg` stands around it.
pub(crate) fn attributes_in(workspace: &Workspace) -> Attributes {
    let mut found = Attributes::new();
    let root = workspace.root();
    for package in workspace.metadata.workspace_packages() {
        sources::each(&package_root(package), &mut |path| {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if !text.contains(ATTRIBUTE) {
                return;
            }
            // What is no Rust was reported before, or belongs to nobody.
            let tokens = text.parse().unwrap_or_default();
            let shown = relative(&root, &path);
            attributes(tokens, &mut |id, line, names_file| {
                let of = (!names_file).then(|| package.name.to_string());
                let place = || (shown.clone(), line);
                found.entry((id, of)).or_insert_with(place);
            });
        });
    }
    found
}

const ATTRIBUTE: &str = "resilience_contract";

/// The ids behind the attribute's name, also in `cfg_attr` and in macros.
fn attributes(tokens: TokenStream, found: &mut impl FnMut(String, usize, bool)) {
    let mut is_named = false;
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            let id = group.stream().into_iter().next().filter(|_| is_named);
            if let Some(TokenTree::Literal(id)) = id
                && let Ok(text) = syn::parse_str::<syn::LitStr>(&id.to_string())
            {
                let mut rest = group.stream().into_iter();
                let names_file =
                    rest.any(|token| matches!(token, TokenTree::Ident(name) if name == "file"));
                found(text.value(), id.span().start().line, names_file);
            }
            attributes(group.stream(), found);
        }
        is_named = matches!(&token, TokenTree::Ident(name) if name == ATTRIBUTE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_wherever_they_stand_and_nowhere_else() {
        let text = "#[resilience_contract(\"a.b\")]\nfn a() {}\n\
            // #[resilience_contract(\"no.comment\")]\n\
            /// #[resilience_contract(\"no.doc\")]\n\
            #[cfg_attr(feature = \"x\", rc::resilience_contract(\"c.d\", file = \"x.toml\"))]\nfn c() {}\n\
            make! { #[resilience_contract(r\"e.f\")] fn e() {} }\n\
            const S: &str = \"no.string\";\n";
        let mut found = Vec::new();
        attributes(text.parse().unwrap(), &mut |id, line, names_file| {
            found.push((id, line, names_file));
        });
        let expected = [("a.b", 1, false), ("c.d", 5, true), ("e.f", 7, false)];
        let expected = expected.map(|(id, line, names_file)| (id.to_owned(), line, names_file));
        assert_eq!(found, expected);
    }
}
