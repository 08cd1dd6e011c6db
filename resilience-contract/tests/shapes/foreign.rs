//! Enums of other crates, which cannot derive anything.

use std::cmp::Ordering;
use std::num::{IntErrorKind, ParseIntError};

use crate::ready;
use resilience_contract::resilience_contract;

#[resilience_contract("shapes.ordering", file = "tests/contracts/shapes.toml", match)]
fn exhaustive(number: u32) -> Result<u32, Ordering> {
    if number != 1 {
        return Err(number.cmp(&1)); // branch
    }
    Ok(number)
}

#[resilience_contract(
    "shapes.number",
    file = "tests/contracts/shapes.toml",
    match,
    open,
    samples = [IntErrorKind::Empty, IntErrorKind::InvalidDigit],
)]
fn not_exhaustive(text: &str) -> Result<u32, IntErrorKind> {
    let number: Result<u32, ParseIntError> = text.parse();
    number.map_err(|error| *error.kind()) // branch
}

type Compared<T> = Result<T, Ordering>;

#[resilience_contract("shapes.ordering", file = "tests/contracts/shapes.toml", match, error = std::cmp::Ordering)]
async fn behind_an_alias(number: u32) -> Compared<u32> {
    let number = exhaustive(number)?; // branch
    Ok(number)
}

#[test]
fn foreign_enums_are_returned() {
    assert_eq!(exhaustive(1), Ok(1));
    assert_eq!(exhaustive(0), Err(Ordering::Less));
    assert_eq!(not_exhaustive("x"), Err(IntErrorKind::InvalidDigit));
    assert_eq!(
        not_exhaustive("99999999999"),
        Err(IntErrorKind::PosOverflow)
    );
    assert_eq!(ready(behind_an_alias(2)), Err(Ordering::Greater));
}
