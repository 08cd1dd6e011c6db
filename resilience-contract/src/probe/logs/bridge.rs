//! Records of the crate `log`.
//!
//! They reach us through `tracing`, where a test bridges the two, or directly, where it
//! sets up no logger of its own. A logger of its own cannot be stood in front of.

use std::sync::OnceLock;

use contract_spec::evidence::{Field, Log, LogLevel};
use log::{Level, LevelFilter, Metadata, Record};

use super::level;
use crate::probe::state::State;
use crate::probe::text::shorten;

#[derive(Debug)]
struct Bridge;

static BRIDGE: Bridge = Bridge;

/// How records reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Ours,
    ThroughTracing,
    Not,
}

/// A contracted call begins or goes on: we listen to `log`, unless somebody does.
pub(super) fn listen(state: &State) {
    static WAY: OnceLock<Way> = OnceLock::new();
    let way = *WAY.get_or_init(|| {
        if log::set_logger(&BRIDGE).is_ok() {
            log::set_max_level(filter());
            Way::Ours
        } else if reaches_tracing() {
            Way::ThroughTracing
        } else {
            Way::Not
        }
    });
    // With the level that the other logger has set, there may be nothing to hear at all.
    if way == Way::Not && log::max_level() != LevelFilter::Off {
        state.logs_unseen("the test has a logger of its own for the crate `log`");
    }
}

fn filter() -> LevelFilter {
    match level() {
        None => LevelFilter::Off,
        Some(LogLevel::Error) => LevelFilter::Error,
        Some(LogLevel::Warn) => LevelFilter::Warn,
        Some(LogLevel::Info) => LevelFilter::Info,
        Some(LogLevel::Debug) => LevelFilter::Debug,
        Some(LogLevel::Trace) => LevelFilter::Trace,
    }
}

/// Whether the logger hands records on to `tracing`: then the question whether it wants
/// one comes to us.
#[cfg(feature = "probe-tracing")]
fn reaches_tracing() -> bool {
    let metadata = Metadata::builder()
        .level(Level::Error)
        .target(super::listener::SELF_TEST)
        .build();
    super::listener::heard_again(|| {
        log::logger().enabled(&metadata);
    })
}

#[cfg(not(feature = "probe-tracing"))]
fn reaches_tracing() -> bool {
    false
}

impl log::Log for Bridge {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        level().is_some_and(|lowest| level_of(metadata.level()) >= lowest)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        // Before anything is locked: what is shown may log by itself.
        let mut message = record.args().to_string();
        shorten(&mut message);
        let fields = fields(record);
        let heard = |at_us, spans| Log {
            at_us,
            level: level_of(record.level()),
            target: record.target().to_owned(),
            message,
            fields,
            spans,
            leaks: Vec::new(),
        };
        #[cfg(feature = "probe-tracing")]
        {
            let within = super::listener::within();
            super::listener::deliver(within.first().copied(), |at_us| {
                heard(at_us, super::spans::fields(within.iter().copied()))
            });
        }
        #[cfg(not(feature = "probe-tracing"))]
        if let Some(call) = crate::probe::call::current() {
            call.logged(heard(call.now_us(), Vec::new()));
        }
    }

    fn flush(&self) {}
}

fn level_of(level: Level) -> LogLevel {
    match level {
        Level::Error => LogLevel::Error,
        Level::Warn => LogLevel::Warn,
        Level::Info => LogLevel::Info,
        Level::Debug => LogLevel::Debug,
        Level::Trace => LogLevel::Trace,
    }
}

#[cfg(not(feature = "probe-log-kv"))]
fn fields(_: &Record<'_>) -> Vec<Field> {
    Vec::new()
}

#[cfg(feature = "probe-log-kv")]
fn fields(record: &Record<'_>) -> Vec<Field> {
    struct Pairs(Vec<Field>);
    impl<'kvs> log::kv::VisitSource<'kvs> for Pairs {
        fn visit_pair(
            &mut self,
            key: log::kv::Key<'kvs>,
            value: log::kv::Value<'kvs>,
        ) -> Result<(), log::kv::Error> {
            let mut value = value.to_string();
            shorten(&mut value);
            self.0.push(Field {
                name: key.as_str().to_owned(),
                value,
            });
            Ok(())
        }
    }
    let mut pairs = Pairs(Vec::new());
    // One that cannot be visited to the end has said what it could.
    let _visited = record.key_values().visit(&mut pairs);
    pairs.0
}
