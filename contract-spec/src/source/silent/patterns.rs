//! What can be silent about a failure: every pattern as data.

/// How sure it is that a failure vanishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Whether it does is for a reader to decide: `check` warns.
    Warning,
    /// It vanishes beyond doubt: the macro refuses to compile it.
    Error,
}

/// One way of being silent about a failure. A published code keeps its meaning.
#[derive(Debug, PartialEq, Eq)]
pub struct Pattern {
    /// `RC21x` for errors, `RC22x` for warnings.
    pub code: &'static str,
    /// A few words, joined by hyphens.
    pub name: &'static str,
    /// How sure it is.
    pub tier: Tier,
    /// What happens, as a lowercase sentence fragment.
    pub message: &'static str,
    /// What to write instead.
    pub help: &'static str,
    /// Why it matters, in a few sentences.
    pub explanation: &'static str,
}

macro_rules! patterns {
    ($($constant:ident = $code:literal $name:literal $tier:ident, $message:literal, $help:literal, $explanation:literal;)+) => {
        $(
            #[doc = $message]
            pub const $constant: Pattern = Pattern {
                code: $code,
                name: $name,
                tier: Tier::$tier,
                message: $message,
                help: $help,
                explanation: $explanation,
            };
        )+

        /// Every pattern, in the order of the codes.
        pub static PATTERNS: &[Pattern] = &[$($constant),+];
    };
}

patterns! {
    DISCARDED = "RC210" "discarded-result" Error,
        "silent failure: this throws a `Result` away",
        "return the error with `?`, handle it, or say why it may be lost: `let _ = degrade!(\"…\", …);`",
        "`let _ =`, `_ =` and `drop(…)` make the warning about an unused `Result` go away, and the failure with it. \
         Only real `Result`s count, the compiler tells; one whose error is `std::fmt::Error` does not, for writing \
         into a text cannot fail.";
    OK_STATEMENT = "RC211" "ok-and-forget" Error,
        "silent failure: `.ok()` throws the error away, and nobody looks at what is left",
        "return the error with `?`, handle it, or say why it may be lost: `let _ = degrade!(\"…\", …);`",
        "A statement that ends in `.ok();` exists to silence the warning about an unused `Result`.";
    CATCH_ALL_OK = "RC212" "failure-becomes-ok" Error,
        "silent failure: whatever the error is, the function goes on with `Ok`",
        "match the variants that can be recovered from and return the others, or say why every failure may be lost: \
         `degrade!(\"…\", …)`, or `recovers = \"…\"` in the contract where the call is marked with `external!`",
        "A catch-all turns the failures that nobody thought of into successes, together with the one that was meant.";
    NOTHING_DONE = "RC213" "failure-ignored" Error,
        "silent failure: whatever the error is, nothing is done about it",
        "match the variants that can be ignored and return the others, or say why every failure may be lost: \
         `degrade!(\"…\", …)`",
        "An empty arm or a bare `continue` for every error is a failure branch that does not exist.";
    ONLY_LOGGED = "RC214" "failure-only-logged" Error,
        "silent failure: the error is logged, and then the function goes on as if nothing had happened",
        "return the error, or say why it is enough to log it: `degrade!(\"…\", …)`, or `recovers = \"…\"` in the \
         contract where the call is marked with `external!`",
        "Whoever called the function learns nothing, and acts on a success that was none. A log line is no handling.";
    UNWRAPPED_EXTERNAL = "RC215" "interface-failure-replaced" Error,
        "silent failure: when the interface fails, its failure is replaced by a value",
        "match on the failure modes that can be recovered from and return the others, or declare the recovery in the \
         contract: `recovers = \"…\"`",
        "`unwrap_or…` and `.ok()` directly on a call to an interface throw away exactly what the contract is about.";
    UNFINISHED = "RC216" "unfinished" Error,
        "a contracted function is not finished as long as it says so itself",
        "write what the contract demands here",
        "`todo!` and `unimplemented!` panic. A failure branch that panics is none.";
    LEAVES_EXTERNAL = "RC217" "leaves-inside-external" Error,
        "this leaves the function before `external!` has seen how the call ends",
        "put it behind: `external!(gateway, call().await)?`; what can fail before the call goes into a `let` in front",
        "The marked call would count as one that never came back, and its failure as none. A `?` in a closure or an \
         `async` block of its own leaves only that.";
    NOT_AWAITED = "RC218" "awaited-outside-external" Error,
        "what `external!` is given here is a future: the call has not begun when its outcome is looked at",
        "await inside: `external!(gateway, call().await)`",
        "The outcome of a future is known when it is awaited. Awaited outside, every call would count as a success.";
    OK_VALUE = "RC220" "error-dropped-by-ok" Warning,
        "`.ok()` drops the error and keeps only that there was one",
        "match on the error, or turn it into a variant with `map_err`",
        "Right where a failure is an answer (\"parse it if it parses\"), wrong where it is a failure.";
    CAUSE_DROPPED = "RC221" "cause-dropped" Warning,
        "the new error knows nothing about the old one",
        "keep the cause: `map_err(YourError::Variant)`, with the cause as its `#[source]`",
        "Who reads the log sees that it failed, and not why.";
    UNWRAP = "RC222" "unwrap" Warning,
        "a failure here is a panic and not an error",
        "return a variant of the error enum; where it cannot fail, allow it in the policy and say why",
        "A panic leaves the function by a way that no contract declares.";
    PANIC = "RC223" "panic" Warning,
        "this panics instead of returning an error",
        "return a variant of the error enum",
        "A panic leaves the function by a way that no contract declares.";
    EXIT = "RC224" "process-ends" Warning,
        "this ends the process instead of returning an error",
        "return a variant of the error enum and let `main` decide",
        "No destructor runs, no caller can react, no test can watch it.";
    DETACHED = "RC225" "detached-task" Warning,
        "nobody waits for this task, so nobody sees it fail",
        "keep the handle and await it, or handle every failure inside of the task",
        "The error of a task that is not awaited goes nowhere, and neither does its panic.";
    ENDLESS_RETRY = "RC226" "retry-without-cap" Warning,
        "this loop tries again after a failure, and nothing here shows when it gives up",
        "take the delays from `retry_policy!`, or count the attempts",
        "A retry without a cap turns one failing service into two.";
    NOT_ANALYSED = "RC227" "macro-not-analysed" Warning,
        "what stands in this macro could not be looked into",
        "nothing, if it hides no failure; otherwise move the expression out of the macro",
        "Macros can mean anything by their tokens. Said, so that silence is not taken for a clean bill.";
    PASSED_OVER = "RC228" "failure-passed-over" Warning,
        "where this fails, the function goes on without it",
        "handle the error, at least those that must not be passed over",
        "Often what is meant, and then a comment or `degrade!(\"…\", …)` says so.";
    DEFAULTED = "RC229" "failure-becomes-a-default" Warning,
        "whatever the error is, it becomes a default value",
        "match the variants for which the default is right and return the others",
        "A default that stands for a failure cannot be told from a real value any more.";
}
