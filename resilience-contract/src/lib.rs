//! Declare how a function can fail, and have it checked by the compiler and
//! proven by your tests.
//!
//! ```toml
//! # contracts/payments.toml
//! format = 1
//!
//! [function.charge]
//! error = "ChargeError"
//!
//! [function.charge.on.input]
//! out_of_range = { returns = "InvalidAmount" }
//! ```
//!
//! ```ignore
//! use resilience_contract::{FailureModes, resilience_contract};
//!
//! #[derive(Debug, thiserror::Error, FailureModes)]
//! pub enum ChargeError {
//!     #[error("the amount is zero")]
//!     InvalidAmount,
//! }
//!
//! #[resilience_contract("payments.charge")]
//! pub fn charge(amount: u32) -> Result<(), ChargeError> {
//!     if amount == 0 {
//!         return Err(ChargeError::InvalidAmount);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! In a normal build the attribute only checks: the function's body is what you
//! wrote. `cargo verify-contracts` turns on the feature `probe`, and then the
//! macros add what records and changes the failure branches.

#![cfg_attr(not(feature = "probe-tracing"), forbid(unsafe_code))]

mod check;
mod failure;
#[cfg(feature = "faults")]
pub mod faults;
mod foreign;
mod invariant;
#[cfg(feature = "probe")]
mod probe;
mod retry;
mod rows;
mod silent;

pub use contract_macros::{FailureModes, resilience_contract};
pub use failure::{FailureModes, OkFailure, Variant};
pub use invariant::Holds;
pub use retry::{Backoff, Delays, Jitter, RetryPolicy};
pub use rows::Rows;

/// What the macros' output needs. Not for anybody else: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::check::check;
    pub use crate::failure::{IsError, ResultLike};
    #[cfg(feature = "probe")]
    pub use crate::probe::*;
    pub mod invariant {
        pub use crate::invariant::{Expression, Guard, Later, Now};
    }
    pub mod silent {
        pub use crate::silent::{Discard, DiscardAny, DiscardFormat, DiscardResult, of};
    }
    pub use contract_macros::{degrade, retry_policy};
}

/// Says why a failure may be lost: `let _ = degrade!("the mail is a courtesy", mailer.send(mail).await);`
///
/// It is the expression, and in a normal build nothing else. Inside of it, silent
/// failures are allowed; the reason is for reviewers, and the report shows it. It must
/// be a literal that says something.
#[macro_export]
macro_rules! degrade {
    ($($arguments:tt)*) => {
        $crate::__private::degrade!($crate; $($arguments)*)
    };
}

/// Marks a call to an interface of the contract: `external!(gateway, self.gateway.charge(order).await)`.
///
/// It is the expression, and in a normal build nothing else. When the verifier builds, it
/// also records the call and the failure mode that the result shows: that of the error
/// ([`FailureModes::failure_mode`]), or of a value that can carry a failure
/// ([`OkFailure`]). The call belongs to the contracted function in whose course it runs,
/// also from a helper and across awaits.
///
/// When `explore` builds, it may give a failure instead of calling. What the call makes for
/// itself is then gone when it is over, so a value that borrows from it does not compile
/// there: bind what is borrowed from in a `let` in front.
///
/// The whole call goes inside, its `.await` included, and nothing that leaves the
/// function: `external!(gateway, call().await)?`, never `external!(gateway, call().await?)`,
/// whose failure would not be seen. The attribute refuses both mistakes in the
/// functions that it stands on.
#[cfg(not(feature = "probe"))]
#[macro_export]
macro_rules! external {
    ($interface:ident, $call:expr $(,)?) => {
        $call
    };
}

/// Marks a call to an interface of the contract: `external!(gateway, self.gateway.charge(order).await)`.
///
/// In this build, the verifier's, it records the call and its failure mode.
// The call stays an argument: what it makes for itself then lives as long as without us.
#[cfg(all(feature = "probe", not(feature = "probe-inject")))]
#[macro_export]
macro_rules! external {
    ($interface:ident, $call:expr $(,)?) => {
        $crate::__private::external(
            $crate::__begin!($interface, $call),
            $call,
            $crate::__inspect!(),
            $crate::__texts!(),
        )
    };
}

/// Marks a call to an interface of the contract: `external!(gateway, self.gateway.charge(order).await)`.
///
/// In this build, that of `cargo verify-contracts explore`, it may also give a failure
/// instead of calling.
// Whether there is a call is decided before it, so what it makes for itself ends with it.
#[cfg(feature = "probe-inject")]
#[macro_export]
macro_rules! external {
    ($interface:ident, $call:expr $(,)?) => {
        match $crate::__begin!($interface, $call) {
            mut __begun => {
                // A failure that takes time takes it here.
                $crate::__private::hold!(__begun, $call);
                $crate::__private::external_or_fault(
                    if __begun.is_made() {
                        ::core::option::Option::Some($call)
                    } else {
                        ::core::option::Option::None
                    },
                    __begun,
                    |__wanted| {
                        use $crate::__private::samples::{
                            OfBoth as _, OfErrors as _, OfNothing as _, OfValue as _, OfValues as _,
                        };
                        (&&&&__wanted).samples()
                    },
                    $crate::__inspect!(),
                    $crate::__texts!(),
                )
            }
        }
    };
}

#[cfg(feature = "probe")]
#[doc(hidden)]
#[macro_export]
macro_rules! __begin {
    ($interface:ident, $call:expr) => {
        $crate::__private::begin(
            ::core::stringify!($interface),
            ::core::concat!(
                ::core::file!(),
                ":",
                ::core::line!(),
                ":",
                ::core::column!()
            ),
            const { $crate::__private::Transaction::of(::core::stringify!($call)) },
        )
    };
}

#[cfg(feature = "probe")]
#[doc(hidden)]
#[macro_export]
macro_rules! __inspect {
    () => {
        |__value| {
            use $crate::__private::inspect::{
                Anything as _, ModesAndValue as _, NotAwaited as _, OnlyModes as _,
                OnlyResult as _, OnlyValue as _, ResultAndValue as _,
            };
            #[deny(deprecated)]
            let __seen = (&&&&&&$crate::__private::inspect::Inspect(__value)).inspect();
            __seen
        }
    };
}

#[cfg(feature = "probe")]
#[doc(hidden)]
#[macro_export]
macro_rules! __texts {
    () => {
        |__value| {
            use $crate::__private::text::{
                SaysAll as _, SaysBoth as _, SaysDebug as _, SaysDisplay as _, SaysNothing as _,
            };
            (&&&&$crate::__private::text::Text(__value)).texts()
        }
    };
}

/// Says in a test what must hold at its end, whatever failed:
/// `invariant!("money is conserved", bank.total() == 200);`
///
/// It is a statement. What it says is looked at when the block ends that it stands in,
/// also when the test's own assertions fail; and by `cargo verify-contracts explore`
/// after every failure that it injects. The expression is a `bool`, a `Result<(), _>`,
/// `()` where it asserts itself, or a future of one of these, `async { … }`, which is
/// awaited on the test's own thread: what needs the runtime needs
/// `#[tokio::test(flavor = "multi_thread")]`. It borrows what it names up to the end of
/// the block. No fault is injected while it is looked at.
#[macro_export]
macro_rules! invariant {
    ($name:expr, $holds:expr $(,)?) => {
        let __invariant = $crate::__private::invariant::Guard::new(
            $name,
            ::core::concat!(::core::file!(), ":", ::core::line!()),
            || {
                use $crate::__private::invariant::{Later as _, Now as _};
                $crate::__private::invariant::Expression::new($holds).verdict()
            },
        );
    };
}

/// A retry policy of a contract as a value: `retry_policy!("payments", standard)` is
/// `[retry.standard]` of `contracts/payments.toml`, a [`RetryPolicy`].
///
/// `file = "../shared.toml"` names another file, relative to the package. The value is
/// a constant, and changes with the contract.
#[macro_export]
macro_rules! retry_policy {
    ($($arguments:tt)*) => {
        $crate::__private::retry_policy!($crate; $($arguments)*)
    };
}
