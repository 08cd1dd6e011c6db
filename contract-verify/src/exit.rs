//! The exit codes: one for each way a run can end, and a public promise.

/// All that policy demands holds.
pub const PASSED: u8 = 0;
/// The command line is wrong, or what it names does not exist.
pub const USAGE: u8 = 2;
/// There are no contracts, or no tests were selected.
pub const NOTHING: u8 = 4;
/// A bug of the verifier itself.
pub const INTERNAL: u8 = 70;
/// The configuration cannot be read.
pub const CONFIGURATION: u8 = 96;
/// There are findings at error level, a malformed contract included.
pub const FINDINGS: u8 = 100;
/// `cargo metadata` or the build failed.
pub const BUILD: u8 = 101;
/// The project's own tests fail, or flake, without any mutant.
pub const TESTS: u8 = 102;
/// The evidence is incomplete.
pub const EVIDENCE: u8 = 103;
/// A report could not be written.
pub const OUTPUT: u8 = 110;
/// The run was interrupted.
pub const INTERRUPTED: u8 = 130;
