//! What is known of a contracted call while it runs.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
use contract_spec::evidence::Log;
use contract_spec::evidence::{self, Retry, Seen};

use super::clock::Clock;
use super::logs;
#[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
use super::plant::Secret;
use super::plant::{self, Argument};
use super::recorder::{Recorder, Site};

/// No branch has been passed.
const NOWHERE: u32 = u32::MAX;

/// More log events of one call are not kept.
#[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
const MOST_LOGS: usize = 1000;

/// What is known of a call while it runs.
#[derive(Debug)]
pub(super) struct State {
    pub(super) recorder: &'static Recorder,
    pub(super) site: &'static Site,
    pub(super) function: u32,
    pub(super) number: u64,
    pub(super) clock: Clock,
    parent: Option<Arc<State>>,
    thread: Option<String>,
    start_us: u64,
    branch: AtomicU32,
    ended: AtomicBool,
    /// How often its future was polled.
    polls: AtomicU32,
    /// Whether its future is dropped the next time that it has to wait.
    abandon: AtomicBool,
    calls: Mutex<Vec<evidence::Call>>,
    degraded: Mutex<Vec<evidence::Degraded>>,
    seen: Mutex<Seen>,
    /// What must not be logged in its course.
    #[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
    secrets: Vec<Secret>,
    /// What it takes to know, at the end, whether all log events could be heard.
    ears: logs::Ears,
}

impl State {
    /// A call begins.
    pub(super) fn new(
        recorder: &'static Recorder,
        site: &'static Site,
        parent: Option<Arc<Self>>,
        arguments: &[Argument],
    ) -> Self {
        let clock = Clock::start();
        let mut seen = Seen {
            planted: plant::correlation(arguments),
            ..Seen::default()
        };
        if let Some(parent) = &parent {
            // What was not seen around it is not seen around this one either.
            let around = parent.seen();
            seen.spans_unseen.clone_from(&around.spans_unseen);
            seen.logs_unseen.clone_from(&around.logs_unseen);
        }
        Self {
            recorder,
            site,
            function: recorder.function(site),
            number: recorder.next_call(),
            start_us: recorder.since_began(clock.now()),
            clock,
            parent,
            thread: std::thread::current().name().map(str::to_owned),
            branch: AtomicU32::new(NOWHERE),
            ended: AtomicBool::new(false),
            polls: AtomicU32::new(0),
            abandon: AtomicBool::new(false),
            calls: Mutex::new(Vec::new()),
            degraded: Mutex::new(Vec::new()),
            seen: Mutex::new(seen),
            #[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
            secrets: plant::secrets(site.sensitive, arguments),
            ears: logs::Ears::open(),
        }
    }

    /// The time, in microseconds since the process began to record.
    pub(super) fn now_us(&self) -> u64 {
        self.recorder.since_began(self.clock.now())
    }

    /// Its future is polled.
    pub(super) fn is_polled(&self) {
        self.polls.fetch_add(1, Ordering::Relaxed);
    }

    /// How often its future was polled.
    #[cfg(feature = "probe-inject")]
    pub(super) fn polls(&self) -> u32 {
        self.polls.load(Ordering::Relaxed)
    }

    /// Whether its future is to be dropped the next time that it has to wait.
    pub(super) fn abandon(&self, abandon: bool) {
        self.abandon.store(abandon, Ordering::Relaxed);
    }

    /// Whether its future is to be dropped now that it waits.
    pub(super) fn is_to_be_abandoned(&self) -> bool {
        self.abandon.load(Ordering::Relaxed)
    }

    /// The branch that was passed last.
    pub(super) fn left_by(&self) -> Option<u32> {
        Some(self.branch.load(Ordering::Relaxed)).filter(|branch| *branch != NOWHERE)
    }

    /// It passes a branch.
    pub(super) fn leaving_by(&self, branch: u32) {
        self.branch.store(branch, Ordering::Relaxed);
    }

    /// It did not leave where it could have.
    pub(super) fn not_leaving(&self) {
        self.leaving_by(NOWHERE);
    }

    /// Whether its trace has been written.
    #[cfg(feature = "probe-tracing")]
    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// A call to an interface has come so far, where faults may be injected.
    pub(super) fn step(
        &self,
        interface: &'static str,
        number: u32,
        ended: bool,
        injected: Option<String>,
    ) {
        self.recorder.write(&evidence::Record::Step(evidence::Step {
            call: self.number,
            function: self.function,
            interface: interface.to_owned(),
            number,
            ended,
            injected,
        }));
    }

    /// A call to an interface is over.
    pub(super) fn called(&self, call: evidence::Call) {
        lock(&self.calls).push(call);
    }

    /// It lets a failure go.
    pub(super) fn degraded(&self, degraded: evidence::Degraded) {
        lock(&self.degraded).push(degraded);
    }

    /// It logs, or what it called does.
    #[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
    pub(super) fn logged(&self, mut log: Log) {
        self.find_secrets(&mut log);
        let mut seen = self.seen();
        if seen.logs.len() < MOST_LOGS {
            seen.logs.push(log);
        } else {
            seen.logs_cut = true;
        }
    }

    #[cfg(any(feature = "probe-log", feature = "probe-tracing"))]
    /// Names the secrets that an event tells, its own and those of the calls around it.
    pub(super) fn find_secrets(&self, log: &mut Log) {
        let mut call = Some(self);
        while let Some(state) = call {
            let told = state.secrets.iter().filter(|secret| secret.is_in(log));
            let told: Vec<String> = told.map(|secret| secret.name.to_owned()).collect();
            log.leaks.extend(told);
            call = state.parent.as_deref();
        }
        log.leaks.sort();
        log.leaks.dedup();
    }

    /// From here on, log events may go by unheard.
    pub(super) fn logs_unseen(&self, reason: &str) {
        self.seen()
            .logs_unseen
            .get_or_insert_with(|| reason.to_owned());
    }

    #[cfg(feature = "probe-tracing")]
    /// There may be spans around the call whose fields nobody knows.
    pub(super) fn spans_unseen(&self, reason: &str) {
        self.seen()
            .spans_unseen
            .get_or_insert_with(|| reason.to_owned());
    }

    /// A retry policy begins to hand out delays; gives back its place in the list.
    pub(super) fn retrying(&self, policy: String) -> usize {
        let mut seen = self.seen();
        seen.retries.push(Retry {
            policy,
            delays_us: Vec::new(),
            exhausted: false,
        });
        seen.retries.len() - 1
    }

    /// A retry policy is asked for a delay; `None` if it has no more.
    pub(super) fn delay(&self, retry: usize, delay: Option<std::time::Duration>) {
        if let Some(retry) = self.seen().retries.get_mut(retry) {
            match delay {
                Some(delay) => {
                    let micros = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
                    retry.delays_us.push(micros);
                }
                None => retry.exhausted = true,
            }
        }
    }

    /// What listening takes.
    pub(super) fn ears(&self) -> &logs::Ears {
        &self.ears
    }

    /// Writes the trace, and gives back its calls.
    pub(super) fn end(
        &self,
        outcome: evidence::Outcome,
        branch: Option<u32>,
        variant: Option<&str>,
        returned: Vec<String>,
    ) -> Vec<evidence::Call> {
        logs::check(self);
        let end_us = self.now_us();
        let mut seen = std::mem::take(&mut *self.seen());
        seen.returned = returned;
        seen.clock = self.clock.kind();
        let degraded = lock(&self.degraded);
        let trace = evidence::Trace {
            function: self.function,
            call: self.number,
            parent: self.parent.as_ref().map(|parent| parent.number),
            thread: self.thread.clone(),
            outcome,
            variant: variant.map(str::to_owned),
            branch,
            calls: std::mem::take(&mut *lock(&self.calls)),
            start_us: self.start_us,
            end_us,
            seen,
        };
        self.recorder.write_trace(&trace, &degraded);
        self.ended.store(true, Ordering::Release);
        trace.calls
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.seen)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
