//! What a contract could do better: the rules that warn.
//!
//! No contract is refused for them, and a macro cannot warn; so they are a feature, which
//! whoever uses the macros does not build.

mod logs;
mod modes;
mod policy;
mod retry;
mod safety;
pub(crate) mod text;
mod time;
mod unused;
mod variants;

use super::Rule;
use crate::model::{Contract, Function, Mode};

/// Writes a rule as `define!` does. Its examples lie with all the others.
macro_rules! advise {
    ($($rule:tt)*) => {
        crate::rules::define! { "../examples/"; $($rule)* }
    };
}
use advise;

/// Every rule that warns, in the order of the codes.
pub(super) static RULES: &[Rule] = &[
    text::INSTRUCTION,
    modes::NO_CATCH_ALL,
    modes::WAIVED_CATCH_ALL,
    modes::RECOVERED_CATCH_ALL,
    modes::EMPTY_FUNCTION,
    modes::ALL_WAIVED,
    modes::WAIVED_LIMIT,
    modes::NO_POISON,
    variants::INDISTINGUISHABLE,
    variants::TOO_MANY_VARIANTS,
    variants::FOREIGN_VOCABULARY,
    variants::UNDECLARED_SHARED_ENUM,
    unused::UNUSED_INTERFACE,
    unused::UNUSED_RETRY,
    unused::UNUSED_ERROR,
    unused::UNUSED_KIND,
    unused::IDLE_BUDGET,
    retry::RETRIED_CATCH_ALL,
    retry::STALE_CREDENTIAL,
    retry::STATEMENT_RETRY,
    policy::FLAT_BACKOFF,
    policy::NO_JITTER,
    policy::UNCAPPED_DELAY,
    policy::MANY_ATTEMPTS,
    policy::SINGLE_ATTEMPT,
    time::MISSING_TIMEOUT,
    time::MISSING_DEADLINE,
    time::LATE_CALLEE,
    time::UNDERSTATED_EFFECT,
    safety::SILENT_RECOVERY,
    logs::LOGGED_TWICE,
    logs::EXPECTED_NEGATIVE,
    logs::SECRET_FIELD,
    logs::LOG_WITHOUT_IDENTITY,
    logs::UNLOGGED_FAILURE,
];

/// Whether the handling of a mode has a key although it could not be read.
fn is_unread(contract: &Contract, function: &Function, mode: &Mode, key: &str) -> bool {
    let (function, interface, mode) = (&*function.name, &*mode.interface, &*mode.name);
    contract.is_unread(format_args!(
        "function.{function}.on.{interface}.{mode}.{key}"
    ))
}
