//! What an expression goes back to, and what is asked of it on the way: `self.pool` and
//! `acquire` of `self.pool.acquire().await?`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Expr;

/// What an expression goes back to.
pub(super) enum Root {
    /// `self.gateway`, `self.config.gateway`
    Field(Vec<String>),
    /// `pool`
    Variable(String),
    /// `reqwest::get`
    Path(Vec<String>),
}

/// What an expression goes back to, and what is asked of it on the way.
pub(super) struct Chain {
    pub(super) root: Root,
    pub(super) methods: Vec<String>,
}

impl Chain {
    /// Everything that is asked of the library, the function of a path first.
    pub(super) fn asked(&self) -> Vec<String> {
        let first = match &self.root {
            // A variant or a tuple struct is a value.
            Root::Path(path) => path
                .last()
                .filter(|last| !last.starts_with(|letter: char| letter.is_uppercase()))
                .cloned(),
            Root::Field(_) | Root::Variable(_) => None,
        };
        first
            .into_iter()
            .chain(self.methods.iter().cloned())
            .collect()
    }
}

/// Goes back through calls of methods and whatever unpacks.
pub(super) fn chain(expression: &Expr) -> Option<Chain> {
    let root = match expression {
        Expr::MethodCall(call) => {
            let mut chain = chain(&call.receiver)?;
            chain.methods.push(call.method.to_string());
            return Some(chain);
        }
        Expr::Await(inner) => return chain(&inner.base),
        Expr::Try(inner) => return chain(&inner.expr),
        Expr::Paren(inner) => return chain(&inner.expr),
        Expr::Reference(inner) => return chain(&inner.expr),
        Expr::Unary(inner) => return chain(&inner.expr),
        Expr::Call(call) => return chain(&call.func),
        Expr::Field(field) => {
            let name = match &field.member {
                syn::Member::Named(name) => name.to_string(),
                syn::Member::Unnamed(index) => index.index.to_string(),
            };
            match &*field.base {
                Expr::Path(base) if base.path.is_ident("self") => Root::Field(vec![name]),
                base => {
                    let mut chain = chain(base)?;
                    if let Root::Field(fields) = &mut chain.root
                        && chain.methods.is_empty()
                    {
                        fields.push(name);
                    }
                    return Some(chain);
                }
            }
        }
        Expr::Path(path) => match path.path.get_ident() {
            Some(name) => Root::Variable(name.to_string()),
            None => Root::Path(parts(&path.path)),
        },
        Expr::Macro(found) if found.mac.path.segments.len() > 1 => {
            Root::Path(parts(&found.mac.path))
        }
        _ => return None,
    };
    Some(Chain {
        root,
        methods: Vec::new(),
    })
}

/// Whether a chain is awaited anywhere.
pub(super) fn is_awaited(expression: &Expr) -> bool {
    match expression {
        Expr::Await(_) => true,
        Expr::MethodCall(call) => is_awaited(&call.receiver),
        Expr::Try(inner) => is_awaited(&inner.expr),
        Expr::Paren(inner) => is_awaited(&inner.expr),
        Expr::Call(call) => is_awaited(&call.func),
        _ => false,
    }
}

/// What must be known of a type that is a parameter: `impl Executor`, or `E` where `E: Executor`.
pub(super) fn bounds(generics: &syn::Generics, of: &syn::Type) -> TokenStream {
    let mut of = of;
    while let syn::Type::Reference(reference) = of {
        of = &reference.elem;
    }
    let mut found = TokenStream::new();
    let syn::Type::Path(path) = of else {
        return found;
    };
    for parameter in generics.type_params() {
        if path.path.is_ident(&parameter.ident) {
            parameter.bounds.to_tokens(&mut found);
        }
    }
    for predicate in generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates)
    {
        if let syn::WherePredicate::Type(predicate) = predicate
            && let syn::Type::Path(bounded) = &predicate.bounded_ty
            && bounded.path.get_ident() == path.path.get_ident()
        {
            quote::quote!(,).to_tokens(&mut found);
            predicate.bounds.to_tokens(&mut found);
        }
    }
    found
}

fn parts(path: &syn::Path) -> Vec<String> {
    path.segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect()
}
