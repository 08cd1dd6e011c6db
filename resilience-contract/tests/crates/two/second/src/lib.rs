//! Finds something.

use resilience_contract::{FailureModes, resilience_contract};

/// Why nothing was found.
#[derive(Debug, FailureModes)]
pub enum FindError {
    /// There was nothing to look for.
    Missing,
    /// There is no such thing.
    Gone,
}

/// Finds something.
///
/// # Errors
///
/// Where there was nothing to look for.
#[resilience_contract("second.find")]
pub fn find(key: &str) -> Result<usize, FindError> {
    match key {
        "" => Err(FindError::Missing),
        key => Ok(key.len()),
    }
}
