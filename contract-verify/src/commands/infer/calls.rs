//! What a function calls outside of itself, as far as its words show.

use std::collections::{BTreeSet, HashMap};

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, FnArg, Pat};

use super::super::code::FoundFunction;
use super::chain::{Root, bounds, chain, is_awaited};
use super::libraries::{Library, asks, is_handle};
use super::types::Types;

/// Something that a function calls.
#[derive(Debug)]
pub(super) struct Called {
    /// What the interface is called.
    pub(super) name: String,
    pub(super) library: &'static Library,
    /// What it was guessed from: `self.gateway`.
    pub(super) from: String,
    pub(super) times: usize,
    /// Whether the function makes it, rather than being given it.
    made: bool,
}

/// Everything that a function calls, in the order of its body.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) called: Vec<Called>,
    /// What is called and may fail, and where it leads is not known.
    pub(super) unknown: BTreeSet<String>,
    /// How many of these are awaited, and so are hardly a matter of memory alone.
    pub(super) awaited: usize,
}

/// Looks through a function's body.
pub(super) fn calls(types: &Types, file: usize, function: &mut FoundFunction<'_>) -> Calls {
    let mut known = HashMap::new();
    for input in &function.signature.inputs {
        if let FnArg::Typed(argument) = input
            && let Pat::Ident(name) = &*argument.pat
        {
            let bounds = bounds(&function.signature.generics, &argument.ty);
            let handle = types
                .of_type(file, &argument.ty)
                .or_else(|| types.of_tokens(file, bounds))
                .map(|library| Handle::of_variable(library, &name.ident.to_string(), false));
            known.insert(name.ident.to_string(), handle);
        }
    }
    let mut finder = Finder {
        types,
        file,
        owner: function.around.last().cloned(),
        known,
        awaited: false,
        calls: Calls::default(),
    };
    finder.visit_block_mut(function.body);
    finder.calls.merge();
    finder.calls
}

impl Calls {
    /// What is known by its library alone belongs to the one thing of its kind that has a
    /// name: `sqlx::query(…)` is a call to `self.pool`. And what a function makes itself of
    /// one library (options, a connection, a context) is one interface, but for programs.
    fn merge(&mut self) {
        let mut merged: Vec<Called> = Vec::new();
        for called in std::mem::take(&mut self.called) {
            let kind = called.library.kind;
            let same = merged.iter_mut().find(|other| {
                called.made && other.made && kind == other.library.kind && kind != "subprocess"
            });
            match same {
                Some(other) => {
                    other.name = other.library.name.to_owned();
                    other.times += called.times;
                }
                None => merged.push(called),
            }
        }
        for at in (0..merged.len()).rev() {
            let here = &merged[at];
            if here.name != here.library.name {
                continue;
            }
            let (name, kind, times) = (here.name.clone(), here.library.kind, here.times);
            let mut others = merged
                .iter_mut()
                .filter(|other| other.library.kind == kind && other.name != name);
            if let (Some(other), None) = (others.next(), others.next()) {
                other.times += times;
                merged.remove(at);
            }
        }
        self.called = merged;
    }
}

struct Finder<'a> {
    types: &'a Types,
    file: usize,
    /// The type whose method this is.
    owner: Option<String>,
    /// Parameters and variables, and where they lead.
    known: HashMap<String, Option<Handle>>,
    /// Whether what is being looked at is awaited.
    awaited: bool,
    calls: Calls,
}

/// Where something leads, and what that is called.
#[derive(Clone)]
struct Handle {
    library: &'static Library,
    name: String,
    from: String,
    /// Whether the function makes it, rather than being given it.
    made: bool,
}

impl Handle {
    fn of_variable(library: &'static Library, name: &str, made: bool) -> Self {
        Self {
            library,
            name: name.to_owned(),
            from: format!("`{name}`"),
            made,
        }
    }
}

impl Finder<'_> {
    fn note(&mut self, handle: Handle) {
        let Handle {
            library,
            name,
            from,
            made,
        } = handle;
        let name = tame(&name).unwrap_or_else(|| library.name.to_owned());
        match self
            .calls
            .called
            .iter_mut()
            .find(|called| called.name == name)
        {
            Some(called) => called.times += 1,
            None => self.calls.called.push(Called {
                name,
                library,
                from,
                times: 1,
                made,
            }),
        }
    }

    /// Where a root leads, and what it is called.
    fn handle(&self, root: &Root) -> Option<Handle> {
        match root {
            Root::Field(fields) => Some(Handle {
                library: self.types.of_field(self.owner.as_ref()?, fields)?,
                name: fields.last()?.clone(),
                from: format!("`self.{}`", fields.join(".")),
                made: false,
            }),
            Root::Variable(name) => self.known.get(name)?.clone(),
            Root::Path(path) => {
                let library = self.types.path(self.file, path)?;
                Some(Handle {
                    library,
                    name: library.name.to_owned(),
                    from: format!("`{}`", path.join("::")),
                    made: true,
                })
            }
        }
    }

    /// What a call by path is given to work on: `sqlx::query(…).execute(&self.pool)` asks
    /// `self.pool`.
    fn given(&self, expression: &Expr, kind: &str) -> Option<Handle> {
        let (before, arguments) = match expression {
            Expr::MethodCall(call) => (Some(&*call.receiver), &call.args),
            Expr::Call(call) => (None, &call.args),
            Expr::Await(inner) => return self.given(&inner.base, kind),
            Expr::Try(inner) => return self.given(&inner.expr, kind),
            Expr::Paren(inner) => return self.given(&inner.expr, kind),
            _ => return None,
        };
        let here = arguments.iter().find_map(|argument| {
            let chain = chain(argument)?;
            let named = matches!(chain.root, Root::Field(_) | Root::Variable(_));
            self.handle(&chain.root)
                .filter(|handle| named && handle.library.kind == kind)
        });
        here.or_else(|| self.given(before?, kind))
    }

    /// What a variable holds that a chain of calls was assigned to.
    fn made_by(&self, expression: &Expr, variable: &str) -> Option<Handle> {
        let chain = chain(expression)?;
        let handle = self.handle(&chain.root)?;
        let path = match &chain.root {
            Root::Path(path) => path.as_slice(),
            Root::Field(_) | Root::Variable(_) if chain.methods.is_empty() => return None,
            Root::Field(_) | Root::Variable(_) => &[],
        };
        // What was not asked for yet is still being put together: `client.get(url)`.
        let answered = handle
            .library
            .reaches_out(&chain.asked(), is_awaited(expression));
        if answered && !is_handle(path, &chain.methods) {
            return None;
        }
        // A connection of `self.pool` is `self.pool`; a client that was made here is itself, and
        // one file is like another.
        let made_here = matches!(chain.root, Root::Path(_)) && handle.library.kind != "filesystem";
        Some(if made_here {
            Handle::of_variable(handle.library, variable, true)
        } else {
            handle
        })
    }

    /// Something may fail here: if nobody knows where it leads, that is said.
    fn may_fail(&mut self, expression: &Expr) {
        let (inner, awaited) = match expression {
            Expr::Await(inner) => (&*inner.base, true),
            other => (other, false),
        };
        if let Expr::MethodCall(_) = inner
            && let Some(chain) = chain(inner)
            && self.handle(&chain.root).is_none()
            && let Root::Field(fields) = &chain.root
            && let Some(owner) = &self.owner
            && !self.types.is_at_home(owner, fields)
            && let Some(method) = chain.methods.iter().find(|method| asks(method))
        {
            self.calls
                .unknown
                .insert(format!("self.{}.{method}", fields.join(".")));
            self.calls.awaited += usize::from(awaited);
        }
    }
}

impl VisitMut for Finder<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match &*expression {
            // The outermost call of a chain is the call.
            Expr::MethodCall(_) | Expr::Call(_) | Expr::Macro(_) => {
                if let Some(chain) = chain(expression)
                    && let Some(handle) = self.handle(&chain.root)
                    && handle.library.reaches_out(&chain.asked(), self.awaited)
                {
                    let given = matches!(chain.root, Root::Path(_))
                        .then(|| self.given(expression, handle.library.kind))
                        .flatten();
                    self.note(given.unwrap_or(handle));
                    // Arguments may call something else; the receiver is a part of this.
                    match expression {
                        Expr::MethodCall(call) => {
                            call.args
                                .iter_mut()
                                .for_each(|argument| self.visit_expr_mut(argument));
                        }
                        Expr::Call(call) => {
                            call.args
                                .iter_mut()
                                .for_each(|argument| self.visit_expr_mut(argument));
                        }
                        _ => {}
                    }
                    return;
                }
            }
            // What is awaited as well is looked at there.
            Expr::Try(inner) if !matches!(*inner.expr, Expr::Await(_)) => {
                self.may_fail(&inner.expr);
            }
            Expr::Await(_) => {
                self.may_fail(expression);
                let before = std::mem::replace(&mut self.awaited, true);
                visit_mut::visit_expr_mut(self, expression);
                self.awaited = before;
                return;
            }
            _ => {}
        }
        visit_mut::visit_expr_mut(self, expression);
    }

    fn visit_local_mut(&mut self, local: &mut syn::Local) {
        visit_mut::visit_local_mut(self, local);
        let (pattern, written) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, Some(&typed.ty)),
            other => (other, None),
        };
        let Pat::Ident(name) = pattern else {
            return;
        };
        let name = name.ident.to_string();
        // What a library was asked for is a handle of it only if its type says so, or if it
        // was made rather than answered.
        let made = || self.made_by(&local.init.as_ref()?.expr, &name);
        let handle = match written {
            Some(written) => self
                .types
                .of_type(self.file, written)
                .map(|library| made().unwrap_or_else(|| Handle::of_variable(library, &name, true))),
            None => made(),
        };
        self.known.insert(name, handle);
    }

    fn visit_macro_mut(&mut self, found: &mut syn::Macro) {
        // `external!(gateway, call)` and its like: what stands in them is called all the same.
        let parser = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
        if let Ok(arguments) = found.parse_body_with(parser) {
            for mut argument in arguments {
                self.visit_expr_mut(&mut argument);
            }
        } else if let Ok(statements) = found.parse_body_with(syn::Block::parse_within) {
            // `try_stream! { … }` is a block.
            for mut statement in statements {
                self.visit_stmt_mut(&mut statement);
            }
        }
    }

    // A function in a function is another function.
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

/// A name as a contract takes it.
fn tame(name: &str) -> Option<String> {
    let name = name
        .trim_start_matches("r#")
        .trim_matches('_')
        .to_lowercase();
    let tame = name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    (tame && begins && !matches!(name.as_str(), "input" | "domain")).then_some(name)
}
