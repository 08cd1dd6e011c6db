//! x
pub use contract_macros::{resilience_contract, FailureModes};
/// stub
#[macro_export]
macro_rules! external { ($interface:ident, $call:expr $(,)?) => { $call }; }
