//! Code that looks silent about a failure and is not: all of it compiles, and does
//! what it did.

#![deny(warnings)]

use std::cell::Cell;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Mutex;

use resilience_contract::{FailureModes, degrade, external, resilience_contract};

#[derive(Debug, PartialEq, Eq, FailureModes)]
enum Error {
    Gone,
    Late,
}

fn gateway(text: &str) -> Result<u32, Error> {
    match text {
        "gone" => Err(Error::Gone),
        "late" => Err(Error::Late),
        text => Ok(u32::try_from(text.len()).unwrap_or(0)),
    }
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn what_is_no_result_may_be_thrown_away(text: &str) -> Result<u32, Error> {
    let _ = text.len();
    let _ = text.chars().next();
    let _: Option<char> = text.chars().next_back();
    _ = text.to_owned();
    drop(text.to_owned());
    let _ = gateway(text)?;
    gateway(text)
}

/// Notes when it goes.
struct Guard<'a>(&'a Cell<u32>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

fn guard(count: &Cell<u32>) -> Guard<'_> {
    Guard(count)
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn what_is_thrown_away_is_evaluated_once_and_dropped_at_once(
    count: &Cell<u32>,
) -> Result<u32, Error> {
    let _ = guard(count);
    let after_one = count.get();
    drop(guard(count));
    Ok(after_one * 10 + count.get())
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn writing_into_a_text_cannot_fail(text: &str) -> Result<String, Error> {
    let mut out = String::new();
    let _ = write!(out, "{text}");
    let _ = writeln!(out, "{}", gateway(text)?);
    write!(out, "{text}").ok();
    Ok(out)
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn what_cannot_fail_says_so_by_its_type(text: &str) -> Result<u32, Error> {
    let _ = sure(gateway(text)?);
    gateway(text)
}

fn sure(number: u32) -> Result<u32, Infallible> {
    Ok(number)
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn a_variant_that_is_named_is_handled(text: &str) -> Result<u32, Error> {
    match external!(gateway, gateway(text)) {
        Ok(number) => Ok(number),
        Err(Error::Gone) => Ok(0),
        Err(other) => Err(other),
    }
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn a_reason_allows_it(text: &str) -> Result<u32, Error> {
    let _ = degrade!("the mail is a courtesy", gateway(text));
    let number = degrade!(
        "an old number is as good as none",
        match gateway(text) {
            Ok(number) => number,
            Err(error) => {
                eprintln!("{error:?}");
                7
            }
        },
    );
    Ok(number
        + degrade!(
            "a text without a length is empty",
            gateway(text).unwrap_or_default()
        ) * 2)
}

#[resilience_contract("shapes.recovering", file = "tests/contracts/shapes.toml")]
fn a_recovery_in_the_contract_allows_it(text: &str) -> Result<u32, Error> {
    let cached = external!(cache, gateway(text)).unwrap_or_default();
    if let Err(error) = external!(cache, gateway(text)) {
        eprintln!("{error:?}");
    }
    if text == "fail" {
        return Err(Error::Gone);
    }
    Ok(cached)
}

#[expect(deprecated, reason = "the shape is meant")]
#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn deprecated_calls_are_nobody_elses_business(text: &str) -> Result<u32, Error> {
    #[deprecated = "there is a better one"]
    fn old(text: &str) -> usize {
        text.len()
    }
    let _ = old(text);
    gateway(text)
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn a_lock_is_released(shared: &Mutex<u32>) -> Result<u32, Error> {
    // Not a `Result`: the guard, which is dropped at once.
    let _ = shared.lock().unwrap();
    Ok(*shared.lock().unwrap())
}

#[test]
fn clean_code_is_left_alone_and_does_what_it_did() {
    assert_eq!(what_is_no_result_may_be_thrown_away("ab"), Ok(2));
    let count = Cell::new(0);
    assert_eq!(
        what_is_thrown_away_is_evaluated_once_and_dropped_at_once(&count),
        Ok(12)
    );
    assert_eq!(writing_into_a_text_cannot_fail("ab").unwrap(), "ab2\nab");
    assert_eq!(what_cannot_fail_says_so_by_its_type("ab"), Ok(2));
    assert_eq!(a_variant_that_is_named_is_handled("gone"), Ok(0));
    assert_eq!(a_variant_that_is_named_is_handled("late"), Err(Error::Late));
    assert_eq!(a_reason_allows_it("late"), Ok(7));
    assert_eq!(a_reason_allows_it("ab"), Ok(6));
    assert_eq!(a_recovery_in_the_contract_allows_it("late"), Ok(0));
    assert_eq!(
        a_recovery_in_the_contract_allows_it("fail"),
        Err(Error::Gone)
    );
    assert_eq!(deprecated_calls_are_nobody_elses_business("ab"), Ok(2));
    assert_eq!(a_lock_is_released(&Mutex::new(3)), Ok(3));
}
