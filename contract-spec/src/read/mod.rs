//! Reads a contract file: from text to model, every mistake in one pass.
//!
//! Nothing is guessed: what cannot be understood is reported where it stands and
//! left out of the model. The reader knows shapes, types and names; whether what a
//! contract says is wise is for [`mod@crate::rules`]. It does not touch the file system.

mod contract;
mod duration;
mod function;
mod include;
mod kind;
mod resolve;
mod syntax;
mod table;
mod value;
mod word;

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::model::{Contract, Span};
use crate::order;

pub(crate) use duration::excerpt;
pub use duration::write as write_duration;
pub(crate) use include::beside;
pub use include::{IncludedFile, Load};
pub(crate) use resolve::{is_mode_name, local, meant, split_id};
pub(crate) use table::list;
#[cfg(feature = "schemars")]
pub(crate) use word::KEYWORDS;
pub(crate) use word::pascal_case;
pub use word::snake_case;

/// The only version of the format that there is.
pub const FORMAT: u32 = 1;

/// A contract file, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as it is shown to people; the file's stem is the first half of the
    /// ids of its functions.
    pub path: String,
    /// What stands in the file.
    pub text: String,
}

impl Source {
    /// Puts a text under a path.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    /// `payments` for `contracts/payments.toml`.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit(['/', '\\']).next().unwrap_or_default();
        name.strip_suffix(".toml").unwrap_or(name)
    }
}

/// What was understood of a contract file, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Whatever could be understood.
    pub contract: Contract,
    /// Every mistake, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

impl Reading {
    /// Whether the contract is refused.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Adds what a rule found, each in its place and once.
    pub fn add(&mut self, found: Vec<Diagnostic>) {
        if !found.is_empty() {
            self.diagnostics.extend(found);
            in_order(&mut self.diagnostics);
        }
    }
}

/// So many dots and brackets cannot nest deeply enough to exhaust any stack.
const HARMLESS: usize = 500;

/// The deepest nesting that the parser admits (80 tables with keys of 80 parts) fits in.
const DEEP_STACK: usize = 64 << 20;

/// Reads a contract without judging it: [`crate::check`] does both.
///
/// Nothing is read beside it: a file that includes others is refused.
pub fn read(source: &Source) -> Reading {
    read_files(source, None).0
}

/// Reads a contract and the files that it includes.
pub fn read_with(source: &Source, load: Load<'_>) -> (Reading, Vec<IncludedFile>) {
    read_files(source, Some(load))
}

fn read_files(source: &Source, load: Option<Load<'_>>) -> (Reading, Vec<IncludedFile>) {
    let mut files = include::Files::new(source, load);
    let (mut contract, mut reader) = parse(source);
    files.include(&mut reader, &mut contract);
    (finish(reader, contract, source), files.done)
}

/// From text to model, as far as one file goes.
fn parse(source: &Source) -> (Contract, table::Reader) {
    let here = || {
        let (table, mut reader) = table::Reader::open(&source.text);
        (reader.contract(table.get_ref()), reader)
    };
    let nesting = source
        .text
        .bytes()
        .filter(|b| matches!(b, b'.' | b'[' | b'{'))
        .count();
    if nesting <= HARMLESS {
        return here();
    }
    // The parser recurses, and its limits allow thousands of levels.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(DEEP_STACK)
            .spawn_scoped(scope, here);
        match thread.map(|thread| thread.join()) {
            Ok(Ok(read)) => read,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => here(),
        }
    })
}

/// Holds names against what they name, now that all of it is known.
fn finish(mut reader: table::Reader, contract: Contract, source: &Source) -> Reading {
    resolve::names(&mut reader, &contract, source);
    let (contract, mut diagnostics) = reader.close(contract);
    in_order(&mut diagnostics);
    Reading {
        contract,
        diagnostics,
    }
}

/// Sorts diagnostics by their place, and drops what was said twice.
pub(crate) fn in_order(diagnostics: &mut Vec<Diagnostic>) {
    let place = |d: &Diagnostic| (d.primary.span.start, d.primary.span.end);
    order::sort(diagnostics, &|a, b| place(a).cmp(&place(b)));
    let mut here = Span::default();
    let mut said: HashSet<(&'static str, String)> = HashSet::new();
    diagnostics.retain(|d| {
        if d.primary.span != here {
            here = d.primary.span.clone();
            said.clear();
        }
        said.insert((d.code, d.message.clone()))
    });
}
