//! A toxic as Toxiproxy's API takes it.

use std::time::Duration;

use super::error::ToxiproxyError;
use super::json::quoted;
use crate::faults::toxic::{Kind, Toxic};

/// The body of the request that adds a toxic.
pub(super) fn body(toxic: &Toxic, name: &str) -> Result<String, ToxiproxyError> {
    let unsupported = |reason| Err(ToxiproxyError::Unsupported { reason });
    if toxic.connections.is_some() {
        return unsupported(
            "it cannot count connections: leave out `for_connections`, and remove the toxic in time",
        );
    }
    let attributes = match toxic.kind {
        Kind::Latency { latency, jitter } => {
            let (latency, jitter) = (millis(latency), millis(jitter));
            format!(r#""latency":{latency},"jitter":{jitter}"#)
        }
        Kind::Bandwidth { rate: 0 } => {
            return unsupported(
                "it has no bandwidth of 0: `Toxic::timeout(Duration::ZERO)` lets nothing pass",
            );
        }
        Kind::Bandwidth { rate } => format!(r#""rate":{rate}"#),
        Kind::SlowClose { delay } => format!(r#""delay":{}"#, millis(delay)),
        Kind::Timeout { after } | Kind::ResetPeer { after } => {
            format!(r#""timeout":{}"#, millis(after))
        }
        Kind::Slicer(slices) => {
            // Its slices end by halving, with a random number below twice the variation:
            // without one, servers up to 2.12 crash; with more, they may not end.
            let variation = slices.variation.max(1);
            if variation >= slices.average {
                return unsupported("slices must be longer than their variation, and than 1 byte");
            }
            let delay = capped(slices.delay.as_micros());
            let average = slices.average;
            format!(r#""average_size":{average},"size_variation":{variation},"delay":{delay}"#)
        }
        Kind::LimitData { bytes } => format!(r#""bytes":{}"#, capped(u128::from(bytes))),
    };
    let (name, kind, stream) = (
        quoted(name),
        quoted(toxic.name()),
        quoted(toxic.direction().name()),
    );
    Ok(format!(
        r#"{{"name":{name},"type":{kind},"stream":{stream},"toxicity":1.0,"attributes":{{{attributes}}}}}"#
    ))
}

/// Whole milliseconds, rounded up: a short delay must not become none, which for a
/// time-out means "never".
fn millis(duration: Duration) -> i64 {
    capped(duration.as_nanos().div_ceil(1_000_000))
}

/// The server's numbers have a sign.
fn capped(number: u128) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
