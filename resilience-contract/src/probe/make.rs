//! Making values out of nothing, where their type allows it.
//!
//! As in `inspect`, the traits are tried in turn by the compiler's method
//! lookup, so that the derive can ask for any type and hear `None`.

use std::cell::RefCell;
use std::marker::PhantomData;

use crate::FailureModes;

/// Asks for a value of a type.
///
/// As what takes such a value, and not as what has one: where a type has a default only
/// for `'static`, it is this longer-lived one that is asked for, and it serves as well.
#[derive(Debug)]
pub struct Make<T>(PhantomData<fn(T)>);

impl<T> Make<T> {
    /// Asks for a value of a named type.
    #[expect(clippy::new_without_default, reason = "only the macros call it")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// Asks for the `Ok` half of a result.
    pub const fn ok_of<E>(_: &Result<T, E>) -> Self {
        Self(PhantomData)
    }
}

/// An error enum: the first variant that can be made.
pub trait MakeVariant {
    /// The value.
    type Value;
    /// How to make one.
    fn make(&self) -> Option<fn() -> Self::Value>;
}

impl<T: FailureModes> MakeVariant for &&&Make<T> {
    type Value = T;
    fn make(&self) -> Option<fn() -> T> {
        let _within = Within::enter::<T>()?;
        (0..T::VARIANTS.len()).find(|variant| T::can_sample(*variant))?;
        // It could be made just now; if it cannot a second time, the run crashes,
        // and a crash is no proof of anything.
        Some(|| first::<T>().unwrap_or_else(|| std::process::abort()))
    }
}

fn first<T: FailureModes>() -> Option<T> {
    let _within = Within::enter::<T>()?;
    (0..T::VARIANTS.len()).find_map(T::sample)
}

thread_local! {
    /// The enums that are in the making, outermost first.
    static MAKING: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// One enum in the making. Nothing that can be made at all needs another of its own kind
/// inside: an enum that holds itself is made by a variant that does not.
struct Within;

impl Within {
    /// `None` inside of another of the same kind, which would never end.
    fn enter<T>() -> Option<Self> {
        let name = std::any::type_name::<T>();
        let enter = |making: &RefCell<Vec<&'static str>>| {
            let mut making = making.borrow_mut();
            let is_new = !making.contains(&name);
            if is_new {
                making.push(name);
            }
            is_new.then(|| Self)
        };
        // Where the thread is at its end, nothing is made any more.
        MAKING.try_with(enter).ok().flatten()
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        let left = MAKING.try_with(|making| making.borrow_mut().pop());
        debug_assert!(left.is_ok_and(|name| name.is_some()));
    }
}

/// An error of std that has a public way to be made.
pub trait MakeKnown {
    /// The value.
    type Value;
    /// How to make one.
    fn make(&self) -> Option<fn() -> Self::Value>;
}

impl<T: Known> MakeKnown for &&Make<T> {
    type Value = T;
    fn make(&self) -> Option<fn() -> T> {
        Some(T::known)
    }
}

/// Anything with a default.
pub trait MakeDefault {
    /// The value.
    type Value;
    /// How to make one.
    fn make(&self) -> Option<fn() -> Self::Value>;
}

impl<T: Default> MakeDefault for &Make<T> {
    type Value = T;
    fn make(&self) -> Option<fn() -> T> {
        Some(T::default)
    }
}

/// Anything else, which cannot be made.
pub trait MakeNothing {
    /// The value.
    type Value;
    /// How to make one: not at all.
    fn make(&self) -> Option<fn() -> Self::Value>;
}

impl<T> MakeNothing for Make<T> {
    type Value = T;
    fn make(&self) -> Option<fn() -> T> {
        None
    }
}

/// Asks for another variant than there is.
#[derive(Debug)]
pub struct Exchange<T>(PhantomData<fn() -> T>);

impl<T> Exchange<T> {
    /// Of a named type.
    #[expect(clippy::new_without_default, reason = "only the macros call it")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// An error enum: another of its variants that can be made.
pub trait ExchangeVariant<T> {
    /// The enum's name, if there are two variants that can be made.
    fn inner(&self) -> Option<&'static str>;
    /// Another one; the same where there is none.
    fn exchanged(&self, held: T) -> Result<T, T>;
}

impl<T: FailureModes> ExchangeVariant<T> for Exchange<T> {
    fn inner(&self) -> Option<&'static str> {
        let can = (0..T::VARIANTS.len()).filter(|variant| T::can_sample(*variant));
        (can.count() > 1).then_some(T::NAME)
    }

    fn exchanged(&self, held: T) -> Result<T, T> {
        let is = held.variant();
        let mut others = (0..T::VARIANTS.len()).filter(|variant| *variant != is);
        others.find_map(T::sample).ok_or(held)
    }
}

/// Anything else, which stays what it is.
pub trait ExchangeNothing<T> {
    /// Nothing.
    fn inner(&self) -> Option<&'static str>;
    /// The same.
    fn exchanged(&self, held: T) -> Result<T, T>;
}

impl<T> ExchangeNothing<T> for &Exchange<T> {
    fn inner(&self) -> Option<&'static str> {
        None
    }

    fn exchanged(&self, held: T) -> Result<T, T> {
        Err(held)
    }
}

const TEXT: &str = "made by cargo verify-contracts";

/// The errors of std that stand for many a payload.
pub trait Known {
    /// One of it.
    fn known() -> Self;
}

impl Known for std::io::Error {
    fn known() -> Self {
        Self::other(TEXT)
    }
}

impl<'a> Known for Box<dyn std::error::Error + 'a> {
    fn known() -> Self {
        TEXT.into()
    }
}

impl<'a> Known for Box<dyn std::error::Error + Send + Sync + 'a> {
    fn known() -> Self {
        TEXT.into()
    }
}

impl Known for std::num::ParseIntError {
    fn known() -> Self {
        match "".parse::<u8>() {
            Err(error) => error,
            Ok(_) => std::process::abort(),
        }
    }
}

impl Known for std::num::ParseFloatError {
    fn known() -> Self {
        match "".parse::<f64>() {
            Err(error) => error,
            Ok(_) => std::process::abort(),
        }
    }
}

impl Known for std::time::Instant {
    fn known() -> Self {
        Self::now()
    }
}

impl Known for std::time::SystemTime {
    fn known() -> Self {
        Self::UNIX_EPOCH
    }
}
