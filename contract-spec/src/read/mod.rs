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
mod wording;

use crate::diagnostic::Diagnostic;
use crate::model::Contract;
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
    syntax::parse(&source.text, |text, table, mistakes| {
        let mut reader = table::Reader::new(mistakes);
        (reader.contract(text, table), reader)
    })
}

/// Holds names against what they name, now that all of it is known.
fn finish(mut reader: table::Reader, contract: Contract, source: &Source) -> Reading {
    reader.sort_unread();
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
    let by_words = order::places(diagnostics.len(), &|a, b| {
        let (a, b) = (&diagnostics[a], &diagnostics[b]);
        let order = place(a).cmp(&place(b)).then(a.code.cmp(b.code));
        order.then_with(|| a.message.cmp(&b.message))
    });
    let mut said = vec![false; diagnostics.len()];
    for pair in by_words.windows(2) {
        let (a, b) = (&diagnostics[pair[0]], &diagnostics[pair[1]]);
        said[pair[1]] = place(a) == place(b) && a.code == b.code && a.message == b.message;
    }
    let mut next = 0;
    diagnostics.retain(|_| {
        next += 1;
        !said[next - 1]
    });
    order::sort(diagnostics, &|a, b| place(a).cmp(&place(b)));
}
