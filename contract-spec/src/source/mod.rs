//! What a Rust function shows of itself: the attribute, the places where it
//! leaves with an error, those where it is silent about one.
//!
//! The macro and the verifier both look here, so that what the one instruments
//! and what the other lists can never be two different things. Knows syntax
//! only: no types, no file system.

mod attribute;
#[cfg(feature = "branches")]
mod branch;
#[cfg(feature = "inventory")]
mod cfg;
#[cfg(feature = "inventory")]
mod file;
mod macros;
#[cfg(feature = "inventory")]
mod outline;
mod shape;
pub mod silent;
#[cfg(feature = "branches")]
mod wrapped;

pub use attribute::{ATTRIBUTE, Attribute, Foreign, is_contract_attribute};
#[cfg(feature = "branches")]
pub use branch::{Branch, BranchKind, COMPILED, instrument, redefined, visit_known};
#[cfg(feature = "inventory")]
pub use cfg::Cfg;
#[cfg(feature = "inventory")]
pub use file::{Module, SourceFile, SourceFunction, Uncontracted, contracted_functions, functions};
pub use shape::Returned;
