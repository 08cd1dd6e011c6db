//! Contracts that no function carries, for `check` and for a verification run alike.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use contract_spec::LineIndex;
use contract_spec::source::ATTRIBUTE;
use proc_macro2::{TokenStream, TokenTree};

use crate::aliases;
use crate::codes;
use crate::compiled::relative;
use crate::contracts::{Contracts, package_root};
use crate::report::Finding;
use crate::sources;
use crate::workspace::Workspace;

/// A contract file, by its canonical path, and a function in it.
pub(crate) type Carried = HashSet<(PathBuf, String)>;

/// The attributes in the sources, built or not, by its id and its package, or by its id alone
/// where it names a file, which may be any package's.
pub(crate) type Attributes = BTreeMap<(String, Option<String>), Written>;

/// Where an attribute stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// The source file.
    pub(crate) file: String,
    /// From 1.
    line: usize,
    /// Whether it is in the definition of a macro, which may never be called.
    in_macro: bool,
}

/// Where the attribute of a contract of a package stands.
pub(crate) fn attribute<'a>(
    attributes: &'a Attributes,
    id: &str,
    package: &str,
) -> Option<&'a Written> {
    let own = attributes.get(&(id.to_owned(), Some(package.to_owned())));
    own.or_else(|| attributes.get(&(id.to_owned(), None)))
}

/// What is known of a contract that no function was found to carry.
#[derive(Debug)]
pub(crate) enum Uncarried<'a> {
    /// No source names it.
    Nowhere,
    /// There is an attribute, in something that was left out; and whether its file was not.
    LeftOut(&'a Written, bool),
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
                Uncarried::LeftOut(written, is_file_built) => {
                    let (message, help) = left_out(&id, written, is_file_built);
                    (codes::NOT_BUILT, message, help.to_owned())
                }
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

/// What is said of a function that is not in a build, and what to do.
fn left_out(id: &str, written: &Written, is_file_built: bool) -> (String, &'static str) {
    let Written { file, line, .. } = written;
    let what = format!("the function that carries `{id}` is not in this build");
    if !is_file_built {
        return (
            format!("{what}, and neither is its file: {file}:{line}"),
            "no `mod` in this build leads to the file: name it in one, turn on the feature or the `cfg` that leaves \
             it out, or take file and contract away; there is no verdict on it",
        );
    }
    if written.in_macro {
        return (
            format!("{what}: {file}:{line} defines a macro, and no call of it made the function"),
            "call the macro where it is built, or take the contract away; there is no verdict on it",
        );
    }
    (
        format!("{what}: {file}:{line}"),
        "build it too (`--all-features`, or another selection or target), or run again where it is built; take \
         it away if no `cfg` ever lets it in; there is no verdict on it",
    )
}

/// Every attribute in a source file of the workspace, whatever `cfg` stands around it.
pub(crate) fn attributes_in(workspace: &Workspace) -> Attributes {
    let mut found = Attributes::new();
    let aliases = aliases::of(workspace).unwrap_or_default();
    let is_name = |name: &str| name == ATTRIBUTE || aliases.contains(name);
    let root = workspace.root();
    for package in workspace.metadata.workspace_packages() {
        sources::each(&package_root(package), &mut |path| {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if !text.contains(ATTRIBUTE) && !aliases.iter().any(|alias| text.contains(alias)) {
                return;
            }
            // What is no Rust was reported before, or belongs to nobody.
            let tokens = text.parse().unwrap_or_default();
            let shown = relative(&root, &path);
            attributes(
                tokens,
                &is_name,
                false,
                &mut |id, line, names_file, in_macro| {
                    let of = (!names_file).then(|| package.name.to_string());
                    let written = Written {
                        file: shown.clone(),
                        line,
                        in_macro,
                    };
                    // What a macro may make says less than what is there.
                    match found.entry((id, of)) {
                        Entry::Vacant(free) => drop(free.insert(written)),
                        Entry::Occupied(mut known) if known.get().in_macro && !in_macro => {
                            known.insert(written);
                        }
                        Entry::Occupied(_) => {}
                    }
                },
            );
        });
    }
    found
}

/// The ids behind the attribute's name, also in `cfg_attr` and in macros.
fn attributes(
    tokens: TokenStream,
    is_name: &impl Fn(&str) -> bool,
    in_macro: bool,
    found: &mut impl FnMut(String, usize, bool, bool),
) {
    let mut is_named = false;
    // `macro_rules`, `!`, a name.
    let mut defines = 0_u8;
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            let id = group.stream().into_iter().next().filter(|_| is_named);
            if let Some(TokenTree::Literal(id)) = id
                && let Ok(text) = syn::parse_str::<syn::LitStr>(&id.to_string())
            {
                let mut rest = group.stream().into_iter();
                let names_file =
                    rest.any(|token| matches!(token, TokenTree::Ident(name) if name == "file"));
                found(text.value(), id.span().start().line, names_file, in_macro);
            }
            attributes(group.stream(), is_name, in_macro || defines == 3, found);
        }
        defines = match &token {
            TokenTree::Ident(name) if name == "macro_rules" => 1,
            TokenTree::Punct(mark) if defines == 1 && mark.as_char() == '!' => 2,
            TokenTree::Ident(_) if defines == 2 => 3,
            _ => 0,
        };
        is_named = matches!(&token, TokenTree::Ident(name) if is_name(&name.to_string()));
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
            make! { #[alias(r\"e.f\")] fn e() {} }\n\
            const S: &str = \"no.string\";\n\
            macro_rules! m { () => { #[resilience_contract(\"g.h\")] fn g() {} } }\n";
        let mut found = Vec::new();
        let is_name = |name: &str| name == ATTRIBUTE || name == "alias";
        attributes(
            text.parse().unwrap(),
            &is_name,
            false,
            &mut |id, line, names_file, in_macro| {
                found.push((id, line, names_file, in_macro));
            },
        );
        let expected = [
            ("a.b", 1, false, false),
            ("c.d", 5, true, false),
            ("e.f", 7, false, false),
            ("g.h", 9, false, true),
        ];
        let expected =
            expected.map(|(id, line, file, in_macro)| (id.to_owned(), line, file, in_macro));
        assert_eq!(found, expected);
    }
}
