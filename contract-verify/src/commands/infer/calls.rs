//! What a function calls outside of itself, as far as its words show.

use std::collections::{BTreeSet, HashMap};

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, FnArg, Pat};

use super::super::code::FoundFunction;
use super::libraries::Library;
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
            let library = types.of_type(file, &argument.ty);
            known.insert(name.ident.to_string(), library);
        }
    }
    let mut finder = Finder {
        types,
        file,
        owner: function.around.last().cloned(),
        known,
        calls: Calls::default(),
    };
    finder.visit_block_mut(function.body);
    finder.calls.merge();
    finder.calls
}

impl Calls {
    /// What is known by its library alone belongs to the one thing of its kind that has a
    /// name: `sqlx::query(…)` is a call to `self.pool`.
    fn merge(&mut self) {
        for at in (0..self.called.len()).rev() {
            let here = &self.called[at];
            if here.name != here.library.name {
                continue;
            }
            let (name, kind, times) = (here.name.clone(), here.library.kind, here.times);
            let mut others = self
                .called
                .iter_mut()
                .filter(|other| other.library.kind == kind && other.name != name);
            if let (Some(other), None) = (others.next(), others.next()) {
                other.times += times;
                self.called.remove(at);
            }
        }
    }
}

struct Finder<'a> {
    types: &'a Types,
    file: usize,
    /// The type whose method this is.
    owner: Option<String>,
    /// Parameters and variables, and where they lead.
    known: HashMap<String, Option<&'static Library>>,
    calls: Calls,
}

/// What an expression goes back to.
enum Root {
    /// `self.gateway`
    Field(String),
    /// `pool`
    Variable(String),
    /// `reqwest::get`
    Path(Vec<String>),
}

impl Finder<'_> {
    fn note(&mut self, name: &str, library: &'static Library, from: String) {
        let name = tame(name).unwrap_or_else(|| library.name.to_owned());
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
            }),
        }
    }

    /// Where a root leads, and what it is called.
    fn library(&self, root: &Root) -> Option<(&'static Library, String, String)> {
        match root {
            Root::Field(field) => {
                let library = self.types.of_field(self.owner.as_ref()?, field)?;
                Some((library, field.clone(), format!("`self.{field}`")))
            }
            Root::Variable(name) => {
                let library = (*self.known.get(name)?)?;
                Some((library, name.clone(), format!("`{name}`")))
            }
            Root::Path(path) => {
                let library = self.types.path(self.file, path)?;
                Some((
                    library,
                    library.name.to_owned(),
                    format!("`{}`", path.join("::")),
                ))
            }
        }
    }

    /// Something may fail here: if nobody knows where it leads, that is said.
    fn may_fail(&mut self, expression: &Expr) {
        let (inner, awaited) = match expression {
            Expr::Await(inner) => (&*inner.base, true),
            other => (other, false),
        };
        if let Expr::MethodCall(call) = inner
            && let Some(root @ Root::Field(_)) = root(&call.receiver)
            && self.library(&root).is_none()
            && let Root::Field(field) = root
        {
            self.calls
                .unknown
                .insert(format!("self.{field}.{}", call.method));
            self.calls.awaited += usize::from(awaited);
        }
    }
}

/// What an expression goes back to, through calls of methods and whatever unpacks.
fn root(expression: &Expr) -> Option<Root> {
    match expression {
        Expr::MethodCall(call) => root(&call.receiver),
        Expr::Await(inner) => root(&inner.base),
        Expr::Try(inner) => root(&inner.expr),
        Expr::Paren(inner) => root(&inner.expr),
        Expr::Reference(inner) => root(&inner.expr),
        Expr::Unary(inner) => root(&inner.expr),
        Expr::Call(call) => root(&call.func),
        Expr::Field(field) => match (&*field.base, &field.member) {
            (Expr::Path(base), member) if base.path.is_ident("self") => {
                Some(Root::Field(match member {
                    syn::Member::Named(name) => name.to_string(),
                    syn::Member::Unnamed(index) => index.index.to_string(),
                }))
            }
            _ => root(&field.base),
        },
        Expr::Path(path) => match path.path.get_ident() {
            Some(name) => Some(Root::Variable(name.to_string())),
            None => Some(Root::Path(parts(&path.path))),
        },
        Expr::Macro(found) if found.mac.path.segments.len() > 1 => {
            Some(Root::Path(parts(&found.mac.path)))
        }
        _ => None,
    }
}

fn parts(path: &syn::Path) -> Vec<String> {
    path.segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect()
}

impl VisitMut for Finder<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match &*expression {
            // The outermost call of a chain is the call.
            Expr::MethodCall(_) | Expr::Call(_) | Expr::Macro(_) => {
                if let Some(root) = root(expression)
                    && let Some((library, name, from)) = self.library(&root)
                {
                    self.note(&name, library, from);
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
            Expr::Try(inner) => self.may_fail(&inner.expr),
            Expr::Await(_) => self.may_fail(expression),
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
        // What a library was asked for is a handle of it only if its type says so, or if it
        // was made rather than answered.
        let library = match (written, &local.init) {
            (Some(written), _) => self.types.of_type(self.file, written),
            (None, Some(init)) => match &*init.expr {
                Expr::Call(call) => root(&call.func).and_then(|root| Some(self.library(&root)?.0)),
                _ => None,
            },
            (None, None) => None,
        };
        self.known.insert(name.ident.to_string(), library);
    }

    fn visit_macro_mut(&mut self, found: &mut syn::Macro) {
        // `external!(gateway, call)` and its like: what stands in them is called all the same.
        let parser = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
        if let Ok(arguments) = found.parse_body_with(parser) {
            for mut argument in arguments {
                self.visit_expr_mut(&mut argument);
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
