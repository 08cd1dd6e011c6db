//! The contracted functions of one source file, and those that could be.

#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Block, ImplItemFn, Item, ItemFn, ItemImpl, ItemMod, ItemTrait, Meta, Signature, Token,
    TraitItemFn, Type, Visibility,
};

use super::{
    ATTRIBUTE, Attribute, Branch, Cfg, Returned, instrument, is_contract_attribute, outline,
};

/// What one file holds.
#[derive(Default)]
pub struct SourceFile {
    /// Its contracted functions, in the order of the file.
    pub functions: Vec<SourceFunction>,
    /// Its functions without a contract that others call and that can fail, in the order
    /// of the file; nothing that only tests have.
    pub uncontracted: Vec<Uncontracted>,
    /// Its `mod name;`, to be looked for in other files.
    pub modules: Vec<Module>,
    /// Macro calls and definitions that mention the attribute: what functions come out
    /// of them is not known here.
    pub hidden: Vec<Span>,
}

/// `mod name;`
#[derive(Debug)]
pub struct Module {
    /// The modules of this file around it, outermost first, and its own name last.
    pub path: Vec<String>,
    /// `#[path = "…"]`.
    pub file: Option<String>,
}

/// A function with `#[resilience_contract]`.
pub struct SourceFunction {
    /// What the attribute says, or why it cannot be read.
    pub attribute: syn::Result<Attribute>,
    /// Where the attribute stands.
    pub attribute_span: Span,
    /// The modules of this file around the function.
    pub modules: Vec<String>,
    /// The type or trait it belongs to.
    pub of: Option<String>,
    /// The function's name.
    pub name: Span,
    /// The function's name as text.
    pub ident: String,
    /// What it takes and returns.
    pub signature: Signature,
    /// What it does.
    pub body: Block,
    /// Its first line, that of its attributes and documentation included, and its last one.
    pub lines: (usize, usize),
}

impl SourceFunction {
    /// The places where it leaves with an error; and the macro calls in it that could leave
    /// it and could not be looked into.
    pub fn branches(&self) -> (Vec<Branch>, Vec<Span>) {
        instrument(&self.signature, &mut self.body.clone(), |_, _, _| {})
    }
}

/// A function that could have a contract: not private, and returning a `Result` as far as
/// its signature shows.
#[derive(Debug)]
pub struct Uncontracted {
    /// The modules of this file around it.
    pub modules: Vec<String>,
    /// The type or trait it belongs to.
    pub of: Option<String>,
    /// Its name.
    pub name: Span,
    /// Its name as text.
    pub ident: String,
}

/// Finds the contracted functions of a file that its configuration leaves in.
///
/// # Errors
/// Where the text is no Rust file.
pub fn functions(text: &str, cfg: &Cfg) -> syn::Result<SourceFile> {
    let outline = outline::outline(text, &words(cfg));
    Ok(find(parse(text, outline)?, cfg))
}

/// The same without [`SourceFile::uncontracted`], in half the time.
///
/// # Errors
/// Where what matters of the text is no Rust.
pub fn contracted_functions(text: &str, cfg: &Cfg) -> syn::Result<SourceFile> {
    let words = words(cfg);
    let outline = outline::items(text, &words).or_else(|| outline::outline(text, &words));
    let mut found = find(parse(text, outline)?, cfg);
    found.uncontracted.clear();
    Ok(found)
}

fn find(mut file: syn::File, cfg: &Cfg) -> SourceFile {
    let mut finder = Finder {
        cfg,
        without_tests: Cfg {
            test: Some(false),
            ..cfg.clone()
        },
        in_tests: false,
        in_body: false,
        modules: Vec::new(),
        of: None,
        found: SourceFile::default(),
    };
    if cfg.allows(&file.attrs) {
        finder.visit_file_mut(&mut file);
    }
    finder.found
}

/// Parses what can matter of a file, where that can be told.
fn parse(text: &str, outline: Option<String>) -> syn::Result<syn::File> {
    match outline.map(|outline| syn::parse_file(&outline)) {
        Some(Ok(file)) => Ok(file),
        _ => syn::parse_file(text),
    }
}

/// What no contracted function does without, one of them.
fn words(cfg: &Cfg) -> Vec<&str> {
    let aliases = cfg.aliases.iter().map(String::as_str);
    std::iter::once(ATTRIBUTE).chain(aliases).collect()
}

struct Finder<'a> {
    cfg: &'a Cfg,
    /// The same, in a build without tests.
    without_tests: Cfg,
    /// Whether only tests have what is being looked at.
    in_tests: bool,
    /// Whether it stands in the body of a function, where nobody else can call it.
    in_body: bool,
    modules: Vec<String>,
    /// The type or trait whose functions are being looked at.
    of: Option<Owner>,
    found: SourceFile,
}

/// Whose function it is.
struct Owner {
    name: String,
    /// Whether its functions are called by whoever knows the trait.
    of_trait: bool,
}

impl Finder<'_> {
    fn function(
        &mut self,
        attributes: &[syn::Attribute],
        visibility: &Visibility,
        signature: &Signature,
        body: &Block,
    ) -> Option<usize> {
        let Some((span, attribute)) = attributes
            .iter()
            .find_map(|attribute| self.contract_attribute(&attribute.meta))
        else {
            self.uncontracted(attributes, visibility, signature);
            return None;
        };
        let begin = attributes.first().map_or(span, Spanned::span);
        let lines = (begin.start().line, body.brace_token.span.close().end().line);
        self.found.functions.push(SourceFunction {
            attribute,
            attribute_span: span,
            modules: self.modules.clone(),
            of: self.of.as_ref().map(|owner| owner.name.clone()),
            name: signature.ident.span(),
            ident: signature.ident.to_string(),
            signature: signature.clone(),
            body: empty(),
            lines,
        });
        Some(self.found.functions.len() - 1)
    }

    /// Keeps the body of a function that was found, when nobody looks at it any more.
    fn keep(&mut self, found: Option<usize>, body: &mut Block) {
        if let Some(function) = found.and_then(|index| self.found.functions.get_mut(index)) {
            function.body = std::mem::replace(body, empty());
        }
    }

    fn uncontracted(
        &mut self,
        attributes: &[syn::Attribute],
        visibility: &Visibility,
        signature: &Signature,
    ) {
        let of_trait = self.of.as_ref().is_some_and(|owner| owner.of_trait);
        let private = matches!(visibility, Visibility::Inherited) && !of_trait;
        let is_test = attributes.iter().any(|attribute| {
            let last = attribute.path().segments.last();
            last.is_some_and(|last| last.ident == "test")
        });
        let in_tests = self.in_tests || is_test || !self.without_tests.allows(attributes);
        if private || in_tests || self.in_body || !can_fail(signature) {
            return;
        }
        self.found.uncontracted.push(Uncontracted {
            modules: self.modules.clone(),
            of: self.of.as_ref().map(|owner| owner.name.clone()),
            name: signature.ident.span(),
            ident: signature.ident.to_string(),
        });
    }

    /// Visits the functions of a type or trait.
    fn within(&mut self, owner: Owner, visit: impl FnOnce(&mut Self)) {
        let outer = self.of.replace(owner);
        visit(self);
        self.of = outer;
    }

    /// Reads the attribute, also from inside a `cfg_attr`.
    fn contract_attribute(&self, meta: &Meta) -> Option<(Span, syn::Result<Attribute>)> {
        let is_alias = || {
            let last = meta.path().segments.last();
            last.is_some_and(|last| self.cfg.aliases.contains(&last.ident.to_string()))
        };
        // Another macro may have that name, too, and takes other arguments.
        if is_alias()
            && let Meta::List(list) = meta
            && let Ok(attribute) = syn::parse2::<Attribute>(list.tokens.clone())
        {
            let span = meta.path().segments.first()?.ident.span();
            return Some((span, Ok(attribute)));
        }
        if is_contract_attribute(meta.path()) {
            let span = meta.path().segments.first()?.ident.span();
            let arguments = match meta {
                Meta::List(list) => syn::parse2(list.tokens.clone()),
                other => Err(syn::Error::new_spanned(
                    other.to_token_stream(),
                    "the contract's id is missing",
                )),
            };
            return Some((span, arguments));
        }
        if meta.path().is_ident("cfg_attr")
            && let Meta::List(list) = meta
        {
            let parser = syn::punctuated::Punctuated::<Meta, Token![,]>::parse_terminated;
            let inner = list.parse_args_with(parser).ok()?;
            let mut inner = inner.iter();
            if self.cfg.holds(inner.next()?) != Some(false) {
                return inner.find_map(|meta| self.contract_attribute(meta));
            }
        }
        None
    }
}

impl Finder<'_> {
    /// Whether tokens hold the attribute's name, or one that it goes by before a text in brackets.
    fn mentions(&self, tokens: TokenStream) -> bool {
        let mut is_alias = false;
        tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => {
                let mut inner = group.stream().into_iter();
                let is_named = std::mem::take(&mut is_alias)
                    && matches!(inner.next(), Some(TokenTree::Literal(id)) if id.to_string().ends_with(['"', '#']));
                is_named || self.mentions(group.stream())
            }
            TokenTree::Ident(ident) => {
                is_alias = self.cfg.aliases.contains(&ident.to_string());
                ident == ATTRIBUTE
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {
                is_alias = false;
                false
            }
        })
    }
}

impl VisitMut for Finder<'_> {
    fn visit_item_mut(&mut self, item: &mut Item) {
        let attributes = attributes(item);
        if self.cfg.allows(attributes) {
            let around = self.in_tests;
            self.in_tests |= !self.without_tests.allows(attributes);
            visit_mut::visit_item_mut(self, item);
            self.in_tests = around;
        }
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        let around = std::mem::replace(&mut self.in_body, true);
        visit_mut::visit_block_mut(self, block);
        self.in_body = around;
    }

    fn visit_item_impl_mut(&mut self, item: &mut ItemImpl) {
        let name = match &*item.self_ty {
            Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        let owner = Owner {
            name: name.unwrap_or_else(|| item.self_ty.to_token_stream().to_string()),
            of_trait: item.trait_.is_some(),
        };
        self.within(owner, |finder| visit_mut::visit_item_impl_mut(finder, item));
    }

    fn visit_item_trait_mut(&mut self, item: &mut ItemTrait) {
        let owner = Owner {
            name: item.ident.to_string(),
            of_trait: true,
        };
        self.within(owner, |finder| {
            visit_mut::visit_item_trait_mut(finder, item)
        });
    }

    fn visit_item_macro_mut(&mut self, item: &mut syn::ItemMacro) {
        if self.cfg.allows(&item.attrs) && self.mentions(item.mac.tokens.clone()) {
            self.found.hidden.push(item.mac.path.span());
        }
    }

    fn visit_impl_item_macro_mut(&mut self, item: &mut syn::ImplItemMacro) {
        if self.cfg.allows(&item.attrs) && self.mentions(item.mac.tokens.clone()) {
            self.found.hidden.push(item.mac.path.span());
        }
    }

    fn visit_item_mod_mut(&mut self, module: &mut ItemMod) {
        self.modules.push(module.ident.to_string());
        if module.content.is_some() {
            visit_mut::visit_item_mod_mut(self, module);
        } else {
            let file = module.attrs.iter().find_map(|attribute| {
                let Meta::NameValue(pair) = &attribute.meta else {
                    return None;
                };
                if !pair.path.is_ident("path") {
                    return None;
                }
                let literal: syn::LitStr = syn::parse2(pair.value.to_token_stream()).ok()?;
                Some(literal.value())
            });
            self.found.modules.push(Module {
                path: self.modules.clone(),
                file,
            });
        }
        self.modules.pop();
    }

    fn visit_item_fn_mut(&mut self, function: &mut ItemFn) {
        let found = self.function(
            &function.attrs,
            &function.vis,
            &function.sig,
            &function.block,
        );
        // What stands in a body is nobody's but the body's.
        let of = self.of.take();
        visit_mut::visit_item_fn_mut(self, function);
        self.of = of;
        self.keep(found, &mut function.block);
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut ImplItemFn) {
        if self.cfg.allows(&function.attrs) {
            let found = self.function(
                &function.attrs,
                &function.vis,
                &function.sig,
                &function.block,
            );
            visit_mut::visit_impl_item_fn_mut(self, function);
            self.keep(found, &mut function.block);
        }
    }

    fn visit_trait_item_fn_mut(&mut self, function: &mut TraitItemFn) {
        if self.cfg.allows(&function.attrs)
            && let Some(body) = &function.default
        {
            let public = &Visibility::Inherited;
            let found = self.function(&function.attrs, public, &function.sig, body);
            visit_mut::visit_trait_item_fn_mut(self, function);
            if let Some(body) = &mut function.default {
                self.keep(found, body);
            }
        }
    }
}

fn empty() -> Block {
    Block {
        brace_token: syn::token::Brace::default(),
        stmts: Vec::new(),
    }
}

/// Whether a signature says `Result`, by that name or as an alias that ends in it.
fn can_fail(signature: &Signature) -> bool {
    let (Returned::Value(output) | Returned::Future(output) | Returned::BoxedFuture(output)) =
        Returned::of(signature)
    else {
        return false;
    };
    let Type::Path(path) = output else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident.to_string().ends_with("Result"))
}

/// The attributes of the items that can hold functions.
fn attributes(item: &Item) -> &[syn::Attribute] {
    match item {
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        _ => &[],
    }
}
