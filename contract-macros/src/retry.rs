//! `retry_policy!("payments", standard)`: a retry policy of the contract as a value.

use std::time::Duration;

use contract_spec::model::{Backoff, Jitter, RetryPolicy};
use contract_spec::{nearest, schedule};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, LitStr, Path, Token};

use crate::file;

const FORM: &str = "expected the contract and the policy: `retry_policy!(\"payments\", standard)` reads \
    `[retry.standard]` of `contracts/payments.toml`";

struct Named {
    /// The path of the runtime crate, which `macro_rules!` hands over.
    krate: Path,
    contract: LitStr,
    policy: Ident,
    file: Option<LitStr>,
}

impl Parse for Named {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let krate = input.call(Path::parse_mod_style)?;
        input.parse::<Token![;]>()?;
        if !input.peek(LitStr) {
            return Err(Error::new(input.span(), FORM));
        }
        let contract = input.parse()?;
        if !input.peek(Token![,]) || !input.peek2(syn::Ident) {
            return Err(Error::new(input.span(), FORM));
        }
        input.parse::<Token![,]>()?;
        let policy = input.parse()?;
        let mut file = None;
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            let key: Ident = input.parse()?;
            if key != "file" {
                return Err(Error::new_spanned(
                    &key,
                    format!("unknown argument `{key}`; there is `file = \"…\"`"),
                ));
            }
            input.parse::<Token![=]>()?;
            file = Some(input.parse()?);
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(Self {
            krate,
            contract,
            policy,
            file,
        })
    }
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    syn::parse2(input)
        .and_then(|named| value(&named))
        .unwrap_or_else(Error::into_compile_error)
}

fn value(named: &Named) -> syn::Result<TokenStream> {
    let (place, relative) = match &named.file {
        Some(file) => (file, file.value()),
        None => (
            &named.contract,
            format!("contracts/{}.toml", named.contract.value()),
        ),
    };
    let file = file::open(&relative, place, "name another file: `file = \"…\"`")?;
    let name = named.policy.to_string();
    let Some(policy) = file.contract.retry(&name) else {
        return Err(Error::new_spanned(&named.policy, unknown(&name, &file)));
    };
    let track = file.track();
    let krate = &named.krate;
    let policy = constructed(policy, krate, named)?;
    Ok(quote!({ const _: () = { #track }; #policy }))
}

fn constructed(policy: &RetryPolicy, krate: &Path, named: &Named) -> syn::Result<TokenStream> {
    let Some(attempts) = policy.max_attempts.as_ref().map(|attempts| attempts.value) else {
        return Err(Error::new_spanned(
            &named.policy,
            format!(
                "`[retry.{}]` does not say how often to try\n  help: max_attempts = 3, the first try included",
                named.policy
            ),
        ));
    };
    let backoff = match policy.backoff.value {
        Backoff::Exponential => quote!(Exponential),
        Backoff::Constant => quote!(Constant),
    };
    let jitter = match policy.jitter.value {
        Jitter::None => quote!(None),
        Jitter::Full => quote!(Full),
        Jitter::Equal => quote!(Equal),
    };
    let initial = schedule::nanoseconds(
        policy
            .initial_delay
            .as_ref()
            .map_or(Duration::ZERO, |delay| delay.value),
    );
    let multiplier = policy
        .multiplier
        .as_ref()
        .map_or(schedule::MULTIPLIER, |multiplier| multiplier.value);
    let most = schedule::nanoseconds(
        policy
            .max_delay
            .as_ref()
            .map_or(Duration::MAX, |delay| delay.value),
    );
    Ok(quote! {
        #krate::RetryPolicy {
            max_attempts: #attempts,
            backoff: #krate::Backoff::#backoff,
            initial_delay: ::core::time::Duration::from_nanos(#initial),
            multiplier: #multiplier,
            max_delay: ::core::time::Duration::from_nanos(#most),
            jitter: #krate::Jitter::#jitter,
        }
    })
}

fn unknown(name: &str, file: &file::File) -> String {
    let own = file.contract.retries.iter();
    let included = file
        .contract
        .included
        .iter()
        .flat_map(|included| &included.contract.retries);
    let names: Vec<&str> = own
        .chain(included)
        .map(|policy| policy.name.as_str())
        .collect();
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => {
            format!("the file declares no policy yet: add `[retry.{name}]`")
        }
        None => format!(
            "the file declares `{}`; add `[retry.{name}]`",
            names.join("`, `")
        ),
    };
    format!(
        "there is no `[retry.{name}]` in {}\n  help: {help}",
        file.shown
    )
}
