//! The attribute, from its arguments to its output.

use contract_spec::source::Attribute;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{ItemFn, TraitItemFn};

use crate::{check, contract, probe, signature};

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
        Err(error) => return without_body(function, error),
    };
    let error = signature::error_type(&item.sig, &attribute)?;
    let declared = contract::read(&attribute)?;
    let check = check::item(&attribute, &declared, &error);
    if cfg!(feature = "probe") {
        probe::weave(&attribute, &mut item);
    }
    // In front of the body and not around it: what was written stays what is compiled.
    let check: syn::Stmt = syn::parse2(check)?;
    item.block.stmts.insert(0, check);
    Ok(item.into_token_stream())
}

/// What is no function with a body: a trait's declaration, or code that is still being typed.
fn without_body(function: &TokenStream, error: syn::Error) -> syn::Result<TokenStream> {
    match syn::parse2::<TraitItemFn>(function.clone()) {
        Ok(declaration) if declaration.default.is_none() => Err(syn::Error::new_spanned(
            &declaration.sig,
            "a contract holds an implementation, and this function has no body\n  \
             help: put the attribute on the function in each `impl`",
        )),
        // rustc says what is wrong with it, and says it better.
        _ if syn::parse2::<syn::Item>(function.clone()).is_err() => Ok(function.clone()),
        _ => Err(error),
    }
}
