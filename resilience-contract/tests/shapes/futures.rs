//! Functions that hand back a future, however they do it.

use std::future::ready as at_once;
use std::pin::Pin;

use crate::{ShapeError, limited, ready};
use resilience_contract::resilience_contract;

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
async fn async_function(text: &str) -> Result<u32, ShapeError> {
    let number = at_once(limited(text)).await?; // branch
    Ok(number)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
async fn async_tail(text: &str) -> Result<u32, ShapeError> {
    at_once(limited(text)).await // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
async fn async_with_coercion(number: Option<u32>) -> Result<Box<dyn std::fmt::Debug>, ShapeError> {
    match number {
        Some(number) => Ok(Box::new(number)),
        None => Err(ShapeError::Empty), // branch
    }
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn impl_future(text: &str) -> impl Future<Output = Result<u32, ShapeError>> + Send {
    async move {
        let number = limited(text)?; // branch
        if number == 0 {
            return Err(ShapeError::Empty); // branch
        }
        Ok(number)
    }
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn impl_future_of_a_call(text: &str) -> impl Future<Output = Result<u32, ShapeError>> {
    async_function(text) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn impl_future_after_some_work(
    text: &str,
) -> impl Future<Output = Result<u32, ShapeError>> + use<> {
    let number = limited(text);
    async { number } // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn boxed_future(text: &str) -> Pin<Box<dyn Future<Output = Result<u32, ShapeError>> + Send + '_>> {
    Box::pin(async move {
        let number = async_function(text).await?; // branch
        match number {
            0 => Err(ShapeError::Empty), // branch
            number => Ok(number),
        }
    })
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn boxed_future_of_two_kinds<'a>(
    text: &'a str,
) -> Pin<Box<dyn Future<Output = Result<u32, ShapeError>> + 'a>> {
    if text.is_empty() {
        return Box::pin(at_once(Err(ShapeError::Empty))); // branch
    }
    Box::pin(async move { limited(text) }) // branch
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn aliased_boxed_future(text: &str) -> BoxFuture<'_, Result<u32, ShapeError>> {
    Box::pin(async move { limited(text) }) // branch
}

/// Calls itself, which an `async fn` can do only through a box.
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn recursive_future(depth: u32) -> Pin<Box<dyn Future<Output = Result<u32, ShapeError>>>> {
    Box::pin(async move {
        if depth == 0 {
            return Err(ShapeError::Empty); // branch
        }
        recursive_future(depth - 1).await // branch
    })
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
async fn recursion_through_a_box(depth: u32) -> Result<u32, ShapeError> {
    if depth == 0 {
        return Err(ShapeError::Empty); // branch
    }
    Box::pin(recursion_through_a_box(depth - 1)).await // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
async fn inner_async_block(text: &str) -> Result<u32, ShapeError> {
    let inner = async {
        limited("")?;
        Ok::<_, ShapeError>(0)
    };
    let recovered = matches!(inner.await, Err(ShapeError::Empty));
    Ok(limited(text)? + u32::from(recovered)) // branch
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn futures_give_what_they_say() {
    assert_eq!(ready(is_send(async_function("1"))), Ok(1));
    assert_eq!(ready(async_function("")), Err(ShapeError::Empty));
    assert_eq!(ready(async_tail("")), Err(ShapeError::Empty));
    assert!(ready(async_with_coercion(Some(1))).is_ok());
    assert!(ready(async_with_coercion(None)).is_err());
    assert_eq!(ready(is_send(impl_future("1"))), Ok(1));
    assert_eq!(ready(impl_future("")), Err(ShapeError::Empty));
    assert_eq!(ready(impl_future("0")), Err(ShapeError::Empty));
    assert_eq!(ready(impl_future_of_a_call("")), Err(ShapeError::Empty));
    assert_eq!(
        ready(impl_future_after_some_work("")),
        Err(ShapeError::Empty)
    );
    assert_eq!(ready(is_send(boxed_future("1"))), Ok(1));
    assert_eq!(ready(boxed_future("")), Err(ShapeError::Empty));
    assert_eq!(ready(boxed_future("0")), Err(ShapeError::Empty));
    assert_eq!(ready(boxed_future_of_two_kinds("")), Err(ShapeError::Empty));
    assert!(ready(boxed_future_of_two_kinds("x")).is_err());
    assert_eq!(ready(aliased_boxed_future("")), Err(ShapeError::Empty));
    assert_eq!(ready(recursive_future(2)), Err(ShapeError::Empty));
    assert_eq!(ready(recursion_through_a_box(2)), Err(ShapeError::Empty));
    assert_eq!(ready(inner_async_block("1")), Ok(2));
    assert_eq!(ready(inner_async_block("")), Err(ShapeError::Empty));
    drop(async_function("never polled"));
}
