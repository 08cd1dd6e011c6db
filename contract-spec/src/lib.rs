//! The language of Resilience Contracts: TOML files that list every way in which a
//! function can fail, and what must happen then.
//!
//! `check` reads a contract, with every mistake in one pass, and holds it against the
//! rules; `check_with` does the same for a contract that includes others.
//! The crate neither prints nor touches the file system, and knows nobody: the macros,
//! the runtime and the verifier know it.

#[cfg(feature = "read")]
pub mod catalog;
#[cfg(feature = "read")]
pub mod diagnostic;
#[cfg(feature = "read")]
pub mod facts;
#[cfg(feature = "read")]
pub mod lines;
#[cfg(feature = "read")]
mod lookup;
#[cfg(feature = "read")]
pub mod model;
#[cfg(feature = "read")]
mod named;
#[cfg(feature = "read")]
mod nearest;
#[cfg(feature = "read")]
mod order;
#[cfg(feature = "prompt")]
pub mod prompt;
#[cfg(feature = "read")]
pub mod read;
#[cfg(feature = "read")]
pub mod rules;
#[cfg(feature = "read")]
pub mod schedule;
#[cfg(feature = "schema")]
pub mod schema;

#[cfg(feature = "read")]
pub use {
    diagnostic::{Diagnostic, Severity},
    facts::{AnyKind, Facts},
    lines::LineIndex,
    model::{Contract, Span, Spanned},
    named::{HasName, Named},
    nearest::nearest,
    read::{IncludedFile, Load, Reading, Source, read, read_with, snake_case},
    rules::{Callees, Checked, called_files, check, check_with, judge, rules},
};

#[cfg(feature = "evidence")]
pub mod evidence;
mod policy_key;
pub use policy_key::policy_key;
#[cfg(feature = "source")]
pub mod source;
