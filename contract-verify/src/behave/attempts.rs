//! Whether what failed was tried as often as the contract says.
//!
//! A place in the source that is called again may be trying again, or asking for the
//! next of several things. Where any trace shows the latter, nothing is concluded.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use contract_spec::evidence::{Call, Clock, Outcome, Trace};
use contract_spec::model::{Mode, RetryPolicy};

use super::{Breach, View, declared, failure};
use crate::codes;
use crate::judge::count;

/// Places in the source, by interface and site, that ask for several things in one
/// call of a function: they ask beside each other, or once more after an answer.
pub(crate) type Loops = BTreeSet<(String, String)>;

/// The places of a trace that ask for several things.
pub(crate) fn loops(trace: &Trace) -> Loops {
    let several = |calls: &[&Call]| {
        calls.windows(2).any(|pair| {
            let answered = !pair[0].failed && !pair[0].cancelled;
            answered || pair[1].start_us < pair[0].end_us
        })
    };
    by_place(trace)
        .into_iter()
        .filter(|(_, calls)| several(calls))
        .map(|((interface, site), _)| (interface.to_owned(), site.to_owned()))
        .collect()
}

/// The calls of each place, in the order in which they began.
fn by_place(trace: &Trace) -> BTreeMap<(&str, &str), Vec<&Call>> {
    let mut places: BTreeMap<(&str, &str), Vec<&Call>> = BTreeMap::new();
    for call in &trace.calls {
        let place = (call.interface.as_str(), call.site.as_str());
        places.entry(place).or_default().push(call);
    }
    for calls in places.values_mut() {
        calls.sort_by_key(|call| (call.start_us, call.end_us));
    }
    places
}

pub(super) fn attempts(view: &View<'_>, found: &mut Vec<Breach>) {
    for ((interface, site), calls) in by_place(view.trace) {
        // One that never came back may have been given up for taking too long, or have
        // lost a race: how often it was tried cannot be told.
        let called_off = calls.iter().any(|call| call.cancelled);
        let several = view
            .loops
            .contains(&(interface.to_owned(), site.to_owned()));
        if !called_off && !several {
            retried(view, &calls, found);
            too_few_or_many(view, &calls, found);
            pauses(view, &calls, found);
        }
    }
}

/// A call that failed in a mode without a retry, and was made again.
fn retried(view: &View<'_>, calls: &[&Call], found: &mut Vec<Breach>) {
    for pair in calls.windows(2) {
        let Some(mode) = declared(view.function, pair[0]).filter(|_| pair[0].failed) else {
            continue;
        };
        if mode.retry.is_none() && mode.returns().is_some() {
            let mode_id = Some(mode.id());
            let message = format!(
                "{}, and was called again from the same place: the contract declares no retry for it",
                failure(pair[0])
            );
            let help = "return the error at once, or declare the retry; if the place asks for one \
                        thing after another, a test in which one is answered and the next is asked \
                        for shows it";
            found.push(Breach::new(codes::RETRIED, mode_id, message, help));
        }
    }
}

fn too_few_or_many(view: &View<'_>, calls: &[&Call], found: &mut Vec<Breach>) {
    // The attempts since the last one that succeeded.
    let failed = calls.iter().rev().take_while(|call| call.failed).count();
    let last = &calls[calls.len() - failed..];
    let Some(call) = last.last() else {
        return;
    };
    let Some(policy) = common_policy(view, last) else {
        return;
    };
    let Some(max) = &policy.max_attempts else {
        return;
    };
    let max = usize::try_from(max.value).unwrap_or(usize::MAX);
    let mode = declared(view.function, call);
    let gave_up = view.trace.outcome == Outcome::Err
        && mode
            .and_then(Mode::returns)
            .is_some_and(|returns| view.trace.variant.as_ref() == Some(&returns.value));
    // Attempts that are written out one after another are in several places.
    let written_out = view.trace.calls.iter().any(|other| {
        let is_elsewhere = other.interface == call.interface && other.site != call.site;
        let same = || common_policy(view, &[other]).is_some_and(|own| own.name == policy.name);
        is_elsewhere && other.failed && same()
    });
    let out_of_time = || out_of_time(view, call, policy, failed);
    // Or something else failed after it, and that ended the attempts: a look whether the first
    // one was carried out, say.
    let ended_otherwise = view.trace.calls.iter().any(|other| {
        other.failed && other.interface != call.interface && other.start_us >= call.end_us
    });
    let too_few = failed < max && gave_up && !written_out && !ended_otherwise && !out_of_time();
    if failed > max || too_few {
        let message = format!(
            "{}: it was tried {}, and `[retry.{}]` says {max}, the first one included",
            failure(call),
            count(failed, "time"),
            policy.name.value
        );
        let help =
            "take the number from the contract, `retry_policy!`, so that the two cannot differ";
        found.push(Breach::new(
            codes::ATTEMPTS,
            mode.map(Mode::id),
            message,
            help,
        ));
    }
}

/// Times are whole microseconds, and tokio's timers go by whole milliseconds.
const ROUNDED_US: u128 = 1000;

/// The waiting between attempts at what failed.
fn pauses(view: &View<'_>, calls: &[&Call], found: &mut Vec<Breach>) {
    let clock = view.trace.seen.clock;
    let mut attempt = 1;
    for pair in calls.windows(2) {
        let mode = declared(view.function, pair[0]).filter(|_| pair[0].failed);
        let policy = mode.and_then(|mode| view.contract.retry(mode.retry.as_ref()?));
        let (Some(mode), Some(policy)) = (mode, policy) else {
            attempt = 1;
            continue;
        };
        attempt += 1;
        let waited = u128::from(pair[1].start_us.saturating_sub(pair[0].end_us));
        // What was called in between is no waiting: a credential that is renewed, say.
        let idle = waited.saturating_sub(busy(view.trace, pair[0].end_us, pair[1].start_us));
        let (least, most) = (
            policy.shortest_delay_before(attempt),
            policy.delay_before(attempt),
        );
        let soon = clock != Clock::Mixed
            && waited + ROUNDED_US < least.as_micros()
            && !cut_by_deadline(view, pair[0], least);
        let late = clock == Clock::Paused && idle > most.as_micros() + ROUNDED_US;
        if soon || late {
            let (name, limit) = (&policy.name.value, if soon { least } else { most });
            let message = format!(
                "{}, and attempt {attempt} came {} than `[retry.{name}]` has it: the delay is {} {limit:?}",
                failure(pair[0]),
                if soon { "sooner" } else { "later" },
                if soon { "no less than" } else { "no more than" },
            );
            let help =
                "take the delays from the contract, `retry_policy!`, so that the two cannot differ";
            found.push(Breach::new(codes::BACKOFF, Some(mode.id()), message, help));
            return;
        }
    }
}

/// How much of a time went by while interfaces were called, in microseconds.
fn busy(trace: &Trace, from_us: u64, to_us: u64) -> u128 {
    let within = |call: &Call| {
        let (start, end) = (call.start_us.max(from_us), call.end_us.min(to_us));
        (start < end).then_some((start, end))
    };
    let mut times: Vec<(u64, u64)> = trace.calls.iter().filter_map(within).collect();
    times.sort_unstable();
    let mut busy = 0;
    let mut until = from_us;
    for (start, end) in times {
        busy += u128::from(end.saturating_sub(start.max(until)));
        until = until.max(end);
    }
    busy
}

/// Whether a whole delay and the attempt after it may not have fitted into the deadline, so
/// that a careful function waits no longer than there is time.
fn cut_by_deadline(view: &View<'_>, failed: &Call, delay: Duration) -> bool {
    let Some(deadline) = &view.function.deadline else {
        return false;
    };
    let gone = u128::from(failed.end_us.saturating_sub(view.trace.start_us));
    let interface = view.contract.interface(&failed.interface);
    let limit = interface.and_then(|interface| interface.timeout.as_ref());
    let more = delay + limit.map(|limit| limit.value).unwrap_or_default();
    gone + more.as_micros() > deadline.as_micros()
}

/// The policy by which all of these failures are tried again, if it is one and the same.
fn common_policy<'a>(view: &View<'a>, calls: &[&Call]) -> Option<&'a RetryPolicy> {
    let mut policies = calls.iter().map(|call| {
        let mode = declared(view.function, call)?;
        view.contract.retry(mode.retry.as_ref()?)
    });
    let first = policies.next()??;
    policies
        .all(|other| other.is_some_and(|other| other.name == first.name))
        .then_some(first)
}

/// Whether the deadline may be the reason why there was no further attempt: it could
/// have passed by the end of one, or half of it was gone, with which a careful
/// function does not begin again.
fn out_of_time(view: &View<'_>, call: &Call, policy: &RetryPolicy, failed: usize) -> bool {
    let Some(deadline) = &view.function.deadline else {
        return false;
    };
    let gone = u128::from(call.end_us.saturating_sub(view.trace.start_us));
    let next = u32::try_from(failed + 1).unwrap_or(u32::MAX);
    let interface = view.contract.interface(&call.interface);
    let limit = interface.and_then(|interface| interface.timeout.as_ref());
    let more = policy.delay_before(next) + limit.map(|limit| limit.value).unwrap_or_default();
    gone + more.as_micros() > deadline.as_micros() || gone * 2 > deadline.as_micros()
}

#[cfg(test)]
mod tests {
    use super::super::support::{codes_of, err, ok, trace};
    use super::*;

    const TIMEOUT: (&str, &str) = ("gateway", "timeout");

    #[test]
    fn attempts_are_counted_with_the_first_one() {
        assert!(err("Slow", &[TIMEOUT; 3]).is_empty());
        assert_eq!(err("Slow", &[TIMEOUT; 2]), ["RC405"]);
        assert_eq!(err("Slow", &[TIMEOUT; 4]), ["RC405"]);
        assert!(err("Down", &[TIMEOUT, TIMEOUT, ("gateway", "server_error")]).is_empty());
        assert!(ok(&[TIMEOUT, TIMEOUT, ("gateway", "")]).is_empty());
        // It went on to something else, and that is what ended it.
        assert!(err("Auth", &[TIMEOUT, ("gateway", "unauthorized")]).is_empty());
    }

    #[test]
    fn attempts_that_are_written_out_are_not_counted_place_by_place() {
        let mut written_out = trace(Outcome::Err, Some("Slow"), &[TIMEOUT; 3]);
        for (call, site) in written_out.calls.iter_mut().zip(["a", "b", "c"]) {
            call.site = site.into();
        }
        assert!(codes_of(&written_out).is_empty());
        // Another place that went well, or failed otherwise, is no attempt at this.
        for mode in [None, Some("not_found".to_owned())] {
            written_out.calls.truncate(2);
            let other = &mut written_out.calls[0];
            (other.failed, other.mode) = (mode.is_some(), mode);
            assert_eq!(codes_of(&written_out), ["RC405"]);
        }
    }

    #[test]
    fn what_fails_after_an_attempt_may_have_ended_the_attempts() {
        // Tried once of three times, and then the orders could not be looked at.
        let mut ended = trace(
            Outcome::Err,
            Some("Slow"),
            &[TIMEOUT, ("orders", "timeout")],
        );
        assert!(codes_of(&ended).is_empty());
        // They failed before it, and that is no reason.
        (ended.calls[0].start_us, ended.calls[0].end_us) = (500, 600);
        assert_eq!(codes_of(&ended), ["RC405"]);
    }

    /// Three attempts, so many microseconds apart, of a policy without jitter: 10 and 20 ms.
    fn paced(waits: [u64; 2], clock: Clock) -> Vec<&'static str> {
        use super::super::support::{CONTRACT, view_of};
        let contract = CONTRACT.replace("jitter = \"full\"", "jitter = \"none\"");
        let mut paced = trace(Outcome::Err, Some("Slow"), &[TIMEOUT; 3]);
        paced.seen.clock = clock;
        (paced.calls[1].start_us, paced.calls[1].end_us) = (waits[0], waits[0]);
        let third = waits[0] + waits[1];
        (paced.calls[2].start_us, paced.calls[2].end_us) = (third, third);
        paced.end_us = third;
        view_of(&contract, &paced, |view| {
            let found = super::super::hold(view).breaches;
            found.iter().map(|breach| breach.code.code).collect()
        })
    }

    #[test]
    fn attempts_keep_the_delays_of_their_policy() {
        assert!(paced([10_000, 20_000], Clock::Real).is_empty());
        assert_eq!(paced([0, 20_000], Clock::Real), ["RC410"]);
        assert_eq!(paced([10_000, 18_900], Clock::Real), ["RC410"]);
        assert!(paced([9_100, 19_100], Clock::Paused).is_empty());
        // A busy machine makes everything longer; tokio's paused clock does not.
        assert!(paced([90_000, 90_000], Clock::Real).is_empty());
        assert_eq!(paced([10_000, 90_000], Clock::Paused), ["RC410"]);
        assert!(paced([10_500, 20_500], Clock::Paused).is_empty());
        assert!(paced([0, 0], Clock::Mixed).is_empty());
        // With full jitter any delay down to none is one of the policy's.
        assert!(err("Slow", &[TIMEOUT; 3]).is_empty());
    }

    /// Two attempts, 90 ms apart by a paused clock where 10 are agreed on, and calls in between.
    fn with_calls_between(between: &[(u64, u64)]) -> Vec<&'static str> {
        use super::super::support::call;
        let mut paced = trace(Outcome::Ok, None, &[TIMEOUT, ("gateway", "")]);
        paced.seen.clock = Clock::Paused;
        (paced.calls[1].start_us, paced.calls[1].end_us) = (90_000, 90_000);
        paced.end_us = 90_000;
        for (start, end) in between {
            let mut other = call("orders", "");
            other.site = format!("src/lib.rs:{start}");
            (other.start_us, other.end_us) = (*start, *end);
            paced.calls.push(other);
        }
        let mut codes = codes_of(&paced);
        codes.retain(|code| *code == "RC410");
        codes
    }

    #[test]
    fn the_time_of_other_calls_is_no_pause() {
        assert_eq!(with_calls_between(&[]), ["RC410"]);
        assert!(with_calls_between(&[(5_000, 85_000)]).is_empty());
        assert!(with_calls_between(&[(0, 50_000), (40_000, 85_000)]).is_empty());
        // Two at once take no longer than one of them.
        let beside = [(5_000, 40_000), (5_000, 40_000), (6_000, 39_000)];
        assert_eq!(with_calls_between(&beside), ["RC410"]);
        assert_eq!(with_calls_between(&[(200_000, 300_000)]), ["RC410"]);
    }

    #[test]
    fn a_deadline_that_comes_near_may_cut_a_pause_short() {
        use super::super::support::{CONTRACT, view_of};
        let contract = CONTRACT.replace("jitter = \"full\"", "jitter = \"none\"");
        let at_once_after = |gone: u64| {
            let mut cut = trace(Outcome::Ok, None, &[TIMEOUT, ("gateway", "")]);
            (cut.calls[0].end_us, cut.end_us) = (gone, gone);
            (cut.calls[1].start_us, cut.calls[1].end_us) = (gone, gone);
            view_of(&contract, &cut, |view| {
                let found = super::super::hold(view).breaches;
                found.iter().map(|b| b.code.code).collect::<Vec<_>>()
            })
        };
        // 8 s in all: a pause of 10 ms and an attempt of 1 s fit in, and then they do not.
        assert_eq!(at_once_after(6_900_000), ["RC410"]);
        assert!(at_once_after(6_995_000).is_empty());
    }

    #[test]
    fn a_deadline_that_comes_near_may_end_the_attempts_early() {
        let mut short = trace(Outcome::Err, Some("Slow"), &[TIMEOUT; 2]);
        assert_eq!(codes_of(&short), ["RC405"]);
        // 8 s in all, and another attempt may take 1.04 s.
        short.calls[1].end_us = 7_000_000;
        assert!(codes_of(&short).is_empty());
        short.calls[1].end_us = 4_000_001;
        assert!(codes_of(&short).is_empty());
        short.calls[1].end_us = 3_900_000;
        assert_eq!(codes_of(&short), ["RC405"]);
    }

    #[test]
    fn what_must_not_be_retried_is_not_called_again() {
        assert_eq!(err("Auth", &[("gateway", "unauthorized"); 2]), ["RC406"]);
        // A call at another place is another call.
        assert!(err("Auth", &[("gateway", "unauthorized"), ("orders", "")]).is_empty());
    }

    #[test]
    fn calls_beside_each_other_are_not_tries_of_one() {
        let mut beside = trace(
            Outcome::Err,
            Some("Auth"),
            &[("gateway", "unauthorized"); 2],
        );
        beside.calls[0].end_us = 9;
        beside.calls[1].start_us = 3;
        assert!(codes_of(&beside).is_empty());
        let mut four = trace(Outcome::Err, Some("Slow"), &[TIMEOUT; 4]);
        (four.calls[0].end_us, four.calls[1].end_us) = (9, 9);
        assert!(codes_of(&four).is_empty());
    }

    #[test]
    fn a_place_that_goes_on_after_an_answer_asks_for_several_things() {
        let unauthorized = ("gateway", "unauthorized");
        let calls = [("gateway", ""), unauthorized, unauthorized];
        assert!(err("Auth", &calls).is_empty());
        let place = |trace: &Trace| loops(trace).into_iter().next();
        let several = trace(Outcome::Ok, None, &[("gateway", ""); 2]);
        assert_eq!(
            place(&several),
            Some(("gateway".into(), "src/lib.rs:7".into()))
        );
        let retried = trace(Outcome::Ok, None, &[TIMEOUT, ("gateway", "")]);
        assert_eq!(place(&retried), None);
    }

    #[test]
    fn one_that_never_came_back_leaves_the_number_open() {
        let mut called_off = trace(Outcome::Err, Some("Slow"), &[("gateway", ""), TIMEOUT]);
        called_off.calls[0].cancelled = true;
        assert!(codes_of(&called_off).is_empty());
    }
}
