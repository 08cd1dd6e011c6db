//! Results that do not name their error, and errors that share a name.

use crate::{ShapeError, limited};
use resilience_contract::resilience_contract;

type Result<T> = std::result::Result<T, ShapeError>;
type Outcome<T, E = ShapeError> = std::result::Result<T, E>;
type Done = std::result::Result<(), ShapeError>;

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn alias_of_one_argument(text: &str) -> Result<u32> {
    limited(text) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn alias_of_what_is_borrowed<'a>(text: &'a str, _: &str) -> Result<&'a str> {
    limited(text)?; // branch
    Ok(text)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn alias_of_a_parameter<T>(value: Option<T>) -> Result<T> {
    value.ok_or(ShapeError::Empty) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn alias_of_an_opaque_type(text: &str) -> Result<impl Iterator<Item = u32> + use<>> {
    let number = limited(text)?; // branch
    Ok(0..number)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn alias_of_two_arguments(text: &str) -> Outcome<u32, ShapeError> {
    limited(text) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn alias_with_a_default(text: &str) -> Outcome<u32> {
    limited(text) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn alias_without_arguments(text: &str) -> Done {
    limited(text)?; // branch
    Ok(())
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml", error = ShapeError)]
fn alias_and_error(text: &str) -> Result<u32> {
    limited(text) // branch
}

mod files {
    use resilience_contract::{FailureModes, resilience_contract};

    #[derive(Debug, PartialEq, Eq, FailureModes)]
    pub(super) enum Error {
        Gone,
        Late,
    }

    #[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
    pub(super) fn open(late: bool) -> Result<(), Error> {
        Err(if late { Error::Late } else { Error::Gone }) // branch
    }
}

mod queue {
    use resilience_contract::{FailureModes, resilience_contract};

    #[derive(Debug, PartialEq, Eq, FailureModes)]
    pub(super) enum Error {
        Full,
    }

    #[resilience_contract("shapes.other", file = "tests/contracts/shapes.toml")]
    pub(super) fn push() -> Result<(), Error> {
        Err(Error::Full) // branch
    }
}

#[resilience_contract("shapes.other", file = "tests/contracts/shapes.toml")]
fn error_by_its_path() -> std::result::Result<(), queue::Error> {
    queue::push()?; // branch
    Ok(())
}

#[test]
fn aliases_stand_for_their_results() {
    assert_eq!(alias_of_one_argument(""), Err(ShapeError::Empty));
    assert_eq!(alias_of_what_is_borrowed("1", ""), Ok("1"));
    assert!(alias_of_what_is_borrowed("", "").is_err());
    assert!(alias_of_a_parameter::<u8>(None).is_err());
    assert_eq!(alias_of_an_opaque_type("2").unwrap().count(), 2);
    assert!(alias_of_an_opaque_type("").is_err());
    assert!(alias_of_two_arguments("").is_err());
    assert!(alias_with_a_default("").is_err());
    assert!(alias_without_arguments("").is_err());
    assert!(alias_and_error("").is_err());
    assert_eq!(files::open(true), Err(files::Error::Late));
    assert_eq!(files::open(false), Err(files::Error::Gone));
    assert_eq!(queue::push(), Err(queue::Error::Full));
    assert_eq!(error_by_its_path(), Err(queue::Error::Full));
}
