//! What happened in one call of a function, a line for each step, for people.

use contract_spec::evidence::{Outcome, Trace};

/// The steps, in the order of time.
pub(crate) fn timeline(trace: &Trace, left_at: Option<&str>) -> Vec<String> {
    let at = |us: u64| {
        format!(
            "{:>9.3} ms",
            us.saturating_sub(trace.start_us) as f64 / 1000.0
        )
    };
    let mut lines: Vec<String> = trace
        .calls
        .iter()
        .map(|call| {
            let took = call.end_us.saturating_sub(call.start_us) as f64 / 1000.0;
            let how = match (call.failed, &call.mode) {
                (false, _) => "ok".to_owned(),
                (true, Some(mode)) => mode.clone(),
                (true, None) => "failed".to_owned(),
            };
            format!(
                "{}  {} → {how} (took {took:.3} ms)",
                at(call.start_us),
                call.interface
            )
        })
        .collect();
    let ended = match (trace.outcome, &trace.variant) {
        (Outcome::Ok, _) => "returned Ok".to_owned(),
        (Outcome::Err, Some(variant)) => format!("returned Err({variant})"),
        (Outcome::Err, None) => "returned Err".to_owned(),
        (Outcome::Panicked, _) => "panicked".to_owned(),
        (Outcome::Cancelled, _) => "was cancelled".to_owned(),
    };
    let place = left_at
        .map(|place| format!(" at {place}"))
        .unwrap_or_default();
    lines.push(format!("{}  {ended}{place}", at(trace.end_us)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behave::support::trace;

    #[test]
    fn a_timeline_says_what_happened_in_order() {
        let trace = trace(
            Outcome::Err,
            Some("Slow"),
            &[("gateway", "timeout"), ("orders", "")],
        );
        let lines = timeline(&trace, Some("src/lib.rs:7:9"));
        assert_eq!(
            lines,
            [
                "    0.000 ms  gateway → timeout (took 0.000 ms)",
                "    0.000 ms  orders → ok (took 0.000 ms)",
                "    1.000 ms  returned Err(Slow) at src/lib.rs:7:9"
            ]
        );
    }
}
