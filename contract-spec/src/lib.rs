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
    facts::{AnyKind, Facts},
    lines::LineIndex,
    model::{Contract, Span, Spanned},
    nearest::nearest,
    read::{IncludedFile, Load, Reading, Source, read, read_with, snake_case},
    rules::{Checked, check, check_with, judge, rules},
};

pub mod evidence;
#[cfg(feature = "source")]
pub mod source;
