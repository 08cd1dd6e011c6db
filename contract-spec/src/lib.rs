//! The language of Resilience Contracts.

#[cfg(feature = "read")]
pub mod diagnostic;
#[cfg(feature = "read")]
pub mod model;
