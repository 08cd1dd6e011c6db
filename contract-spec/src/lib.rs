//! The language of Resilience Contracts.

#[cfg(feature = "read")]
pub mod catalog;
#[cfg(feature = "read")]
pub mod diagnostic;
#[cfg(feature = "read")]
pub mod facts;
#[cfg(feature = "read")]
pub mod lines;
#[cfg(feature = "read")]
pub mod model;
#[cfg(feature = "read")]
mod nearest;
#[cfg(feature = "read")]
pub mod read;
#[cfg(feature = "read")]
pub mod rules;

#[cfg(feature = "read")]
pub use {
    diagnostic::{Diagnostic, Severity},
    lines::LineIndex,
    model::{Contract, Span, Spanned},
    nearest::nearest,
    read::{Reading, Source, read, snake_case},
    rules::{check, judge, rules},
};

pub mod evidence;
#[cfg(feature = "source")]
pub mod source;
