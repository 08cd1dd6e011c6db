//! The marks that the macro puts around what leaves a function.
//!
//! All are identity functions: as the argument of a call an expression keeps
//! its expected type and its temporaries, which a `let` or a `match` would
//! change.

use std::task::Poll;

use super::call;

/// What `?` can be applied to in a function that returns a `Result`.
#[doc(hidden)]
pub trait Operand {
    /// What `?` gives.
    type Output;
    /// What `?` leaves with, once it has become the function's error.
    type Error;
    /// Whether `?` will leave the function.
    fn leaves(&self) -> bool;
    /// What `?` finds.
    fn answer(self) -> Result<Self::Output, Self::Error>;
}

impl<T, E> Operand for Result<T, E> {
    type Output = T;
    type Error = E;

    fn leaves(&self) -> bool {
        self.is_err()
    }

    fn answer(self) -> Self {
        self
    }
}

impl<T, E> Operand for Poll<Result<T, E>> {
    type Output = Poll<T>;
    type Error = E;

    fn leaves(&self) -> bool {
        matches!(self, Self::Ready(Err(_)))
    }

    fn answer(self) -> Result<Poll<T>, E> {
        match self {
            Self::Ready(result) => result.map(Poll::Ready),
            Self::Pending => Ok(Poll::Pending),
        }
    }
}

impl<T, E> Operand for Poll<Option<Result<T, E>>> {
    type Output = Poll<Option<T>>;
    type Error = E;

    fn leaves(&self) -> bool {
        matches!(self, Self::Ready(Some(Err(_))))
    }

    fn answer(self) -> Result<Poll<Option<T>>, E> {
        match self {
            Self::Ready(result) => result.transpose().map(Poll::Ready),
            Self::Pending => Ok(Poll::Pending),
        }
    }
}

/// Around the operand of a `?`: it leaves there only if it is an `Err`.
#[doc(hidden)]
#[inline]
pub fn question<T: Operand>(operand: T, branch: u32) -> T {
    if operand.leaves() {
        call::leaving_by(branch);
    }
    operand
}

/// Around a value that the function returns: it leaves there whatever it is.
#[doc(hidden)]
#[inline]
pub fn leaf<T>(value: T, branch: u32) -> T {
    call::leaving_by(branch);
    value
}

/// Around a macro that could have left the function, and did not.
#[doc(hidden)]
#[inline]
pub fn past<T>(value: T) -> T {
    call::not_leaving();
    value
}
