//! What is known about the modes of an interface, whether the catalog says so or the
//! contract does.

use crate::catalog::{self, Kind, KnownMode, Retryability, Surface};
use crate::model::{Contract, CustomKind, CustomMode, Effect, Mode};

/// A kind, wherever it is declared.
#[derive(Debug, Clone, Copy)]
pub enum AnyKind<'c> {
    /// A kind of the catalog.
    Known(&'static Kind),
    /// `[kind.NAME]` of the contract, or of a file that it includes.
    Custom(&'c CustomKind),
}

/// One mode of a kind, wherever it is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'c> {
    /// The mode's name within its kind.
    pub name: &'c str,
    /// Whether every contract with such an interface must decide on it.
    pub mandatory: bool,
    /// What the failed request has done on the other side.
    pub effect: Effect,
    /// Whether trying again can help.
    pub retryability: Retryability,
    /// How the failure reaches the caller.
    pub surface: Surface,
    /// One sentence on what happened; may be empty for custom kinds.
    pub summary: &'c str,
}

impl<'c> AnyKind<'c> {
    /// The word after `kind =`.
    pub fn name(self) -> &'c str {
        match self {
            Self::Known(kind) => kind.name,
            Self::Custom(kind) => &kind.name,
        }
    }

    /// Every mode, `other` not among them.
    pub fn modes(self) -> Vec<Facts<'c>> {
        let mut modes = Vec::new();
        match self {
            Self::Known(kind) => {
                for mode in kind.modes {
                    modes.push(Facts::from(mode));
                }
            }
            Self::Custom(kind) => {
                for mode in &kind.modes {
                    modes.push(Facts::from(mode));
                }
            }
        }
        modes
    }

    /// The mode of that name.
    pub fn mode(self, name: &str) -> Option<Facts<'c>> {
        match self {
            Self::Known(kind) => kind.mode(name).map(Facts::from),
            Self::Custom(kind) => kind.modes.get(name).map(Facts::from),
        }
    }

    /// Whether a contract may name modes of its own.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Known(kind) if kind.is_open())
    }
}

impl From<&'static KnownMode> for Facts<'_> {
    fn from(mode: &'static KnownMode) -> Self {
        Self {
            name: mode.name,
            mandatory: mode.mandatory,
            effect: mode.effect,
            retryability: mode.retryability,
            surface: mode.surface,
            summary: mode.summary,
        }
    }
}

impl<'c> From<&'c CustomMode> for Facts<'c> {
    fn from(mode: &'c CustomMode) -> Self {
        Self {
            name: &mode.name,
            mandatory: mode.mandatory,
            effect: mode.effect,
            retryability: mode.retryability,
            surface: mode.surface,
            summary: mode.summary.as_ref().map_or("", |s| s.as_str()),
        }
    }
}

impl Contract {
    /// The kind of an interface of this contract, of `input` or of `domain`.
    pub fn kind_of(&self, interface: &str) -> Option<AnyKind<'_>> {
        if let catalog::INPUT | catalog::DOMAIN = interface {
            return catalog::kind(interface).map(AnyKind::Known);
        }
        let word = self.interface(interface)?.kind.as_str();
        match catalog::kind(word) {
            Some(kind) => kind.is_interface().then_some(AnyKind::Known(kind)),
            None => self.custom_kind(word).map(AnyKind::Custom),
        }
    }

    /// What is known about a mode of this contract; `None` for `other`, for names of
    /// the contract's own and for failures of other contracts.
    pub fn facts(&self, mode: &Mode) -> Option<Facts<'_>> {
        let mut facts = self.kind_of(&mode.interface)?.mode(&mode.name)?;
        if let Some(effect) = &mode.effect {
            facts.effect = effect.value;
        }
        Some(facts)
    }

    /// What the failure has done on the other side: what the contract says, or else
    /// what is known of the kind, or else nobody knows. Nothing is on the other side
    /// of `input` and `domain`.
    pub fn effect(&self, mode: &Mode) -> Effect {
        let own = matches!(mode.interface.as_str(), catalog::INPUT | catalog::DOMAIN);
        match (&mode.effect, self.facts(mode)) {
            (Some(effect), _) => effect.value,
            (None, Some(facts)) => facts.effect,
            (None, None) if own => Effect::None,
            (None, None) => Effect::Maybe,
        }
    }
}
