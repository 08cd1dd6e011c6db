//! What a test may do, in a process of its own.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use resilience_contract::{FailureModes, external, resilience_contract, retry_policy};
use tracing::subscriber::{self, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::prelude::*;

#[derive(Debug)]
struct Cause;

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("after 1 s")
    }
}

impl Error for Cause {}

#[derive(Debug, FailureModes)]
enum GatewayError {
    Timeout,
}

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no answer")
    }
}

impl Error for GatewayError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&Cause)
    }
}

#[derive(Debug, FailureModes)]
enum ChargeError {
    Slow,
    Refused,
}

impl fmt::Display for ChargeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Slow => "too slow",
            Self::Refused => "refused",
        })
    }
}

impl From<GatewayError> for ChargeError {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::Timeout => Self::Slow,
        }
    }
}

fn ask() -> Result<(), GatewayError> {
    Err(GatewayError::Timeout)
}

fn log(error: &GatewayError) {
    let error: &(dyn Error + 'static) = error;
    tracing::error!(service = "acme", error, "not charged");
}

#[resilience_contract("seen.charge", file = "tests/contracts/seen.toml")]
fn charge() -> Result<(), ChargeError> {
    external!(gateway, ask()).inspect_err(log)?;
    Ok(())
}

#[resilience_contract("seen.charge", file = "tests/contracts/seen.toml")]
fn charge_in(course: impl FnOnce()) -> Result<(), ChargeError> {
    course();
    external!(gateway, ask())?;
    Ok(())
}

#[resilience_contract("seen.charge", file = "tests/contracts/seen.toml")]
#[tracing::instrument(err, fields(correlation_id = "c-1"))]
fn instrumented() -> Result<(), ChargeError> {
    external!(gateway, ask())?;
    Ok(())
}

#[resilience_contract("seen.charge", file = "tests/contracts/seen.toml")]
#[tracing::instrument(err, skip_all, fields(correlation_id = "c-1"))]
async fn instrumented_async() -> Result<(), ChargeError> {
    tokio::task::yield_now().await;
    external!(gateway, ask())?;
    Ok(())
}

#[resilience_contract("seen.charge", file = "tests/contracts/seen.toml")]
async fn charge_for(correlation_id: &str) -> Result<(), ChargeError> {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    external!(gateway, ask())
        .inspect_err(|_| tracing::error!("not charged for {correlation_id}"))?;
    Ok(())
}

#[derive(Debug)]
#[expect(dead_code, reason = "for its Debug")]
struct Order {
    card: String,
}

#[resilience_contract("seen.charge", file = "tests/contracts/seen.toml")]
fn charge_order(order: &Order) -> Result<(), ChargeError> {
    tracing::info!("charging {order:?}");
    external!(gateway, ask()).inspect_err(|_| tracing::error!("not charged"))?;
    Ok(())
}

#[resilience_contract("seen.charge", file = "tests/contracts/seen.toml")]
async fn twice(pause: Duration) -> Result<(), ChargeError> {
    for attempt in 1..=2 {
        match external!(gateway, ask()) {
            Err(_) if attempt == 1 => tokio::time::sleep(pause).await,
            outcome => outcome?,
        }
    }
    Ok(())
}

#[resilience_contract("seen.charge", file = "tests/contracts/seen.toml")]
fn blocking(runtime: &tokio::runtime::Runtime) -> Result<(), ChargeError> {
    runtime.block_on(async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        external!(gateway, ask())
    })?;
    Ok(())
}

#[resilience_contract("seen.charge", file = "tests/contracts/seen.toml")]
fn retried(mut replies: Vec<Result<(), GatewayError>>) -> Result<(), ChargeError> {
    let mut delays = retry_policy!("seen", standard, file = "tests/contracts/seen.toml").delays();
    loop {
        match external!(gateway, replies.pop().unwrap_or_else(ask)) {
            Err(error) if delays.next().is_none() => return Err(error.into()),
            Err(GatewayError::Timeout) => {}
            Ok(()) => return Ok(()),
        }
    }
}

/// What a subscriber writes.
#[derive(Debug, Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn subscriber(&self) -> impl Subscriber + Send + Sync + use<> {
        tracing_subscriber::fmt()
            .with_ansi(false)
            .without_time()
            .with_writer(self.clone())
            .finish()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Written {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn fails(result: Result<(), ChargeError>) {
    assert!(matches!(result, Err(ChargeError::Slow)));
}

fn block_on(future: impl Future<Output = Result<(), ChargeError>>, paused: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(paused)
        .build()
        .unwrap();
    fails(runtime.block_on(future));
}

pub(crate) fn run(scenario: &str) {
    let written = Written::default();
    match scenario {
        "nobody" => nobody(),
        "init" => {
            written.subscriber().init();
            fails(charge());
            assert!(written.text().contains("ERROR"), "{}", written.text());
        }
        "set_global_default" => {
            subscriber::set_global_default(written.subscriber()).unwrap();
            fails(charge());
            assert!(written.text().contains("not charged"));
        }
        "with_default" => {
            subscriber::with_default(written.subscriber(), || fails(charge()));
            assert!(written.text().contains("not charged"));
        }
        "set_default" => {
            let _guard = subscriber::set_default(written.subscriber());
            fails(charge());
            assert!(written.text().contains("not charged"));
        }
        "filtered_layers" => filtered_layers(&written),
        "init_and_span" => init_and_span(&written),
        "set_global_default_after_a_call" => {
            fails(charge());
            subscriber::set_global_default(written.subscriber()).unwrap();
            fails(charge());
            assert!(written.text().contains("not charged"));
        }
        "init_after_an_event" => {
            tracing::info!("before anything");
            written.subscriber().init();
            fails(charge());
            fails(charge());
            assert!(written.text().contains("not charged"));
        }
        "with_default_inside" => fails(charge_in(|| {
            subscriber::with_default(written.subscriber(), || tracing::error!("unheard"));
        })),
        "set_default_inside" => {
            let dispatch = tracing::Dispatch::new(written.subscriber());
            let mut guard = None;
            fails(charge_in(|| {
                guard = Some(tracing::dispatcher::set_default(&dispatch));
            }));
        }
        "everything_handed_on" => everything_handed_on(&written),
        "log_and_nobody" => {
            fails(charge_in(|| {
                log::error!("not charged: {}", GatewayError::Timeout)
            }));
        }
        "log_within_a_span" => {
            tracing::info_span!("request", correlation_id = "c-1").in_scope(|| {
                fails(charge_in(|| log::error!("not charged")));
            });
        }
        "log_and_init" => {
            written.subscriber().init();
            fails(charge_in(|| {
                log::error!("not charged: {}", GatewayError::Timeout)
            }));
            assert!(written.text().contains("not charged"));
        }
        "log_and_another_logger" => {
            log::set_logger(&Another).unwrap();
            log::set_max_level(log::LevelFilter::Info);
            fails(charge_in(|| log::error!("not charged")));
        }
        "instrument_err" => fails(instrumented()),
        "instrument_err_async" => block_on(instrumented_async(), false),
        "caller_logs" => {
            let _within = tracing::info_span!("caller").entered();
            let result = charge_in(|| {});
            tracing::error!("the caller's own");
            fails(result);
        }
        "thread" => fails(charge_in(|| {
            std::thread::spawn(|| log(&GatewayError::Timeout))
                .join()
                .unwrap();
        })),
        "many_tasks" => many_tasks(),
        "secret" => fails(charge_order(&Order {
            card: "4111-1111".into(),
        })),
        "levels" => fails(charge_in(|| {
            tracing::debug!("debug");
            tracing::info!("info");
            tracing::error!("error");
        })),
        "paused" => block_on(twice(Duration::from_secs(60)), true),
        "real" => block_on(twice(Duration::from_millis(20)), false),
        "began_outside_of_a_paused_runtime" => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap();
            fails(blocking(&runtime));
        }
        "retries" => {
            fails(retried(Vec::new()));
            assert!(retried(vec![Ok(()), ask()]).is_ok());
        }
        other => panic!("no scenario {other}"),
    }
}

fn nobody() {
    let outer = tracing::info_span!(
        "request",
        correlation_id = "c-1",
        step = tracing::field::Empty
    );
    outer.record("step", "later");
    outer.in_scope(|| fails(charge()));
    assert!(!outer.is_none());
}

fn filtered_layers(written: &Written) {
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(written.clone())
        .with_filter(LevelFilter::WARN);
    tracing_subscriber::registry().with(layer).init();
    fails(charge());
    // Nothing of what it filters out, and nothing twice.
    tracing::info_span!("quiet").in_scope(|| tracing::info!("quiet"));
    fails(charge_in(|| {
        tracing::info_span!("quiet").in_scope(|| tracing::info!("quiet"));
    }));
    assert!(!written.text().contains("quiet"), "{}", written.text());
    assert_eq!(written.text().matches("not charged").count(), 1);
}

fn init_and_span(written: &Written) {
    written.subscriber().init();
    let outer = tracing::info_span!("request", correlation_id = "c-1");
    outer.in_scope(|| {
        fails(charge_in_a_span());
    });
    let text = written.text();
    assert!(
        text.contains(
            "request{correlation_id=\"c-1\"}:inner{inner=1}: seen::scenarios: not charged"
        ),
        "{text}"
    );
}

#[resilience_contract("seen.charge", file = "tests/contracts/seen.toml")]
fn charge_in_a_span() -> Result<(), ChargeError> {
    let _inner = tracing::info_span!("inner", inner = 1).entered();
    external!(gateway, ask()).inspect_err(log)?;
    Ok(())
}

/// With a subscriber of its own, a test sees of a contracted call what it would see without us.
fn everything_handed_on(written: &Written) {
    use tracing::Span;
    written.subscriber().init();
    let course = || {
        let inner = tracing::info_span!("inner", n = tracing::field::Empty);
        inner.record("n", 7);
        let parent = Span::current();
        inner.in_scope(|| tracing::info!("direct"));
        tracing::info!(parent: &inner, "by parent");
        tracing::info!(parent: None, "rootless");
        tracing::trace!("too low");
        let child = tracing::info_span!(parent: &inner, "child");
        child.follows_from(&parent);
        // A span of the call, and one around it, go on where nobody stands in front.
        let elsewhere = std::thread::spawn(move || {
            child.in_scope(|| tracing::info!("elsewhere"));
            parent.in_scope(|| tracing::info!("around"));
            let clone = parent.clone();
            drop(parent);
            clone.in_scope(|| tracing::info!("still around"));
        });
        elsewhere.join().unwrap();
        drop(inner);
    };
    let outer = tracing::info_span!("outer");
    outer.in_scope(course);
    let without = written.text();
    outer.in_scope(|| fails(charge_in(course)));
    let with = written.text()[without.len()..].to_owned();
    assert_eq!(with, without);
    for line in [
        "outer:inner{n=7}: seen::scenarios: direct",
        "outer:inner{n=7}: seen::scenarios: by parent",
        "INFO seen::scenarios: rootless",
        "outer:inner{n=7}:child: seen::scenarios: elsewhere",
        "outer: seen::scenarios: around",
        "outer: seen::scenarios: still around",
    ] {
        assert!(with.contains(line), "{line} in\n{with}");
    }
}

fn many_tasks() {
    use tracing::Instrument;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..8)
            .map(|number| {
                let id = format!("c-{number}");
                let span = tracing::info_span!("request", correlation_id = %id);
                tokio::spawn(async move { charge_for(&id).await }.instrument(span))
            })
            .collect();
        for task in tasks {
            fails(task.await.unwrap());
        }
    });
}

struct Another;

impl log::Log for Another {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, _: &log::Record<'_>) {}

    fn flush(&self) {}
}
