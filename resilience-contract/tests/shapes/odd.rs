//! Odd, and legal: what a function may look like that nobody would write on purpose.

use std::borrow::Cow;
use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::{self, Debug, Display};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use resilience_contract::{FailureModes, resilience_contract};

use crate::{ShapeError, limited, ready};

type Limiting = fn(&str) -> Result<u32, ShapeError>;

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
extern "Rust" fn of_another_abi(number: u32) -> Result<u32, ShapeError> {
    if number > 9 {
        return Err(ShapeError::TooLarge { limit: 9 }); // branch
    }
    Ok(number)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn r#match(r#in: &str) -> Result<u32, ShapeError> {
    limited(r#in) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn größe(maß: &str) -> Result<u32, ShapeError> {
    let zähler = limited(maß)?; // branch
    Ok(zähler)
}

#[expect(unused_variables, reason = "the shape is meant")]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn expected_to_be_unused(unused: u32, text: &str) -> Result<u32, ShapeError> {
    let neither = 1;
    limited(text) // branch
}

#[expect(unused_mut, reason = "the shape is meant")]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn expected_to_be_changed(mut text: &str) -> Result<u32, ShapeError> {
    let mut number = limited(text)?; // branch
    Ok(number)
}

#[expect(unreachable_code, reason = "the shape is meant")]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn expected_to_be_unreachable(text: &str) -> Result<u32, ShapeError> {
    return limited(text); // branch
    limited("1")
}

#[expect(non_snake_case, reason = "the shape is meant")]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn expectedToBeShouted(TEXT: &str) -> Result<u32, ShapeError> {
    limited(TEXT) // branch
}

#[expect(unused_must_use, reason = "the shape is meant")]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn expected_to_be_passed_over(text: &str) -> Result<u32, ShapeError> {
    limited(text)?.wrapping_add(1); // branch
    Ok(1)
}

#[expect(unused_assignments, reason = "the shape is meant")]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn expected_to_be_overwritten(text: &str) -> Result<u32, ShapeError> {
    let mut number = 1;
    number = limited(text)?; // branch
    Ok(number)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn brackets_and_braces(text: &str) -> Result<u32, ShapeError> {
    let number = (limited(text))?; // branch
    let other = { limited("1") }?;
    let sum = (number + other) * 2;
    let checked = if sum > 20 {
        Err(ShapeError::TooLarge { limit: 20 })
    } else {
        Ok(sum)
    }?; // branch
    match checked {
        6 => {
            Err(ShapeError::Empty) // branch
        }
        _ => Ok(checked),
    }
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn out_of_nested_labels(words: &[&str]) -> Result<u32, ShapeError> {
    'found: {
        let sum = 'sum: loop {
            let mut sum = 0;
            for word in words {
                let Ok(number) = limited(word) else {
                    break 'found Err(ShapeError::Empty); // branch
                };
                sum += number;
                if sum > 50 {
                    break 'sum sum;
                }
            }
            if sum < 100 {
                break sum + 100;
            }
        };
        if sum > 100
            && let Some(first) = words.first()
        {
            break 'found limited(first).map(|_| sum);
        }
        Err(ShapeError::TooLarge { limit: 50 }) // branch
    }
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn own_macros_and_items(text: &str) -> Result<u32, ShapeError> {
    const LIMIT: u32 = 7;
    #[derive(Debug)]
    struct Call(u32);
    impl Call {
        fn run(&self) -> u32 {
            self.0
        }
    }
    fn enter<T: Into<Call>>(call: T) -> Call {
        call.into()
    }
    impl From<u32> for Call {
        fn from(number: u32) -> Self {
            Self(number)
        }
    }
    macro_rules! call {
        ($text:expr) => {
            enter(limited($text).map_err(|_| ShapeError::Empty)?)
        };
    }
    let __call = call!("3");
    let __result = __call.run() + limited(text)?; // branch
    if __result > LIMIT {
        return Err(ShapeError::TooLarge { limit: LIMIT }); // branch
    }
    Ok(__result)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn opaque_value<'a>(
    words: &'a [&'a str],
    wanted: impl for<'w> Fn(&'w str) -> bool + 'a,
) -> Result<impl Iterator<Item = u32> + 'a, ShapeError> {
    let first = words.first().ok_or(ShapeError::Empty)?; // branch
    limited(first)?; // branch
    Ok(words
        .iter()
        .filter(move |word| wanted(word))
        .filter_map(|word| word.parse().ok()))
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn lent_or_own(text: &str) -> Result<Cow<'_, str>, ShapeError> {
    match text {
        "" => Err(ShapeError::Empty), // branch
        "own" => Ok(Cow::Owned(text.to_uppercase())),
        _ => Ok(text.into()),
    }
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn never_ok(text: &str) -> Result<Infallible, ShapeError> {
    let error = match limited(text) {
        Ok(limit) => ShapeError::TooLarge { limit },
        Err(error) => error,
    };
    Err(error) // branch
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn functions_and_arrays<const N: usize>(text: &str) -> Result<([Limiting; N], &str), ShapeError> {
    if N == 0 {
        Err(ShapeError::Empty)? // branch
    }
    limited(text)?; // branch
    Ok(([limited; N], text))
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn dynamic<'a>(text: &'a str) -> Result<Box<dyn Display + Send + 'a>, ShapeError> {
    let number = limited(text)?; // branch
    if number == 1 {
        return Ok(Box::new(text));
    }
    Ok(Box::new(number))
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn infallible_inside(text: &str) -> Result<u32, ShapeError> {
    let Ok(number): Result<u32, Infallible> = Ok(1);
    let diverges = || -> u32 { unreachable!("it is {number}") };
    match text.len() {
        0 => Err(ShapeError::Empty), // branch
        1 => Ok(number),
        _ => Ok(diverges()),
    }
}

/// What never returns is no branch, and nothing stands behind it.
struct Ending;

impl Ending {
    fn end(&self) -> ! {
        panic!("the end")
    }
}

fn ended(text: &str) -> ! {
    panic!("the end of {text}")
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn ends_in_calls(text: &str) -> Result<u32, ShapeError> {
    match text {
        "1" => limited(text),
        "" => limited(text).map(|number| number + 1), // branch
        "method" => Ending.end(),
        _ => ended(text),
    }
}

#[track_caller]
#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn only_ends(text: &str) -> Result<u32, ShapeError> {
    ended(text)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn only_ends_in_a_closure(text: &str) -> Result<u32, ShapeError> {
    ended(text)
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
async fn only_ends_later(text: &str) -> Result<u32, ShapeError> {
    ended(text)
}

#[test]
fn what_never_returns_does_not() {
    assert_eq!(ends_in_calls("1"), Ok(1));
    assert!(ends_in_calls("").is_err());
    let ends: [Limiting; 4] = [ends_in_calls, only_ends, only_ends_in_a_closure, |text| {
        ready(only_ends_later(text))
    }];
    for end in ends {
        for text in ["method", "x"] {
            assert!(std::panic::catch_unwind(|| end(text)).is_err());
        }
    }
}

/// What is implemented for references, and for whatever else.
trait Limited {
    const MOST: u32;

    fn limited(self) -> Result<u32, ShapeError>
    where
        Self: Sized;

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn by_default(&self, text: &str) -> Result<u32, ShapeError>
    where
        Self: Debug,
    {
        match limited(text)? {
            number if number > Self::MOST => Err(ShapeError::TooLarge { limit: Self::MOST }), // branch
            number => Ok(number),
        }
    }
}

impl<T: AsRef<str> + ?Sized> Limited for &T {
    const MOST: u32 = 9;

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn limited(self) -> Result<u32, ShapeError> {
        limited(self.as_ref()) // branch
    }
}

/// A parameter with a default, and one that is a lifetime.
struct Holder<'a, T: ?Sized = str> {
    text: &'a T,
    seen: RefCell<Vec<u32>>,
}

impl<'a, T: AsRef<str> + ?Sized> Holder<'a, T> {
    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn borrowed(self: &Rc<Self>) -> Result<(&'a T, std::cell::Ref<'_, Vec<u32>>), ShapeError> {
        self.seen.borrow_mut().push(limited(self.text.as_ref())?); // branch
        Ok((self.text, self.seen.borrow()))
    }

    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    fn pinned_box(self: Pin<Box<Self>>) -> Result<Pin<Box<Self>>, ShapeError> {
        limited(self.text.as_ref())?; // branch
        Ok(self)
    }

    #[cfg_attr(all(), inline(always))]
    #[cold]
    #[must_use = "the shape is meant"]
    #[doc(hidden)]
    #[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
    async fn not_to_be_sent(self: Arc<Self>) -> Result<u32, ShapeError> {
        let kept = Rc::new(limited(self.text.as_ref())?); // branch
        std::future::ready(()).await;
        let inner = async { Ok(limited("x")? + Ok::<u32, ShapeError>(1)?) };
        let inner: Result<u32, ShapeError> = inner.await;
        assert!(inner.is_err());
        Ok(*kept)
    }
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn captures_precisely<'a>(
    text: &'a str,
    _other: &str,
) -> impl Future<Output = Result<&'a str, ShapeError>> + use<'a> {
    async move {
        limited(text)?; // branch
        Ok(text)
    }
}

#[resilience_contract("shapes.own", file = "tests/contracts/shapes.toml")]
fn patterns(
    &(first, ref second): &(u32, String),
    [.., last]: [&str; 3],
    Tuple(inner, ..): Tuple,
    (): (),
) -> Result<u32, ShapeError> {
    Ok(first + limited(second)? + limited(last)? + inner) // branch
}

struct Tuple(
    u32,
    #[expect(dead_code, reason = "the pattern passes over it")] u32,
);

/// An enum with constants and lifetimes, cold and unpleasant.
#[derive(Debug, PartialEq, Eq, FailureModes)]
enum Bounded<'a, T: Debug, const N: usize = 2>
where
    T: PartialEq,
{
    #[failure(mode = "too_many")]
    Many([&'a T; N]),
    Few {
        these: &'a [T],
    },
    Größer,
}

impl<T: Debug + PartialEq, const N: usize> Display for Bounded<'_, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl<T: Debug + PartialEq, const N: usize> std::error::Error for Bounded<'_, T, N> {}

#[resilience_contract("shapes.bounded", file = "tests/contracts/shapes.toml", error = Bounded<'static, u8, 1>)]
fn bounded<T: Debug + PartialEq, const N: usize>(
    these: &[T],
) -> Result<&[T; 3], Bounded<'_, T, N>> {
    match these {
        [one, ..] if these.len() > 3 => Err(Bounded::Many([one; N])), // branch
        [_, _, _] => these.first_chunk().ok_or(Bounded::Größer),
        [] => Err(Bounded::Größer),       // branch
        _ => Err(Bounded::Few { these }), // branch
    }
}

macro_rules! many {
    ($($variant:ident)*) => {
        /// More variants than anybody needs, all of which hold the same.
        #[derive(Debug, FailureModes)]
        // With probes, every variant can be made, and is.
        #[cfg_attr(not(feature = "probe"), expect(dead_code, reason = "they are too many"))]
        enum Many { $($variant { text: String, number: u32 },)* }

        const MANY: &[&str] = &[$(stringify!($variant)),*];
    };
}

many! {
    A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 B0 B1 B2 B3 B4 B5 B6 B7 B8 B9 C0 C1 C2 C3 C4 C5 C6 C7 C8 C9
    D0 D1 D2 D3 D4 D5 D6 D7 D8 D9 E0 E1 E2 E3 E4 E5 E6 E7 E8 E9 F0 F1 F2 F3 F4 F5 F6 F7 F8 F9
    G0 G1 G2 G3 G4 G5 G6 G7 G8 G9 H0 H1 H2 H3 H4 H5 H6 H7 H8 H9 I0 I1 I2 I3 I4 I5 I6 I7 I8 I9
    J0 J1 J2 J3 J4 J5 J6 J7 J8 J9 K0 K1 K2 K3 K4 K5 K6 K7 K8 K9 L0 L1 L2 L3 L4 L5 L6 L7 L8 L9
    M0 M1 M2 M3 M4 M5 M6 M7 M8 M9 N0 N1 N2 N3 N4 N5 N6 N7 N8 N9 O0 O1 O2 O3 O4 O5 O6 O7 O8 O9
    P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 Q0 Q1 Q2 Q3 Q4 Q5 Q6 Q7 Q8 Q9 R0 R1 R2 R3 R4 R5 R6 R7 R8 R9
    S0 S1 S2 S3 S4 S5 S6 S7 S8 S9 T0 T1 T2 T3 T4 T5 T6 T7 T8 T9
}

#[test]
fn two_hundred_variants_are_as_good_as_two() {
    assert_eq!(Many::VARIANTS.len(), 200);
    let names = Many::VARIANTS.iter().map(|variant| variant.name);
    assert!(names.eq(MANY.iter().copied()));
    let last = Many::T9 {
        text: "x".into(),
        number: 1,
    };
    assert_eq!(last.variant(), 199);
    #[cfg(feature = "probe")]
    {
        assert_eq!(Many::__takes(7).len(), 200);
        let taken = last.__taken(7);
        assert!(matches!(taken, Ok(Many::A7 { text, number: 1 }) if text == "x"));
    }
}

#[test]
fn odd_functions_return_what_they_say() {
    assert_eq!(of_another_abi(1), Ok(1));
    assert!(of_another_abi(10).is_err());
    let plain: [Limiting; 9] = [
        r#match,
        größe,
        |text| expected_to_be_unused(1, text),
        expected_to_be_changed,
        expected_to_be_unreachable,
        expectedToBeShouted,
        expected_to_be_passed_over,
        expected_to_be_overwritten,
        own_macros_and_items,
    ];
    for (at, function) in plain.into_iter().enumerate() {
        assert!(function("1").is_ok(), "{at}");
        assert_eq!(function(""), Err(ShapeError::Empty), "{at}");
    }
    assert_eq!(
        own_macros_and_items("5"),
        Err(ShapeError::TooLarge { limit: 7 })
    );
    assert_eq!(brackets_and_braces(""), Err(ShapeError::Empty));
    assert_eq!(
        brackets_and_braces("50"),
        Err(ShapeError::TooLarge { limit: 20 })
    );
    assert_eq!(brackets_and_braces("2"), Err(ShapeError::Empty));
    assert_eq!(brackets_and_braces("1"), Ok(4));
    assert_eq!(out_of_nested_labels(&["x"]), Err(ShapeError::Empty));
    assert_eq!(
        out_of_nested_labels(&["60"]),
        Err(ShapeError::TooLarge { limit: 50 })
    );
    assert_eq!(out_of_nested_labels(&["1"]), Ok(101));
    let found = opaque_value(&["1", "x", "2"], |word| word != "1").unwrap();
    assert_eq!(found.collect::<Vec<_>>(), [2]);
    assert!(opaque_value(&[], |_| true).is_err());
    assert!(opaque_value(&[""], |_| true).is_err());
    assert_eq!(lent_or_own("own").unwrap(), "OWN");
    assert_eq!(lent_or_own("x").unwrap(), "x");
    assert!(lent_or_own("").is_err());
    assert_eq!(never_ok("1"), Err(ShapeError::TooLarge { limit: 1 }));
    assert_eq!(functions_and_arrays::<1>("1").unwrap().0[0]("2"), Ok(2));
    assert!(functions_and_arrays::<0>("1").is_err());
    assert!(functions_and_arrays::<1>("").is_err());
    assert_eq!(dynamic("1").unwrap().to_string(), "1");
    assert_eq!(dynamic("2").unwrap().to_string(), "2");
    assert!(dynamic("").is_err());
    assert_eq!(infallible_inside("x"), Ok(1));
    assert!(infallible_inside("").is_err());
    assert_eq!((&"1").limited(), Ok(1));
    assert!((&"").limited().is_err());
    assert_eq!((&"").by_default("1"), Ok(1));
    assert!((&"").by_default("10").is_err());
    let holder = |text| Holder::<str> {
        text,
        seen: RefCell::default(),
    };
    assert_eq!(*Rc::new(holder("1")).borrowed().unwrap().1, [1]);
    assert!(Rc::new(holder("")).borrowed().is_err());
    assert!(Box::pin(holder("1")).pinned_box().is_ok());
    assert!(Box::pin(holder("")).pinned_box().is_err());
    #[expect(clippy::arc_with_non_send_sync, reason = "the shape is meant")]
    let shared = |text| Arc::new(holder(text));
    assert_eq!(ready(shared("1").not_to_be_sent()), Ok(1));
    assert!(ready(shared("").not_to_be_sent()).is_err());
    let future = captures_precisely("1", &String::from("gone"));
    assert_eq!(ready(future), Ok("1"));
    assert!(ready(captures_precisely("", "")).is_err());
    let sum = |text: &str| patterns(&(1, "2".to_owned()), ["", "", text], Tuple(3, 4), ());
    assert_eq!(sum("1"), Ok(7));
    assert!(sum("").is_err());
    assert_eq!(bounded::<u8, 2>(&[1, 2, 3]), Ok(&[1, 2, 3]));
    assert_eq!(
        bounded::<u8, 2>(&[1, 2, 3, 4]),
        Err(Bounded::Many([&1, &1]))
    );
    assert_eq!(bounded::<u8, 2>(&[]), Err(Bounded::Größer));
    assert_eq!(bounded::<u8, 2>(&[1]), Err(Bounded::Few { these: &[1] }));
}
