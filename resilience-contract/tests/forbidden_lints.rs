//! A crate that forbids what generated code likes to allow compiles in both modes.

#![forbid(
    warnings,
    deprecated,
    missing_docs,
    nonstandard_style,
    rust_2018_idioms,
    unreachable_code,
    unreachable_pub,
    unsafe_code,
    unused,
    unused_imports,
    unused_qualifications,
    unused_results,
    clippy::all,
    clippy::pedantic
)]

use resilience_contract::{FailureModes, degrade, external, resilience_contract, retry_policy};

/// The failures.
#[derive(Debug, PartialEq, Eq, FailureModes)]
enum Error {
    /// Gone.
    Gone,
    /// Late.
    Late,
}

fn gateway(text: &str) -> Result<u32, Error> {
    match text {
        "gone" => Err(Error::Gone),
        "late" => Err(Error::Late),
        text => Ok(u32::from(text.is_empty())),
    }
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn sync(text: &str) -> Result<u32, Error> {
    let _ = text.len();
    let _ = degrade!("the first answer is a courtesy", gateway(text));
    let number = external!(gateway, gateway(text))?;
    if number > 1 {
        return Err(Error::Late);
    }
    Ok(number)
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
async fn later(text: &str) -> Result<u32, Error> {
    std::future::ready(()).await;
    match sync(text) {
        Ok(number) => Ok(number),
        Err(Error::Gone) => Err(Error::Gone),
        Err(other) => Err(other),
    }
}

#[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
fn handed_back(text: &str) -> impl Future<Output = Result<u32, Error>> {
    later(text)
}

#[resilience_contract("shapes.logged", file = "tests/contracts/shapes.toml")]
fn logged(text: &str) -> Result<u32, Error> {
    sync(text)
}

#[test]
fn it_compiles_and_works() {
    assert_eq!(sync("a"), Ok(0));
    assert_eq!(logged("gone"), Err(Error::Gone));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let future = std::pin::pin!(handed_back("gone"));
    assert_eq!(
        future.poll(&mut context),
        std::task::Poll::Ready(Err(Error::Gone))
    );
    let policy = retry_policy!("retries", standard, file = "tests/contracts/retries.toml");
    assert!(policy.max_attempts > 0);
}
