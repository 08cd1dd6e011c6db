//! The compiler's part of Resilience Contracts. Use it through the crate
//! `resilience-contract`, which re-exports all of it.
//!
//! The attribute goes `contract` (reads the TOML) → `signature` (finds the error
//! type) → `check` (one const item) → `probe` (only when the verifier builds).
//! On a mistake the function is emitted as it was written, beside one error for
//! each mistake, so that rustc reports nothing that follows from it.

mod check;
mod contract;
mod derive;
mod expand;
mod hash;
mod probe;
mod signature;

use proc_macro::TokenStream;

/// Holds a function against its contract: `#[resilience_contract("payments.charge")]`
/// reads `[function.charge]` of `contracts/payments.toml` in the package.
///
/// - `file = "../contracts/shared.toml"`: another file, relative to the package.
/// - `error = MyError`: the error type, where the signature does not show it.
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
/// - `#[failure(sample = EXPRESSION)]` on a variant: how to make one, for a
///   payload that has no `Default`. Only the verifier's build evaluates it.
#[proc_macro_derive(FailureModes, attributes(failure))]
pub fn failure_modes(item: TokenStream) -> TokenStream {
    derive::failure_modes(item.into()).into()
}
