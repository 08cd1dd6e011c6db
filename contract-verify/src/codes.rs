//! Every code that a verification run can report. A code, once published, keeps
//! its meaning. Those of contracts by themselves (RC1xx) are `contract-spec`'s.

use contract_spec::source::silent::{PATTERNS, Pattern, Tier};

use crate::report::Level;

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// `RC…`.
    pub code: &'static str,
    /// A name to talk about it.
    pub name: &'static str,
    /// What it weighs unless policy says otherwise.
    pub level: Level,
    /// What it means, and why that matters.
    pub explanation: &'static str,
}

impl Code {
    /// A way of being silent about a failure, which the macro refuses or `check` reports.
    pub const fn of(pattern: &Pattern) -> Self {
        Self {
            code: pattern.code,
            name: pattern.name,
            level: match pattern.tier {
                Tier::Error => Level::Error,
                Tier::Warning => Level::Warning,
            },
            explanation: pattern.explanation,
        }
    }
}

/// Every code but those of contracts by themselves, in order.
pub fn all() -> impl Iterator<Item = Code> {
    let ours = |silent: bool| {
        let codes = ALL.iter().copied();
        codes.filter(move |code| (code.code < PATTERNS[0].code) == silent)
    };
    let silences = PATTERNS.iter().map(Code::of);
    ours(true).chain(silences).chain(ours(false))
}

macro_rules! codes {
    ($($(#[doc = $explanation:literal])+ $constant:ident = $code:literal $name:literal $level:ident;)+) => {
        $(
            $(#[doc = $explanation])+
            pub const $constant: Code = Code {
                code: $code,
                name: $name,
                level: Level::$level,
                explanation: concat!($($explanation, "\n"),+),
            };
        )+

        /// Those that are found here alone, in order.
        const ALL: &[Code] = &[$($constant),+];
    };
}

codes! {
    /// The attribute names a contract file that is not there, so the function has no
    /// contract at all. The compiler says the same; `check` says it without a build.
    NO_CONTRACT_FILE = "RC201" "no-contract-file" Error;
    /// The contract file is there, and has no table for the function that the
    /// attribute names.
    NOT_IN_CONTRACT = "RC202" "not-in-contract" Error;
    /// The arguments of a `#[resilience_contract]` cannot be understood. It names the
    /// contract's id first, then at will `file = "…"` and `error = Type`.
    UNREADABLE_ATTRIBUTE = "RC203" "unreadable-attribute" Error;
    /// No test was seen to enter this failure mode, so nobody knows what the
    /// function does then. Write a test that makes the interface fail in this way
    /// and asserts on the variant that the contract names.
    MODE_MISSING = "RC301" "mode-missing" Error;
    /// Tests enter this failure mode, and none of them would notice if the function
    /// returned another variant, or `Ok`. Assert on the variant, not on `is_err()`.
    MODE_ENTERED = "RC302" "mode-entered" Error;
    /// The function can leave with an error at this place, and no test makes it.
    BRANCH_MISSING = "RC303" "branch-missing" Error;
    /// A test makes the function leave here, and no test noticed when what left
    /// here was changed. Assert on the variant, not on `is_err()`.
    BRANCH_ENTERED = "RC304" "branch-entered" Error;
    /// Nothing could be put in the place of what leaves here: the enum has no other
    /// variant, or none that can be made. What cannot be changed cannot be proven.
    NOT_MUTATABLE = "RC305" "not-mutatable" Error;
    /// A mutant could be tried and the result says nothing: a test crashed, ran out
    /// of time, or came to the branch only sometimes.
    UNDECIDED = "RC306" "undecided" Error;
    /// An error left the function by a place that no probe sees, such as a `return`
    /// in a macro. It is not known which place that is, and so it is not proven.
    UNMARKED = "RC307" "unmarked-exit" Warning;
    /// The traces do not tell which of several failure modes this was, because they
    /// return the same variant. Mark the call with `external!` and let its error
    /// implement `FailureModes`, or give each mode a variant of its own.
    MODES_ALIKE = "RC308" "modes-alike" Error;
    /// A macro call in the function holds a `?` or a `return`, or is its last
    /// expression, and could not be looked into. If the function leaves there, that
    /// place is no branch of the report.
    OPAQUE = "RC309" "macro-not-looked-into" Warning;
    /// A test with `#[ignore]` is not run, as `cargo test` does not run it, and so
    /// gives no evidence.
    IGNORED_TEST = "RC310" "ignored-test" Note;
    /// A test binary with `harness = false` does not list its tests. It is run as
    /// one test, whose failure is a panic or an error of `main`.
    OWN_HARNESS = "RC311" "own-harness" Note;
    /// A test with `#[should_panic]` passes if anything panics. It notices a wrong
    /// variant only if `expected = "…"` holds a text that the variant alone gives.
    SHOULD_PANIC = "RC312" "should-panic" Note;
    /// A test fails although nothing was changed. Evidence of failing tests is not
    /// trusted; mend the test first.
    TEST_FAILS = "RC320" "test-fails" Error;
    /// A test passed, and failed when it was run again with nothing changed. What it
    /// noticed may have been chance.
    TEST_FLAKES = "RC321" "test-flakes" Error;
    /// The function returned a variant that none of its failure modes declares. Its
    /// callers do not know that they have to handle it.
    UNDECLARED_ERROR = "RC401" "undeclared-error" Error;
    /// A panic left the function. A caller cannot handle it, and what was half done
    /// stays half done.
    PANICKED = "RC402" "panicked" Error;
    /// An interface failed, the function said `Ok`, and the contract declares no
    /// recovery: the failure has vanished. This is what contracts are for.
    SILENT_FAILURE = "RC403" "silent-failure" Error;
    /// An interface failed in one mode, and the function returned the variant of
    /// another. Callers will do the wrong thing about it.
    /// Return the variant that the contract names, or let the contract name the one that is returned.
    DISAGREEMENT = "RC404" "mode-and-variant-disagree" Error;
    /// What failed was not tried as often as the retry policy says. `max_attempts`
    /// counts the first attempt. Attempts are calls from one place in the source, one
    /// after another. Not judged: attempts that are written out in several places; places
    /// that ask for several things (beside each other, or once more after an answer, in any
    /// test); calls that never came back; a function that stops early because its deadline is near.
    ATTEMPTS = "RC405" "attempts" Error;
    /// A call that failed in a mode without a retry was made again from the same place.
    /// What must not be retried may happen twice. A place that asks for several things,
    /// one after another, is known as one by a test in which one is answered and the
    /// next is asked for.
    RETRIED = "RC406" "retried" Error;
    /// One call of the function took longer than its deadline. Time is that of the
    /// machine which ran the test, so a busy one can be the reason.
    DEADLINE = "RC407" "deadline" Warning;
    /// One call of the function made more calls to an interface than its budget: the
    /// mark of an N+1 query.
    CALL_BUDGET = "RC408" "call-budget" Error;
    /// An interface failed in a mode that the contract does not declare, and there is
    /// no `other` for the rest.
    UNDECLARED_MODE = "RC409" "undeclared-mode" Error;
    /// What failed was tried again sooner than the retry policy's backoff has it, jitter
    /// allowed for, or, where tokio's clock stands still but for waiting, later than its longest
    /// delay. Attempts that follow each other at once hit a service that is in trouble, and those
    /// of all clients together keep it there. A test that shortens the delays to be quick shows
    /// this too: pause the clock instead (`#[tokio::test(start_paused = true)]`).
    BACKOFF = "RC410" "backoff" Warning;
    /// A failure that the contract says is logged was not logged: in the course of the
    /// call there is no event at that level, after the call that failed began. Events of
    /// `tracing` and of `log` count, those of contracted functions that it calls too. Where
    /// an event could have gone by unheard, there is RC416 instead.
    LOG_MISSING = "RC411" "log-missing" Error;
    /// A failure was logged at another level than the contract's. Who watches errors
    /// does not see it, or is called for what nobody has to look at.
    LOG_LEVEL = "RC412" "log-level" Error;
    /// The event of a failure lacks a field that the contract or the policy demands:
    /// the id of the request, the service, the text of the error. Fields of the spans
    /// around it count. Which names each may have is the policy's, `[log.names]`.
    LOG_FIELDS = "RC413" "log-fields" Error;
    /// The event of a failure has a field that does not tell what happened: a text
    /// instead of what the error says of itself (its `Display`, its `Debug`, those of its
    /// sources, or of the error that is returned), another service than the contract's, or
    /// another request than that of the arguments.
    LOG_UNTRUE = "RC414" "log-untrue" Error;
    /// An event in the course of the function tells what its contract calls sensitive:
    /// a field or a span has that name, or a text has the value that an argument of that
    /// name, or a field of one, had.
    SENSITIVE_LOGGED = "RC415" "sensitive-logged" Error;
    /// Whether a failure is logged as the contract says could not be told in any test: the
    /// reason is given. It is neither an error nor a proof.
    LOGS_UNSEEN = "RC416" "logs-not-seen" Note;
    /// A transaction that was open when an interface failed was committed, and the contract
    /// says `rollback = true` of that failure: what is half done now lasts. Transactions are
    /// known by the calls in `external!`: `begin`, `transaction`, `commit`, `rollback`, or SQL
    /// that begins with such a word. Where several were open, or another call to the interface
    /// stands in between, nothing is concluded; a transaction that began in a call which is
    /// not marked is not known, which is why this is a warning.
    COMMITTED = "RC417" "committed-after-failure" Warning;
    /// A fault was to be injected, and no call was there to have it: the run went another
    /// way than the run that it was planned from. Nothing was learned from it. Say what is to
    /// fail by what the test really calls; a test that calls now this and now that has to be
    /// made to do the same every time.
    FAULT_NOT_CONSUMED = "RC421" "fault-not-consumed" Error;
    /// With an interface failing, the function did not come back: it went on trying, or waited
    /// for something that did not come, or took the whole process with it. In production that
    /// is a thread or a connection less, for every such failure.
    NEVER_CAME_BACK = "RC422" "never-came-back" Error;
    /// What a test states with `invariant!` did not hold at its end when an interface failed:
    /// something was half done, or done twice, or is left behind.
    INVARIANT_BROKEN = "RC423" "invariant-broken" Error;
    /// Whether an invariant holds could not be found out: its future waits for something that
    /// the test's own thread would have to do. Give the test's runtime another thread:
    /// `#[tokio::test(flavor = "multi_thread")]`.
    INVARIANT_UNSEEN = "RC424" "invariant-not-seen" Warning;
    /// A contract declares a function, and no function of the selected packages
    /// carries its id.
    NO_FUNCTION = "RC501" "contract-without-function" Error;
    /// A source file is not Rust as far as can be told, so nothing is known about
    /// contracted functions in it. It is never silently passed over.
    NOT_ANALYSED = "RC502" "source-not-analysed" Warning;
    /// The contract names an interface, and no trace of any test shows a call to it.
    /// Without `external!` around the call, its failure modes are known by their
    /// variants alone.
    NEVER_CALLED = "RC503" "interface-never-called" Warning;
    /// An attribute above `#[resilience_contract]` changed the function before the
    /// probes were put in. Branches that it added are not listed, and places in the
    /// source may be those of the other attribute.
    REWRITTEN = "RC504" "rewritten-function" Warning;
    /// A failure mode is waived because it cannot happen, and it happened in a test.
    WAIVED_HAPPENED = "RC505" "waived-mode-happened" Error;
    /// A package has contracts and does not depend on `resilience-contract`, so that
    /// no function can carry them.
    NO_DEPENDENCY = "RC506" "contracts-without-dependency" Warning;
    /// A probe saw a function whose contract is not among those that were read: the
    /// function comes out of a macro and names its contract with `file = "…"`. It
    /// has no verdicts.
    NO_CONTRACT = "RC507" "function-without-contract" Error;
    /// The policy demands a contract of every function here that can fail and is not
    /// private, and this one has none: nobody has said what it does when something
    /// that it calls fails.
    CONTRACT_REQUIRED = "RC508" "contract-required" Error;
    /// An interface of `kind = "contract"` names a contract whose file was not found in the
    /// workspace, or that more than one file may be. Nothing is held against it: not its
    /// failures, not its deadline, not its retries.
    UNKNOWN_CALLEE = "RC509" "unknown-callee" Warning;
    /// The policy in `.config/verify-contracts.toml` allows a finding that there is
    /// not any more. An allowance that nobody needs hides the next one of its kind.
    UNUSED_ALLOWANCE = "RC510" "unused-allowance" Warning;
    /// The policy allowed a finding until a day that has passed. From then on it is
    /// a finding like any other.
    EXPIRED_ALLOWANCE = "RC511" "expired-allowance" Error;
    /// The policy in `.config/verify-contracts.toml` cannot be read as one: a key, a
    /// code, a level, a tier or a reason is wrong. Nothing of it is guessed.
    POLICY = "RC512" "policy" Error;
    /// A pattern under `[require]` in the policy is that of no function which can fail
    /// and is not private. It may be misspelled, and then it demands nothing.
    IDLE_PATTERN = "RC513" "idle-pattern" Warning;
    /// The baseline knows a finding that there is not any more, or more of them than there
    /// are. Whatever comes next of its kind would be taken for known.
    KNOWN_GONE = "RC514" "known-finding-gone" Warning;
    /// A function carries the contract, and is not in this build: a feature, a `cfg` or the
    /// selection left it out, no `mod` leads to its file, or it stands in a macro that nothing
    /// calls. There is no verdict on it.
    NOT_BUILT = "RC515" "function-not-built" Warning;
    /// A test names a variant of an enum that contracts share (`[error.E]`), and no failure mode
    /// of any contract returns it: the test expects what nobody has declared, or the variant
    /// is a left-over.
    VARIANT_OF_NO_CONTRACT = "RC516" "variant-of-no-contract" Note;
    /// The build compiled a contracted function that the sources do not show: its attribute goes
    /// by a name that a crate outside of the workspace gave it, or it comes out of a macro. No
    /// test called it, so that nothing is known of it, not even where it fails.
    NOT_SEEN = "RC517" "function-not-seen" Error;
}

#[cfg(test)]
mod tests {
    use super::{ALL, all};

    #[test]
    fn codes_are_unique_and_in_order_and_explained() {
        let codes: Vec<_> = all().collect();
        for pair in codes.windows(2) {
            assert!(pair[0].code < pair[1].code);
        }
        for code in &codes {
            assert!(code.code.starts_with("RC") && code.code.len() == 5);
        }
        // Those of silent failures say more in their message and their help.
        for code in ALL {
            assert!(code.explanation.len() > 60, "{}", code.code);
        }
    }
}
