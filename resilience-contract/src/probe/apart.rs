//! Taking an error apart, where its type allows that.
//!
//! Out of a value whose type has a `Drop` of its own nothing can be moved: a pattern that
//! would is an error. The derive does not know whether there is one, so it writes patterns
//! that hold for the value and for a reference to it. Which of the two they are held against
//! is settled here, by the compiler's method lookup; the reference is one that never exists.

use std::convert::Infallible;
use std::marker::PhantomData;

/// Asks whether values of a type can be taken apart.
#[derive(Debug)]
pub struct Apart<T>(PhantomData<fn() -> T>);

impl<T> Apart<T> {
    /// Of a named type.
    #[expect(clippy::new_without_default, reason = "only the macros call it")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// A type with a `Drop` of its own.
pub trait StaysWhole<T> {
    /// No.
    fn comes_apart(&self) -> bool;
    /// The value as it is; what could be looked into is never there.
    fn apart<'a>(&self, value: T) -> Result<(&'a T, Infallible), T>
    where
        T: 'a;
}

#[expect(
    drop_bounds,
    reason = "whether there is a `Drop` of its own is the question"
)]
impl<T: Drop> StaysWhole<T> for Apart<T> {
    fn comes_apart(&self) -> bool {
        false
    }

    fn apart<'a>(&self, value: T) -> Result<(&'a T, Infallible), T>
    where
        T: 'a,
    {
        Err(value)
    }
}

/// Any other type.
pub trait ComesApart<T> {
    /// Yes.
    fn comes_apart(&self) -> bool;
    /// The value, to be taken apart.
    fn apart(&self, value: T) -> Result<(T, ()), T>;
}

impl<T> ComesApart<T> for &Apart<T> {
    fn comes_apart(&self) -> bool {
        true
    }

    fn apart(&self, value: T) -> Result<(T, ()), T> {
        Ok((value, ()))
    }
}

/// What a pattern has bound: a part, or a reference to one that is never there.
pub trait Part<T, P> {
    /// The part.
    fn part(self, proof: P) -> T;
}

impl<T> Part<T, ()> for T {
    fn part(self, (): ()) -> T {
        self
    }
}

impl<T> Part<T, Infallible> for &T {
    fn part(self, proof: Infallible) -> T {
        match proof {}
    }
}

#[cfg(test)]
mod tests {
    use super::{Apart, ComesApart as _, StaysWhole as _};

    struct Plain;

    struct Dropping;

    impl Drop for Dropping {
        fn drop(&mut self) {}
    }

    #[test]
    fn only_a_drop_of_its_own_keeps_a_type_whole() {
        assert!((&Apart::<Plain>::new()).comes_apart());
        assert!((&Apart::<(Dropping, String)>::new()).comes_apart());
        assert!((&Apart::<Plain>::new()).apart(Plain).is_ok());
        assert!(!Apart::<Dropping>::new().comes_apart());
        assert!(Apart::<Dropping>::new().apart(Dropping).is_err());
    }
}
