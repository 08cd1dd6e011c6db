//! What a contract file says, with the place of every word.
//!
//! The model is filled by [`mod@crate::read`] and judged by [`mod@crate::rules`]; it
//! holds no policy of its own and never touches the file system.

use std::ops::{Deref, Range};
use std::time::Duration;

use crate::catalog::{Retryability, Surface};
use crate::named::{HasName, Named, Names};

/// Bytes of a contract's text, from the first to the one after the last.
pub type Span = Range<usize>;

/// A value and the place it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What stands there.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// One contract file.
#[derive(Debug, Clone, Default)]
pub struct Contract {
    /// `include`: files whose interfaces, retry policies, shared enums and kinds this
    /// one may use, as they are written.
    pub includes: Vec<Spanned<String>>,
    /// The included files and those that they include, each once.
    pub included: Vec<Included>,
    /// `[kind.NAME]`: kinds that the catalog does not have.
    pub kinds: Named<CustomKind>,
    /// `[interface.NAME]`, in the order of the file.
    pub interfaces: Named<Interface>,
    /// `[retry.NAME]`.
    pub retries: Named<RetryPolicy>,
    /// `[error.NAME]`: enums that several functions share.
    pub errors: Named<SharedError>,
    /// `[function.NAME]`.
    pub functions: Named<Function>,
    /// Keys that could not be read, as `interface.gateway.timeout`, sorted: they
    /// are there, so no rule may call them missing.
    pub(crate) unread: Vec<String>,
    /// Whether broken syntax may have swallowed something.
    pub(crate) broken: bool,
    /// Whether an included file is missing, and with it nobody knows what.
    pub(crate) incomplete: bool,
}

macro_rules! named {
    ($($thing:ident)+) => {
        $(impl HasName for $thing {
            fn name(&self) -> &str {
                &self.name
            }
        })+
    };
}

named!(CustomKind CustomMode Interface RetryPolicy SharedError Function);

/// A file that a contract includes.
#[derive(Debug, Clone)]
pub struct Included {
    /// The path as it is shown to people.
    pub path: String,
    /// What it declares. Its spans are places of that file, and its own included
    /// files stand beside it.
    pub contract: Contract,
}

/// `[kind.NAME]`: a kind of interface that the catalog does not have.
#[derive(Debug, Clone)]
pub struct CustomKind {
    /// The key after `kind.`.
    pub name: Spanned<String>,
    /// One sentence on what is meant.
    pub summary: Option<Spanned<String>>,
    /// The ways it fails.
    pub modes: Named<CustomMode>,
}

/// One way in which every interface of a custom kind can fail.
#[derive(Debug, Clone)]
pub struct CustomMode {
    /// The mode's name within its kind.
    pub name: Spanned<String>,
    /// Whether every contract with such an interface must decide on it.
    pub mandatory: bool,
    /// What the failed request has done on the other side.
    pub effect: Effect,
    /// Whether trying again can help.
    pub retryability: Retryability,
    /// How the failure reaches the caller.
    pub surface: Surface,
    /// One sentence on what happened.
    pub summary: Option<Spanned<String>>,
    /// How Rust code sees it.
    pub rust: Option<Spanned<String>>,
}

/// Something outside the function that can fail.
#[derive(Debug, Clone)]
pub struct Interface {
    /// The key after `interface.`.
    pub name: Spanned<String>,
    /// A kind of the catalog, `contract`, or a word that no catalog knows (which a rule reports).
    pub kind: Spanned<String>,
    /// The name that logs must carry.
    pub service: Option<Spanned<String>>,
    /// The limit of one attempt.
    pub timeout: Option<Spanned<Duration>>,
    /// For `kind = "contract"`: the id of the other function's contract.
    pub contract: Option<Spanned<String>>,
}

/// `[retry.NAME]`: how often and how fast a failed call is tried again.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// The key after `retry.`.
    pub name: Spanned<String>,
    /// Total attempts, the first one included.
    pub max_attempts: Option<Spanned<u32>>,
    /// How the delay grows.
    pub backoff: Spanned<Backoff>,
    /// The delay before the second attempt.
    pub initial_delay: Option<Spanned<Duration>>,
    /// By how much an exponential delay grows.
    pub multiplier: Option<Spanned<f64>>,
    /// A hard cap on every delay, after jitter.
    pub max_delay: Option<Spanned<Duration>>,
    /// The spread of the delays.
    pub jitter: Spanned<Jitter>,
}

/// How the delay between attempts grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backoff {
    /// Every delay is the first one times the multiplier, again and again.
    Exponential,
    /// Every delay is the first one.
    Constant,
}

/// How delays are spread so that clients do not retry in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jitter {
    /// The delay as computed.
    None,
    /// Anything between nothing and the delay.
    Full,
    /// Half the delay, and anything up to the other half.
    Equal,
}

/// `[error.NAME]`: an enum that several functions return, declared once.
#[derive(Debug, Clone)]
pub struct SharedError {
    /// The enum's name.
    pub name: Spanned<String>,
    /// All of its variants.
    pub variants: Vec<Spanned<String>>,
}

/// `[function.NAME]`: the failure modes of one function.
#[derive(Debug, Clone)]
pub struct Function {
    /// The key after `function.`.
    pub name: Spanned<String>,
    /// One sentence on what the function is for.
    pub summary: Option<Spanned<String>>,
    /// The enum that the signature names.
    pub error: Option<Spanned<String>>,
    /// What proof policy demands.
    pub tier: Spanned<Tier>,
    /// Whether the function may be run twice.
    pub idempotency: Option<Spanned<Idempotency>>,
    /// The limit of the whole call, retries included.
    pub deadline: Option<Spanned<Duration>>,
    /// How many calls to an interface one call of the function may make.
    pub max_calls: Vec<(Spanned<String>, Spanned<u32>)>,
    /// Fields that must never be logged.
    pub sensitive: Vec<Spanned<String>>,
    /// The interfaces that `on` has a table for, in the order of the file, tables
    /// without any mode included.
    pub interfaces: Vec<Spanned<String>>,
    /// Every failure mode, in the order of the file.
    pub modes: Vec<Mode>,
}

impl Function {
    /// The modes of each interface that `on` has a table for, in the order of the file.
    pub fn by_interface(&self) -> impl Iterator<Item = (&Spanned<String>, &[Mode])> {
        // The reader puts the modes of one table one behind the other.
        let mut rest = self.modes.as_slice();
        self.interfaces.iter().map(move |on| {
            let mut count = 0;
            while rest.get(count).is_some_and(|mode| *mode.interface == **on) {
                count += 1;
            }
            let (here, others) = rest.split_at(count);
            rest = others;
            (on, here)
        })
    }

    /// The variants that the function returns, each once, in the order of their first use.
    pub fn variants(&self) -> Vec<&Spanned<String>> {
        let mut returned = Vec::new();
        for mode in &self.modes {
            if let Some(variant) = mode.returns() {
                returned.push(variant);
            }
        }
        let names = Names::of(returned.len(), &|at| returned[at]);
        let mut variants = Vec::new();
        for (at, variant) in returned.iter().enumerate() {
            if names.place(variant) == Some(at) {
                variants.push(*variant);
            }
        }
        variants
    }
}

/// What proof policy demands of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tier {
    /// Everything proven.
    Critical,
    /// The default.
    #[default]
    Standard,
    /// Everything entered.
    Experimental,
}

impl Tier {
    /// The word in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Standard => "standard",
            Self::Experimental => "experimental",
        }
    }
}

/// Whether the function may be run twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// It changes nothing, or running it twice is like running it once.
    Safe,
    /// It carries an idempotency key.
    Key,
    /// It must not run twice.
    Unsafe,
}

/// What a failed request has done on the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is known not to have been applied.
    None,
    /// Nobody knows.
    Maybe,
    /// A part of it was applied.
    Partial,
    /// It was applied.
    Applied,
}

/// One way an interface fails, and what the function does then.
#[derive(Debug, Clone)]
pub struct Mode {
    /// The interface, `input` or `domain`.
    pub interface: Spanned<String>,
    /// The mode's name within its kind.
    pub name: Spanned<String>,
    /// How the function ends; `None` where the file does not say (which a rule reports).
    pub outcome: Option<Outcome>,
    /// A retry policy's name.
    pub retry: Option<Spanned<String>>,
    /// What must be logged.
    pub log: Option<Spanned<Log>>,
    /// Whether a transaction must be rolled back.
    pub rollback: Option<Spanned<bool>>,
    /// The effect on the other side, where it is not the catalog's.
    pub effect: Option<Spanned<Effect>>,
    /// The whole handling.
    pub span: Span,
}

impl Effect {
    /// The word in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Maybe => "maybe",
            Self::Partial => "partial",
            Self::Applied => "applied",
        }
    }
}

impl Mode {
    /// `gateway.timeout`.
    pub fn id(&self) -> String {
        format!("{}.{}", *self.interface, *self.name)
    }

    /// Whether the mode is said to be impossible.
    pub fn is_waived(&self) -> bool {
        matches!(self.outcome, Some(Outcome::Waived(_)))
    }

    /// The variant that the mode returns.
    pub fn returns(&self) -> Option<&Spanned<String>> {
        match &self.outcome {
            Some(Outcome::Returns(variant)) => Some(variant),
            _ => None,
        }
    }
}

/// How a function ends after a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With this variant of its error enum.
    Returns(Spanned<String>),
    /// With a value after all, for this reason.
    Recovers(Spanned<String>),
    /// It cannot happen, for this reason.
    Waived(Spanned<String>),
}

/// The log event that a failure demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The level at which it is logged.
    pub level: Level,
    /// The fields it carries; `None` for those of the policy.
    pub fields: Option<Vec<Spanned<String>>>,
}

/// A log level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
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

impl Level {
    /// The word in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}
