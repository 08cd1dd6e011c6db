//! `retry_policy!("payments", standard)`: a retry policy of the contract as a value.

use std::time::Duration;

use contract_spec::model::{Backoff, Jitter, RetryPolicy, Spanned};
use contract_spec::schedule;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, LitStr, Path, Token};

use crate::contract::unknown;
use crate::file::{self, File};
use crate::mistake::mistake;
use crate::parse::parse;

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
                let message = format!("unknown argument `{key}`; there is `file = \"…\"`");
                return Err(mistake(&key, &message));
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
    let value = match parse(input) {
        Ok(named) => value(&named),
        Err(error) => Err(error),
    };
    match value {
        Ok(value) => value,
        Err(error) => error.into_compile_error(),
    }
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
        let names = names(&file);
        let message = unknown("retry", "policy", &name, &names, &file.shown);
        return Err(mistake(&named.policy, &message));
    };
    let track = file.track();
    let krate = &named.krate;
    let policy = constructed(policy, krate, named)?;
    Ok(quote!({ const _: () = { #track }; #policy }))
}

fn constructed(policy: &RetryPolicy, krate: &Path, named: &Named) -> syn::Result<TokenStream> {
    let Some(attempts) = &policy.max_attempts else {
        let message = format!(
            "`[retry.{}]` does not say how often to try\n  help: max_attempts = 3, the first try included",
            named.policy
        );
        return Err(mistake(&named.policy, &message));
    };
    let attempts = attempts.value;
    let backoff = match policy.backoff.value {
        Backoff::Exponential => "Exponential",
        Backoff::Constant => "Constant",
    };
    let backoff = Ident::new(backoff, Span::call_site());
    let jitter = match policy.jitter.value {
        Jitter::None => "None",
        Jitter::Full => "Full",
        Jitter::Equal => "Equal",
    };
    let jitter = Ident::new(jitter, Span::call_site());
    let initial = nanoseconds(&policy.initial_delay, Duration::ZERO);
    let multiplier = match &policy.multiplier {
        Some(multiplier) => multiplier.value,
        None => schedule::MULTIPLIER,
    };
    let most = nanoseconds(&policy.max_delay, Duration::MAX);
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

fn nanoseconds(delay: &Option<Spanned<Duration>>, otherwise: Duration) -> u64 {
    schedule::nanoseconds(match delay {
        Some(delay) => delay.value,
        None => otherwise,
    })
}

/// The policies that the file knows.
fn names(file: &File) -> Vec<&str> {
    let mut names = Vec::new();
    for policy in file.contract.retries.iter() {
        names.push(policy.name.as_str());
    }
    for included in &file.contract.included {
        for policy in included.contract.retries.iter() {
            names.push(policy.name.as_str());
        }
    }
    names
}
