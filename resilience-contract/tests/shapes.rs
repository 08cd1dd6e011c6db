//! Every shape of function that a contract can be put on, each called by a test,
//! in the normal build and in the verifier's.
//!
//! A line that ends in `// branch` is where a test leaves with an error. In the
//! verifier's build the last test holds these comments against the evidence.

#![deny(warnings, missing_docs, unreachable_pub, rust_2018_idioms)]
#![forbid(unsafe_code)]

#[path = "shapes/aliases.rs"]
mod aliases;
#[path = "shapes/bodies.rs"]
mod bodies;
#[path = "shapes/enums.rs"]
mod enums;
#[path = "shapes/foreign.rs"]
mod foreign;
#[path = "shapes/free.rs"]
mod free;
#[path = "shapes/futures.rs"]
mod futures;
#[path = "shapes/generics.rs"]
mod generics;
#[path = "shapes/instrumented.rs"]
mod instrumented;
#[cfg(feature = "probe")]
#[path = "shapes/marks.rs"]
mod marks;
#[path = "shapes/methods.rs"]
mod methods;
#[path = "shapes/noticing.rs"]
mod noticing;
#[path = "shapes/odd.rs"]
mod odd;
#[path = "shapes/traits.rs"]
mod traits;
#[path = "shapes/types.rs"]
mod types;

use resilience_contract::FailureModes;
use std::num::ParseIntError;

/// What most of the functions return.
#[derive(Debug, PartialEq, Eq, FailureModes)]
pub enum ShapeError {
    /// A unit variant.
    Empty,
    /// A tuple variant.
    Number(ParseIntError),
    /// A struct variant.
    TooLarge {
        /// How large it may be.
        limit: u32,
    },
}

impl From<ParseIntError> for ShapeError {
    fn from(error: ParseIntError) -> Self {
        Self::Number(error)
    }
}

/// What `limited` allows.
const LIMIT: u32 = 100;

/// The helper that most of the functions call.
fn limited(text: &str) -> Result<u32, ShapeError> {
    if text.is_empty() {
        return Err(ShapeError::Empty);
    }
    let number = text.parse()?;
    if number > LIMIT {
        return Err(ShapeError::TooLarge { limit: LIMIT });
    }
    Ok(number)
}

/// Runs a future that never waits.
fn ready<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => unreachable!("nothing here waits"),
    }
}
