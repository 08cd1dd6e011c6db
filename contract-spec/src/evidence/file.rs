//! What a run writes down so that another machine, or a later run, can use it: one line
//! for each thing that was found out, in JSON.
//!
//! A file begins with a [`Header`] (evidence of a run) or a [`Binary`] (what is kept of
//! one test binary between runs), and ends with an [`End`]. Without its end it was cut
//! short, and whoever reads it refuses it. What a test's probes recorded stands behind its
//! [`Run`] as the probes wrote it, in lines of [`super::Record`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Branch;

/// The name of this form.
pub const SCHEMA: &str = "resilience-contract/evidence";

/// The version of this form. A reader refuses any other.
pub const VERSION: u32 = 1;

/// The usual ending of such files.
pub const EXTENSION: &str = "rcev";

/// One line, but for those of the probes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Line {
    /// The first line of a run's evidence.
    Header(Header),
    /// The first line of what is kept of a test binary.
    Binary(Binary),
    /// A contracted function, as the sources show it.
    Listed(Listed),
    /// A macro out of which functions may come that are not listed.
    Hidden(Hidden),
    /// A function that a policy may demand a contract of.
    Place(Place),
    /// A test, run or not.
    Test(Test),
    /// A test ran with nothing changed.
    Run(Run),
    /// A test ran with a mutant.
    Trial(Trial),
    /// A test that noticed a mutant was run again with nothing changed.
    Again(Again),
    /// The last line.
    End(End),
}

/// Whose evidence a file is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
    /// [`VERSION`].
    pub format: u32,
    /// The version of the program that wrote it.
    pub tool: String,
    /// Which part of the tests was run; none for all of them.
    pub partition: Option<Partition>,
    /// What the run was about.
    pub inputs: Inputs,
    /// Whether places are among the lines, so that demands of a policy can be judged.
    pub places: bool,
}

/// A part of the tests: of the tests that are run, in their order, every `count`th,
/// beginning with the `index`th.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Partition {
    /// From 1.
    pub index: u32,
    /// How many parts there are.
    pub count: u32,
}

/// What a run was about: parts of one run agree in all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// The names of the selected packages.
    pub packages: BTreeSet<String>,
    /// What was said about features.
    pub features: BTreeSet<String>,
    /// The profile.
    pub profile: String,
    /// The target that was built for.
    pub target: String,
    /// The compiler's version.
    pub rustc: String,
    /// Every file of the workspace that was compiled, and every contract, relative to the
    /// workspace, with the digest of its content.
    pub files: BTreeMap<String, String>,
}

/// What is kept of a test binary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binary {
    /// [`SCHEMA`].
    pub schema: String,
    /// [`VERSION`].
    pub format: u32,
    /// The digest of everything that decides what its tests do.
    pub key: String,
}

/// A contracted function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// [`super::function_key`].
    pub key: String,
    /// The contract's id.
    pub id: String,
    /// The package.
    pub package: String,
    /// Crate, modules, name.
    pub path: String,
    /// The source file.
    pub file: String,
    /// The line of its name, from 1.
    pub line: u32,
    /// The column of its name, from 1.
    pub column: u32,
    /// Its first and its last line, from 1.
    pub lines: Option<(u32, u32)>,
    /// Its branches, by index.
    pub branches: Vec<Branch>,
    /// Branches that count only if a test leaves by them, by index.
    pub unlisted: BTreeSet<u32>,
    /// Macro calls that could not be looked into, by line and column.
    pub opaque: Vec<(u32, u32)>,
    /// Where its source lets a failure go for a reason.
    pub degraded: Vec<Reason>,
    /// The contract file, relative to the workspace, and the function's key in it.
    pub contract: Option<(String, String)>,
}

/// A `degrade!("reason", …)` in a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
    /// Why the failure may be lost.
    pub reason: String,
}

/// A macro that mentions the attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hidden {
    /// The source file.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
    /// The contract's id, where it is no macro but a function that was compiled and that no
    /// source shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// A function that can fail and that others call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Whether it has a contract.
    pub contracted: bool,
    /// The source file.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
    /// Crate, modules, name.
    pub path: String,
    /// The same with the type or trait before the name.
    pub typed: Option<String>,
}

/// A test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// Its number in this file, from 0, without a gap.
    pub test: usize,
    /// The name in reports; in what is kept of a binary, the name in the binary.
    pub id: String,
    /// Whether it is a whole binary with a `main` of its own.
    pub whole: bool,
    /// `#[ignore]`: not run.
    pub ignored: bool,
}

/// How a test went with nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The test's number.
    pub test: usize,
    /// Why it did not pass; none if it passed.
    pub failure: Option<String>,
    /// Microseconds.
    pub duration_us: u64,
    /// Whether it is one of `#[should_panic]`.
    pub should_panic: bool,
    /// How many lines of its probes follow.
    pub lines: usize,
}

/// How a test went with a mutant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The test's number.
    pub test: usize,
    /// [`super::Mutant`], as its `Display` writes it.
    pub mutant: String,
    /// What became of it.
    pub fate: Fate,
    /// The failures that stood in the calls whose result was changed, as
    /// [`super::signature`] writes them.
    pub changed: BTreeSet<String>,
}

/// What became of a mutant in one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// The test failed.
    Killed,
    /// The test passed.
    Survived,
    /// Neither, for this reason.
    Undecided(String),
}

/// How a test went that was run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// The test's number.
    pub test: usize,
    /// Whether it passed every time.
    pub passes: bool,
}

/// The end of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// How many lines stand before this one.
    pub lines: usize,
    /// The digest of all of them, their ends included: BLAKE3, in hexadecimal digits.
    pub digest: String,
}
