//! What must hold at the end of a test, whatever failed in it.

use std::cell::Cell;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// How long a future may wait for something before it is given up, per invariant.
const PATIENCE: Duration = Duration::from_secs(5);

/// What an invariant says of itself: `true` and `Ok` hold; `()` does unless it panics.
#[diagnostic::on_unimplemented(
    message = "an invariant is a `bool`, a `Result<(), _>` or `()`, or a future of one; this is `{Self}`",
    label = "it does not say whether it holds"
)]
pub trait Holds {
    /// Why it does not hold, if it does not.
    fn broken(self) -> Option<String>;
}

impl Holds for bool {
    fn broken(self) -> Option<String> {
        (!self).then(String::new)
    }
}

impl Holds for () {
    fn broken(self) -> Option<String> {
        None
    }
}

impl<E: Debug> Holds for Result<(), E> {
    fn broken(self) -> Option<String> {
        self.err().map(|error| format!("{error:?}"))
    }
}

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not, and why.
    Broken(String),
    /// It could not be found out, and why.
    Unknown(String),
}

impl Verdict {
    fn of(holds: impl Holds) -> Self {
        match holds.broken() {
            None => Self::Holds,
            Some(reason) => Self::Broken(reason),
        }
    }
}

/// The expression of an invariant.
pub struct Expression<T>(Cell<Option<T>>);

impl<T> Expression<T> {
    /// That expression.
    pub fn new(value: T) -> Self {
        Self(Cell::new(Some(value)))
    }
}

/// It says at once whether it holds.
pub trait Now {
    /// Whether it does.
    fn verdict(self) -> Verdict;
}

impl<T: Holds> Now for Expression<T> {
    fn verdict(self) -> Verdict {
        match self.0.take() {
            Some(value) => Verdict::of(value),
            None => Verdict::Unknown("it was asked twice".into()),
        }
    }
}

/// It has to be awaited.
pub trait Later {
    /// Whether it holds.
    fn verdict(self) -> Verdict;
}

impl<F: Future<Output: Holds>> Later for &Expression<F> {
    fn verdict(self) -> Verdict {
        match self.0.take() {
            Some(future) => await_here(future),
            None => Verdict::Unknown("it was asked twice".into()),
        }
    }
}

/// Wakes the thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Awaits a future on this thread: a test ends in a destructor, which cannot await.
fn await_here(future: impl Future<Output: Holds>) -> Verdict {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let began = Instant::now();
    loop {
        if let Poll::Ready(holds) = future.as_mut().poll(&mut context) {
            return Verdict::of(holds);
        }
        let left = PATIENCE.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Verdict::Unknown(
                "its future waits for something that this thread would have to do itself; give \
                 the runtime another one: `#[tokio::test(flavor = \"multi_thread\")]`"
                    .into(),
            );
        }
        std::thread::park_timeout(left);
    }
}

/// Has an invariant looked at when it goes out of scope, also in a panic.
#[derive(Debug)]
pub struct Guard<F: FnMut() -> Verdict> {
    name: &'static str,
    site: &'static str,
    look: F,
}

impl<F: FnMut() -> Verdict> Guard<F> {
    /// An invariant in the words of the test, its place in the source, and how to look at it.
    pub fn new(name: &'static str, site: &'static str, look: F) -> Self {
        Self { name, site, look }
    }
}

impl<F: FnMut() -> Verdict> Drop for Guard<F> {
    fn drop(&mut self) {
        let look = AssertUnwindSafe(&mut self.look);
        #[cfg(feature = "probe")]
        let _unharmed = crate::probe::unharmed();
        let verdict = match catch_unwind(|| { look }.0()) {
            Ok(verdict) => verdict,
            Err(panic) => Verdict::Broken(said(&*panic)),
        };
        #[cfg(feature = "probe")]
        crate::probe::looked_at(self.name, self.site, &verdict);
        let (how, reason) = match verdict {
            Verdict::Holds => return,
            Verdict::Broken(reason) => ("does not hold", reason),
            Verdict::Unknown(reason) => ("could not be looked at", reason),
        };
        let colon = if reason.is_empty() { "" } else { ": " };
        let message = format!(
            "the invariant \"{}\" ({}) {how}{colon}{reason}",
            self.name, self.site
        );
        if std::thread::panicking() {
            // The test fails already, and a second panic would end all of them.
            eprintln!("{message}");
        } else {
            std::panic::panic_any(message);
        }
    }
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "it panicked".into())
}

#[cfg(test)]
#[expect(unused_imports, reason = "of the two ways to look, a test needs one")]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::invariant;

    /// How a test with that body ends.
    fn ends(body: impl FnOnce()) -> Result<(), String> {
        catch_unwind(AssertUnwindSafe(body)).map_err(|panic| said(&*panic))
    }

    #[test]
    fn an_invariant_is_looked_at_when_all_is_done() {
        let total = Cell::new(0);
        let kept = ends(|| {
            invariant!("the total is 7", total.get() == 7);
            total.set(7);
        });
        assert_eq!(kept, Ok(()));
        let broken = ends(|| {
            invariant!("the total is 7", total.get() == 7);
            total.set(8);
        });
        let message = broken.unwrap_err();
        assert!(message.contains("\"the total is 7\""), "{message}");
        assert!(message.contains("does not hold"), "{message}");
        assert!(message.contains("invariant.rs:"), "{message}");
    }

    #[test]
    fn an_invariant_is_looked_at_although_the_test_fails() {
        let looked = Cell::new(0);
        let failed = ends(|| {
            invariant!("looked at", {
                looked.set(looked.get() + 1);
                false
            });
            invariant!("that panics", {
                looked.set(looked.get() + 1);
                assert_eq!(1, 2);
            });
            std::panic::panic_any("the test's own");
        });
        assert_eq!(failed, Err("the test's own".into()));
        assert_eq!(looked.get(), 2);
    }

    #[test]
    fn results_panics_and_futures_say_why() {
        let result = ends(|| {
            invariant!("a result", Err::<(), _>("two orders"));
        });
        assert!(result.unwrap_err().ends_with("\"two orders\""));
        let panics = ends(|| {
            invariant!("a panic", assert_eq!(1, 2, "one and two"));
        });
        assert!(panics.unwrap_err().contains("one and two"));
        let later = RefCell::new(Vec::new());
        let future = ends(|| {
            invariant!("a future", async {
                std::future::ready(()).await;
                later.borrow().len() == 1
            });
            later.borrow_mut().push(1);
        });
        assert_eq!(future, Ok(()));
        let broken = ends(|| {
            invariant!("a future", async { later.borrow().is_empty() });
        });
        assert!(broken.unwrap_err().contains("does not hold"));
    }

    #[test]
    fn a_future_that_another_thread_completes_is_waited_for() {
        let (sender, receiver) = std::sync::mpsc::channel::<Waker>();
        let worker = std::thread::spawn(move || receiver.recv().map(Waker::wake));
        let mut sender = Some(sender);
        let verdict = await_here(std::future::poll_fn(move |context| match sender.take() {
            Some(sender) => {
                drop(sender.send(context.waker().clone()));
                Poll::Pending
            }
            None => Poll::Ready(true),
        }));
        assert_eq!(verdict, Verdict::Holds);
        worker.join().unwrap().unwrap();
    }
}
