//! Which call to an interface fails because the verifier wants it to.
//!
//! Knows numbers and places, and nothing of values: `samples` makes those.

use std::sync::{Mutex, MutexGuard, PoisonError};

use contract_spec::evidence::{ABANDONED, ENDLESS, Extent, Fault};

/// Whoever has failed so often at one place and tries again will do so for ever.
const ENOUGH: u32 = 10_000;

/// The faults of a process, and the calls that could have them.
#[derive(Debug)]
pub(super) struct Injector(Mutex<Inside>);

#[derive(Debug)]
struct Inside {
    planned: Vec<Planned>,
    /// How many calls to each interface have begun.
    begun: Vec<(&'static str, u32)>,
    /// While this is not 0, nothing is counted and nothing fails.
    suspended: u32,
}

#[derive(Debug)]
struct Planned {
    fault: Fault,
    /// The place in the source that it happens at, once its call has come.
    place: Option<&'static str>,
    happened: u32,
}

/// What becomes of one call.
#[derive(Debug)]
pub(super) struct Turn {
    /// Which call to its interface it is, from 1.
    pub(super) number: u32,
    /// The fault that it has.
    pub(super) fault: Option<Fault>,
}

impl Turn {
    /// Whether the call is to be called off while it waits.
    pub(super) fn is_abandoned(&self) -> bool {
        let fault = self.fault.as_ref();
        fault.is_some_and(|fault| fault.mode == ABANDONED)
    }
}

impl Injector {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        let planned = faults.into_iter().map(|fault| Planned {
            fault,
            place: None,
            happened: 0,
        });
        Self(Mutex::new(Inside {
            planned: planned.collect(),
            begun: Vec::new(),
            suspended: 0,
        }))
    }

    /// A call begins; `None` while faults are suspended.
    pub(super) fn turn(&self, interface: &'static str, place: &'static str) -> Option<Turn> {
        let mut inside = self.lock();
        if inside.suspended > 0 {
            return None;
        }
        let number = inside.next(interface);
        let fault = inside.planned.iter_mut().find_map(|planned| {
            let fault = &planned.fault;
            if fault.interface != interface {
                return None;
            }
            if planned.place.is_none() && fault.number == number {
                planned.place = Some(place);
            }
            let goes_on = match fault.extent {
                Extent::Times(times) => planned.happened < times,
                Extent::Lasting => true,
            };
            (planned.place == Some(place) && goes_on).then(|| {
                planned.happened += 1;
                if planned.happened >= ENOUGH {
                    eprintln!(
                        "resilience-contract: `{fault}` has happened {ENOUGH} times; whoever \
                         calls there does not give up"
                    );
                    std::process::exit(ENDLESS);
                }
                planned.fault.clone()
            })
        });
        Some(Turn { number, fault })
    }

    /// From now on nothing fails, until as many calls of [`Self::resume`] as of this.
    pub(super) fn suspend(&self) {
        self.lock().suspended += 1;
    }

    pub(super) fn resume(&self) {
        self.lock().suspended -= 1;
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn next(&mut self, interface: &'static str) -> u32 {
        match self.begun.iter_mut().find(|(name, _)| *name == interface) {
            Some((_, number)) => {
                *number += 1;
                *number
            }
            None => {
                self.begun.push((interface, 1));
                1
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract_spec::evidence::read_faults;

    /// The calls that fail, of a few in a row: to an interface, from a place.
    fn failing(faults: &str, calls: &[(&'static str, &'static str)]) -> Vec<usize> {
        let injector = Injector::new(read_faults(faults).unwrap());
        let failing = calls.iter().enumerate().filter(|(_, (interface, place))| {
            let turn = injector.turn(interface, place).unwrap();
            turn.fault.is_some()
        });
        failing.map(|(index, _)| index).collect()
    }

    #[test]
    fn a_fault_happens_at_its_call_and_at_those_that_follow_from_the_same_place() {
        let calls = [
            ("a", "1"),
            ("b", "2"),
            ("a", "3"),
            ("a", "1"),
            ("a", "1"),
            ("a", "1"),
        ];
        assert_eq!(failing("", &calls), [0_usize; 0]);
        assert_eq!(failing("a#1=x:once", &calls), [0]);
        assert_eq!(failing("a#1=x:x2", &calls), [0, 3]);
        assert_eq!(failing("a#1=x:lasting", &calls), [0, 3, 4, 5]);
        assert_eq!(failing("a#2=x:lasting", &calls), [2]);
        assert_eq!(failing("a#1=x:once,b#1=y:once", &calls), [0, 1]);
        assert_eq!(failing("a#9=x:once", &calls), [0_usize; 0]);
    }

    #[test]
    fn while_it_is_suspended_nothing_is_counted() {
        let injector = Injector::new(read_faults("a#1=x:once").unwrap());
        injector.suspend();
        assert!(injector.turn("a", "1").is_none());
        injector.resume();
        assert!(injector.turn("a", "1").unwrap().fault.is_some());
    }
}
