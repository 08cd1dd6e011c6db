//! Types that do not let everything be done with them that others do.

use std::cell::Cell;

use resilience_contract::{FailureModes, resilience_contract};

thread_local! {
    static LET_GO: Cell<u32> = const { Cell::new(0) };
}

/// Nothing can be moved out of it, for it has a `Drop` of its own.
#[derive(Debug, PartialEq, Eq, FailureModes)]
enum Guarded<'a, T: Copy> {
    Word(&'a str, T),
    Text(&'a str, T),
    Inner { inner: Inner },
    Gone,
}

#[derive(Debug, PartialEq, Eq, FailureModes)]
enum Inner {
    One,
    Two,
}

impl<T: Copy> Drop for Guarded<'_, T> {
    fn drop(&mut self) {
        LET_GO.set(LET_GO.get() + 1);
    }
}

#[resilience_contract("shapes.guarded", file = "tests/contracts/shapes.toml", error = Guarded<'static, u8>)]
fn error_with_a_drop<T: Copy>(word: &str, number: T) -> Result<u32, Guarded<'_, T>> {
    match word {
        "" => Err(Guarded::Gone),                           // branch
        "one" => Err(Guarded::Inner { inner: Inner::One }), // branch
        "two" => Err(Guarded::Inner { inner: Inner::Two }), // branch
        "word" => Err(Guarded::Word(word, number)),         // branch
        "text" => Err(Guarded::Text(word, number)),         // branch
        _ => Ok(1),
    }
}

/// It has a default only where it lives for ever, and can stand for a shorter one.
#[derive(Debug, PartialEq, Eq)]
struct Words<'a>(&'a str);

impl Default for Words<'static> {
    fn default() -> Self {
        Words("default")
    }
}

#[derive(Debug, PartialEq, Eq, FailureModes)]
enum Lacking<'a> {
    Found(Words<'a>),
    Lost,
}

#[resilience_contract("shapes.lacking", file = "tests/contracts/shapes.toml")]
fn default_only_for_ever(text: &str) -> Result<Words<'_>, Lacking<'_>> {
    match text {
        "" => Err(Lacking::Lost),                    // branch
        "found" => Err(Lacking::Found(Words(text))), // branch
        _ => Ok(Words(text)),
    }
}

impl<'a> Words<'a> {
    #[resilience_contract("shapes.lacking", file = "tests/contracts/shapes.toml")]
    fn itself(text: &'a str) -> Result<Self, Lacking<'static>> {
        if text.is_empty() {
            return Err(Lacking::Lost); // branch
        }
        Ok(Self(text))
    }
}

#[test]
fn errors_with_a_drop_are_let_go_once() {
    assert_eq!(error_with_a_drop("three", 1), Ok(1));
    assert_eq!(LET_GO.get(), 0);
    drop(error_with_a_drop("", 1));
    assert_eq!(LET_GO.get(), 1);
    assert_eq!(
        error_with_a_drop("word", 1),
        Err(Guarded::Word("word", 1_u8))
    );
    assert_eq!(LET_GO.get(), 3);
    for (word, error) in [
        ("one", Guarded::Inner { inner: Inner::One }),
        ("two", Guarded::Inner { inner: Inner::Two }),
        ("text", Guarded::Text("text", 1)),
    ] {
        assert_eq!(error_with_a_drop(word, 1), Err(error));
    }
}

#[test]
fn values_that_are_made_only_for_ever_are_not_asked_for_less() {
    let text = String::from("text");
    assert_eq!(default_only_for_ever(&text), Ok(Words("text")));
    let found = String::from("found");
    assert_eq!(
        default_only_for_ever(&found),
        Err(Lacking::Found(Words("found")))
    );
    assert_eq!(default_only_for_ever(""), Err(Lacking::Lost));
    assert_eq!(Words::itself(&text), Ok(Words("text")));
    assert_eq!(Words::itself(""), Err(Lacking::Lost));
    assert_eq!(Words::default(), Words("default"));
}
