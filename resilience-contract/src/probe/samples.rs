//! The failures that can be put in the place of what a call to an interface answers, as
//! far as the type of its value allows.
//!
//! As in `inspect`, the traits are tried from the most telling to the least by the way the
//! compiler looks up methods.

use std::marker::PhantomData;

use crate::{FailureModes, OkFailure};

/// Asks for failures of a type.
#[derive(Debug)]
pub struct Wanted<T>(PhantomData<fn() -> T>);

impl<T> Wanted<T> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

// By hand: a derive would ask the same of `T`.
impl<T> Clone for Wanted<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Wanted<T> {}

/// Failures of a type.
#[derive(Debug)]
pub struct Samples<T> {
    pub(super) values: Vec<T>,
    /// Whether the type has no other failures than these.
    pub(super) whole: bool,
}

impl<T> Samples<T> {
    fn some(values: impl Iterator<Item = T>) -> Self {
        Self {
            values: values.collect(),
            whole: false,
        }
    }
}

fn errors<E: FailureModes>() -> impl Iterator<Item = E> {
    (0..E::VARIANTS.len()).filter_map(E::sample)
}

/// Both halves of the result can be failures: first those that the library reports as `Ok`.
pub trait OfBoth<T> {
    /// One of each.
    fn samples(&self) -> Samples<T>;
}

impl<T: OkFailure, E: FailureModes> OfBoth<Result<T, E>> for &&&Wanted<Result<T, E>> {
    fn samples(&self) -> Samples<Result<T, E>> {
        let values = T::samples().into_iter().map(Ok);
        Samples::some(values.chain(errors().map(Err)))
    }
}

/// The error can be made.
pub trait OfErrors<T> {
    /// One of each.
    fn samples(&self) -> Samples<T>;
}

impl<T, E: FailureModes> OfErrors<Result<T, E>> for &&Wanted<Result<T, E>> {
    fn samples(&self) -> Samples<Result<T, E>> {
        let values: Vec<Result<T, E>> = errors().map(Err).collect();
        Samples {
            whole: E::__PLAIN && !E::OPEN && values.len() == E::VARIANTS.len(),
            values,
        }
    }
}

/// Values that carry a failure can be made, in a result.
pub trait OfValues<T> {
    /// One of each.
    fn samples(&self) -> Samples<T>;
}

impl<T: OkFailure, E> OfValues<Result<T, E>> for &Wanted<Result<T, E>> {
    fn samples(&self) -> Samples<Result<T, E>> {
        Samples::some(T::samples().into_iter().map(Ok))
    }
}

/// Values that carry a failure can be made.
pub trait OfValue<T> {
    /// One of each.
    fn samples(&self) -> Samples<T>;
}

impl<T: OkFailure> OfValue<T> for Wanted<T> {
    fn samples(&self) -> Samples<T> {
        Samples::some(T::samples().into_iter())
    }
}

/// Nothing is known of the type.
pub trait OfNothing<T> {
    /// None.
    fn samples(self) -> Samples<T>;
}

impl<T> OfNothing<T> for Wanted<T> {
    fn samples(self) -> Samples<T> {
        Samples::some(std::iter::empty())
    }
}
