//! Rewriting what stands in a type, so that an item or a body can name it.
//!
//! By hand and not by syn's visitors, which know all of Rust: whoever uses the macros compiles them.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{
    GenericArgument, Lifetime, NamedArg, Path, PathArguments, ReturnType, Token, Type,
    TypeParamBound,
};

use crate::parse::parse;

/// A type to be rewritten.
pub(crate) fn copy(of: &Type) -> syn::Result<Type> {
    parse(of.to_token_stream())
}

/// What is done to every part of a type.
pub(crate) enum Rewrite {
    /// Makes every lifetime `'static`, and notes the use of what an item cannot name.
    Generics {
        names: Vec<Ident>,
        used: Option<Ident>,
    },
    /// Makes every `impl Trait` something that is to be found out.
    ImplTrait,
}

impl Rewrite {
    pub(crate) fn type_(&mut self, inner: &mut Type) {
        match inner {
            Type::ImplTrait(_) if matches!(self, Self::ImplTrait) => {
                *inner = Type::Verbatim(quote!(_));
            }
            Type::Array(array) => {
                self.type_(&mut array.elem);
                self.constant(array.len.to_token_stream());
            }
            Type::FnPtr(pointer) => {
                self.signature(&mut pointer.inputs, &mut pointer.output);
            }
            Type::Group(group) => self.type_(&mut group.elem),
            Type::ImplTrait(bounded) => self.bounds(&mut bounded.bounds),
            Type::Paren(paren) => self.type_(&mut paren.elem),
            Type::Path(path) => {
                if let Some(qualified) = &mut path.qself {
                    self.type_(&mut qualified.ty);
                }
                self.path(&mut path.path);
            }
            Type::Ptr(pointer) => self.type_(&mut pointer.elem),
            Type::Reference(reference) => {
                if let Self::Generics { .. } = self {
                    let here = match &reference.lifetime {
                        Some(lifetime) => lifetime.span(),
                        None => reference.and_token.span,
                    };
                    reference.lifetime = Some(Lifetime::new("'static", here));
                }
                self.type_(&mut reference.elem);
            }
            Type::Slice(slice) => self.type_(&mut slice.elem),
            Type::TraitObject(object) => self.bounds(&mut object.bounds),
            Type::Tuple(tuple) => {
                for element in tuple.elems.pairs_mut() {
                    self.type_(element.into_value());
                }
            }
            _ => {}
        }
    }

    fn path(&mut self, path: &mut Path) {
        if let Some(first) = path.segments.first() {
            self.name(&first.ident);
        }
        for segment in path.segments.pairs_mut() {
            match &mut segment.into_value().arguments {
                PathArguments::None => {}
                PathArguments::AngleBracketed(arguments) => self.arguments(&mut arguments.args),
                PathArguments::Parenthesized(arguments) => {
                    self.signature(&mut arguments.inputs, &mut arguments.output);
                }
            }
        }
    }

    fn arguments(&mut self, arguments: &mut Punctuated<GenericArgument, Token![,]>) {
        for argument in arguments.pairs_mut() {
            match argument.into_value() {
                GenericArgument::Lifetime(lifetime) => self.lifetime(lifetime),
                GenericArgument::Type(inner) => self.type_(inner),
                GenericArgument::Const(value) => self.constant(value.to_token_stream()),
                GenericArgument::AssocType(inner) => {
                    if let Some(generics) = &mut inner.generics {
                        self.arguments(&mut generics.args);
                    }
                    self.type_(&mut inner.ty);
                }
                GenericArgument::AssocConst(inner) => {
                    self.constant(inner.value.to_token_stream());
                }
                GenericArgument::Constraint(inner) => self.bounds(&mut inner.bounds),
                _ => {}
            }
        }
    }

    fn bounds(&mut self, bounds: &mut Punctuated<TypeParamBound, Token![+]>) {
        for bound in bounds.pairs_mut() {
            match bound.into_value() {
                TypeParamBound::Trait(bound) => self.path(&mut bound.path),
                TypeParamBound::Lifetime(lifetime) => self.lifetime(lifetime),
                _ => {}
            }
        }
    }

    fn signature(&mut self, inputs: &mut Punctuated<NamedArg, Token![,]>, output: &mut ReturnType) {
        for input in inputs.pairs_mut() {
            self.type_(&mut input.into_value().ty);
        }
        if let ReturnType::Type(_, output) = output {
            self.type_(output);
        }
    }

    fn lifetime(&mut self, lifetime: &mut Lifetime) {
        if let Self::Generics { .. } = self {
            *lifetime = Lifetime::new("'static", lifetime.span());
        }
    }

    /// The length of an array, the value of a parameter.
    fn constant(&mut self, tokens: TokenStream) {
        let mut before = ' ';
        for token in tokens {
            let behind = std::mem::replace(&mut before, ' ');
            match token {
                // In `sizes::N` it is another's.
                TokenTree::Ident(name) if behind != ':' => self.name(&name),
                TokenTree::Punct(punct) => before = punct.as_char(),
                TokenTree::Group(group) => self.constant(group.stream()),
                TokenTree::Ident(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    fn name(&mut self, name: &Ident) {
        if let Self::Generics { names, used } = self
            && names.contains(name)
        {
            *used = Some(name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn rewritten(text: &str, rewrite: &mut Rewrite) -> String {
        let mut inner: Type = syn::parse_str(text).unwrap();
        rewrite.type_(&mut inner);
        inner.to_token_stream().to_string().replace(' ', "")
    }

    fn generics() -> Rewrite {
        let names = ["T", "N", "Self"].map(|name| Ident::new(name, Span::call_site()));
        Rewrite::Generics {
            names: names.to_vec(),
            used: None,
        }
    }

    #[test]
    fn what_borrows_lives_for_ever_wherever_it_stands() {
        for (text, expected) in [
            ("&'a E", "&'staticE"),
            ("&mut E", "&'staticmutE"),
            ("E<'a, Inner<'b>>", "E<'static,Inner<'static>>"),
            (
                "(&A, [&B; 2], &[C])",
                "(&'staticA,[&'staticB;2],&'static[C])",
            ),
            ("*const &A", "*const&'staticA"),
            ("<&A as Of<'a>>::Error", "<&'staticAasOf<'static>>::Error"),
            (
                "Box<dyn Fn(&A) -> &B + 'a>",
                "Box<dynFn(&'staticA)->&'staticB+'static>",
            ),
            ("fn(&A) -> &B", "fn(&'staticA)->&'staticB"),
            (
                "Of<Item = &'a A, Output: Of<'a>>",
                "Of<Item=&'staticA,Output:Of<'static>>",
            ),
        ] {
            assert_eq!(rewritten(text, &mut generics()), expected);
            let untouched = text.replace(' ', "");
            assert_eq!(rewritten(text, &mut Rewrite::ImplTrait), untouched);
        }
    }

    #[test]
    fn what_an_item_cannot_name_is_noted_and_nothing_else() {
        let used = |text: &str| {
            let mut generics = generics();
            rewritten(text, &mut generics);
            let Rewrite::Generics { used, .. } = generics else {
                panic!("it stays what it is");
            };
            used.map(|name| name.to_string())
        };
        for text in [
            "E<T>",
            "T::Error",
            "[u8; N]",
            "E<{ N + 1 }>",
            "fn(T)",
            "Box<dyn Of<T>>",
            "Of<Item = T>",
        ] {
            assert!(used(text).is_some(), "{text}");
        }
        assert_eq!(used("Self").as_deref(), Some("Self"));
        for text in [
            "E<U>",
            "e::T",
            "fn(T: u8)",
            "Of<T = u8>",
            "m!(T)",
            "[u8; sizes::N]",
        ] {
            assert_eq!(used(text), None, "{text}");
        }
    }

    #[test]
    fn what_only_a_signature_can_say_is_to_be_found_out() {
        let found_out = |text| rewritten(text, &mut Rewrite::ImplTrait);
        assert_eq!(found_out("Result<impl Of<A>, E>"), "Result<_,E>");
        assert_eq!(found_out("Box<dyn Of<A>>"), "Box<dynOf<A>>");
        assert_eq!(
            rewritten("impl Of<&A>", &mut generics()),
            "implOf<&'staticA>"
        );
    }
}
