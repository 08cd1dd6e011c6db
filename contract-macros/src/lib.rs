//! The compiler's part of Resilience Contracts. Use it through the crate
//! `resilience-contract`, which re-exports all of it.
//!
//! The attribute goes `contract` (finds the function; `file` reads the TOML) → `signature` (finds the error
//! type; `opaque` says which types can never be one, `types` rewrites it) → `check` (one const item) →
//! `silence` (refuses what hides a failure) → `probe` (only when the verifier builds).
//! On a mistake the function is emitted as it was written, beside one error for
//! each mistake, so that rustc reports nothing that follows from it.
//!
//! Whoever uses the macros compiles this crate, without optimisation: what is generic is compiled for each
//! use, so that small lists are walked by loops, and what takes a closure takes it as `dyn`.

mod check;
#[cfg(feature = "probe")]
mod contain;
mod contract;
mod degrade;
mod derive;
#[cfg(feature = "probe")]
mod exchange;
mod expand;
mod file;
mod hash;
#[cfg(feature = "probe")]
mod hold;
mod mistake;
mod opaque;
#[cfg(feature = "probe")]
mod parameters;
mod parse;
#[cfg(feature = "probe")]
mod probe;
mod respan;
mod retry;
#[cfg(feature = "probe")]
mod sample;
mod signature;
mod silence;
mod types;

use proc_macro::TokenStream;

/// Holds a function against its contract: `#[resilience_contract("payments.charge")]`
/// reads `[function.charge]` of `contracts/payments.toml` in the package.
///
/// - `file = "../contracts/shared.toml"`: another file, relative to the package.
/// - `error = MyError`: the error type, where the signature does not show it, or
///   one instance of it where it has the function's type parameters in it.
/// - `match`: the enum is another crate's and cannot derive anything; rustc holds
///   its variants against the contract. With `open` it is `#[non_exhaustive]`, so
///   that only the declared variants are held against it. `samples = [A, B]` are
///   values that the verifier may put in the place of another.
/// - `crate = path`: where the crate `resilience_contract` is, if it was renamed or
///   re-exported.
///
/// The function has to return a `Result` whose error implements `FailureModes`,
/// and the enum's variants have to be those that the contract's modes return,
/// neither more nor fewer. In a normal build the body stays as it is.
#[proc_macro_attribute]
pub fn resilience_contract(arguments: TokenStream, function: TokenStream) -> TokenStream {
    expand::attribute(arguments.into(), function.into()).into()
}

/// Makes the variants of an error enum known by name.
///
/// - `#[failure(mode = "server_error")]` on a variant: the failure mode that it
///   stands for on an interface; by default the variant's name in snake case.
/// - `#[failure(crate = path)]` on the enum: where the crate `resilience_contract`
///   is, if it was renamed or re-exported.
/// - `#[failure(sample = EXPRESSION)]` on a variant: how to make one, for a
///   payload that has no `Default`. Only the verifier's build evaluates it.
#[proc_macro_derive(FailureModes, attributes(failure))]
pub fn failure_modes(item: TokenStream) -> TokenStream {
    derive::failure_modes(item.into()).into()
}

/// What `resilience_contract::degrade!` hands on, with the path of its crate in front.
#[doc(hidden)]
#[proc_macro]
pub fn degrade(input: TokenStream) -> TokenStream {
    degrade::expand(input.into()).into()
}

/// What `resilience_contract::retry_policy!` hands on, with the path of its crate in front.
#[doc(hidden)]
#[proc_macro]
pub fn retry_policy(input: TokenStream) -> TokenStream {
    retry::expand(input.into()).into()
}

/// What `resilience_contract::external!` hands on where faults may be injected: the name of
/// what has begun, and the call.
#[cfg(feature = "probe")]
#[doc(hidden)]
#[proc_macro]
pub fn hold(input: TokenStream) -> TokenStream {
    hold::expand(input.into()).into()
}
