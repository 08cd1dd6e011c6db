//! What a call makes for itself lives as long as it would without `external!`: the macro is the
//! expression, and in the verifier's build an argument.

// Where a fault can take the call's place, it is in a block of its own.
#![cfg(not(feature = "probe-inject"))]

use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;

use resilience_contract::external;

/// Says when it goes.
struct Noisy<'a>(&'a RefCell<Vec<&'static str>>);

impl Noisy<'_> {
    fn name(&self) -> &'static str {
        "called"
    }
}

impl Drop for Noisy<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().push("gone");
    }
}

#[test]
fn what_is_borrowed_from_a_temporary_can_be_used_in_the_same_statement() {
    let cache = RefCell::new(BTreeMap::from([(1, "one".to_owned())]));
    let found = external!(cache, cache.borrow().get(&1)).cloned();
    assert_eq!(found.as_deref(), Some("one"));
    let length = external!(cache, Ref::map(cache.borrow(), |map| &map[&1]).as_str()).len();
    assert_eq!(length, 3);
}

#[test]
fn a_temporary_goes_at_the_end_of_the_statement() {
    let log = RefCell::new(Vec::new());
    let named = (external!(cache, Noisy(&log).name()), log.borrow().len());
    assert_eq!(named, ("called", 0));
    assert_eq!(log.take(), ["gone"]);
}
