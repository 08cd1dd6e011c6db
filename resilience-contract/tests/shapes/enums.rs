//! Error types of every make: boxed, nested, partly left out, shared, by hand.

use resilience_contract::{FailureModes, Variant, resilience_contract};

use crate::{ShapeError, limited};

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml", error = Box<ShapeError>)]
fn boxed_and_named(text: &str) -> Result<u32, Box<ShapeError>> {
    limited(text).map_err(Box::new) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn boxed(text: &str) -> Result<u32, Box<ShapeError>> {
    let number = limited(text).map_err(Box::new)?; // branch
    Ok(number)
}

mod local {
    use super::{FailureModes, ShapeError};

    /// Some variants are not there, and one holds another enum.
    #[derive(Debug, PartialEq, Eq, FailureModes)]
    pub(super) enum Error {
        Gone,
        #[cfg(any())]
        NeverCompiled(NoSuchType),
        #[cfg(not(any()))]
        #[failure(sample = Error::Late(Inner::Nested(ShapeError::Empty)))]
        Late(Inner),
    }

    #[derive(Debug, PartialEq, Eq)]
    pub(super) enum Inner {
        Nested(ShapeError),
    }
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn nested_and_partly_left_out(text: &str) -> Result<u32, local::Error> {
    if text == "gone" {
        return Err(local::Error::Gone); // branch
    }
    limited(text).map_err(|error| local::Error::Late(local::Inner::Nested(error))) // branch
}

/// Declared once for several functions.
#[derive(Debug, PartialEq, Eq, FailureModes)]
enum Shared {
    First,
    Second,
    Third,
}

#[resilience_contract("shapes.shared", file = "tests/contracts/shapes.toml")]
fn shared(number: u32) -> Result<u32, Shared> {
    match number {
        1 => Err(Shared::First),  // branch
        2 => Err(Shared::Second), // branch
        3 => Err(Shared::Third),  // branch
        _ => Ok(number),
    }
}

/// An enum without variants: the function cannot fail, and says so.
#[derive(Debug, PartialEq, Eq, FailureModes)]
enum Never {}

#[resilience_contract("shapes.empty", file = "tests/contracts/shapes.toml")]
fn never_fails(number: u32) -> Result<u32, Never> {
    Ok(number)
}

/// A struct with a kind, as many libraries have it.
#[derive(Debug, PartialEq, Eq)]
struct Kinds {
    kind: Kind,
    text: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Denied,
    Lost,
}

impl FailureModes for Kinds {
    const NAME: &'static str = "Kinds";
    const VARIANTS: &'static [Variant] = &[
        Variant {
            name: "Denied",
            file: file!(),
            line: line!(),
        },
        Variant {
            name: "Lost",
            file: file!(),
            line: line!(),
        },
    ];

    fn variant(&self) -> usize {
        self.kind as usize
    }

    fn sample(variant: usize) -> Option<Self> {
        let kind = *[Kind::Denied, Kind::Lost].get(variant)?;
        Some(Self {
            kind,
            text: "sample",
        })
    }
}

#[resilience_contract("shapes.kinds", file = "tests/contracts/shapes.toml")]
fn struct_with_a_kind(lost: bool) -> Result<u32, Kinds> {
    let kind = if lost { Kind::Lost } else { Kind::Denied };
    Err(Kinds { kind, text: "real" }) // branch
}

/// A name that only a raw identifier can be.
#[derive(Debug, PartialEq, Eq, FailureModes)]
enum Raw {
    #[deprecated = "and its use is nobody's fault here"]
    Type(u8),
}

#[expect(deprecated, reason = "the variant is")]
#[resilience_contract("shapes.raw", file = "tests/contracts/shapes.toml")]
fn deprecated_variant() -> Result<u32, Raw> {
    Err(Raw::Type(1)) // branch
}

#[test]
fn error_types_of_every_make_arrive() {
    assert_eq!(boxed_and_named(""), Err(Box::new(ShapeError::Empty)));
    assert_eq!(boxed(""), Err(Box::new(ShapeError::Empty)));
    assert_eq!(nested_and_partly_left_out("gone"), Err(local::Error::Gone));
    assert!(nested_and_partly_left_out("").is_err());
    assert_eq!(shared(1), Err(Shared::First));
    assert_eq!(shared(2), Err(Shared::Second));
    assert_eq!(shared(3), Err(Shared::Third));
    assert_eq!(never_fails(1), Ok(1));
    assert_eq!(struct_with_a_kind(true).unwrap_err().kind, Kind::Lost);
    assert_eq!(struct_with_a_kind(false).unwrap_err().text, "real");
    assert!(deprecated_variant().is_err());
}
