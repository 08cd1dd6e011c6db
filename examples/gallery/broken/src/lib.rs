//! Eleven stories, as they were found. The tests pass, the coverage is fine.

pub mod double_transfer;
pub mod empty_log;
pub mod false_failure;
pub mod half_transfer;
pub mod lying_commit;
pub mod n_plus_one;
pub mod partial_refund;
pub mod retried_login;
#[cfg(feature = "silent_catch")]
pub mod silent_catch;
pub mod token_race;
pub mod type_coercion;
