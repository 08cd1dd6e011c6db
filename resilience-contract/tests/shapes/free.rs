//! Free functions, with everything that can stand in front of a body.

use crate::{LIMIT, ShapeError, limited};
use resilience_contract::resilience_contract;

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn question_mark(text: &str) -> Result<u32, ShapeError> {
    let number = limited(text)?; // branch
    Ok(number)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn tail_call(text: &str) -> Result<u32, ShapeError> {
    limited(text) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn early_return(text: &str) -> Result<u32, ShapeError> {
    if text.is_empty() {
        return Err(ShapeError::Empty); // branch
    }
    Ok(1)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn written_out(text: &str) -> ::core::result::Result<u32, crate::ShapeError> {
    match text.len() {
        0 => ::core::result::Result::Err(ShapeError::Empty), // branch
        _ => ::core::result::Result::Ok(1),
    }
}

/// A doc comment, and lints of its own.
///
/// # Errors
///
/// If there is nothing.
#[must_use = "the number is what it is for"]
#[inline]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
pub(crate) fn adorned(text: String) -> Result<u32, ShapeError> {
    limited(&text) // branch
}

#[resilience_contract(
    "shapes.own",
    file = "tests/contracts/shapes.toml",
    error = ShapeError,
)]
fn error_named_in_the_attribute(text: &str) -> Result<u32, ShapeError> {
    limited(text) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml", crate = ::resilience_contract)]
fn crate_named_in_the_attribute(text: &str) -> Result<u32, ShapeError> {
    limited(text) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn patterns_as_parameters((text, _): (&str, u8), [first, ..]: [u32; 2]) -> Result<u32, ShapeError> {
    Ok(limited(text)? + first) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn mutable_parameters(mut text: &str, mut limit: u32) -> Result<u32, ShapeError> {
    text = text.trim();
    limit += limited(text)?; // branch
    Ok(limit)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn two_kinds_of_ok(boxed: bool) -> Result<Box<dyn std::fmt::Display>, ShapeError> {
    if boxed {
        return Ok(Box::new(1));
    }
    if LIMIT == 0 {
        return Ok(Box::new("none"));
    }
    Err(ShapeError::Empty) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn hands_back_a_function(text: &str) -> Result<fn(u32) -> u32, ShapeError> {
    fn double(number: u32) -> u32 {
        number * 2
    }
    limited(text)?; // branch
    Ok(double)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn hands_back_an_iterator(text: &str) -> Result<impl Iterator<Item = u32> + use<>, ShapeError> {
    let number = limited(text)?; // branch
    Ok(0..number)
}

#[expect(improper_ctypes_definitions, reason = "only Rust calls it")]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
extern "C" fn with_an_abi(number: u32) -> Result<u32, ShapeError> {
    if number > LIMIT {
        return Err(ShapeError::TooLarge { limit: LIMIT }); // branch
    }
    Ok(number)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn r#try(text: &str) -> Result<u32, ShapeError> {
    #![allow(clippy::needless_return, reason = "an attribute inside of the body")]
    return limited(text); // branch
}

#[test]
fn free_functions_return_what_they_say() {
    assert_eq!(question_mark("1"), Ok(1));
    assert_eq!(question_mark(""), Err(ShapeError::Empty));
    assert_eq!(tail_call("101"), Err(ShapeError::TooLarge { limit: 100 }));
    assert_eq!(early_return(""), Err(ShapeError::Empty));
    assert_eq!(written_out(""), Err(ShapeError::Empty));
    assert_eq!(adorned(String::new()), Err(ShapeError::Empty));
    assert_eq!(error_named_in_the_attribute(""), Err(ShapeError::Empty));
    assert_eq!(crate_named_in_the_attribute(""), Err(ShapeError::Empty));
    assert_eq!(patterns_as_parameters(("1", 0), [2, 3]), Ok(3));
    assert_eq!(
        patterns_as_parameters(("", 0), [2, 3]),
        Err(ShapeError::Empty)
    );
    assert_eq!(mutable_parameters(" 1 ", 1), Ok(2));
    assert_eq!(mutable_parameters(" ", 1), Err(ShapeError::Empty));
    assert!(two_kinds_of_ok(true).is_ok());
    assert_eq!(two_kinds_of_ok(false).err(), Some(ShapeError::Empty));
    assert_eq!(hands_back_a_function("1").unwrap()(2), 4);
    assert_eq!(hands_back_a_function("").err(), Some(ShapeError::Empty));
    assert_eq!(hands_back_an_iterator("3").unwrap().sum::<u32>(), 3);
    assert_eq!(hands_back_an_iterator("").err(), Some(ShapeError::Empty));
    assert_eq!(with_an_abi(101), Err(ShapeError::TooLarge { limit: 100 }));
    assert_eq!(r#try(""), Err(ShapeError::Empty));
}
