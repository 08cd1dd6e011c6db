//! What this edition allows and the next one does not, or does otherwise.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::{Mutex, RwLock};

use crate::LookupError;
use rc::resilience_contract;

/// The lock lives until after the locals, and not until after the parameters.
#[resilience_contract("lookup.find", crate = rc)]
fn lock_of_a_parameter(number: Mutex<usize>) -> Result<usize, LookupError> {
    number
        .lock()
        .map(|held| *held)
        .map_err(|_| LookupError::Gone)
}

#[resilience_contract("lookup.find", crate = rc)]
fn lock_in_a_condition(
    numbers: RwLock<HashMap<&str, usize>>,
    key: &str,
) -> Result<usize, LookupError> {
    if let Some(number) = numbers.read().map_err(|_| LookupError::Late)?.get(key) {
        Ok(*number)
    } else {
        Err(LookupError::Gone)
    }
}

#[track_caller]
#[resilience_contract("lookup.find", crate = rc)]
fn lock_where_the_caller_is_known(
    line: Mutex<u32>,
    numbers: &RwLock<HashMap<u32, usize>>,
) -> Result<usize, LookupError> {
    let line = *line.lock().map_err(|_| LookupError::Late)?;
    if line != Location::caller().line() {
        return Err(LookupError::Late);
    }
    match numbers.read().map_err(|_| LookupError::Late)?.get(&line) {
        Some(number) => Ok(*number),
        None => Err(LookupError::Gone),
    }
}

/// # Safety
///
/// The number is there.
#[resilience_contract("lookup.find", crate = rc)]
unsafe fn without_a_block(number: *const usize) -> Result<usize, LookupError> {
    match *number {
        0 => Err(LookupError::Gone),
        number => Ok(number),
    }
}

struct Pair {
    first: String,
    second: Vec<usize>,
}

impl Pair {
    #[resilience_contract("lookup.find", crate = rc)]
    fn taken_apart(self) -> Result<(String, usize), LookupError> {
        let first = self.first;
        if first.is_empty() {
            return Err(LookupError::Gone);
        }
        Ok((first, self.second.len()))
    }
}

#[test]
fn functions_of_this_edition_return_what_they_say() {
    assert_eq!(lock_of_a_parameter(Mutex::new(1)), Ok(1));
    let gone = lock_in_a_condition(RwLock::default(), "x");
    assert_eq!(gone, Err(LookupError::Gone));
    let numbers = RwLock::new(HashMap::from([(line!() + 1, 7)]));
    let found = lock_where_the_caller_is_known(Mutex::new(line!()), &numbers);
    assert_eq!(found, Ok(7));
    let late = lock_where_the_caller_is_known(Mutex::new(0), &numbers);
    assert_eq!(late, Err(LookupError::Late));
    // SAFETY: both are there.
    let read = unsafe { (without_a_block(&0), without_a_block(&1)) };
    assert_eq!(read, (Err(LookupError::Gone), Ok(1)));
    let pair = |first: &str| Pair {
        first: first.to_owned(),
        second: vec![1],
    };
    assert_eq!(pair("x").taken_apart(), Ok(("x".to_owned(), 1)));
    assert_eq!(pair("").taken_apart(), Err(LookupError::Gone));
}
