//! Contracts that build on contracts: from an interface of `kind = "contract"` to the
//! function behind it, in this file or in another.
//!
//! What is not known of a called function is held against nobody.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::{Judge, shape};
use crate::catalog::{CONTRACT, OTHER};
use crate::diagnostic::Diagnostic;
use crate::model::{Contract, Function, Interface, Mode, Span};
use crate::nearest::nearest;
use crate::order;
use crate::read::{Source, excerpt, is_mode_name, list, local, snake_case, split_id};

/// Where the contracts of other files are found.
pub trait Callees {
    /// The file that is meant by the first half of an id (`payments` of
    /// `payments.charge`), where the id stands in the file `from`. `None` if it is not
    /// known, or not known for sure.
    fn file(&self, from: &Source, stem: &str) -> Option<(&Contract, &Source)>;
}

/// Nothing beside the file itself is known.
pub(super) struct Nobody;

impl Callees for Nobody {
    fn file(&self, _: &Source, _: &str) -> Option<(&Contract, &Source)> {
        None
    }
}

/// A file of contracts, and what can be seen from it.
#[derive(Clone, Copy)]
pub(super) struct View<'c> {
    pub(super) contract: &'c Contract,
    pub(super) source: &'c Source,
    callees: &'c dyn Callees,
}

/// A function that another one calls.
#[derive(Clone, Copy)]
pub(super) struct Callee<'c> {
    pub(super) function: &'c Function,
    /// The file that it stands in.
    pub(super) view: View<'c>,
}

/// What is known of the function behind an interface.
enum Called<'c> {
    /// There is none.
    Nobody,
    /// Its file is not known, or cannot be read.
    Unknown,
    /// Its file is known and does not declare it.
    Lost(View<'c>),
    Known(Callee<'c>),
}

impl<'c> View<'c> {
    pub(super) fn new(
        contract: &'c Contract,
        source: &'c Source,
        callees: &'c dyn Callees,
    ) -> Self {
        Self {
            contract,
            source,
            callees,
        }
    }

    /// The function behind an interface, as far as it is known.
    pub(super) fn callee(self, interface: &str) -> Option<Callee<'c>> {
        match self.called(self.contract.interface(interface)?) {
            Called::Known(callee) => Some(callee),
            Called::Nobody | Called::Unknown | Called::Lost(_) => None,
        }
    }

    /// Whether there is a function behind the interface of which nothing is known.
    pub(super) fn is_in_the_dark(self, interface: &str) -> bool {
        let interface = self.contract.interface(interface);
        let of_contract = interface.filter(|i| *i.kind.value == *CONTRACT);
        of_contract.is_some_and(|i| matches!(self.called(i), Called::Nobody | Called::Unknown))
    }

    fn called(self, interface: &'c Interface) -> Called<'c> {
        let Some(id) = &interface.contract else {
            return Called::Nobody;
        };
        let Some((stem, name)) = split_id(id) else {
            return Called::Nobody;
        };
        let view = if local(id, self.source).is_some() {
            self
        } else {
            match self.callees.file(self.source, stem) {
                Some((contract, source)) if !contract.broken => {
                    Self::new(contract, source, self.callees)
                }
                _ => return Called::Unknown,
            }
        };
        match view.contract.function(name) {
            Some(function) => Called::Known(Callee { function, view }),
            // It may be there, and misread.
            None if view.contract.is_unread(format_args!("function.{name}"))
                || view.contract.is_unread(format_args!("function")) =>
            {
                Called::Unknown
            }
            None => Called::Lost(view),
        }
    }
}

impl Callee<'_> {
    /// Whether the function stands in that file.
    pub(super) fn is_in(self, view: View<'_>) -> bool {
        std::ptr::eq(self.view.source, view.source)
    }

    /// Whether some of its failures could not be read, so that others than those that
    /// are known may come out of it.
    pub(super) fn is_misread(self) -> bool {
        let below = format!("function.{}.on", *self.function.name);
        self.view.contract.is_unread_below(&below)
    }

    /// Adds a place of the function's own file to what is wrong in another.
    pub(super) fn point(
        self,
        diagnostic: Diagnostic,
        from: View<'_>,
        span: Span,
        text: &str,
    ) -> Diagnostic {
        if self.is_in(from) {
            diagnostic.also(span, text)
        } else {
            diagnostic.also_in(self.view.source, span, text)
        }
    }
}

/// The failures of one function as its callers know them, in the order of their names.
pub(super) struct Failures<'c>(pub(super) Vec<Failure<'c>>);

/// What callers see as one failure.
pub(super) struct Failure<'c> {
    /// The variant's name in snake case.
    pub(super) name: String,
    /// The modes that return the variant, one at least.
    pub(super) modes: Vec<&'c Mode>,
    /// How often the function tries before this failure comes out, once that is known.
    pub(super) attempts: Cell<Option<u64>>,
}

impl<'c> Failures<'c> {
    fn of(function: &'c Function) -> Self {
        let mut returned: Vec<(String, &Mode)> = Vec::new();
        for mode in &function.modes {
            if let Some(variant) = mode.returns() {
                returned.push((snake_case(variant), mode));
            }
        }
        let mut failures: Vec<Failure<'c>> = Vec::new();
        for at in order::places(returned.len(), &|a, b| returned[a].0.cmp(&returned[b].0)) {
            let (name, mode) = &returned[at];
            match failures.last_mut() {
                Some(last) if last.name == *name => last.modes.push(mode),
                _ => failures.push(Failure {
                    name: name.clone(),
                    modes: vec![mode],
                    attempts: Cell::new(None),
                }),
            }
        }
        Self(failures)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Failure<'c>> {
        let at = self.0.partition_point(|failure| *failure.name < *name);
        self.0.get(at).filter(|failure| failure.name == name)
    }

    /// As many names as any contract has that people write.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for failure in self.0.iter().take(MANY) {
            names.push(failure.name.as_str());
        }
        names
    }
}

/// What has been looked up once: the failures of functions, by where those are.
#[derive(Default)]
pub(super) struct Known<'c>(RefCell<Vec<(*const Function, Rc<Failures<'c>>)>>);

impl<'c> Known<'c> {
    pub(super) fn failures(&self, callee: Callee<'c>) -> Rc<Failures<'c>> {
        let mut known = self.0.borrow_mut();
        let function = std::ptr::from_ref(callee.function);
        let at = known.partition_point(|(other, _)| *other < function);
        if known.get(at).is_none_or(|(other, _)| *other != function) {
            let failures = Failures::of(callee.function);
            known.insert(at, (function, Rc::new(failures)));
        }
        Rc::clone(&known[at].1)
    }
}

/// Enough names for any contract that people write.
const MANY: usize = 100;

/// Ids that name no function, though their file is there.
pub(super) fn lost(judge: &mut Judge<'_>) {
    for interface in &judge.view.contract.interfaces {
        let Called::Lost(view) = judge.view.called(interface) else {
            continue;
        };
        let Some(id) = &interface.contract else {
            continue;
        };
        let Some((stem, name)) = split_id(id) else {
            continue;
        };
        let mut ids: Vec<String> = Vec::new();
        for function in view.contract.functions.iter().take(MANY) {
            ids.push(format!("{stem}.{}", *function.name));
        }
        let near = nearest(id, ids.iter().map(String::as_str));
        let place = match std::ptr::eq(view.source, judge.view.source) {
            true => String::new(),
            false => format!(" in {}", view.source.path),
        };
        let mut help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it{place}: [function.{}].", excerpt(name)),
        };
        // Others than the one that was named already.
        if ids.len() > usize::from(near.is_some()) {
            help = format!("{help} There is {}", list(&ids));
        }
        let message = format!("there is no contract `{}`{place}", excerpt(id));
        judge
            .found
            .push(Diagnostic::new(&shape::UNKNOWN_NAME, id.span.clone(), message).help(help));
    }
}

/// Modes that no failure of the called function is.
pub(super) fn unknown_modes(judge: &mut Judge<'_>) {
    for function in &judge.view.contract.functions {
        for (on, modes) in function.by_interface() {
            let Some(callee) = judge.view.callee(on).filter(|callee| !callee.is_misread()) else {
                continue;
            };
            let is_own = callee.is_in(judge.view);
            let failures = judge.known.failures(callee);
            for mode in modes {
                let name = mode.name.as_str();
                // What is no name at all was said by the reader.
                let said = !is_own && !is_mode_name(name);
                if name == OTHER || failures.get(name).is_some() || said {
                    continue;
                }
                let mut names: Vec<String> = Vec::new();
                for variant in callee.function.variants().iter().take(MANY) {
                    names.push(snake_case(variant));
                }
                let near = nearest(name, names.iter().map(String::as_str));
                let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
                let message = format!(
                    "`{}` is no failure of `{}`",
                    excerpt(name),
                    *callee.function.name
                );
                let diagnostic =
                    Diagnostic::new(&shape::UNKNOWN_MODE, mode.name.span.clone(), message)
                        .help(format!("{near}the modes are {}", list(&names)));
                let at = callee.function.name.span.clone();
                judge.found.push(if is_own {
                    diagnostic
                } else {
                    callee.point(diagnostic, judge.view, at, "the function that is called")
                });
            }
        }
    }
}
