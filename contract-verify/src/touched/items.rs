//! Which item of a source file a change lies in.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Ident, ImplItemFn, Item, ItemFn, ItemMod, TraitItemFn};

use super::diff::{Edit, is_empty};
use crate::sources::{is_cfg_test, is_test};

/// The items of a file and the lines that bear code.
#[derive(Debug, Default)]
pub(super) struct Items {
    items: Vec<Found>,
    /// The lines of every token.
    tokens: Vec<RangeInclusive<u32>>,
    /// The lines that the compiler does not see: empty ones, and comments that are no documentation.
    inert: BTreeSet<u32>,
}

#[derive(Debug, Clone)]
struct Found {
    lines: RangeInclusive<u32>,
    /// The name of a function; other items are known by their lines.
    function: Option<String>,
    is_test: bool,
    /// Whether it acts on other code by being there.
    acts: bool,
}

/// Where a change lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Between the tokens: the compiler does not see it.
    Nowhere,
    /// In a function.
    Function {
        /// Its name.
        name: String,
        /// Its lines.
        lines: RangeInclusive<u32>,
    },
    /// In a function of which every line is new.
    New {
        /// Its name.
        name: String,
        /// Its lines.
        lines: RangeInclusive<u32>,
        /// Whether it is compiled for tests only.
        is_test: bool,
    },
    /// Anywhere else.
    Elsewhere,
}

impl Items {
    /// `None` if the file is no Rust.
    pub(super) fn of(text: &str) -> Option<Self> {
        let file = syn::parse_file(text).ok()?;
        let mut found = Self::default();
        let mut visitor = Visitor {
            items: &mut found.items,
            is_test: is_cfg_test(&file.attrs),
            acts: false,
        };
        visitor.visit_file(&file);
        tokens(text.parse().unwrap_or_default(), &mut found.tokens);
        for (line, number) in text.lines().zip(1_u32..) {
            if is_empty(line) && !found.bears_code(number) {
                found.inert.insert(number);
            }
        }
        Some(found)
    }

    pub(super) fn place(&self, edit: Edit, edits: &[Edit]) -> Place {
        let is_seen = match edit {
            Edit::Added(line) => !self.inert.contains(&line),
            Edit::Removed(_) => true,
            Edit::Thinned(line) => self.is_within(line),
        };
        if !is_seen {
            return Place::Nowhere;
        }
        let is_around = |item: &&Found| match edit {
            Edit::Added(line) => item.lines.contains(&line),
            // In front of its first line and behind its last one is outside.
            Edit::Removed(line) | Edit::Thinned(line) => {
                *item.lines.start() < line && line <= *item.lines.end()
            }
        };
        let around: Vec<&Found> = self.items.iter().filter(is_around).collect();
        let is_test = around.iter().any(|item| item.is_test);
        let is_new = |item: &Found| {
            let mut lines = item.lines.clone();
            let mut shown = lines.clone().filter(|line| !self.inert.contains(line));
            // In front of a function, that is none of its own.
            let mut gone = lines.clone().skip(1);
            !gone.any(|line| edits.contains(&Edit::Thinned(line)) && self.is_within(line))
                && !lines.any(|line| edits.contains(&Edit::Removed(line)))
                && shown.all(|line| edits.contains(&Edit::Added(line)))
        };
        let mut inner = around.iter().rev();
        let function = inner.find_map(|item| Some((*item, item.function.as_ref()?)));
        // Whatever implements a trait may be called without its name: `try_from` by `try_into`.
        let acts = around.iter().any(|item| item.acts);
        match function {
            Some((item, name)) if !acts => {
                let (name, lines) = (name.clone(), item.lines.clone());
                if is_new(item) {
                    Place::New {
                        name,
                        lines,
                        is_test,
                    }
                } else {
                    Place::Function { name, lines }
                }
            }
            _ => Place::Elsewhere,
        }
    }

    /// Whether what stands on a line is compiled for tests only.
    pub(super) fn is_test(&self, line: u32) -> bool {
        let mut items = self.items.iter();
        items.any(|item| item.is_test && item.lines.contains(&line))
    }

    /// The same changes, with what was added put where it is a whole item, if it can stand
    /// there: of two functions that begin alike, a diff may show the beginning of the second
    /// one as new where that of the first is.
    pub(super) fn settled(&self, text: &str, edits: &[Edit]) -> Vec<Edit> {
        let lines: Vec<&str> = text.lines().collect();
        let mut settled = edits.to_vec();
        let mut from = 0;
        while from < settled.len() {
            let mut to = from + 1;
            while to < settled.len() && follows(settled[to - 1], settled[to]) {
                to += 1;
            }
            if let Edit::Added(first) = settled[from]
                && !settled.contains(&Edit::Removed(first))
            {
                let run = from..to;
                let slides = slides(&lines, first, to - from).into_iter();
                let mut shifted = slides.map(|first| {
                    let mut shifted = settled.clone();
                    for (edit, line) in shifted[run.clone()].iter_mut().zip(first..) {
                        *edit = Edit::Added(line);
                    }
                    shifted
                });
                let is_whole = |shifted: &Vec<Edit>| {
                    let mut run = shifted[run.clone()].iter();
                    run.all(|edit| {
                        let place = self.place(*edit, shifted);
                        matches!(place, Place::New { .. } | Place::Nowhere)
                    })
                };
                let found: Option<Vec<Edit>> = shifted.find(is_whole);
                settled = found.unwrap_or(settled);
            }
            from = to;
        }
        settled
    }

    /// Whether what stood in front of a line stood in a token, which can only be a text.
    fn is_within(&self, line: u32) -> bool {
        let mut tokens = self.tokens.iter();
        tokens.any(|token| *token.start() < line && line <= *token.end())
    }

    fn bears_code(&self, line: u32) -> bool {
        self.tokens.iter().any(|token| token.contains(&line))
    }
}

/// Whether two lines were added one after the other.
fn follows(first: Edit, second: Edit) -> bool {
    match (first, second) {
        (Edit::Added(first), Edit::Added(second)) => first + 1 == second,
        _ => false,
    }
}

/// Where as many lines could have been added with the same outcome, from the given place on
/// upwards, and then downwards.
fn slides(lines: &[&str], first: u32, count: usize) -> Vec<u32> {
    let line = |number: usize| lines.get(number.wrapping_sub(1));
    let is_same = |a: usize, b: usize| line(a).is_some() && line(a) == line(b);
    let first = first as usize;
    let mut found = vec![first];
    let mut at = first;
    while is_same(at.wrapping_sub(1), at + count - 1) {
        at -= 1;
        found.push(at);
    }
    at = first;
    while is_same(at, at + count) {
        at += 1;
        found.push(at);
    }
    let numbers = found.into_iter();
    numbers.filter_map(|at| u32::try_from(at).ok()).collect()
}

struct Visitor<'a> {
    items: &'a mut Vec<Found>,
    is_test: bool,
    /// Whether this is an implementation of a trait: what is new in one stands in for what was.
    acts: bool,
}

impl Visitor<'_> {
    fn note(&mut self, span: Span, function: Option<&Ident>, is_test: bool) {
        self.items.push(Found {
            lines: lines(span),
            function: function.map(Ident::to_string),
            is_test: self.is_test || is_test,
            acts: self.acts,
        });
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let outside = self.acts;
        self.acts |= match item {
            Item::Impl(item) => item.trait_.is_some(),
            // Nobody knows what comes out of one.
            Item::Macro(_) | Item::Verbatim(_) | Item::ForeignMod(_) => true,
            _ => false,
        };
        // These note themselves.
        if !matches!(item, Item::Fn(_) | Item::Mod(_)) {
            self.note(item.span(), None, false);
        }
        visit::visit_item(self, item);
        self.acts = outside;
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        let is_test = is_test(&item.attrs) || is_cfg_test(&item.attrs);
        self.note(item.span(), Some(&item.sig.ident), is_test);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.note(item.span(), Some(&item.sig.ident), is_cfg_test(&item.attrs));
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        self.note(item.span(), Some(&item.sig.ident), is_cfg_test(&item.attrs));
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let outside = self.is_test;
        self.is_test |= is_cfg_test(&item.attrs);
        self.note(item.span(), None, false);
        visit::visit_item_mod(self, item);
        self.is_test = outside;
    }
}

fn tokens(stream: TokenStream, found: &mut Vec<RangeInclusive<u32>>) {
    for token in stream {
        match token {
            TokenTree::Group(group) => {
                found.push(lines(group.span_open()));
                tokens(group.stream(), found);
                found.push(lines(group.span_close()));
            }
            other => found.push(lines(other.span())),
        }
    }
}

fn lines(span: Span) -> RangeInclusive<u32> {
    let line = |line| u32::try_from(line).unwrap_or(u32::MAX);
    line(span.start().line)..=line(span.end().line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
use std::fmt;

// A note.
fn helper() {
    let a = 1;
}

impl Drop for A {
    fn drop(&mut self) {}
}

#[cfg(test)]
mod tests {
    #[test]
    fn works() {
        helper();
    }
}
";

    fn place(edit: Edit, edits: &[Edit]) -> Place {
        Items::of(SOURCE).unwrap().place(edit, edits)
    }

    fn added(lines: RangeInclusive<u32>) -> Vec<Edit> {
        lines.map(Edit::Added).collect()
    }

    #[test]
    fn a_changed_function_is_known_by_its_lines() {
        let edits = [Edit::Removed(5), Edit::Added(5)];
        for edit in edits {
            assert_eq!(place(edit, &edits), function("helper", 4..=6));
        }
        let place = place(Edit::Removed(16), &[Edit::Removed(16)]);
        assert_eq!(place, function("works", 14..=17));
    }

    #[test]
    fn what_is_between_tokens_is_nowhere() {
        assert_eq!(place(Edit::Added(3), &added(3..=3)), Place::Nowhere);
        assert_eq!(place(Edit::Added(2), &added(2..=2)), Place::Nowhere);
    }

    #[test]
    fn what_is_gone_from_between_items_may_have_been_anything() {
        for line in [4, 7, 14, 19] {
            let edit = Edit::Removed(line);
            assert_eq!(place(edit, &[edit]), Place::Elsewhere, "{line}");
        }
    }

    fn function(name: &str, lines: RangeInclusive<u32>) -> Place {
        let name = name.to_owned();
        Place::Function { name, lines }
    }

    #[test]
    fn new_functions_are_told_from_changed_ones() {
        let new = |name: &str, lines, is_test| Place::New {
            name: name.to_owned(),
            lines,
            is_test,
        };
        assert_eq!(
            place(Edit::Added(5), &added(4..=6)),
            new("helper", 4..=6, false)
        );
        assert_eq!(
            place(Edit::Added(15), &added(14..=17)),
            new("works", 14..=17, true)
        );
        // Whatever else is new may change what names mean.
        assert_eq!(place(Edit::Added(1), &added(1..=1)), Place::Elsewhere);
        let mut with_loss = added(4..=6);
        with_loss.push(Edit::Removed(5));
        assert_eq!(place(Edit::Added(5), &with_loss), function("helper", 4..=6));
    }

    #[test]
    fn comments_are_nowhere_unless_they_document_or_take_code_away() {
        let text =
            "// a\n/// b\nfn f() {\n    /*\n    g();\n    */\n\n    let s = \"\n// c\n\";\n}\n";
        let items = Items::of(text).unwrap();
        for (line, is_nowhere) in [
            (1, true),
            (2, false),
            (4, false),
            (6, false),
            (7, true),
            (9, false),
        ] {
            let edit = Edit::Added(line);
            assert_eq!(
                items.place(edit, &[edit]) == Place::Nowhere,
                is_nowhere,
                "{line}"
            );
        }
    }

    #[test]
    fn what_was_added_is_seen_as_a_whole_item_where_that_may_be() {
        let text = "#[test]\nfn a() {\n}\n\n#[test]\nfn b() {\n}\n";
        let items = Items::of(text).unwrap();
        // As a diff shows `a` if it was put in front of `b`, and the other way round.
        assert_eq!(items.settled(text, &added(2..=5)), added(1..=4));
        assert_eq!(items.settled(text, &added(4..=7)), added(4..=7));
        assert_eq!(items.settled(text, &added(1..=4)), added(1..=4));
        let inside = added(6..=6);
        assert_eq!(items.settled(text, &inside), inside);
        let with_loss = [Edit::Removed(2), Edit::Added(2)];
        assert_eq!(items.settled(text, &with_loss), with_loss);
    }

    #[test]
    fn an_impl_of_a_trait_acts_by_being_there_and_by_what_it_does() {
        assert_eq!(place(Edit::Added(8), &added(8..=10)), Place::Elsewhere);
        assert_eq!(place(Edit::Added(9), &added(8..=10)), Place::Elsewhere);
        assert_eq!(place(Edit::Added(9), &added(9..=9)), Place::Elsewhere);
    }

    #[test]
    fn an_empty_line_that_is_gone_was_something_in_a_text_alone() {
        let text = "fn f() {\n    let s = \"\n    a\n\";\n    g();\n}\n";
        let items = Items::of(text).unwrap();
        for (line, is_nowhere) in [(1, true), (2, true), (3, false), (4, false), (5, true)] {
            let edit = Edit::Thinned(line);
            let place = items.place(edit, &[edit]);
            assert_eq!(place == Place::Nowhere, is_nowhere, "{line}");
        }
        let mut new = added(1..=6);
        assert!(matches!(items.place(new[0], &new), Place::New { .. }));
        new.push(Edit::Thinned(3));
        assert_eq!(items.place(new[0], &new), function("f", 1..=6));
    }
}
