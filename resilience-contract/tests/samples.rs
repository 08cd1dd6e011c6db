//! Making a variant out of nothing, of enums that hold each other and themselves.

#![cfg(feature = "probe")]
#![expect(dead_code, reason = "what is made is only looked at")]

use std::num::ParseIntError;

use resilience_contract::FailureModes;

/// Which variants can be made; that each one is what it was asked for.
fn made<E: FailureModes>() -> Vec<&'static str> {
    let names = E::VARIANTS.iter().enumerate().filter(|(index, _)| {
        let sample = E::sample(*index);
        assert_eq!(sample.is_some(), E::can_sample(*index));
        sample.is_some_and(|sample| {
            assert_eq!(sample.variant(), *index);
            true
        })
    });
    names.map(|(_, variant)| variant.name).collect()
}

#[derive(Debug, FailureModes)]
enum Chain {
    Caused(Box<Chain>),
    Twice { left: Box<Chain>, right: Box<Chain> },
    Root(ParseIntError),
}

#[test]
fn an_enum_that_holds_itself_is_made_from_one_that_does_not() {
    assert_eq!(made::<Chain>(), ["Caused", "Twice", "Root"]);
    let sample = Chain::sample(1);
    assert!(matches!(
        sample,
        Some(Chain::Twice { left, right })
            if matches!((&*left, &*right), (Chain::Root(_), Chain::Root(_)))
    ));
}

#[derive(Debug, FailureModes)]
enum Endless {
    Caused(Box<Endless>),
    Both(Box<Endless>, u32),
}

#[test]
fn an_enum_without_an_end_cannot_be_made() {
    assert_eq!(made::<Endless>(), [""; 0]);
}

#[derive(Debug, FailureModes)]
enum Outer {
    Inner(Inner),
    Again(Box<Outer>),
    Bad,
}

#[derive(Debug, FailureModes)]
enum Inner {
    Outer(Box<Outer>),
    Third(Box<Third>),
    Opaque(Opaque),
}

#[derive(Debug, FailureModes)]
enum Third {
    Outer(Box<Outer>),
    Inner(Box<Inner>),
}

#[derive(Debug)]
struct Opaque;

#[test]
fn enums_that_hold_each_other_are_made_from_the_one_with_an_end() {
    assert_eq!(made::<Outer>(), ["Inner", "Again", "Bad"]);
    assert_eq!(made::<Inner>(), ["Outer", "Third"]);
    assert_eq!(made::<Third>(), ["Outer", "Inner"]);
    let _kept = (Inner::Opaque(Opaque), Endless::Both);
}

#[derive(Debug, FailureModes)]
enum Tree<T> {
    Node(Box<Tree<T>>, Option<Box<Tree<T>>>),
    Leaf(T),
    Empty,
}

#[derive(Debug, FailureModes)]
enum Never {}

#[test]
fn generic_enums_hold_themselves_as_well() {
    // The derive asks nothing of `T`, so it knows no way to make a leaf.
    assert_eq!(made::<Tree<u32>>(), ["Node", "Empty"]);
    assert_eq!(made::<Tree<Box<Tree<u32>>>>(), ["Node", "Empty"]);
    assert_eq!(made::<Never>(), [""; 0]);
}

/// What cannot be made in one place can be made in the next.
#[test]
fn the_guard_is_gone_when_it_is_over() {
    for _ in 0..3 {
        assert_eq!(made::<Outer>().len(), 3);
    }
}

/// What can be made of another one, or by exchange of what it holds, is nothing where
/// nothing can be taken out; what can be made out of nothing, can.
#[test]
fn out_of_an_enum_with_a_drop_nothing_is_taken() {
    assert_eq!(Plain::__takes(0), [0, 1]);
    assert_eq!(Plain::__takes(2), [0; 0]);
    assert!(matches!(
        Plain::Left(Opaque).__taken(2),
        Err(Plain::Left(_))
    ));
    assert_eq!(Plain::__inner(2), Some("Outer"));
    assert!(matches!(
        Plain::Left(Opaque).__taken(1),
        Ok(Plain::Right(_))
    ));
    assert!(Plain::Held(Outer::Bad).__exchanged().is_ok());

    assert_eq!(made::<Plain>(), ["Held"]);
    assert_eq!(made::<Guarded>(), ["Held"]);
    assert_eq!(Guarded::__takes(0), [0; 0]);
    assert_eq!(Guarded::__inner(2), None);
    assert!(matches!(
        Guarded::Left(Opaque).__taken(1),
        Err(Guarded::Left(_))
    ));
    assert!(matches!(
        Guarded::Held(Outer::Bad).__exchanged(),
        Err(Guarded::Held(Outer::Bad))
    ));
}

#[derive(Debug, FailureModes)]
enum Plain {
    Left(Opaque),
    Right(Opaque),
    Held(Outer),
}

#[derive(Debug, FailureModes)]
enum Guarded {
    Left(Opaque),
    Right(Opaque),
    Held(Outer),
}

impl Drop for Guarded {
    fn drop(&mut self) {}
}
