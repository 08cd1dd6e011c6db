//! `#[tracing::instrument]` above the attribute: it has wrapped the body before ours looks.

use std::pin::Pin;

use async_trait::async_trait;
use tracing::instrument;

use crate::{ShapeError, limited, ready};
use resilience_contract::resilience_contract;

impl std::fmt::Display for ShapeError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{self:?}")
    }
}

#[instrument]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn plain(text: &str) -> Result<u32, ShapeError> {
    let number = limited(text)?; // branch
    if number == 1 {
        return Err(ShapeError::Empty); // branch
    }
    limited(&format!("{number}0")) // branch
}

#[instrument(err)]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn with_err(text: &str) -> Result<u32, ShapeError> {
    let number = limited(text)?; // branch
    if number == 1 {
        return Err(ShapeError::Empty); // branch
    }
    limited(&format!("{number}0")) // branch
}

#[instrument(ret)]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn with_ret(text: &str) -> Result<u32, ShapeError> {
    let number = limited(text)?; // branch
    Ok(number)
}

#[instrument(ret, err)]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn with_both(text: &str) -> Result<u32, ShapeError> {
    let number = limited(text)?; // branch
    Ok(number)
}

#[instrument]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
async fn awaited(text: &str) -> Result<u32, ShapeError> {
    let number = std::future::ready(limited(text)).await?; // branch
    if number == 1 {
        return Err(ShapeError::Empty); // branch
    }
    limited(&format!("{number}0")) // branch
}

#[instrument(err)]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
async fn awaited_with_err(text: &str) -> Result<u32, ShapeError> {
    let number = std::future::ready(limited(text)).await?; // branch
    Ok(number)
}

#[instrument(ret)]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
async fn awaited_with_ret(text: &str) -> Result<u32, ShapeError> {
    limited(text) // branch
}

#[instrument(ret, err)]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
async fn awaited_with_both(text: &str) -> Result<u32, ShapeError> {
    limited(text) // branch
}

#[instrument]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn future(text: &str) -> impl Future<Output = Result<u32, ShapeError>> {
    async move {
        let number = limited(text)?; // branch
        Ok(number)
    }
}

#[instrument(err)]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn boxed_future(text: &str) -> Pin<Box<dyn Future<Output = Result<u32, ShapeError>> + '_>> {
    Box::pin(async move {
        let number = limited(text)?; // branch
        Ok(number)
    })
}

#[instrument(ret, err)]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn looking_future(text: &str) -> impl Future<Output = Result<u32, ShapeError>> {
    async move {
        let number = limited(text)?; // branch
        Ok(number)
    }
}

#[async_trait]
trait Store {
    async fn load(&self, text: &str) -> Result<u32, ShapeError>;

    async fn save(&self, text: &str) -> Result<u32, ShapeError>;
}

#[derive(Debug)]
struct Memory;

#[async_trait]
impl Store for Memory {
    #[instrument(skip(self), err)]
    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    async fn load(&self, text: &str) -> Result<u32, ShapeError> {
        let number = std::future::ready(limited(text)).await?; // branch
        if number == 1 {
            return Err(ShapeError::Empty); // branch
        }
        limited(&format!("{number}0")) // branch
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    #[instrument]
    async fn save(&self, text: &str) -> Result<u32, ShapeError> {
        let number = limited(text)?; // branch
        Ok(number)
    }
}

#[test]
fn an_instrumented_function_has_the_branches_that_were_written() {
    for function in [plain, with_err] {
        assert_eq!(function("2"), Ok(20));
        for text in ["", "1", "50"] {
            assert!(function(text).is_err());
        }
    }
    for text in ["", "1", "50"] {
        assert!(ready(awaited(text)).is_err());
        assert!(ready(Memory.load(text)).is_err());
    }
    assert!(with_ret("").is_err());
    assert!(with_both("").is_err());
    assert!(ready(awaited_with_err("")).is_err());
    assert!(ready(awaited_with_ret("")).is_err());
    assert!(ready(awaited_with_both("")).is_err());
    assert!(ready(future("")).is_err());
    assert!(ready(boxed_future("")).is_err());
    assert!(ready(looking_future("")).is_err());
    assert!(ready(Memory.save("")).is_err());
    assert_eq!(ready(looking_future("3")), Ok(3));
}
