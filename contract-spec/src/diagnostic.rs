//! What is wrong with a contract, where, and what to write instead.
//!
//! Data only: the verifier draws it with annotate-snippets, the macro as text.

use crate::lines::LineIndex;
use crate::model::Span;
use crate::read::Source;
use crate::rules::Rule;

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

impl Severity {
    /// The word in front of a finding.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in the contract and what is the matter there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Bytes of the file's text.
    pub span: Span,
    /// What is the matter; may be empty.
    pub text: String,
    /// The other file that the place is in; `None` for the file of the diagnostic.
    pub file: Option<Elsewhere>,
}

/// A place in another file than that of the diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The file's path, as it is shown to people.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
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

impl Diagnostic {
    /// A breach of a rule.
    pub fn new(rule: &Rule, span: Span, message: impl Into<String>) -> Self {
        Self {
            code: rule.code,
            severity: rule.severity,
            message: message.into(),
            primary: Label {
                span,
                text: String::new(),
                file: None,
            },
            secondary: Vec::new(),
            help: None,
        }
    }

    /// Says what is the matter at the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds another place that has to do with it.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            text: text.into(),
            file: None,
        });
        self
    }

    /// Adds a place in another file that has to do with it.
    #[must_use]
    pub fn also_in(mut self, other: &Source, span: Span, text: impl Into<String>) -> Self {
        let (line, column) = LineIndex::new(&other.text).line_column(span.start);
        self.secondary.push(Label {
            span,
            text: text.into(),
            file: Some(Elsewhere {
                path: other.path.clone(),
                line,
                column,
            }),
        });
        self
    }

    /// Says what to write.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether the contract is refused.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// `contracts/payments.toml:12:9: error[RC104]: message`, other places and help
    /// on indented lines below; for where nothing can be drawn.
    pub fn render_plain(&self, source: &Source) -> String {
        let lines = LineIndex::new(&source.text);
        let place = |span: &Span| {
            let (line, column) = lines.line_column(span.start);
            format!("{}:{line}:{column}", source.path)
        };
        let mut out = format!(
            "{}: {}[{}]: {}",
            place(&self.primary.span),
            self.severity.name(),
            self.code,
            self.message
        );
        for label in &self.secondary {
            let text = if label.text.is_empty() {
                "see here"
            } else {
                &label.text
            };
            let place = match &label.file {
                Some(Elsewhere { path, line, column }) => format!("{path}:{line}:{column}"),
                None => place(&label.span),
            };
            out = format!("{out}\n  note: {text} ({place})");
        }
        if let Some(help) = &self.help {
            for (at, line) in help.trim_end().split('\n').enumerate() {
                out.push_str(if at == 0 { "\n  help: " } else { "\n        " });
                out.push_str(line);
            }
        }
        out
    }
}
