//! Generated code finds what it needs where every name of the prelude means something else.

#![deny(warnings)]

/// Names of the prelude, of primitives and of crates, all taken.
mod taken {
    #![expect(
        dead_code,
        non_camel_case_types,
        unused_macros,
        reason = "they are only in the way"
    )]

    use ::resilience_contract::{self as contracts, FailureModes as Modes};

    pub(crate) struct Result;
    pub(crate) struct Option;
    pub(crate) struct Some;
    pub(crate) struct None;
    pub(crate) struct Box;
    pub(crate) struct String;
    pub(crate) struct Vec;
    pub(crate) struct Default;
    pub(crate) struct Send;
    pub(crate) struct u64;
    pub(crate) struct usize;
    pub(crate) struct bool;
    pub(crate) struct str;
    pub(crate) trait FailureModes {}
    pub(crate) trait Future {}
    mod core {}
    mod std {}
    mod resilience_contract {}

    #[expect(non_snake_case, reason = "as the variants are called")]
    pub(crate) fn Ok(number: u32) -> u32 {
        number
    }

    #[expect(non_snake_case, reason = "as the variants are called")]
    pub(crate) fn Err(number: u32) -> u32 {
        number
    }

    macro_rules! concat {
        () => {};
    }
    macro_rules! env {
        () => {};
    }
    macro_rules! file {
        () => {};
    }
    macro_rules! include_bytes {
        () => {};
    }
    macro_rules! line {
        () => {};
    }
    macro_rules! matches {
        () => {};
    }
    macro_rules! stringify {
        () => {};
    }

    #[derive(::core::fmt::Debug, ::core::cmp::PartialEq, Modes)]
    pub(crate) enum Error {
        Gone,
        Late,
    }

    fn gateway(number: u32) -> ::core::result::Result<u32, Error> {
        match number {
            0 => ::core::result::Result::Err(Error::Gone),
            1 => ::core::result::Result::Err(Error::Late),
            number => ::core::result::Result::Ok(Ok(number)),
        }
    }

    #[contracts::resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
    pub(crate) fn sync(number: u32) -> ::core::result::Result<u32, Error> {
        let _ = number.wrapping_add(1);
        let _ = contracts::degrade!("the first look is for practice", gateway(number));
        let number = contracts::external!(gateway, gateway(number))?;
        if number == 7 {
            return ::core::result::Result::Err(Error::Late);
        }
        ::core::result::Result::Ok(Err(number))
    }

    #[contracts::resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
    pub(crate) async fn later(number: u32) -> ::core::result::Result<u32, Error> {
        sync(number)
    }

    #[contracts::resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
    pub(crate) fn boxed(
        number: u32,
    ) -> ::core::pin::Pin<
        ::std::boxed::Box<dyn ::core::future::Future<Output = ::core::result::Result<u32, Error>>>,
    > {
        ::std::boxed::Box::pin(async move { sync(number) })
    }

    /// Another crate's enum, as far as the macro knows.
    pub(crate) mod other {
        #[derive(::core::fmt::Debug, ::core::cmp::PartialEq)]
        pub(crate) enum Error {
            Gone,
            Late,
        }
    }

    #[contracts::resilience_contract(
        "shapes.local",
        file = "tests/contracts/shapes.toml",
        match,
        samples = [other::Error::Late]
    )]
    pub(crate) fn foreign(number: u32) -> ::core::result::Result<u32, other::Error> {
        match number {
            0 => ::core::result::Result::Err(other::Error::Gone),
            1 => ::core::result::Result::Err(other::Error::Late),
            number => ::core::result::Result::Ok(number),
        }
    }

    pub(crate) fn policy() -> contracts::RetryPolicy {
        contracts::retry_policy!("retries", standard, file = "tests/contracts/retries.toml")
    }
}

#[test]
fn nothing_that_is_taken_is_in_the_way() {
    assert_eq!(taken::sync(0), Err(taken::Error::Gone));
    assert_eq!(taken::sync(7), Err(taken::Error::Late));
    assert_eq!(taken::sync(3), Ok(3));
    assert_eq!(taken::foreign(1), Err(taken::other::Error::Late));
    assert!(taken::policy().max_attempts > 0);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let ready = |output| std::task::Poll::Ready(output);
    let later = std::pin::pin!(taken::later(1)).poll(&mut context);
    assert_eq!(later, ready(Err(taken::Error::Late)));
    let boxed = taken::boxed(9).as_mut().poll(&mut context);
    assert_eq!(boxed, ready(Ok(9)));
}
