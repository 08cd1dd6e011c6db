//! What is known about the kinds of interfaces: how each fails, and what that means.
//!
//! Facts only, as static data: which modes a contract must decide on, what a
//! failed request has done on the other side, whether trying again can help, and
//! how the failure looks in Rust. Whether a contract heeds them is for
//! [`mod@crate::rules`] to say.

mod local;
mod messaging;
mod remote;
mod storage;
#[cfg(feature = "prompt")]
pub mod traps;

use crate::model::Effect;

/// A kind of interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The word after `kind =`.
    pub name: &'static str,
    /// One sentence on what is meant.
    pub summary: &'static str,
    /// The ways it fails; the mandatory ones first.
    pub modes: &'static [KnownMode],
}

/// One way in which every interface of a kind can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownMode {
    /// The mode's name within its kind.
    pub name: &'static str,
    /// Whether every contract with such an interface must decide on it.
    pub mandatory: bool,
    /// What the failed request has done on the other side.
    pub effect: Effect,
    /// Whether trying again can help, and at what price.
    pub retryability: Retryability,
    /// How the failure reaches the caller.
    pub surface: Surface,
    /// One sentence on what happened.
    pub summary: &'static str,
    /// How Rust libraries show it.
    pub rust: &'static str,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retryability {
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

impl Retryability {
    /// The word in catalogs and custom kinds.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Idempotent => "idempotent",
            Self::Transaction => "transaction",
            Self::Refresh => "refresh",
            Self::Hint => "hint",
            Self::No => "no",
        }
    }
}

/// How a failure reaches the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// As an `Err`.
    Err,
    /// As an `Ok` whose value says that it failed, if anybody looks.
    Ok,
}

impl Surface {
    /// The word in catalogs and custom kinds.
    pub fn name(self) -> &'static str {
        match self {
            Self::Err => "err",
            Self::Ok => "ok",
        }
    }
}

/// The mode that stands for whatever the declared ones do not cover; every kind has it.
pub const OTHER: &str = "other";

/// The function's own validation: an interface that needs no declaration.
pub const INPUT: &str = "input";

/// The function's business rules: an interface that needs no declaration.
pub const DOMAIN: &str = "domain";

/// The kind of an interface that is another contracted function.
pub const CONTRACT: &str = "contract";

static KINDS: [Kind; 15] = [
    remote::HTTP,
    remote::GRPC,
    storage::DATABASE,
    storage::CACHE,
    messaging::QUEUE,
    messaging::QUEUE_CONSUMER,
    storage::FILESYSTEM,
    storage::OBJECT_STORE,
    remote::DNS_TLS,
    remote::AUTH,
    local::SUBPROCESS,
    local::SCHEDULER,
    local::INPUT,
    Kind {
        name: DOMAIN,
        summary: "The business rules of the function itself: it names its own modes.",
        modes: &[],
    },
    Kind {
        name: CONTRACT,
        summary: "Another contracted function: its modes are the variants that it returns.",
        modes: &[],
    },
];

/// Every kind, the pseudo-kinds `input`, `domain` and `contract` last.
pub fn kinds() -> &'static [Kind] {
    &KINDS
}

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.name == name)
}

/// Whether some kind has a mode of that name.
pub fn is_mode(name: &str) -> bool {
    KINDS.iter().any(|kind| kind.mode(name).is_some())
}

impl Kind {
    /// The mode of that name.
    pub fn mode(&self, name: &str) -> Option<&'static KnownMode> {
        self.modes.iter().find(|m| m.name == name)
    }

    /// The modes that every contract must decide on.
    pub fn mandatory(&self) -> impl Iterator<Item = &'static KnownMode> + use<> {
        self.modes.iter().filter(|m| m.mandatory)
    }

    /// Whether a contract may name modes of its own.
    pub fn is_open(&self) -> bool {
        matches!(self.name, INPUT | DOMAIN | CONTRACT)
    }

    /// Whether `[interface.NAME]` may be of this kind.
    pub fn is_interface(&self) -> bool {
        !matches!(self.name, INPUT | DOMAIN)
    }
}

/// Writes a kind as data: `must` or `may`, the mode, its effect, whether trying
/// again helps, how it surfaces, what happened, and how Rust shows it.
macro_rules! facts {
    ($name:literal, $summary:literal, $(
        $weight:ident $mode:ident: $effect:ident, $retry:ident, $surface:ident,
        $what:literal, $rust:literal;
    )*) => {
        super::Kind {
            name: $name,
            summary: $summary,
            modes: &[$(super::KnownMode {
                name: stringify!($mode),
                mandatory: facts!(@$weight),
                effect: crate::model::Effect::$effect,
                retryability: super::Retryability::$retry,
                surface: super::Surface::$surface,
                summary: $what,
                rust: $rust,
            }),*],
        }
    };
    (@must) => { true };
    (@may) => { false };
}
use facts;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_every_mode_has_one_name_and_a_sentence() {
        for (at, kind) in kinds().iter().enumerate() {
            assert!(kinds()[..at].iter().all(|k| k.name != kind.name));
            assert!(kind.summary.ends_with('.'), "{}", kind.name);
            for (at, mode) in kind.modes.iter().enumerate() {
                let id = format!("{}.{}", kind.name, mode.name);
                assert!(kind.modes[..at].iter().all(|m| m.name != mode.name), "{id}");
                assert!(mode.summary.ends_with('.'), "{id}");
                assert!(!mode.rust.is_empty(), "{id}");
                assert_ne!(mode.name, OTHER, "{id}");
            }
        }
    }

    #[test]
    fn mandatory_modes_come_first_and_input_demands_none() {
        for kind in kinds() {
            let first = kind.modes.iter().position(|m| !m.mandatory);
            let rest = &kind.modes[first.unwrap_or(kind.modes.len())..];
            assert!(rest.iter().all(|m| !m.mandatory), "{}", kind.name);
        }
        assert!(kind(INPUT).unwrap().mandatory().next().is_none());
    }

    #[test]
    fn the_catalog_counts_the_kinds_and_modes_of_the_reference() {
        assert_eq!(kinds().iter().filter(|k| !k.modes.is_empty()).count(), 13);
        assert_eq!(kinds().iter().map(|k| k.modes.len()).sum::<usize>(), 135);
        let ok_shaped = kinds()
            .iter()
            .flat_map(|k| k.modes)
            .filter(|m| m.surface == Surface::Ok);
        assert_eq!(ok_shaped.count(), 20);
    }

    #[test]
    fn what_may_have_been_applied_is_never_retryable_without_condition() {
        for kind in kinds() {
            for mode in kind.modes.iter().filter(|m| m.effect != Effect::None) {
                assert!(
                    matches!(
                        mode.retryability,
                        Retryability::Idempotent | Retryability::No | Retryability::Refresh
                    ),
                    "{}.{}",
                    kind.name,
                    mode.name
                );
            }
        }
    }
}
