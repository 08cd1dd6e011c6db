//! `graph`: functions, the interfaces they call, and the contracts they build on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use contract_spec::catalog;

use super::{Answer, contracts};
use crate::cli::{Drawing, Graph};
use crate::contracts::Contracts;
use crate::error::Result;
use crate::judge::count;

/// A thing in the drawing; functions come before interfaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    /// By its id.
    Function(String),
    /// A function that none of the contracts declares, by its id.
    Elsewhere(String),
    /// What it is called and which kind of thing it is.
    Interface(String, String),
}

/// What is drawn. Sorted throughout, so that the same contracts give the same text.
#[derive(Debug, Default, PartialEq, Eq)]
struct Model {
    nodes: BTreeSet<Node>,
    /// From a function to what it calls, with the number of failure modes there.
    edges: BTreeMap<(Node, Node), usize>,
}

pub(super) fn graph(arguments: &Graph) -> Result<Answer> {
    let model = model(&contracts(&arguments.paths, &arguments.selection)?);
    Ok(Answer::plain(match arguments.format {
        Drawing::Mermaid => mermaid(&model),
        Drawing::Dot => dot(&model),
    }))
}

fn model(contracts: &Contracts) -> Model {
    let ids: BTreeSet<String> = contracts
        .files
        .values()
        .flat_map(|file| {
            let functions = file.contract().functions.iter();
            functions.map(|function| format!("{}.{}", file.source.stem(), *function.name))
        })
        .collect();
    let mut model = Model::default();
    for file in contracts.files.values() {
        let stem = file.source.stem();
        for function in &file.contract().functions {
            let caller = Node::Function(format!("{stem}.{}", *function.name));
            model.nodes.insert(caller.clone());
            let outside = |name: &&contract_spec::Spanned<String>| {
                !matches!(name.as_str(), catalog::INPUT | catalog::DOMAIN)
            };
            for on in function.interfaces.iter().filter(outside) {
                let declared = file.contract().interface(on);
                let callee = match declared.and_then(|interface| interface.contract.as_deref()) {
                    Some(id) if ids.contains(id) => Node::Function(id.clone()),
                    Some(id) => Node::Elsewhere(id.clone()),
                    None => {
                        let kind = declared.map_or("?", |interface| interface.kind.as_str());
                        // One service may go by several names; without one a name means one file.
                        let service = declared.and_then(|interface| interface.service.as_deref());
                        let name = service
                            .cloned()
                            .unwrap_or_else(|| format!("{stem}: {}", **on));
                        Node::Interface(name, kind.to_owned())
                    }
                };
                model.nodes.insert(callee.clone());
                let modes = function
                    .modes
                    .iter()
                    .filter(|mode| mode.interface.value == on.value);
                *model.edges.entry((caller.clone(), callee)).or_default() += modes.count();
            }
        }
    }
    model
}

/// The nodes with short names that mean nothing to either language.
fn names(model: &Model) -> BTreeMap<&Node, String> {
    let nodes = model.nodes.iter().enumerate();
    nodes.map(|(at, node)| (node, format!("n{at}"))).collect()
}

fn mermaid(model: &Model) -> String {
    let names = names(model);
    let mut text = "flowchart LR\n".to_owned();
    for (node, name) in &names {
        let _written = match node {
            Node::Function(id) => writeln!(text, "    {name}[\"{}\"]", entities(id)),
            Node::Elsewhere(id) => writeln!(text, "    {name}[/\"{}\"/]", entities(id)),
            Node::Interface(called, kind) => {
                writeln!(
                    text,
                    "    {name}([\"{} ({})\"])",
                    entities(called),
                    entities(kind)
                )
            }
        };
    }
    for ((from, to), modes) in &model.edges {
        let arrow = if matches!(to, Node::Interface(..)) {
            "-->"
        } else {
            "==>"
        };
        let label = count(*modes, "mode");
        let _written = writeln!(text, "    {} {arrow}|{label}| {}", names[from], names[to]);
    }
    text
}

/// Mermaid knows no escapes within quotes, only entities, with `#` for `&`.
fn entities(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        if letter.is_alphanumeric() || matches!(letter, ' ' | '.' | '_' | '-' | ':' | '?' | '/') {
            out.push(letter);
        } else {
            let _written = write!(out, "#{};", u32::from(letter));
        }
    }
    out
}

fn dot(model: &Model) -> String {
    let names = names(model);
    let mut text = "digraph contracts {\n    rankdir = LR;\n".to_owned();
    for (node, name) in &names {
        let (label, form) = match node {
            Node::Function(id) => (id.clone(), "shape = box"),
            Node::Elsewhere(id) => (id.clone(), "shape = box, style = dashed"),
            Node::Interface(called, kind) => (format!("{called} ({kind})"), "shape = ellipse"),
        };
        let _written = writeln!(
            text,
            "    {name} [label = \"{}\", {form}];",
            escaped(&label)
        );
    }
    for ((from, to), modes) in &model.edges {
        let bold = if matches!(to, Node::Interface(..)) {
            ""
        } else {
            ", style = bold"
        };
        let label = count(*modes, "mode");
        let _written = writeln!(
            text,
            "    {} -> {} [label = \"{label}\"{bold}];",
            names[from], names[to]
        );
    }
    text.push_str("}\n");
    text
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_can_end_a_label() {
        assert_eq!(entities("a\"]; click n0"), "a#34;#93;#59; click n0");
        assert_eq!(entities("Zürich <b>#1"), "Zürich #60;b#62;#35;1");
        assert_eq!(escaped("a\"\\\n]"), "a\\\"\\\\ ]");
    }

    #[test]
    fn an_empty_model_is_an_empty_drawing() {
        assert_eq!(mermaid(&Model::default()), "flowchart LR\n");
        assert_eq!(
            dot(&Model::default()),
            "digraph contracts {\n    rankdir = LR;\n}\n"
        );
    }
}
