//! What is compiled in when the verifier builds, and only then.
//!
//! `call` knows which contracted call is running, `leave` ends it, `mark` what its branches
//! told, `inspect` which failure a value shows, `make` how to make a value out
//! of nothing, `recorder` how all of it reaches a file.

mod call;
pub mod inspect;
mod leave;
pub mod make;
mod mark;
mod recorder;

pub use call::{Call, begin, degraded, enter, external};
pub use leave::{Foreign, leave, leave_foreign};
pub use mark::{Operand, leaf, past, question};
pub use recorder::Site;
pub use std::boxed::Box;
