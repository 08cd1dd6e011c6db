//! The contracted functions of one source file, and those that could be.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Block, ImplItemFn, Item, ItemFn, ItemImpl, ItemMod, ItemTrait, Meta, Signature, Token,
    TraitItemFn, Type, Visibility,
};

use super::{Attribute, Branch, Cfg, Returned, instrument, is_contract_attribute};

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
    /// The places where it leaves with an error.
    pub branches: Vec<Branch>,
    /// Macro calls in it that could leave it and could not be looked into.
    pub opaque: Vec<Span>,
    /// Its first line, that of its attributes and documentation included, and its last one.
    pub lines: (usize, usize),
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
    let mut file = syn::parse_file(text)?;
    let mut finder = Finder {
        cfg,
        without_tests: Cfg {
            test: Some(false),
            ..cfg.clone()
        },
        in_tests: false,
        modules: Vec::new(),
        of: None,
        found: SourceFile::default(),
    };
    if cfg.allows(&file.attrs) {
        finder.visit_file_mut(&mut file);
    }
    Ok(finder.found)
}

struct Finder<'a> {
    cfg: &'a Cfg,
    /// The same, in a build without tests.
    without_tests: Cfg,
    /// Whether only tests have what is being looked at.
    in_tests: bool,
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
        body: &mut Block,
    ) {
        let Some((span, attribute)) = attributes
            .iter()
            .find_map(|attribute| self.contract_attribute(&attribute.meta))
        else {
            return self.uncontracted(attributes, visibility, signature);
        };
        let begin = attributes.first().map_or(span, Spanned::span);
        let lines = (begin.start().line, body.brace_token.span.close().end().line);
        let (branches, opaque) = instrument(signature, body, |_, _, _| {});
        self.found.functions.push(SourceFunction {
            attribute,
            attribute_span: span,
            modules: self.modules.clone(),
            of: self.of.as_ref().map(|owner| owner.name.clone()),
            name: signature.ident.span(),
            ident: signature.ident.to_string(),
            branches,
            opaque,
            lines,
        });
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
        if private || in_tests || !can_fail(signature) {
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
        if self.cfg.allows(&item.attrs) && mentions(item.mac.tokens.clone()) {
            self.found.hidden.push(item.mac.path.span());
        }
    }

    fn visit_impl_item_macro_mut(&mut self, item: &mut syn::ImplItemMacro) {
        if self.cfg.allows(&item.attrs) && mentions(item.mac.tokens.clone()) {
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
        self.function(
            &function.attrs,
            &function.vis,
            &function.sig,
            &mut function.block,
        );
        // What stands in a body is nobody's but the body's.
        let of = self.of.take();
        visit_mut::visit_item_fn_mut(self, function);
        self.of = of;
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut ImplItemFn) {
        if self.cfg.allows(&function.attrs) {
            self.function(
                &function.attrs,
                &function.vis,
                &function.sig,
                &mut function.block,
            );
            visit_mut::visit_impl_item_fn_mut(self, function);
        }
    }

    fn visit_trait_item_fn_mut(&mut self, function: &mut TraitItemFn) {
        if self.cfg.allows(&function.attrs)
            && let Some(body) = &mut function.default
        {
            let public = &Visibility::Inherited;
            self.function(&function.attrs, public, &function.sig, body);
            visit_mut::visit_trait_item_fn_mut(self, function);
        }
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

/// Whether tokens hold the attribute's name.
fn mentions(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream()),
        TokenTree::Ident(ident) => ident == "resilience_contract",
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let file = functions(text, &Cfg::parse("unix\n")).unwrap();
        file.functions
            .iter()
            .map(|f| {
                let id = f.attribute.as_ref().unwrap().id.value();
                let line = f.name.start().line;
                format!("{id} {}{}:{line}", f.modules.concat(), f.ident)
            })
            .collect()
    }

    #[test]
    fn functions_methods_and_nested_functions_are_found_by_the_last_word_of_the_attribute() {
        let text = "
#[resilience_contract(\"a.one\")] fn one() -> R { Ok(()) }
mod m {
    impl T { #[resilience_contract::resilience_contract(\"a.two\")] async fn two(&self) -> R { Ok(()) } }
    trait U { #[resilience_contract(\"a.three\")] fn three() -> R { Err(E) } }
}
fn outer() { #[resilience_contract(\"a.four\")] fn four() -> R { Ok(()) } }
#[cfg_attr(unix, resilience_contract(\"a.five\"))] fn five() -> R { Ok(()) }
";
        assert_eq!(
            found(text),
            [
                "a.one one:2",
                "a.two mtwo:4",
                "a.three mthree:5",
                "a.four four:7",
                "a.five five:8"
            ]
        );
    }

    #[test]
    fn what_the_configuration_leaves_out_is_not_found() {
        let text = "
#[cfg(windows)] #[resilience_contract(\"a.one\")] fn one() -> R { Ok(()) }
#[cfg(windows)] mod m { #[resilience_contract(\"a.two\")] fn two() -> R { Ok(()) } }
#[cfg_attr(windows, resilience_contract(\"a.three\"))] fn three() -> R { Ok(()) }
";
        assert_eq!(found(text), [""; 0]);
    }

    #[test]
    fn what_others_call_and_can_fail_could_have_a_contract() {
        let text = "
pub fn one() -> Result<(), E> { Ok(()) }
fn private() -> Result<(), E> { Ok(()) }
pub fn sure() -> u8 { 1 }
pub(crate) mod m {
    impl<T> S<T> { pub async fn two(&self) -> io::Result<u8> { Ok(1) } fn inner(&self) -> R { x } }
    impl Tr for S { fn three(&self) -> AppResult<u8> { Ok(1) } }
    trait Tr { fn four(&self) -> Pin<Box<dyn Future<Output = Result<(), E>>>> { todo() } }
}
#[resilience_contract(\"a.five\")] pub fn five() -> Result<(), E> { Ok(()) }
#[tokio::test] pub async fn six() -> Result<(), E> { Ok(()) }
#[cfg(test)] mod tests { pub fn seven() -> Result<(), E> { Ok(()) } }
#[cfg(windows)] pub fn eight() -> Result<(), E> { Ok(()) }
";
        let file = functions(text, &Cfg::parse("unix\n")).unwrap();
        let found = file.uncontracted.iter().map(|f| {
            let of = f.of.as_deref().unwrap_or_default();
            format!(
                "{} {of} {}:{}",
                f.modules.concat(),
                f.ident,
                f.name.start().line
            )
        });
        let found: Vec<String> = found.collect();
        assert_eq!(
            found,
            ["  one:2", "m S two:6", "m S three:7", "m Tr four:8"]
        );
    }

    #[test]
    fn a_function_has_the_lines_of_its_documentation_too() {
        let text = "\n/// What\n/// it does.\n#[resilience_contract(\"a.b\")]\npub fn b(\n) -> R {\n  Ok(())\n}\n";
        let file = functions(text, &Cfg::default()).unwrap();
        assert_eq!(file.functions[0].lines, (2, 8));
    }

    #[test]
    fn modules_in_other_files_are_named_with_their_path() {
        let file = functions(
            "mod a { mod b; } #[path = \"x.rs\"] mod c; #[cfg(windows)] mod d;",
            &Cfg::default(),
        )
        .unwrap();
        let modules: Vec<_> = file
            .modules
            .iter()
            .map(|m| (m.path.join("::"), m.file.clone()))
            .collect();
        assert_eq!(
            modules,
            [
                ("a::b".to_owned(), None),
                ("c".to_owned(), Some("x.rs".to_owned()))
            ]
        );
    }
}
