//! Which failure a value shows, as far as its type can tell.
//!
//! The traits below are tried from the most telling to the least by the way the
//! compiler looks up methods (one `&` less at a time), so that `external!`
//! works on every type and tells as much as that type allows.

use crate::{FailureModes, OkFailure};

/// What was seen of a call's value.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Whether the call failed.
    pub failed: bool,
    /// The failure mode, if the type tells it.
    pub mode: Option<&'static str>,
}

impl Seen {
    fn failure(mode: Option<&'static str>) -> Self {
        Self { failed: true, mode }
    }

    fn success() -> Self {
        Self {
            failed: false,
            mode: None,
        }
    }

    fn value(value: &impl OkFailure) -> Self {
        match value.failure_mode() {
            Some(mode) => Self::failure(Some(mode)),
            None => Self::success(),
        }
    }
}

/// The value of a call, under inspection.
#[derive(Debug)]
pub struct Inspect<'a, T>(pub &'a T);

// By hand: a derive would ask the same of `T`.
impl<T> Clone for Inspect<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Inspect<'_, T> {}

/// A future tells nothing before it is awaited.
pub trait NotAwaited {
    /// What is seen: too little.
    #[deprecated(
        note = "this is a future, and how the call ends is not known yet: await it inside of `external!`"
    )]
    fn inspect(&self) -> Seen;
}

impl<F: Future> NotAwaited for &&&&&Inspect<'_, F> {
    fn inspect(&self) -> Seen {
        Seen::success()
    }
}

/// Both halves of the result tell their failure.
pub trait ModesAndValue {
    /// What is seen.
    fn inspect(&self) -> Seen;
}

impl<T: OkFailure, E: FailureModes> ModesAndValue for &&&&Inspect<'_, Result<T, E>> {
    fn inspect(&self) -> Seen {
        match self.0 {
            Ok(value) => Seen::value(value),
            Err(error) => Seen::failure(error.failure_mode()),
        }
    }
}

/// The error tells its mode.
pub trait OnlyModes {
    /// What is seen.
    fn inspect(&self) -> Seen;
}

impl<T, E: FailureModes> OnlyModes for &&&Inspect<'_, Result<T, E>> {
    fn inspect(&self) -> Seen {
        match self.0 {
            Ok(_) => Seen::success(),
            Err(error) => Seen::failure(error.failure_mode()),
        }
    }
}

/// The value tells its failure; the error only that it is one.
pub trait ResultAndValue {
    /// What is seen.
    fn inspect(&self) -> Seen;
}

impl<T: OkFailure, E> ResultAndValue for &&Inspect<'_, Result<T, E>> {
    fn inspect(&self) -> Seen {
        match self.0 {
            Ok(value) => Seen::value(value),
            Err(_) => Seen::failure(None),
        }
    }
}

/// The result tells whether it failed, and no more.
pub trait OnlyResult {
    /// What is seen.
    fn inspect(&self) -> Seen;
}

impl<T, E> OnlyResult for &Inspect<'_, Result<T, E>> {
    fn inspect(&self) -> Seen {
        match self.0 {
            Ok(_) => Seen::success(),
            Err(_) => Seen::failure(None),
        }
    }
}

/// No result, but a value that can carry a failure.
pub trait OnlyValue {
    /// What is seen.
    fn inspect(&self) -> Seen;
}

impl<T: OkFailure> OnlyValue for Inspect<'_, T> {
    fn inspect(&self) -> Seen {
        Seen::value(self.0)
    }
}

/// Anything else.
pub trait Anything {
    /// What is seen.
    fn inspect(self) -> Seen;
}

impl<T> Anything for Inspect<'_, T> {
    fn inspect(self) -> Seen {
        Seen::success()
    }
}
