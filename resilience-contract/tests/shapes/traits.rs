//! Functions of traits: implementations, defaults, async ones in every spelling.

use async_trait::async_trait;

use crate::{ShapeError, limited, ready};
use resilience_contract::resilience_contract;

trait Reader {
    type Error;

    fn read(&self, text: &str) -> Result<u32, Self::Error>;

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn read_by_default(&self, text: &str) -> Result<u32, ShapeError> {
        limited(text) // branch
    }

    async fn fetch(&self, text: &str) -> Result<u32, ShapeError>;

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    async fn fetch_by_default(&self, text: &str) -> Result<u32, ShapeError> {
        self.fetch(text).await // branch
    }

    fn start(&self, text: &str) -> impl Future<Output = Result<u32, ShapeError>>;
}

struct Plain;

impl Reader for Plain {
    type Error = ShapeError;

    #[resilience_contract(
        "shapes.own",
        file = "tests/contracts/shapes.toml",
        error = ShapeError
    )]
    fn read(&self, text: &str) -> Result<u32, Self::Error> {
        limited(text) // branch
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    async fn fetch(&self, text: &str) -> Result<u32, ShapeError> {
        limited(text) // branch
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn start(&self, text: &str) -> impl Future<Output = Result<u32, ShapeError>> {
        async move { limited(text) } // branch
    }
}

#[async_trait]
trait Gateway: Sync {
    async fn charge(&self, text: &str) -> Result<u32, ShapeError>;

    async fn refund(&mut self, text: String) -> Result<&mut u32, ShapeError>;

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    async fn charge_by_default(&self, text: &str) -> Result<u32, ShapeError> {
        let number = self.charge(text).await?; // branch
        Ok(number)
    }
}

#[derive(Default)]
struct Acme {
    last: u32,
}

#[async_trait]
impl Gateway for Acme {
    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    async fn charge(&self, text: &str) -> Result<u32, ShapeError> {
        if text.is_empty() {
            return Err(ShapeError::Empty); // branch
        }
        limited(text) // branch
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    async fn refund(&mut self, text: String) -> Result<&mut u32, ShapeError> {
        self.last = limited(&text)?; // branch
        Ok(&mut self.last)
    }
}

#[async_trait(?Send)]
trait Local {
    async fn read<T: std::str::FromStr + 'static>(&self, text: &str) -> Result<T, ShapeError>
    where
        ShapeError: From<T::Err>;
}

#[async_trait(?Send)]
impl Local for Plain {
    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    async fn read<T: std::str::FromStr + 'static>(&self, text: &str) -> Result<T, ShapeError>
    where
        ShapeError: From<T::Err>,
    {
        let number = text.parse::<T>()?; // branch
        Ok(number)
    }
}

#[test]
fn functions_of_traits_return_what_they_say() {
    assert_eq!(Reader::read(&Plain, "1"), Ok(1));
    assert_eq!(Reader::read(&Plain, ""), Err(ShapeError::Empty));
    assert_eq!(Plain.read_by_default(""), Err(ShapeError::Empty));
    assert_eq!(ready(Plain.fetch("")), Err(ShapeError::Empty));
    assert_eq!(ready(Plain.fetch_by_default("")), Err(ShapeError::Empty));
    assert_eq!(ready(Plain.start("")), Err(ShapeError::Empty));
    let mut acme = Acme::default();
    assert_eq!(ready(acme.charge("1")), Ok(1));
    assert_eq!(ready(acme.charge("")), Err(ShapeError::Empty));
    assert!(ready(acme.charge("x")).is_err());
    assert_eq!(ready(acme.charge_by_default("")), Err(ShapeError::Empty));
    assert_eq!(ready(acme.refund("3".to_owned())), Ok(&mut 3));
    assert_eq!(ready(acme.refund(String::new())), Err(ShapeError::Empty));
    assert_eq!(ready(Local::read::<u8>(&Plain, "1")), Ok(1));
    assert!(ready(Local::read::<u8>(&Plain, "")).is_err());
}
