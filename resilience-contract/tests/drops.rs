//! Parameters go as before, and in the same order: the same functions, with a contract and
//! without one. In the verifier's build their bodies are put into closures.

#![deny(warnings)]
#![expect(clippy::duplicate_mod, reason = "the second time with contracts")]

use std::cell::RefCell;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use resilience_contract::FailureModes;

#[derive(Debug, PartialEq, Eq, FailureModes)]
enum Error {
    Gone,
    Late,
}

/// What happened, in order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<&'static str>>>);

impl Log {
    fn noisy(&self, name: &'static str) -> Noisy {
        Noisy(self.clone(), name)
    }
}

/// Says when it goes.
struct Noisy(Log, &'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        self.0.0.borrow_mut().push(self.1);
    }
}

struct Pair(Noisy, Noisy);

/// Is ready the second time.
#[derive(Default)]
struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

macro_rules! contract {
    ($($function:tt)+) => {
        $($function)+
    };
}

#[path = "drops/functions.rs"]
mod bare;

macro_rules! contract {
    ($($function:tt)+) => {
        #[resilience_contract::resilience_contract(
            "shapes.local",
            file = "tests/contracts/shapes.toml"
        )]
        $($function)+
    };
}

#[path = "drops/functions.rs"]
mod annotated;

/// Calls everything of one of the modules.
macro_rules! run {
    ($module:ident, $log:ident) => {{
        let new = |name| $log.noisy(name);
        let mut results = vec![
            $module::in_another_order(new("a"), new("b"), new("c")),
            $module::unused(new("a"), new("b"), new("c"), new("d")),
            $module::taken_apart(
                Pair(new("a"), new("b")),
                (new("w"), new("c"), [new("x"), new("d")]),
            ),
            $module::moved_on(new("a"), new("b"), new("c")),
            $module::with_attributes(new("b"), new("c")),
            $module::Owner(new("self")).consumed(new("a"), new("b")),
            $module::Owner(new("self")).unused_self(new("a"), new("b")),
        ];
        // Never polled, dropped half way, and run to its end.
        for polls in 0..3 {
            let future = $module::later(new("a"), new("b"), new("c"));
            results.extend(polled(future, polls));
            let future = $module::handed_back(new("a"), new("b"), new("c"));
            results.extend(polled(future, polls));
        }
        results
    }};
}

fn polled<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let mut last = None;
    for _ in 0..polls {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            last = Some(output);
        }
    }
    last
}

#[test]
fn parameters_go_in_the_order_of_a_bare_function() {
    let (bare, annotated) = (Log::default(), Log::default());
    assert_eq!(run!(bare, bare), run!(annotated, annotated));
    assert_eq!(bare.0.take(), annotated.0.take());
}
