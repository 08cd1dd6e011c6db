//! Telling a `Result` that is thrown away from anything else that is.
//!
//! The macro puts a call of `discard` in the place of `let _ = …`. Which of the
//! methods it is, the compiler decides by the type, one `&` less at a time; the one
//! for a `Result` is deprecated, and the macro denies that. In a binary it is nothing.

/// A value that a statement throws away.
#[doc(hidden)]
#[derive(Debug)]
pub struct Discard<'a, T>(pub &'a T);

/// A value of a type that is written out: what would be coerced to it, still is.
#[doc(hidden)]
#[inline(always)]
pub fn of<T>(value: T) -> T {
    value
}

/// Writing into a text cannot fail, whatever the trait says; nor can what says so itself.
#[doc(hidden)]
pub trait DiscardFormat {
    /// Nothing.
    #[inline(always)]
    fn discard(&self) {}
}

impl<T> DiscardFormat for &&Discard<'_, Result<T, core::fmt::Error>> {}

// What has no value cannot happen.
impl<T> DiscardFormat for &&Discard<'_, Result<T, core::convert::Infallible>> {}

/// A failure would go unseen.
#[doc(hidden)]
pub trait DiscardResult {
    /// Nothing; but who calls it hides a failure.
    #[deprecated(
        note = "silent failure: this throws a `Result` away (RC210); return the error with `?`, handle it, or say why it may \
                be lost: `let _ = degrade!(\"…\", …);`"
    )]
    #[inline(always)]
    fn discard(&self) {}
}

impl<T, E> DiscardResult for &Discard<'_, Result<T, E>> {}

/// Anything else.
#[doc(hidden)]
pub trait DiscardAny {
    /// Nothing.
    #[inline(always)]
    fn discard(&self) {}
}

impl<T> DiscardAny for Discard<'_, T> {}
