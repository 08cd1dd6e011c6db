//! What is wrong with a contract, where, and what to write instead.
//!
//! Data only: the verifier draws it with annotate-snippets, the macro as text.

use crate::model::Span;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth mending; nothing is refused.
    Warning,
    /// The contract is refused.
    Error,
}

/// A place in the contract and what is the matter there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Bytes of the file's text.
    pub span: Span,
    /// What is the matter; may be empty.
    pub text: String,
}

/// One mistake in one contract file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// `RC1xx`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong: a lowercase sentence fragment without a full stop.
    pub message: String,
    /// Where.
    pub primary: Label,
    /// Other places that have to do with it.
    pub secondary: Vec<Label>,
    /// What to write.
    pub help: Option<String>,
}
