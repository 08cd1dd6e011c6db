//! What a contract file looks like, key by key: the reader's tables once more, as types
//! whose only use is the schema that is made from them.
//!
//! What stands above a key here is what editors show for it.
#![expect(
    dead_code,
    reason = "no value is ever made: the types are there for their schema"
)]

use schemars::JsonSchema;

use super::modes::{Budgets, CustomKinds, CustomModes, Errors, Kind, On, Tables};
use super::word::{Delay, Duration, Field, File, Id, Identifier, Name, Path, Reason, Text};

/// A resilience contract: every way in which some functions can fail, and what must
/// happen then.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Contract {
    /// The version of the format: `format = 1`.
    #[schemars(extend("const" = 1))]
    format: u32,
    /// Files whose interfaces, retry policies, shared enums and kinds are known here too:
    /// `include = ["common.toml"]`. Paths are relative to this file.
    #[schemars(extend("uniqueItems" = true))]
    include: Option<Vec<File>>,
    /// Kinds of interfaces that the catalog does not have, one table each:
    /// `[kind.ledger_api]`.
    kind: Option<CustomKinds>,
    /// What the functions call and what can fail, one table each: `[interface.gateway]`.
    interface: Option<Tables<Interface, true>>,
    /// Retry policies, one table each: `[retry.standard]`.
    retry: Option<Tables<Retry, false>>,
    /// Enums that several functions return, one table each: `[error.StoreError]`.
    error: Option<Errors>,
    /// The contracted functions, one table each: `[function.charge]`. The id is the
    /// file's stem and the name: `payments.charge`.
    function: Option<Tables<Function, false>>,
}

/// Something outside the function that can fail.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Interface {
    External(External),
    Callee(Callee),
}

/// Something that the function calls: an API, a database, a queue.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct External {
    /// What it is. The kind decides which failure modes it has and which of them must be
    /// decided on.
    kind: Kind,
    /// The name that logs must carry: `service = "acme-payments"`.
    service: Option<Text>,
    /// The limit of one attempt: `timeout = "2s"`.
    timeout: Option<Duration>,
}

/// Another contracted function: its failure modes are the variants that it returns, in
/// snake case.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Callee {
    /// Another contracted function: its modes are the variants that it returns.
    #[schemars(extend("const" = "contract"))]
    kind: String,
    /// The other function's id: `contract = "payments.charge"`.
    contract: Id,
    /// The name that logs must carry: `service = "payments"`.
    service: Option<Text>,
    /// The limit of one attempt: `timeout = "2s"`.
    timeout: Option<Duration>,
}

/// How often and how fast a failed call is tried again.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Retry {
    Exponential(ExponentialRetry),
    Constant(ConstantRetry),
}

/// Delays that grow from attempt to attempt.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct ExponentialRetry {
    /// All attempts, the first one included: `max_attempts = 3`.
    #[schemars(range(min = 1, max = 1000))]
    max_attempts: u16,
    /// Every delay is the one before, times the multiplier; so it is without this key.
    #[schemars(extend("const" = "exponential"))]
    backoff: Option<String>,
    /// The delay before the second attempt: `initial_delay = "100ms"`.
    initial_delay: Option<Delay>,
    /// By how much the delay grows; 2.0 without this key.
    #[schemars(range(min = 1, max = 1000))]
    multiplier: Option<f64>,
    /// A hard cap on every delay, after jitter: `max_delay = "2s"`.
    max_delay: Option<Duration>,
    /// How delays are spread, so that clients do not retry in step; `full` without this key.
    jitter: Option<Jitter>,
}

/// Delays that are all the same.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct ConstantRetry {
    /// All attempts, the first one included: `max_attempts = 3`.
    #[schemars(range(min = 1, max = 1000))]
    max_attempts: u16,
    /// Every delay is the first one.
    #[schemars(extend("const" = "constant"))]
    backoff: String,
    /// Every delay: `initial_delay = "100ms"`.
    initial_delay: Option<Delay>,
    /// A hard cap on every delay, after jitter: `max_delay = "2s"`.
    max_delay: Option<Duration>,
    /// How delays are spread, so that clients do not retry in step; `full` without this key.
    jitter: Option<Jitter>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(super) enum Jitter {
    /// Every delay as computed: clients that fail together try again together.
    None,
    /// Anything between nothing and the delay.
    Full,
    /// Half the delay, and anything up to the other half.
    Equal,
}

/// An enum that several functions return, declared once and held against the code here.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct SharedError {
    /// All of its variants: `variants = ["NotFound", "Unavailable"]`.
    #[schemars(extend("uniqueItems" = true))]
    variants: Vec<Identifier>,
}

/// The failure modes of one function.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Function {
    /// One sentence on what the function is for.
    summary: Option<Text>,
    /// The error enum, as the function's signature names it: `error = "ChargeError"`.
    error: Option<Path>,
    /// What proof policy demands; `standard` without this key.
    tier: Option<Tier>,
    /// Whether the function may be run twice; without this key it may not.
    idempotency: Option<Idempotency>,
    /// The limit of the whole call, retries included: `deadline = "10s"`.
    deadline: Option<Duration>,
    /// How many calls to an interface one call of the function may make, repetitions
    /// included: `max_calls = { orders = 1 }`.
    max_calls: Option<Budgets>,
    /// Fields that must never be logged: `sensitive = ["card_number"]`.
    #[schemars(extend("uniqueItems" = true))]
    sensitive: Option<Vec<Field>>,
    /// How each interface fails and what the function does then, one table each:
    /// `[function.charge.on.gateway]`.
    on: Option<On>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(super) enum Tier {
    /// Every failure branch is proven.
    Critical,
    /// The default.
    Standard,
    /// Every failure branch is entered by a test.
    Experimental,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(super) enum Idempotency {
    /// It changes nothing, or running it twice is like running it once.
    Safe,
    /// It carries a key by which the other side knows a repetition.
    Key,
    /// It must not run twice.
    Unsafe,
}

/// What the function does on a failure: it returns a variant, recovers for a reason, or
/// the failure is waived for a reason.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Handling {
    Returns(Returns),
    Recovers(Recovers),
    Waived(Waived),
}

/// The function returns a typed error.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Returns {
    /// The variant of the function's error enum: `returns = "Timeout"`.
    returns: Identifier,
    /// The retry policy that is worked through first: `retry = "standard"`.
    retry: Option<Name>,
    /// What must be logged: a level, or a table with a level and fields.
    log: Option<Log>,
    /// Whether a transaction must be rolled back.
    rollback: Option<bool>,
    /// What the failed request has done on the other side, where it is not the catalog's.
    effect: Option<Effect>,
}

/// The function succeeds after all.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Recovers {
    /// Why the function may succeed after all, in words that a reviewer can judge.
    recovers: Reason,
    /// The retry policy that is worked through first: `retry = "standard"`.
    retry: Option<Name>,
    /// What must be logged: a level, or a table with a level and fields.
    log: Option<Log>,
    /// Whether a transaction must be rolled back.
    rollback: Option<bool>,
    /// What the failed request has done on the other side, where it is not the catalog's.
    effect: Option<Effect>,
}

/// The failure cannot happen.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Waived {
    /// Why the failure cannot happen, in words that a reviewer can judge.
    waived: Reason,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Log {
    Level(Level),
    Demand(Demand),
}

/// A log event with fields of its own.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Demand {
    /// The level at which the failure is logged.
    level: Level,
    /// The fields that the event carries; those of the policy without this key.
    #[schemars(extend("uniqueItems" = true))]
    fields: Option<Vec<Field>>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(super) enum Level {
    /// The lowest.
    Trace,
    /// For who debugs.
    Debug,
    /// For who watches.
    Info,
    /// Handled, but worth a look.
    Warn,
    /// The highest.
    Error,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(super) enum Effect {
    /// The request is known not to have been applied.
    None,
    /// Nobody knows whether the request was applied.
    Maybe,
    /// A part of the request was applied.
    Partial,
    /// The request was applied.
    Applied,
}

/// A kind of interface that the catalog does not have.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct CustomKind {
    /// One sentence on what is meant.
    summary: Option<Text>,
    /// The ways it fails, one line each:
    /// `timeout = { effect = "maybe", retry = "idempotent" }`. Every kind has `other` as well.
    mode: CustomModes,
}

/// One way in which every interface of the kind can fail.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct CustomMode {
    /// Whether every contract with such an interface must decide on it.
    mandatory: Option<bool>,
    /// What the failed request has done on the other side.
    effect: Effect,
    /// Whether trying again can help.
    retry: Retryability,
    /// How the failure reaches the caller; `err` without this key.
    surface: Option<Surface>,
    /// One sentence on what happened.
    summary: Option<Text>,
    /// How Rust code sees it.
    rust: Option<Text>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(super) enum Retryability {
    /// The failure passes and nothing was applied: any operation may be tried again.
    Yes,
    /// Nobody knows what was applied: only what may run twice may be tried again.
    Idempotent,
    /// Only the whole transaction may be started anew.
    Transaction,
    /// Once, after a credential, a connection or metadata was renewed.
    Refresh,
    /// When the other side says so, or after a growing, capped delay.
    Hint,
    /// The same request fails again.
    No,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(super) enum Surface {
    /// As an `Err`.
    Err,
    /// As an `Ok` whose value says that it failed, if anybody looks.
    Ok,
}
