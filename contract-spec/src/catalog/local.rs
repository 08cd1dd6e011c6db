//! What fails on this side of the network: child processes, clocks and schedules,
//! and what callers hand in.

use super::{Kind, facts};

pub(super) const SUBPROCESS: Kind = facts! {
    "subprocess", "A program that the function runs.",
    must spawn_failed: None, No, Err,
        "The program could not be started.",
        "An `Err` of `Command::spawn()`: `NotFound`, `PermissionDenied`, `ArgumentListTooLong`.";
    must nonzero_exit: Maybe, Idempotent, Ok,
        "The program says that it failed, after doing nobody knows what.",
        "An `Ok` with an `ExitStatus` whose `success()` is false.";
    must timeout: Maybe, Idempotent, Err,
        "The program did not end in time, and may still be running.",
        "`tokio::time::error::Elapsed`; the child lives on unless it is killed.";
    may killed_by_signal: Maybe, Idempotent, Ok,
        "A signal ended the program, for want of memory perhaps.",
        "An `Ok` with an `ExitStatus` whose `code()` is `None`; `ExitStatusExt::signal()`.";
    may output_invalid: Applied, No, Err,
        "The program ran but what it wrote cannot be understood.",
        "An `Err` of `String::from_utf8()`; `from_utf8_lossy()` hides it.";
    may output_too_large: Applied, No, Err,
        "The program wrote more than the function may hold.",
        "`Command::output()` buffers without a limit: read with one.";
    may zombie: Maybe, No, Err,
        "The program ended and nobody asked how.",
        "`Child::wait()` is never called.";
};

pub(super) const SCHEDULER: Kind = facts! {
    "scheduler", "A clock or schedule that starts the function's work.",
    must missed_run: None, Idempotent, Err,
        "A run did not take place at its time.",
        "The function's own check; tokio's `MissedTickBehavior` must be chosen.";
    must overrun: Partial, No, Err,
        "The previous run is still at work.",
        "The function's own check: skip, queue or cancel.";
    must clock_jump: None, No, Err,
        "The wall clock went backwards or leapt ahead.",
        "`SystemTime::duration_since()` gives a `SystemTimeError`; `Instant` measures durations.";
    may lost_lease: Maybe, No, Err,
        "Another instance holds the lease now: stop writing.",
        "The renewal of the lease fails.";
    may task_panic: Partial, No, Err,
        "The task panicked or was cancelled half way.",
        "A `JoinHandle` gives a `JoinError`; a task whose handle was dropped says nothing.";
};

pub(super) const INPUT: Kind = facts! {
    "input", "What callers hand in: the function's own validation.",
    may missing: None, No, Err,
        "Something that must be there is not.",
        "serde's missing field, an `Option` that is `None`.";
    may malformed: None, No, Err,
        "It cannot be parsed.",
        "`serde_json::Error::is_syntax()` and `is_data()`, an `Err` of `FromStr`.";
    may out_of_range: None, No, Err,
        "It can be parsed but is too small, too large or not among those allowed.",
        "`TryFromIntError`, `ParseIntError`, the report of a validation library.";
    may semantic: None, No, Err,
        "Every part is right and together they make no sense.",
        "A variant of one's own, with the path of the field.";
    may too_large: None, No, Err,
        "There is more of it than the function takes.",
        "A check of the length before parsing.";
    may unauthorized_field: None, No, Err,
        "It sets something that callers may not set.",
        "serde's `deny_unknown_fields`.";
    may duplicate_request: Applied, No, Ok,
        "The same request was carried out before.",
        "Its idempotency key was seen: return the stored result; another payload under the same key is an error.";
    may encoding: None, No, Err,
        "Its bytes are not text.",
        "An `Err` of `str::from_utf8()`; `from_utf8_lossy()` hides it.";
};
