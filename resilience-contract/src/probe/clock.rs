//! Whose time a call's times are: the machine's, or tokio's where that is paused.

use std::time::Instant;

use contract_spec::evidence;

/// Two clocks that run alike differ by less than this, in microseconds.
#[cfg(feature = "probe-tokio")]
const ALIKE_US: i64 = 5_000;

/// The time of one contracted call.
#[derive(Debug)]
pub(super) struct Clock {
    /// By how much tokio's time was ahead of the machine's when the call began, in
    /// microseconds, if it began in a runtime.
    #[cfg(feature = "probe-tokio")]
    ahead_us: Option<i64>,
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
            ahead_us: tokio_now().map(|tokio| ahead_us(tokio, Instant::now())),
            paused: false.into(),
            mixed: false.into(),
        }
    }

    /// The time, by the clock by which the call began.
    pub(super) fn now(&self) -> Instant {
        use std::sync::atomic::Ordering::Relaxed;
        let (tokio, real) = (tokio_now(), Instant::now());
        match (self.ahead_us, tokio) {
            (Some(ahead), Some(tokio)) => {
                if (ahead_us(tokio, real) - ahead).abs() > ALIKE_US {
                    self.paused.store(true, Relaxed);
                }
                tokio
            }
            // It went on outside of the runtime, where time may be another one.
            (Some(_), None) => {
                self.mixed.store(true, Relaxed);
                real
            }
            (None, Some(tokio)) => {
                if ahead_us(tokio, real).abs() > ALIKE_US {
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

#[cfg(feature = "probe-tokio")]
fn ahead_us(tokio: Instant, real: Instant) -> i64 {
    let micros = |later: Instant, earlier: Instant| {
        i64::try_from(later.saturating_duration_since(earlier).as_micros()).unwrap_or(i64::MAX)
    };
    micros(tokio, real) - micros(real, tokio)
}
