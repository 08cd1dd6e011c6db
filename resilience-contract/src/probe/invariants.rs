//! What became of the invariants of a test, for the verifier.

use contract_spec::evidence::{Invariant, Record};

use super::inject::Injector;
use super::recorder::recorder;
use crate::invariant::Verdict;

/// Nothing is injected while this lives.
#[derive(Debug)]
pub(crate) struct Unharmed(Option<&'static Injector>);

/// Keeps faults away from what only looks.
pub(crate) fn unharmed() -> Unharmed {
    let injector = recorder().and_then(|recorder| recorder.injector());
    if let Some(injector) = injector {
        injector.suspend();
    }
    Unharmed(injector)
}

impl Drop for Unharmed {
    fn drop(&mut self) {
        if let Some(injector) = self.0 {
            injector.resume();
        }
    }
}

/// An invariant was looked at.
pub(crate) fn looked_at(name: &str, site: &str, verdict: &Verdict) {
    let Some(recorder) = recorder() else {
        return;
    };
    let (held, reason) = match verdict {
        Verdict::Holds => (Some(true), None),
        Verdict::Broken(reason) => (Some(false), Some(reason.clone())),
        Verdict::Unknown(reason) => (None, Some(reason.clone())),
    };
    recorder.write(&Record::Invariant(Invariant {
        name: name.to_owned(),
        site: site.to_owned(),
        held,
        reason: reason.filter(|reason| !reason.is_empty()),
    }));
}
