//! Type parameters, lifetimes, const parameters, bounds.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::{ShapeError, limited, ready};
use resilience_contract::{FailureModes, resilience_contract};

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn type_parameter<T>(text: &str) -> Result<T, ShapeError>
where
    T: FromStr,
    ShapeError: From<T::Err>,
{
    Ok(text.parse()?) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn lifetimes<'a, 'b: 'a>(first: &'a str, second: &'b str) -> Result<&'a str, ShapeError> {
    limited(first)?; // branch
    Ok(second)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn constant_parameter<const N: usize>(numbers: [u32; N]) -> Result<[u32; N], ShapeError> {
    if N == 0 {
        return Err(ShapeError::Empty); // branch
    }
    Ok(numbers)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn impl_arguments(
    texts: impl IntoIterator<Item = impl AsRef<str>>,
    mut each: impl FnMut(u32),
) -> Result<(), ShapeError> {
    for text in texts {
        each(limited(text.as_ref())?); // branch
    }
    Ok(())
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn trait_object(lookup: &dyn Fn(&str) -> Option<u32>) -> Result<u32, ShapeError> {
    lookup("key").ok_or(ShapeError::Empty) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
async fn async_closure_argument<F>(fetch: F) -> Result<u32, ShapeError>
where
    F: AsyncFn(&str) -> Result<u32, ShapeError>,
{
    fetch("").await // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn unsized_parameter<T: ?Sized + AsRef<str>>(text: &T) -> Result<u32, ShapeError> {
    limited(text.as_ref()) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn associated_type<I>(mut numbers: I) -> Result<I::Item, ShapeError>
where
    I: Iterator<Item: Copy>,
{
    numbers.next().ok_or(ShapeError::Empty) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn higher_ranked<F>(pick: F) -> Result<u32, ShapeError>
where
    F: for<'a> Fn(&'a [u32]) -> Option<&'a u32>,
{
    pick(&[]).copied().ok_or(ShapeError::Empty) // branch
}

/// An enum that holds what the function was given.
#[derive(Debug, PartialEq, Eq, FailureModes)]
pub(crate) enum Holding<T> {
    Held(T),
    Lost,
}

#[resilience_contract("shapes.generic", file = "tests/contracts/shapes.toml")]
fn one_instance(number: u32) -> Result<u32, Holding<u32>> {
    Err(Holding::Held(number)) // branch
}

#[resilience_contract("shapes.generic", file = "tests/contracts/shapes.toml", error = Holding<()>)]
fn over_a_parameter<T>(value: Option<T>) -> Result<(), Holding<T>> {
    match value {
        Some(value) => Err(Holding::Held(value)), // branch
        None => Err(Holding::Lost),               // branch
    }
}

/// An enum that borrows.
#[derive(Debug, PartialEq, Eq, FailureModes)]
pub(crate) enum Borrowing<'a> {
    Word(&'a str),
}

#[resilience_contract("shapes.borrowing", file = "tests/contracts/shapes.toml")]
fn error_that_borrows<'a>(words: &[&'a str]) -> Result<(), Borrowing<'a>> {
    match words.first() {
        Some(word) => Err(Borrowing::Word(word)), // branch
        None => Ok(()),
    }
}

#[resilience_contract("shapes.borrowing", file = "tests/contracts/shapes.toml")]
fn elided_lifetime(word: &str) -> Result<(), Borrowing<'_>> {
    Err(Borrowing::Word(word)) // branch
}

/// A method of a generic type cannot say `T` in an item, and need not.
struct Cache<K, V> {
    entries: BTreeMap<K, V>,
}

impl<K: Ord, V> Cache<K, V> {
    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn entry(&mut self, key: &K) -> Result<&mut V, ShapeError> {
        self.entries.get_mut(key).ok_or(ShapeError::Empty) // branch
    }
}

#[test]
fn generic_functions_return_what_they_say() {
    assert_eq!(type_parameter::<u8>("1"), Ok(1));
    assert!(type_parameter::<u8>("x").is_err());
    assert_eq!(lifetimes("1", "x"), Ok("x"));
    assert!(lifetimes("", "x").is_err());
    assert_eq!(constant_parameter([1]), Ok([1]));
    assert!(constant_parameter([]).is_err());
    let mut sum = 0;
    assert_eq!(impl_arguments(["1", "2"], |number| sum += number), Ok(()));
    assert_eq!(sum, 3);
    assert!(impl_arguments([""], |_| {}).is_err());
    assert_eq!(trait_object(&|_| Some(1)), Ok(1));
    assert!(trait_object(&|_| None).is_err());
    assert!(ready(async_closure_argument(async |text: &str| limited(text))).is_err());
    assert_eq!(unsized_parameter("1"), Ok(1));
    assert!(unsized_parameter("").is_err());
    assert_eq!(associated_type([1].into_iter()), Ok(1));
    assert!(associated_type([0; 0].into_iter()).is_err());
    assert!(higher_ranked(|numbers| numbers.first()).is_err());
    assert_eq!(one_instance(1), Err(Holding::Held(1)));
    assert_eq!(over_a_parameter(Some("x")), Err(Holding::Held("x")));
    assert_eq!(over_a_parameter::<u8>(None), Err(Holding::Lost));
    assert_eq!(error_that_borrows(&["x"]), Err(Borrowing::Word("x")));
    assert_eq!(elided_lifetime("x"), Err(Borrowing::Word("x")));
    let mut cache = Cache {
        entries: BTreeMap::from([(1, "x")]),
    };
    assert_eq!(cache.entry(&1), Ok(&mut "x"));
    assert!(cache.entry(&2).is_err());
}
