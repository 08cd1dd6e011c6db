//! Whose time a call's times are: the machine's, or tokio's where that is paused.

use std::time::Instant;

use contract_spec::evidence;

/// Two clocks that run alike differ by less than this, in microseconds.
#[cfg(feature = "probe-tokio")]
const ALIKE_US: i64 = 5_000;

/// A reading of both clocks takes less than this, in microseconds, unless the thread stands still
/// in its course.
#[cfg(feature = "probe-tokio")]
const AT_ONCE_US: i64 = 500;

/// So often both clocks are read for a reading that was made at once.
#[cfg(feature = "probe-tokio")]
const READINGS: u32 = 10;

/// The time of one contracted call.
#[derive(Debug)]
pub(super) struct Clock {
    /// By how much tokio's time was ahead of the machine's when the call began, if it began in a
    /// runtime.
    #[cfg(feature = "probe-tokio")]
    ahead: Option<Ahead>,
    #[cfg(feature = "probe-tokio")]
    paused: std::sync::atomic::AtomicBool,
    #[cfg(feature = "probe-tokio")]
    mixed: std::sync::atomic::AtomicBool,
}

#[cfg(not(feature = "probe-tokio"))]
impl Clock {
    pub(super) fn start() -> Self {
        Self {}
    }

    pub(super) fn now(&self) -> Instant {
        Instant::now()
    }

    pub(super) fn kind(&self) -> evidence::Clock {
        evidence::Clock::Real
    }
}

#[cfg(feature = "probe-tokio")]
impl Clock {
    pub(super) fn start() -> Self {
        Self {
            ahead: read().1.map(|(_, ahead)| ahead),
            paused: false.into(),
            mixed: false.into(),
        }
    }

    /// The time, by the clock by which the call began.
    pub(super) fn now(&self) -> Instant {
        self.at(read())
    }

    /// The time of a reading.
    fn at(&self, (real, tokio): Reading) -> Instant {
        use std::sync::atomic::Ordering::Relaxed;
        match (self.ahead, tokio) {
            (Some(began), Some((tokio, ahead))) => {
                if ahead.is_another(began) {
                    self.paused.store(true, Relaxed);
                }
                tokio
            }
            // It went on outside of the runtime, where time may be another one.
            (Some(_), None) => {
                self.mixed.store(true, Relaxed);
                real
            }
            (None, Some((_, ahead))) => {
                if ahead.is_another(Ahead::NOT) {
                    self.mixed.store(true, Relaxed);
                }
                real
            }
            (None, None) => real,
        }
    }

    pub(super) fn kind(&self) -> evidence::Clock {
        use std::sync::atomic::Ordering::Relaxed;
        if self.mixed.load(Relaxed) {
            evidence::Clock::Mixed
        } else if self.paused.load(Relaxed) {
            evidence::Clock::Paused
        } else {
            evidence::Clock::Real
        }
    }
}

/// tokio's time, within a runtime. Without its feature `test-util` it is the machine's.
#[cfg(feature = "probe-tokio")]
fn tokio_now() -> Option<Instant> {
    tokio::runtime::Handle::try_current().ok()?;
    Some(tokio::time::Instant::now().into_std())
}

/// Whether tokio's clock stands still here.
#[cfg(all(feature = "probe-inject", feature = "probe-tokio"))]
pub(super) fn is_paused() -> bool {
    let Some(before) = tokio_now() else {
        return false;
    };
    // Nothing says so, but that its time does not pass while the machine's does.
    let real = Instant::now();
    while real.elapsed() < std::time::Duration::from_micros(50) {
        std::hint::spin_loop();
    }
    tokio_now() == Some(before)
}

#[cfg(all(feature = "probe-inject", not(feature = "probe-tokio")))]
pub(super) fn is_paused() -> bool {
    false
}

/// Lets time pass by tokio's clock.
#[cfg(all(feature = "probe-inject", feature = "probe-tokio"))]
pub(super) async fn pass(time: std::time::Duration) {
    tokio::time::sleep(time).await;
}

#[cfg(all(feature = "probe-inject", not(feature = "probe-tokio")))]
pub(super) async fn pass(_time: std::time::Duration) {}

/// The machine's time; and tokio's, within a runtime, with what is between the two.
#[cfg(feature = "probe-tokio")]
type Reading = (Instant, Option<(Instant, Ahead)>);

/// By how much tokio's time is ahead of the machine's, in microseconds: no less than the one and no
/// more than the other, as the two cannot be read at one time.
#[cfg(feature = "probe-tokio")]
#[derive(Debug, Clone, Copy)]
struct Ahead {
    least_us: i64,
    most_us: i64,
}

#[cfg(feature = "probe-tokio")]
impl Ahead {
    /// What it is where tokio's time is the machine's.
    const NOT: Self = Self {
        least_us: 0,
        most_us: 0,
    };

    /// Of tokio's time, and the machine's right before and after it was read.
    fn between(before: Instant, tokio: Instant, after: Instant) -> Self {
        let micros = |later: Instant, earlier: Instant| {
            i64::try_from(later.saturating_duration_since(earlier).as_micros()).unwrap_or(i64::MAX)
        };
        let ahead = |real: Instant| micros(tokio, real) - micros(real, tokio);
        Self {
            least_us: ahead(after),
            most_us: ahead(before),
        }
    }

    /// Whether the two cannot be the same, however long the readings took: a thread may stand still
    /// in the middle of one, for as long as the machine has something else to do.
    const fn is_another(self, other: Self) -> bool {
        self.least_us > other.most_us.saturating_add(ALIKE_US)
            || other.least_us > self.most_us.saturating_add(ALIKE_US)
    }

    /// How long it took to read both, in microseconds.
    const fn took_us(self) -> i64 {
        self.most_us.saturating_sub(self.least_us)
    }
}

/// Reads both clocks, once more where it took so long that little could be told from it.
#[cfg(feature = "probe-tokio")]
fn read() -> Reading {
    let mut best: Option<(Instant, Ahead)> = None;
    for _ in 0..READINGS {
        let before = Instant::now();
        let Some(tokio) = tokio_now() else {
            return (before, None);
        };
        let ahead = Ahead::between(before, tokio, Instant::now());
        if best.is_none_or(|(_, best)| ahead.took_us() < best.took_us()) {
            best = Some((tokio, ahead));
        }
        if ahead.took_us() < AT_ONCE_US {
            break;
        }
    }
    (Instant::now(), best)
}

#[cfg(all(test, feature = "probe-tokio"))]
mod tests {
    use std::time::Duration;

    use super::*;

    const LONG: Duration = Duration::from_secs(2);

    /// A call that began with one reading, and went on with another.
    fn kind(began: Reading, later: Reading) -> evidence::Clock {
        let clock = Clock {
            ahead: began.1.map(|(_, ahead)| ahead),
            paused: false.into(),
            mixed: false.into(),
        };
        clock.at(later);
        clock.kind()
    }

    /// A reading at this time of the machine, when tokio's clock shows that.
    fn reading(before: Instant, tokio: Instant, after: Instant) -> Reading {
        (before, Some((tokio, Ahead::between(before, tokio, after))))
    }

    #[test]
    fn a_thread_that_stands_still_between_two_clocks_pauses_neither() {
        let start = Instant::now();
        let at_once = reading(start, start, start);
        for stood in [LONG, LONG * 100] {
            // Before tokio's clock was read, or after it.
            for tokio in [start, start + stood] {
                let still = reading(start, tokio, start + stood);
                assert_eq!(kind(at_once, still), evidence::Clock::Real);
                assert_eq!(kind(still, at_once), evidence::Clock::Real);
                assert_eq!(kind((start, None), still), evidence::Clock::Real);
            }
        }
    }

    #[test]
    fn a_clock_that_stands_still_or_leaps_ahead_is_paused() {
        let start = Instant::now();
        let began = reading(start, start, start);
        let stood = reading(start + LONG, start, start + LONG);
        assert_eq!(kind(began, stood), evidence::Clock::Paused);
        let leapt = reading(start, start + LONG, start);
        assert_eq!(kind(began, leapt), evidence::Clock::Paused);
        assert_eq!(kind((start, None), leapt), evidence::Clock::Mixed);
        let alike = Duration::from_micros(4_900);
        let alike = reading(start + alike, start, start + alike);
        assert_eq!(kind(began, alike), evidence::Clock::Real);
    }
}
