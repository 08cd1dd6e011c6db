//! Bodies in which not everything that looks like leaving leaves the function.

use std::sync::Mutex;

use crate::{ShapeError, limited, ready};
use resilience_contract::{external, resilience_contract};

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn nested_function(text: &str) -> Result<u32, ShapeError> {
    fn inner(text: &str) -> Result<u32, ShapeError> {
        let number = limited(text)?;
        Ok(number)
    }
    inner(text) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn nested_contracts(text: &str) -> Result<u32, ShapeError> {
    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn inner(text: &str) -> Result<u32, ShapeError> {
        limited(text) // branch
    }
    let number = inner(text)?; // branch
    Ok(number)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn closure(text: &str) -> Result<u32, ShapeError> {
    let double = |text: &str| -> Result<u32, ShapeError> {
        let number = limited(text)?;
        Ok(number * 2)
    };
    double(text) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn recursion(numbers: &[u32]) -> Result<u32, ShapeError> {
    let [first, rest @ ..] = numbers else {
        return Err(ShapeError::Empty); // branch
    };
    Ok(first + recursion(rest)?) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn loops(texts: &[&str]) -> Result<u32, ShapeError> {
    let mut texts = texts.iter();
    'search: loop {
        loop {
            let Some(text) = texts.next() else {
                break 'search Err(ShapeError::Empty); // branch
            };
            match limited(text) {
                Err(ShapeError::Empty) => break,
                Ok(0) => {}
                found => return found, // branch
            }
        }
    }
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn lock(shared: &Mutex<Vec<u32>>) -> Result<u32, ShapeError> {
    shared.lock().unwrap().pop().ok_or(ShapeError::Empty) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn marked_calls(text: &str) -> Result<u32, ShapeError> {
    let number = external!(gateway, limited(text))?; // branch
    if number == 0 {
        return external!(gateway, limited("")); // branch
    }
    external!(gateway, limited(text).map(|number| number + 1),)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
async fn awaits_in_a_marked_call(text: &str) -> Result<u32, ShapeError> {
    external!(gateway, std::future::ready(limited(text)).await) // branch
}

macro_rules! contracted {
    ($name:ident, $error:ty, $text:ident => $body:expr) => {
        #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
        fn $name($text: &str) -> Result<u32, $error> {
            $body
        }
    };
}

contracted!(written_by_a_macro, ShapeError, text => limited(text)); // branch

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn names_of_ours(__call: u32, __result: u32, __make: u32, SITE: u32) -> Result<u32, ShapeError> {
    #![expect(non_snake_case, reason = "it is the name that the output has too")]
    match __call + __result + __make + SITE {
        0 => Err(ShapeError::Empty), // branch
        sum => Ok(sum),
    }
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn diverges(text: &str) -> Result<u32, ShapeError> {
    if text.is_empty() {
        return Err(ShapeError::Empty); // branch
    }
    panic!("not empty")
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn thrown_away(text: &str) -> Result<(), ShapeError> {
    let _ = limited(text)?; // branch
    _ = external!(gateway, limited(&text.replace('3', "")))? + 1; // branch
    drop(limited(&text.replace('1', ""))?); // branch
    let _: u32 = match text {
        "12" => return Err(ShapeError::Empty), // branch
        _ => 2,
    };
    Ok(())
}

#[test]
fn bodies_do_what_they_did() {
    assert!(thrown_away("").is_err());
    assert!(thrown_away("3").is_err());
    assert!(thrown_away("1").is_err());
    assert!(thrown_away("12").is_err());
    assert_eq!(thrown_away("2"), Ok(()));
    assert!(nested_function("").is_err());
    assert!(nested_contracts("").is_err());
    assert_eq!(closure("2"), Ok(4));
    assert!(closure("").is_err());
    assert!(recursion(&[1, 2]).is_err());
    assert_eq!(loops(&["", "0", "3"]), Ok(3));
    assert!(loops(&["", ""]).is_err());
    assert!(loops(&["x"]).is_err());
    assert_eq!(lock(&Mutex::new(vec![1])), Ok(1));
    assert!(lock(&Mutex::new(Vec::new())).is_err());
    assert_eq!(marked_calls("1"), Ok(2));
    assert!(marked_calls("0").is_err());
    assert!(marked_calls("").is_err());
    assert!(ready(awaits_in_a_marked_call("")).is_err());
    assert!(written_by_a_macro("").is_err());
    assert_eq!(names_of_ours(1, 2, 3, 4), Ok(10));
    assert!(names_of_ours(0, 0, 0, 0).is_err());
    assert!(diverges("").is_err());
    assert!(std::panic::catch_unwind(|| diverges("x")).is_err());
}
