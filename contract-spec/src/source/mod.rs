//! What a Rust function shows of itself: the attribute, the places where it
//! leaves with an error, those where it is silent about one.
//!
//! The macro and the verifier both look here, so that what the one instruments
//! and what the other lists can never be two different things. Knows syntax
//! only: no types, no file system.

mod attribute;
mod branch;
mod cfg;
mod file;
mod macros;
mod outline;
mod shape;
pub mod silent;
mod wrapped;

pub use attribute::{Attribute, Foreign, is_contract_attribute};
pub use branch::{Branch, BranchKind, instrument};
pub use cfg::Cfg;
pub use file::{Module, SourceFile, SourceFunction, Uncontracted, contracted_functions, functions};
pub use macros::{redefined, visit_known};
pub use shape::Returned;
