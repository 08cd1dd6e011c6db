//! The attribute, from its arguments to its output.

use contract_spec::source::Attribute;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Expr, ItemFn, Stmt, TraitItemFn};

use crate::{check, contract, signature, silence};

pub(crate) fn attribute(arguments: TokenStream, function: TokenStream) -> TokenStream {
    match expand(arguments, &function) {
        Ok(output) => output,
        Err(error) => {
            let error = error.into_compile_error();
            quote!(#function #error)
        }
    }
}

fn expand(arguments: TokenStream, function: &TokenStream) -> syn::Result<TokenStream> {
    let attribute: Attribute = syn::parse2(arguments)?;
    let mut item: ItemFn = match syn::parse2(function.clone()) {
        Ok(item) => item,
        Err(_) => return without_body(function),
    };
    let krate = signature::krate(attribute.krate.as_ref());
    // Independent of each other, so both are reported.
    let error = signature::error_type(&item.sig, &attribute, &krate);
    let declared = contract::read(&attribute);
    let (error, declared) = both(error, declared)?;
    let check = check::statements(&attribute, &declared, &error, &krate);
    let refused = silence::refuse(&mut item.block, &declared, &krate);
    let (check, changed) = both(check, refused)?;
    let tie = signature::tie(&item.sig, &attribute, &krate);
    let check = quote!(#check #tie);
    if !cfg!(feature = "probe") && !changed && !has_inner_attributes(&item) {
        return Ok(in_front(function, check));
    }
    #[cfg(feature = "probe")]
    crate::probe::weave(&attribute, &declared, &error, &krate, &mut item)?;
    // In front of the body and not around it: what was written stays what is compiled.
    item.block
        .stmts
        .insert(0, Stmt::Expr(Expr::Verbatim(check), None));
    Ok(item.into_token_stream())
}

/// They have to stand before every statement.
fn has_inner_attributes(item: &ItemFn) -> bool {
    item.attrs
        .iter()
        .any(|attribute| matches!(attribute.style, syn::AttrStyle::Inner(_)))
}

/// The function token for token, with statements at the beginning of its body.
fn in_front(function: &TokenStream, statements: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = function.clone().into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.last_mut() {
        let mut longer = Group::new(body.delimiter(), {
            let mut all = statements;
            all.extend(body.stream());
            all
        });
        longer.set_span(body.span());
        *body = longer;
    }
    tokens.into_iter().collect()
}

fn both<A, B>(a: syn::Result<A>, b: syn::Result<B>) -> syn::Result<(A, B)> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(mut first), Err(second)) => {
            first.combine(second);
            Err(first)
        }
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
    }
}

/// What is no function with a body: a trait's declaration, another item, or code that is still being typed.
fn without_body(function: &TokenStream) -> syn::Result<TokenStream> {
    match syn::parse2::<TraitItemFn>(function.clone()) {
        Ok(declaration) if declaration.default.is_none() => {
            return Err(syn::Error::new_spanned(
                &declaration.sig,
                "a contract holds an implementation, and this function has no body\n  \
                 help: put the attribute on the function in each `impl`",
            ));
        }
        _ => {}
    }
    match syn::parse2::<syn::Item>(function.clone()) {
        Ok(item) => Err(syn::Error::new_spanned(
            item,
            "a contract belongs to a function\n  help: put the attribute on each function that the contract declares",
        )),
        // rustc says what is wrong with it, and says it better.
        Err(_) => Ok(function.clone()),
    }
}
