//! A value that is thrown away is thrown away as before: the same bodies, with a contract
//! and without one, leave the same things in the same order.

#![deny(warnings)]

use std::cell::RefCell;

use resilience_contract::{FailureModes, resilience_contract};

#[derive(Debug, PartialEq, Eq, FailureModes)]
enum Error {
    Gone,
    Late,
}

/// What happened, in order.
#[derive(Default)]
struct Log(RefCell<Vec<String>>);

impl Log {
    fn note(&self, what: &str) {
        self.0.borrow_mut().push(what.to_owned());
    }

    fn made(&self, name: &'static str) -> Noisy<'_> {
        self.note(&format!("make {name}"));
        Noisy { log: self, name }
    }
}

/// Says when it goes.
struct Noisy<'a> {
    log: &'a Log,
    name: &'static str,
}

impl Drop for Noisy<'_> {
    fn drop(&mut self) {
        self.log.note(&format!("drop {}", self.name));
    }
}

impl<'a> Noisy<'a> {
    /// Something made from a temporary.
    fn child(&self, name: &'static str) -> Noisy<'a> {
        self.log.made(name)
    }

    /// Something that borrows from a temporary.
    fn borrowed(&self) -> Borrowing<'_, 'a> {
        self.log.note("borrow");
        Borrowing(self)
    }
}

struct Borrowing<'t, 'a>(&'t Noisy<'a>);

impl Drop for Borrowing<'_, '_> {
    fn drop(&mut self) {
        self.0.log.note("return");
    }
}

/// One body with a contract and without.
macro_rules! bodies {
    ($($name:ident($log:ident) $body:tt)+) => {
        mod bare {
            use super::*;
            $(pub(crate) fn $name($log: &Log) -> Result<(), Error> $body)+
        }

        mod annotated {
            use super::*;
            $(
                #[resilience_contract("shapes.local", file = "tests/contracts/shapes.toml")]
                pub(crate) fn $name($log: &Log) -> Result<(), Error> $body
            )+
        }

        const NAMES: &[&str] = &[$(stringify!($name)),+];
        const BARE: &[fn(&Log) -> Result<(), Error>] = &[$(bare::$name),+];
        const ANNOTATED: &[fn(&Log) -> Result<(), Error>] = &[$(annotated::$name),+];
    };
}

/// Not std's.
mod pool {
    use super::{Error, Log};

    pub(crate) fn drop((log, result): (&Log, Result<(), Error>)) {
        log.note(&format!("given back {result:?}"));
    }
}

/// A macro of the user's that gives a place and not a value.
macro_rules! place {
    ($value:ident) => {
        $value
    };
}

bodies! {
    a_value_goes_at_once(log) {
        let _ = log.made("value");
        log.note("next");
        _ = log.made("another");
        log.note("next");
        drop(log.made("third"));
        log.note("end");
        Ok(())
    }
    temporaries_go_with_the_value(log) {
        let _ = log.made("parent").child("child").child("grandchild");
        log.note("next");
        let _ = log.made("lender").borrowed();
        log.note("next");
        drop(log.made("parent").child("child"));
        std::mem::drop(log.made("lender").borrowed());
        log.note("end");
        Ok(())
    }
    what_only_wraps_a_borrow_keeps_what_it_borrows(log) {
        let _ = Some(&log.made("lent"));
        let _ = &log.made("referred to");
        log.note("end");
        Ok(())
    }
    a_place_is_not_moved_nor_read(log) {
        let kept = log.made("kept");
        let pair = (log.made("left"), log.made("right"));
        let _ = kept;
        let _ = pair.0;
        let _ = place!(kept);
        let mut lent = 1_u32;
        let borrow = &mut lent;
        let _ = lent;
        *borrow += 1;
        log.note("end");
        drop(pair);
        Ok(())
    }
    a_type_that_is_written_is_coerced_to(log) {
        fn of(log: &Log) -> Box<Noisy<'_>> {
            Box::new(log.made("boxed"))
        }
        trait Any {}
        impl<T> Any for T {}
        let _: Box<dyn Any + '_> = of(log);
        let _: &dyn Fn() = std::convert::identity(&|| ());
        log.note("end");
        Ok(())
    }
    attributes_stay(log) {
        #[cfg(any())]
        let _ = there_is_no_such_function();
        #[cfg(any())]
        drop(there_is_no_such_function());
        #[cfg(all())]
        let _ = log.made("value");
        Ok(())
    }
    a_function_of_the_users_is_called(log) {
        pool::drop((log, Err(Error::Late)));
        pool::drop(std::convert::identity((log, Err(Error::Gone))));
        Ok(())
    }
    the_last_statement_is_one(log) {
        let inner = || {
            let shared = RefCell::new(log.made("shared"));
            let _ = shared.borrow().child("child");
        };
        inner();
        let shared = RefCell::new(log.made("shared"));
        if shared.borrow().name.is_empty() {
            return Err(Error::Gone);
        } else {
            let _ = shared.borrow().child("child");
        }
        Ok(())
    }
    what_leaves_leaves(log) {
        let _ = {
            log.made("first");
            Err::<Noisy<'_>, Error>(Error::Late)
        }?;
        let _ = log.made("never");
        Ok(())
    }
}

#[test]
fn a_contract_changes_nothing_about_what_is_thrown_away() {
    for ((name, bare), annotated) in NAMES.iter().zip(BARE).zip(ANNOTATED) {
        let run = |body: &fn(&Log) -> Result<(), Error>| {
            let log = Log::default();
            let result = body(&log);
            (log.0.into_inner(), result)
        };
        let (log, result) = run(bare);
        assert!(!log.is_empty(), "{name}");
        assert_eq!(run(annotated), (log, result), "{name}");
    }
}
