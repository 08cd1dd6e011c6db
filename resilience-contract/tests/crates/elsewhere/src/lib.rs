//! The dependency is `rc` here, and the code finds it through a facade of its own.

#![deny(warnings, missing_docs)]

/// What the crate hands on.
pub mod facade {
    pub use rc as contracts;
}

#[cfg(test)]
mod older;

use facade::contracts::{
    degrade, external, resilience_contract, retry_policy, FailureModes, RetryPolicy,
};

/// How often something is looked for.
pub const STANDARD: RetryPolicy = retry_policy!("lookup", standard);

/// Why nothing was found.
#[derive(Debug, PartialEq, Eq, FailureModes)]
#[failure(crate = crate::facade::contracts)]
pub enum LookupError {
    /// It is not there.
    Gone,
    /// It took too long.
    Late,
}

fn lookup(key: &str) -> Result<usize, LookupError> {
    match key {
        "" => Err(LookupError::Gone),
        "late" => Err(LookupError::Late),
        key => Ok(key.len()),
    }
}

/// Finds something.
///
/// # Errors
///
/// Where it is not there, or took too long.
#[resilience_contract("lookup.find", crate = crate::facade::contracts)]
pub fn find(key: &str) -> Result<usize, LookupError> {
    let _ = key.len();
    let _ = degrade!("the first look is for practice", lookup(key));
    let found = external!(index, lookup(key))?;
    Ok(found)
}

/// Finds something and looks at it. What is thrown away by the last statement of a block
/// borrows from the block, which this edition would not allow of the block's value.
///
/// # Errors
///
/// Where it is not there, or took too long.
#[resilience_contract("lookup.find", crate = rc)]
pub fn peek(key: &str) -> Result<usize, LookupError> {
    let found = find(key)?;
    if found > 3 {
        let shared = std::cell::RefCell::new(found);
        let _ = shared.borrow().to_string();
    }
    Ok(found)
}

/// Finds something, some day.
///
/// # Errors
///
/// Where it is not there, or took too long.
#[resilience_contract("lookup.find", crate = rc)]
pub async fn find_later(key: &str) -> Result<usize, LookupError> {
    find(key)
}

/// Finds something behind a pointer.
///
/// # Safety
///
/// The pointer must be null or valid.
///
/// # Errors
///
/// Where it is not there.
#[resilience_contract("lookup.find", crate = rc)]
pub unsafe fn find_behind(pointer: *const usize) -> Result<usize, LookupError> {
    if pointer.is_null() {
        return Err(LookupError::Gone);
    }
    // In this edition the whole body is unsafe.
    match *pointer {
        0 => Err(LookupError::Late),
        found => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_edition_and_another_name_change_nothing() {
        assert_eq!(find("abc"), Ok(3));
        assert_eq!(find(""), Err(LookupError::Gone));
        assert_eq!(find("late"), Err(LookupError::Late));
        assert_eq!(peek("abcd"), Ok(4));
        // SAFETY: null is allowed, and the others are references.
        unsafe {
            assert_eq!(find_behind(&7), Ok(7));
            assert_eq!(find_behind(&0), Err(LookupError::Late));
            assert_eq!(find_behind(std::ptr::null()), Err(LookupError::Gone));
        }
        drop(find_later("never polled"));
        assert_eq!(STANDARD.delays().count(), 2);
    }
}
