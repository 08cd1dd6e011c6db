//! The published JSON Schema of contract files, for editors that complete and check
//! while somebody types.
//!
//! The reader does not use it, and nobody judges a contract by it: it says what of the
//! reader's rules JSON Schema can say, and [`LIMITS`] lists the rest. Tests hold the two
//! together, over files written by hand and thousands of mutated ones.

#[cfg(feature = "schemars")]
mod form;
#[cfg(feature = "schemars")]
mod generate;
#[cfg(feature = "schemars")]
mod modes;
#[cfg(feature = "schemars")]
mod word;

#[cfg(feature = "schemars")]
pub use generate::generate;

/// The name of the published file.
pub const FILE: &str = "contract.schema.json";

/// What stands in the published file's `$comment`, so that a later version knows which
/// files it may replace.
pub const MARK: &str = "written by cargo verify-contracts, and replaced by its next version";

/// The published file.
pub const TEXT: &str = include_str!("../../contract.schema.json");

/// Codes whose every breach the schema finds as well, but for those in [`LIMITS`]: the
/// shape of a file, a reason, and the cap of a retry policy.
pub const CODES: [&str; 15] = [
    "RC101", "RC102", "RC103", "RC104", "RC106", "RC107", "RC108", "RC109", "RC110", "RC111",
    "RC112", "RC113", "RC114", "RC115", "RC116",
];

/// Something that the reader refuses and the schema cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The reader's code.
    pub code: &'static str,
    /// Which breaches of it.
    pub breach: &'static str,
    /// Why the schema lets them pass.
    pub reason: &'static str,
}

/// What the reader refuses and the schema cannot.
///
/// Not listed are files that are no TOML (RC100, and keys that stand twice), of which no
/// schema ever hears.
pub const LIMITS: [Limit; 8] = [
    Limit {
        code: "RC102",
        breach: "a duration of more than a year",
        reason: "a pattern knows the form of a number, and cannot add",
    },
    Limit {
        code: "RC102",
        breach: "a whole number written with a decimal point, such as `3.0`",
        reason: "JSON has one kind of number, and 3.0 is 3",
    },
    Limit {
        code: "RC103",
        breach: "an unknown kind, in a file that declares or includes kinds",
        reason: "a value cannot be held against the keys of another table",
    },
    Limit {
        code: "RC104",
        breach: "a mode of another kind; any mode, in a file with kinds or callees of its own",
        reason: "a key cannot be held against a value in another table",
    },
    Limit {
        code: "RC106",
        breach: "a reason of two words or more that says nothing, such as \"to be decided\"",
        reason: "whether words say something is for people to judge, and the list of those that do not grows",
    },
    Limit {
        code: "RC109",
        breach: "every name that refers to something",
        reason: "a value cannot be held against the keys of another table",
    },
    Limit {
        code: "RC112",
        breach: "a mode of an interface with letters that are not ASCII",
        reason: "a callee's variants may have them, and which interface is a callee stands elsewhere",
    },
    Limit {
        code: "RC116",
        breach: "an included file that is missing or leads back",
        reason: "a schema sees one file",
    },
];
