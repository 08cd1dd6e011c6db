//! Source files as prompts and drafts need them: heads of functions and error enums, in
//! the words of whoever wrote them.

use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use contract_spec::prompt::{Code, ErrorEnum, Payload};
use contract_spec::source::{Returned, SourceFunction};
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Block, Fields, GenericArgument, Item, PathArguments, Signature, Type, Visibility,
};

use super::sources::everything;
use crate::crawl::{Visitor, crawl};
use crate::error::Result;
use crate::shown::shown;
use crate::workspace::Workspace;

/// A source file of a package.
#[derive(Debug)]
pub(super) struct File {
    /// As people see it.
    pub(super) shown: String,
    pub(super) path: PathBuf,
    /// The crate and the modules that it stands for.
    pub(super) modules: Vec<String>,
    /// Whether it is part of a library or a program.
    pub(super) shipped: bool,
    pub(super) text: String,
}

/// A contracted function, by what its attribute says.
#[derive(Debug)]
pub(super) struct Contracted {
    pub(super) id: String,
    /// Crate, modules, type, name.
    path: String,
    /// The file's index.
    file: usize,
    ident: String,
    /// The line of its name.
    line: usize,
}

/// Everything that the sources of a package show.
#[derive(Debug, Default)]
pub(super) struct Sources {
    root: PathBuf,
    pub(super) files: Vec<File>,
    contracted: Vec<Contracted>,
    /// Whether what is being read is part of a library or a program.
    shipped: bool,
}

/// Reads the libraries and programs of a package, tests after them.
pub(super) fn read(workspace: &Workspace, package: &Package) -> Result<Sources> {
    let mut sources = Sources {
        root: workspace.root(),
        ..Sources::default()
    };
    let cfg = everything(package);
    let mut targets: Vec<_> = package
        .targets
        .iter()
        .filter(|target| !target.is_custom_build())
        .collect();
    targets.sort_by_key(|target| (!target.is_lib(), !target.is_bin(), target.name.clone()));
    for target in targets {
        sources.shipped = target.is_lib() || target.is_bin();
        crawl(
            target.src_path.as_std_path(),
            &target.name,
            &cfg,
            &mut sources,
        )?;
    }
    Ok(sources)
}

impl Visitor for Sources {
    fn function(
        &mut self,
        file: &Path,
        modules: &[String],
        function: &SourceFunction,
    ) -> Result<()> {
        let Ok(attribute) = &function.attribute else {
            return Ok(());
        };
        let Some(index) = self.files.iter().position(|known| known.path == file) else {
            return Ok(());
        };
        let parts = modules.iter().chain(&function.modules).chain(&function.of);
        let mut path: Vec<&str> = parts.map(String::as_str).collect();
        path.push(&function.ident);
        self.contracted.push(Contracted {
            id: attribute.id.value(),
            path: path.join("::"),
            file: index,
            ident: function.ident.clone(),
            line: function.name.start().line,
        });
        Ok(())
    }

    fn wants_all(&self) -> bool {
        true
    }

    fn file(&mut self, file: &Path, modules: &[String], text: &str) {
        if self.files.iter().any(|known| known.path == file) {
            return;
        }
        self.files.push(File {
            shown: shown(&self.root, file),
            path: file.to_owned(),
            modules: modules.to_vec(),
            shipped: self.shipped,
            text: text.to_owned(),
        });
    }
}

impl Sources {
    /// The function that carries a contract: its head and its error enum.
    pub(super) fn code(&self, id: &str, error: Option<&str>) -> Option<Code> {
        let contracted = self.contracted.iter().find(|function| function.id == id)?;
        let file = &self.files[contracted.file];
        let mut found = None;
        functions(&file.text, &mut |function| {
            let name = &function.signature.ident;
            if *name == contracted.ident && name.span().start().line == contracted.line {
                found = Some((function.head(&file.text), error_name(function.signature)));
            }
        });
        let (signature, named) = found?;
        let error = error
            .and_then(|error| error.rsplit("::").next())
            .map(str::to_owned)
            .or(named);
        Some(Code {
            path: contracted.path.clone(),
            file: file.shown.clone(),
            line: contracted.line,
            signature: signature?,
            error: error.and_then(|error| self.error_enum(&error, contracted.file)),
        })
    }

    /// Where the function that carries a contract has its name: the file and the line.
    pub(super) fn place(&self, id: &str) -> Option<(&File, usize)> {
        let contracted = self.contracted.iter().find(|function| function.id == id)?;
        Some((&self.files[contracted.file], contracted.line))
    }

    /// Whether a function carries a contract.
    pub(super) fn is_contracted(&self, file: usize, line: usize) -> bool {
        let mut all = self.contracted.iter();
        all.any(|function| function.file == file && function.line == line)
    }

    /// The enum of that name in the same file, or the only one elsewhere.
    pub(super) fn error_enum(&self, name: &str, near: usize) -> Option<ErrorEnum> {
        let declared = format!("enum {name}");
        let all = self.files.iter().enumerate().filter_map(|(index, file)| {
            if !file.text.contains(&declared) {
                return None;
            }
            let found = enums(&file.text, name);
            Some((
                index,
                ErrorEnum {
                    file: file.shown.clone(),
                    ..found?
                },
            ))
        });
        let mut all: Vec<_> = all.collect();
        if let Some(here) = all.iter().position(|(index, _)| *index == near) {
            return Some(all.swap_remove(here).1);
        }
        // Which of several is meant is not to be guessed.
        match all.len() {
            1 => all.pop().map(|(_, found)| found),
            _ => None,
        }
    }
}

/// A function of a source file.
pub(super) struct FoundFunction<'a> {
    pub(super) visibility: &'a Visibility,
    pub(super) signature: &'a Signature,
    pub(super) body: &'a mut Block,
    pub(super) attributes: &'a [Attribute],
    /// The modules of the file around it, and the type or trait it belongs to.
    pub(super) around: &'a [String],
}

impl FoundFunction<'_> {
    /// From `pub` to the brace, as it stands there.
    fn head(&self, text: &str) -> Option<String> {
        let first = match self.visibility {
            Visibility::Inherited => self.signature.span(),
            visible => visible.span(),
        };
        let end = self.body.brace_token.span.open().byte_range().start;
        slice(text, first, end)
    }
}

/// The text from a token on, later lines as far to the left as the first.
fn slice(text: &str, first: Span, end: usize) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Places are counted from behind it, and it is in no library.
    if text.starts_with("#!") && !text.starts_with("#![") {
        return None;
    }
    let found = text.get(first.byte_range().start..end)?;
    let indent = first.start().column;
    let lines = found.trim_end().lines().enumerate().map(|(at, line)| {
        let spaces = line.len() - line.trim_start_matches(' ').len();
        if at == 0 {
            line
        } else {
            &line[spaces.min(indent)..]
        }
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// Visits every function with a body of a source file; of none, if it is no Rust.
pub(super) fn functions(text: &str, each: &mut dyn FnMut(FoundFunction<'_>)) {
    let Ok(mut file) = syn::parse_file(text) else {
        return;
    };
    let around = Vec::new();
    Functions { each, around }.visit_file_mut(&mut file);
}

struct Functions<'a> {
    each: &'a mut dyn FnMut(FoundFunction<'_>),
    around: Vec<String>,
}

impl Functions<'_> {
    fn within(&mut self, name: String, visit: impl FnOnce(&mut Self)) {
        self.around.push(name);
        visit(self);
        self.around.pop();
    }
}

impl VisitMut for Functions<'_> {
    fn visit_item_mod_mut(&mut self, item: &mut syn::ItemMod) {
        if is_for_tests(&item.attrs) {
            return;
        }
        self.within(item.ident.to_string(), |all| {
            visit_mut::visit_item_mod_mut(all, item)
        });
    }

    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        if is_for_tests(&item.attrs) {
            return;
        }
        let name = match &*item.self_ty {
            Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        let name = name.unwrap_or_else(|| "_".to_owned());
        self.within(name, |all| visit_mut::visit_item_impl_mut(all, item));
    }

    fn visit_item_trait_mut(&mut self, item: &mut syn::ItemTrait) {
        self.within(item.ident.to_string(), |all| {
            visit_mut::visit_item_trait_mut(all, item)
        });
    }

    fn visit_item_fn_mut(&mut self, item: &mut syn::ItemFn) {
        (self.each)(FoundFunction {
            visibility: &item.vis,
            signature: &item.sig,
            body: &mut item.block,
            attributes: &item.attrs,
            around: &self.around,
        });
        visit_mut::visit_item_fn_mut(self, item);
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut syn::ImplItemFn) {
        (self.each)(FoundFunction {
            visibility: &item.vis,
            signature: &item.sig,
            body: &mut item.block,
            attributes: &item.attrs,
            around: &self.around,
        });
        visit_mut::visit_impl_item_fn_mut(self, item);
    }

    fn visit_trait_item_fn_mut(&mut self, item: &mut syn::TraitItemFn) {
        if let Some(body) = &mut item.default {
            (self.each)(FoundFunction {
                visibility: &Visibility::Inherited,
                signature: &item.sig,
                body,
                attributes: &item.attrs,
                around: &self.around,
            });
        }
        visit_mut::visit_trait_item_fn_mut(self, item);
    }
}

/// Whether `#[cfg(test)]` or `#[test]` stands there, by whichever name.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    fn only_tests(condition: &syn::Meta) -> bool {
        match condition {
            syn::Meta::Path(path) => path.is_ident("test"),
            syn::Meta::List(list) if list.path.is_ident("all") => {
                let parser =
                    syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated;
                let parts = list.parse_args_with(parser);
                parts.is_ok_and(|parts| parts.iter().any(only_tests))
            }
            _ => false,
        }
    }
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        let tests = || {
            attribute
                .parse_args()
                .is_ok_and(|condition| only_tests(&condition))
        };
        path.segments
            .last()
            .is_some_and(|last| last.ident == "test")
            || (path.is_ident("cfg") && tests())
    })
}

/// The name of the error in a signature, as far as it is written out.
pub(super) fn error_name(signature: &Signature) -> Option<String> {
    let (Returned::Value(output) | Returned::Future(output) | Returned::BoxedFuture(output)) =
        Returned::of(signature)
    else {
        return None;
    };
    let Type::Path(path) = output else {
        return None;
    };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(Type::Path(path)) => {
            Some(path.path.segments.last()?.ident.to_string())
        }
        GenericArgument::Type(_) => Some(String::new()),
        _ => None,
    });
    types.skip(1).last().filter(|name| !name.is_empty())
}

/// The enum of that name in a source file.
fn enums(text: &str, name: &str) -> Option<ErrorEnum> {
    fn find<'a>(items: &'a [Item], name: &str) -> Option<&'a syn::ItemEnum> {
        items.iter().find_map(|item| match item {
            Item::Enum(item) if item.ident == name => Some(item),
            Item::Mod(module) => find(&module.content.as_ref()?.1, name),
            _ => None,
        })
    }
    let file = syn::parse_file(text).ok()?;
    let found = find(&file.items, name)?;
    let first = match (found.attrs.first(), &found.vis) {
        (Some(attribute), _) => attribute.span(),
        (None, Visibility::Inherited) => found.enum_token.span,
        (None, visible) => visible.span(),
    };
    let end = found.brace_token.span.close().byte_range().end;
    let variants = found.variants.iter().map(|variant| {
        let payload = match variant.fields {
            Fields::Unit => Payload::Unit,
            Fields::Unnamed(_) => Payload::Tuple,
            Fields::Named(_) => Payload::Struct,
        };
        (variant.ident.to_string(), payload)
    });
    Some(ErrorEnum {
        file: String::new(),
        text: slice(text, first, end)?,
        variants: variants.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_and_enums_are_told_as_they_stand() {
        let text = "\u{feff}mod m {\n    impl S {\n        /// Docs.\n        pub async fn f(\n            &self,\n        ) -> Result<(), crate::E> {\n            Ok(())\n        }\n    }\n    /// How.\n    #[derive(Debug)]\n    pub enum E {\n        A,\n        B(u8),\n        C { x: u8 },\n    }\n}\n";
        let mut heads = Vec::new();
        functions(text, &mut |function| {
            heads.push((
                function.around.join("::"),
                function.head(text).unwrap(),
                error_name(function.signature),
            ));
        });
        assert_eq!(
            heads,
            [(
                "m::S".to_owned(),
                "pub async fn f(\n    &self,\n) -> Result<(), crate::E>".to_owned(),
                Some("E".to_owned())
            )]
        );
        let found = enums(text, "E").unwrap();
        assert!(
            found
                .text
                .starts_with("/// How.\n#[derive(Debug)]\npub enum E {\n    A,\n"),
            "{}",
            found.text
        );
        assert!(found.text.ends_with("\n}"), "{}", found.text);
        let payloads: Vec<Payload> = found.variants.iter().map(|(_, payload)| *payload).collect();
        assert_eq!(payloads, [Payload::Unit, Payload::Tuple, Payload::Struct]);
        assert_eq!(enums(text, "F"), None);
    }

    #[test]
    fn an_error_that_an_alias_hides_has_no_name() {
        let name = |signature: &str| error_name(&syn::parse_str(signature).unwrap());
        assert_eq!(name("fn f() -> Result<u8, a::E<u8>>").as_deref(), Some("E"));
        assert_eq!(name("async fn f() -> Result<(), E>").as_deref(), Some("E"));
        assert_eq!(name("fn f() -> io::Result<u8>"), None);
        assert_eq!(name("fn f() -> Result<u8, &'static str>"), None);
        assert_eq!(name("fn f()"), None);
    }
}
