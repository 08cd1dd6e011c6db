//! A library without std, whose tests have it.

#![no_std]
#![deny(warnings)]

extern crate std;

use resilience_contract::{FailureModes, external, resilience_contract};

#[derive(Debug, PartialEq, Eq, FailureModes)]
enum Error {
    Gone,
    Late,
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn read(number: u32) -> Result<u32, Error> {
    match external!(sensor, number.checked_sub(1)) {
        None => Err(Error::Gone),
        Some(0) => Err(Error::Late),
        Some(number) => Ok(number),
    }
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn start(number: u32) -> impl Future<Output = Result<u32, Error>> {
    async move { read(number) }
}

#[test]
fn a_function_without_std_returns_what_it_says() {
    assert_eq!(read(0), Err(Error::Gone));
    assert_eq!(read(1), Err(Error::Late));
    assert_eq!(read(3), Ok(2));
    let mut context = core::task::Context::from_waker(core::task::Waker::noop());
    let poll = core::pin::pin!(start(1)).poll(&mut context);
    assert_eq!(poll, core::task::Poll::Ready(Err(Error::Late)));
}
