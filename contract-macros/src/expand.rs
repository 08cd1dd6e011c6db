//! The attribute, from its arguments to its output.

use contract_spec::source::Attribute;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Expr, Item, ItemFn, Signature, Stmt, Token};

use crate::mistake::{both, mistake};
use crate::parse::{parse, parse_with};
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
    let attribute: Attribute = parse(arguments)?;
    let mut item = match parse(function.clone()) {
        Ok(Item::Fn(item)) => item,
        other => return without_body(function, other.ok()),
    };
    let krate = signature::krate(attribute.krate.as_ref());
    // Independent of each other, so both are reported.
    let error = signature::error_type(&item.sig, &attribute, &krate);
    let file = contract::open(&attribute);
    let declared = match &file {
        Ok(file) => contract::find(file, &attribute),
        Err(error) => Err(error.clone()),
    };
    let (error, declared) = both(error, declared)?;
    let check = check::statements(&attribute, &declared, &error, &krate);
    let refused = silence::refuse(&mut item.block, &declared, &krate);
    let (check, changed) = both(check, refused)?;
    let tie = signature::tie(&item.sig, &attribute, &krate)?;
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
    for attribute in &item.attrs {
        if matches!(attribute.style, syn::AttrStyle::Inner(_)) {
            return true;
        }
    }
    false
}

/// The function token for token, with statements at the beginning of its body.
fn in_front(function: &TokenStream, statements: TokenStream) -> TokenStream {
    let mut output = TokenStream::new();
    let mut last: Option<TokenTree> = None;
    for token in function.clone() {
        last.to_tokens(&mut output);
        last = Some(token);
    }
    if let Some(TokenTree::Group(body)) = &mut last {
        let mut all = statements;
        body.stream().to_tokens(&mut all);
        let mut longer = Group::new(body.delimiter(), all);
        longer.set_span(body.span());
        *body = longer;
    }
    last.to_tokens(&mut output);
    output
}

/// What is no function with a body: a trait's declaration, another item, or code that is still being typed.
fn without_body(function: &TokenStream, item: Option<Item>) -> syn::Result<TokenStream> {
    if let Ok(declaration) = declaration(function) {
        return Err(mistake(
            &declaration,
            "a contract holds an implementation, and this function has no body\n  \
             help: put the attribute on the function in each `impl`",
        ));
    }
    match item {
        Some(item) => Err(mistake(
            &item,
            "a contract belongs to a function\n  help: put the attribute on each function that the contract declares",
        )),
        // rustc says what is wrong with it, and says it better.
        None => Ok(function.clone()),
    }
}

/// The function that a trait declares.
fn declaration(function: &TokenStream) -> syn::Result<Option<Signature>> {
    let mut signature = None;
    parse_with(function.clone(), &mut |input| {
        input.call(syn::Attribute::parse_outer)?;
        signature = Some(input.parse()?);
        input.parse::<Token![;]>()?;
        Ok(())
    })?;
    Ok(signature)
}
