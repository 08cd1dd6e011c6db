//! Methods, by every kind of `self`.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use crate::{ShapeError, limited, ready};
use resilience_contract::resilience_contract;

#[derive(Debug, Default)]
struct Register {
    numbers: Vec<u32>,
    last: u32,
}

impl Register {
    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn without_self(text: &str) -> Result<Self, ShapeError> {
        let last = limited(text)?; // branch
        Ok(Self {
            last,
            ..Self::default()
        })
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn by_reference(&self) -> Result<&u32, ShapeError> {
        self.numbers.first().ok_or(ShapeError::Empty) // branch
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn by_mutable_reference(&mut self, text: &str) -> Result<&mut u32, ShapeError> {
        self.last = limited(text)?; // branch
        self.numbers.push(self.last);
        Ok(&mut self.last)
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn reborrowed_on_a_condition(&mut self, at: usize) -> Result<&mut u32, ShapeError> {
        if at < self.numbers.len() {
            return Ok(&mut self.numbers[at]);
        }
        Err(ShapeError::Empty) // branch
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn by_value(self) -> Result<Vec<u32>, ShapeError> {
        if self.numbers.is_empty() {
            Err(ShapeError::Empty) // branch
        } else {
            Ok(self.numbers)
        }
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn by_mutable_value(mut self, text: &str) -> Result<Self, ShapeError> {
        self.last += limited(text)?; // branch
        Ok(self)
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn by_arc(self: Arc<Self>) -> Result<Arc<Self>, ShapeError> {
        limited(if self.last == 0 { "" } else { "1" })?; // branch
        Ok(self)
    }

    #[cfg_attr(
        not(feature = "probe"),
        expect(clippy::boxed_local, reason = "the shape is meant")
    )]
    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn by_boxed_self(self: Box<Self>, text: &str) -> Result<u32, ShapeError> {
        Ok(self.last + limited(text)?) // branch
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn by_reference_to_rc(self: &Rc<Self>, text: &str) -> Result<Rc<Self>, ShapeError> {
        limited(text)?; // branch
        Ok(Rc::clone(self))
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn by_pinned_reference(mut self: Pin<&mut Self>, text: &str) -> Result<u32, ShapeError> {
        self.last = limited(text)?; // branch
        Ok(self.as_mut().get_mut().last)
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    async fn awaited(&self, text: &str) -> Result<&u32, ShapeError> {
        std::future::ready(limited(text)).await?; // branch
        Ok(&self.last)
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    async fn awaited_by_mutable_reference(&mut self, text: &str) -> Result<&mut u32, ShapeError> {
        self.last = std::future::ready(limited(text)).await?; // branch
        Ok(&mut self.last)
    }
}

#[test]
fn methods_return_what_they_say() {
    let mut register = Register::without_self("7").unwrap();
    assert_eq!(Register::without_self("").err(), Some(ShapeError::Empty));
    assert_eq!(register.by_reference(), Err(ShapeError::Empty));
    *register.by_mutable_reference("3").unwrap() += 1;
    assert_eq!(register.last, 4);
    assert_eq!(register.by_mutable_reference(""), Err(ShapeError::Empty));
    assert_eq!(register.reborrowed_on_a_condition(0), Ok(&mut 3));
    assert_eq!(
        register.reborrowed_on_a_condition(1),
        Err(ShapeError::Empty)
    );
    assert_eq!(register.by_reference(), Ok(&3));
    assert_eq!(register.by_value(), Ok(vec![3]));
    assert_eq!(Register::default().by_value(), Err(ShapeError::Empty));
    let register = Register::default();
    assert_eq!(register.by_mutable_value("").err(), Some(ShapeError::Empty));
    let register = Arc::new(Register::default().by_mutable_value("5").unwrap());
    assert_eq!(Arc::clone(&register).by_arc().unwrap().last, 5);
    assert_eq!(
        Arc::new(Register::default()).by_arc().err(),
        Some(ShapeError::Empty)
    );
    assert_eq!(Box::new(Register::default()).by_boxed_self("2"), Ok(2));
    assert_eq!(
        Box::new(Register::default()).by_boxed_self(""),
        Err(ShapeError::Empty)
    );
    let shared = Rc::new(Register::default());
    assert!(Rc::ptr_eq(
        &shared.by_reference_to_rc("1").unwrap(),
        &shared
    ));
    assert_eq!(shared.by_reference_to_rc("").err(), Some(ShapeError::Empty));
    let mut register = Register::default();
    assert_eq!(Pin::new(&mut register).by_pinned_reference("6"), Ok(6));
    assert_eq!(
        Pin::new(&mut register).by_pinned_reference(""),
        Err(ShapeError::Empty)
    );
    assert_eq!(ready(register.awaited("1")), Ok(&6));
    assert_eq!(ready(register.awaited("")), Err(ShapeError::Empty));
    *ready(register.awaited_by_mutable_reference("1")).unwrap() = 9;
    assert_eq!(register.last, 9);
    assert_eq!(
        ready(register.awaited_by_mutable_reference("")),
        Err(ShapeError::Empty)
    );
}
