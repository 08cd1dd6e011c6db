//! Functions that notice who calls them, and what they are called.

use std::any::type_name_of_val;
use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::pin::Pin;
use std::task::Poll;

use resilience_contract::resilience_contract;

use crate::{LIMIT, ShapeError, limited, ready};

thread_local! {
    static CALLED_AT: Cell<u32> = const { Cell::new(0) };
    static ORDER: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Notes the line of whoever calls the function that calls this one.
#[track_caller]
fn note() {
    CALLED_AT.set(Location::caller().line());
}

/// Notes that it is let go.
struct Noted(&'static str);

impl Drop for Noted {
    fn drop(&mut self) {
        ORDER.with_borrow_mut(|order| order.push(self.0));
    }
}

#[track_caller]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn tracked(text: &str) -> Result<u32, ShapeError> {
    note();
    let number = limited(text)?; // branch
    if number == 7 {
        return Err(ShapeError::TooLarge { limit: 7 }); // branch
    }
    let inner = || -> Result<u32, ShapeError> {
        let number = limited("1")?;
        if number > 1 {
            return Err(ShapeError::Empty);
        }
        Ok(number)
    };
    inner()?;
    Ok(number)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
#[cfg_attr(all(), track_caller)]
fn every_way_out(words: &mut Vec<&str>) -> Result<Poll<Option<u32>>, ShapeError> {
    note();
    let mut sum = 0;
    while {
        let word = words.first().ok_or(ShapeError::Empty)?; // branch
        limited(word)? > 1 // branch
    } {
        let word = words.remove(0);
        if word == "50" {
            (limited("x")?, 1).0.clone_from(&sum); // branch
        }
        let mut parts = vec![limited(word)?, sum];
        parts.push(0);
        sum = parts.iter().sum();
        *(if sum > LIMIT {
            Err(ShapeError::Empty)
        } else {
            Ok(&mut sum)
        })? += 1; // branch
        match sum {
            10 => return Err(ShapeError::TooLarge { limit: 10 }), // branch
            20 => break,
            _ => assert!(sum < 100, "the sum is {sum}"),
        }
    }
    let polled: Poll<Option<Result<u32, std::num::ParseIntError>>> = Poll::Ready(Some("x".parse()));
    let polled = if sum == 0 { Poll::Pending } else { polled };
    let number = polled?; // branch
    Ok(number)
}

#[rustfmt::skip]
#[track_caller]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn in_one_expression(text: &str) -> Result<u32, ShapeError> { Ok(limited(text)? + 1) } // branch

struct Ledger {
    _noted: Noted,
    entries: Vec<u32>,
}

trait Tracked {
    /// What the trait says holds for whoever implements it.
    #[track_caller]
    fn add(&mut self, text: &str) -> Result<&mut u32, ShapeError>;
}

impl Tracked for Ledger {
    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn add(&mut self, text: &str) -> Result<&mut u32, ShapeError> {
        let caller = Location::caller();
        CALLED_AT.set(caller.line());
        if let Some(at) = self
            .entries
            .iter()
            .position(|entry| *entry == caller.line())
        {
            return Ok(&mut self.entries[at]);
        }
        self.entries.push(limited(text)?); // branch
        self.entries.last_mut().ok_or(ShapeError::Empty)
    }
}

impl Ledger {
    #[track_caller]
    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn close(self, _last: Noted, text: &str, _: Noted) -> Result<u32, ShapeError> {
        note();
        let _within = Noted("within");
        limited(text) // branch
    }

    #[track_caller]
    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn later<'a>(
        &self,
        text: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<u32, ShapeError>> + 'a>> {
        note();
        Box::pin(async move { limited(text) }) // branch
    }
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn own_name<T>(value: T) -> Result<&'static str, ShapeError> {
    fn inner() {}
    drop(value);
    let name = type_name_of_val(&inner);
    name.strip_suffix("::inner").ok_or(ShapeError::Empty)
}

#[test]
fn who_calls_is_who_called() {
    let line = line!() + 1;
    assert_eq!(tracked("1"), Ok(1));
    assert_eq!(CALLED_AT.get(), line);
    assert_eq!(tracked(""), Err(ShapeError::Empty));
    assert_eq!(tracked("7"), Err(ShapeError::TooLarge { limit: 7 }));
    assert_eq!(in_one_expression(""), Err(ShapeError::Empty));
    let line = line!() + 1;
    assert_eq!(every_way_out(&mut vec![]), Err(ShapeError::Empty));
    assert_eq!(CALLED_AT.get(), line);
    let mut ledger = Ledger {
        _noted: Noted("self"),
        entries: Vec::new(),
    };
    let line = line!() + 1;
    assert_eq!(ledger.add("3"), Ok(&mut 3));
    assert_eq!(CALLED_AT.get(), line);
    assert_eq!(ledger.add(""), Err(ShapeError::Empty));
    let line = line!() + 1;
    let future = ledger.later("");
    assert_eq!(CALLED_AT.get(), line);
    assert_eq!(ready(future), Err(ShapeError::Empty));
    let line = line!() + 1;
    let closed = ledger.close(Noted("first"), "", Noted("second"));
    assert_eq!(CALLED_AT.get(), line);
    assert_eq!(closed, Err(ShapeError::Empty));
    assert_eq!(ORDER.take(), ["within", "second", "first", "self"]);
}

#[test]
fn every_way_out_of_a_block_is_the_one_out_of_the_function() {
    let limit = |limit| Err(ShapeError::TooLarge { limit });
    assert!(matches!(
        every_way_out(&mut vec!["x"]),
        Err(ShapeError::Number(_))
    ));
    assert!(matches!(
        every_way_out(&mut vec!["50", "1"]),
        Err(ShapeError::Number(_))
    ));
    assert_eq!(every_way_out(&mut vec!["9", "1"]), limit(10));
    assert_eq!(
        every_way_out(&mut vec!["60", "60", "1"]),
        Err(ShapeError::Empty)
    );
    assert!(matches!(
        every_way_out(&mut vec!["19"]),
        Err(ShapeError::Number(_))
    ));
    assert_eq!(every_way_out(&mut vec!["1"]), Ok(Poll::Pending));
}

#[test]
fn what_a_function_is_called_is_its_name() {
    let name = own_name(1).unwrap();
    assert!(
        name.ends_with("noticing::own_name<i32>") || name.ends_with("noticing::own_name"),
        "{name}"
    );
}
