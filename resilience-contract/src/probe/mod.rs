//! What is compiled in when the verifier builds, and only then.
//!
//! `call` knows which contracted call is running, `state` what is known of it, `leave`
//! ends it, `mark` what its branches told, `inspect` which failure a value shows, `text`
//! and `plant` what errors and arguments say of themselves, `clock` whose time it is,
//! `inject` which call fails because the verifier wants it to, `samples` with what and `hold` after how long,
//! `invariants` what must hold at the end, `logs` what is logged, `retries` which delays a
//! policy hands out, `make` how to make a value out of nothing, `apart` how to take one
//! apart, `recorder` how all of it reaches a file.

pub mod apart;
mod call;
mod clock;
#[cfg(feature = "probe-inject")]
mod hold;
mod inject;
pub mod inspect;
mod invariants;
mod leave;
mod logs;
pub mod make;
mod mark;
pub mod plant;
mod recorder;
mod retries;
#[cfg(feature = "probe-inject")]
pub mod samples;
mod state;
pub mod text;

#[cfg(feature = "probe-inject")]
pub use call::external_or_fault;
pub use call::{Call, Within, begin, degraded, enter, external};
#[cfg(feature = "probe-inject")]
pub use contract_macros::hold;
pub use contract_spec::evidence::Transaction;
pub(crate) use invariants::{looked_at, unharmed};
pub use leave::{Foreign, leave, leave_foreign};
pub use mark::{Operand, leaf, past, question};
pub use recorder::Site;
pub(crate) use retries::Watch;
pub use std::boxed::Box;
