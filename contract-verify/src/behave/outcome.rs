//! How the function ended, against how it should have.

use contract_spec::evidence::{Call, Outcome, Trace, UNDECLARED, standing};
use contract_spec::model::{self, Function, Mode};

use super::{Breach, View, declared, failure};
use crate::codes;

/// The last failure that stands, and that no later call to the same interface made good.
///
/// Another call to it that went well may have been the second try, written out; for
/// a call that ended well, that is benefit enough of the doubt.
fn unmended(trace: &Trace) -> Option<&Call> {
    let last = standing(&trace.calls).filter(|call| {
        let later = trace
            .calls
            .iter()
            .skip_while(|other| !std::ptr::eq(*other, *call))
            .skip(1);
        !later
            .into_iter()
            .any(|later| later.interface == call.interface && !later.failed && !later.cancelled)
    });
    last.last()
}

pub(super) fn outcome(view: &View<'_>, found: &mut Vec<Breach>) {
    let (function, trace) = (view.function, view.trace);
    match (trace.outcome, &trace.variant) {
        (Outcome::Panicked, _) => {
            let help = "return an error of the contract instead; a caller cannot handle a panic";
            let message = "a panic left the function".into();
            found.push(Breach::new(codes::PANICKED, None, message, help));
        }
        (Outcome::Ok, _) => found.extend(silent_failure(function, trace)),
        (Outcome::Err, Some(variant)) => {
            let mut declared = function.variants().into_iter();
            if !declared.any(|declared| declared.value == *variant) {
                found.push(undeclared(variant));
            }
            found.extend(disagreement(function, trace, variant));
        }
        _ => {}
    }
}

fn undeclared(variant: &str) -> Breach {
    let (what, which) = if variant == UNDECLARED {
        ("a variant of another crate's enum".into(), "it".into())
    } else {
        let variant = format!("`{variant}`");
        (variant.clone(), variant)
    };
    let message = format!("it returned {what}, which no failure mode of it declares");
    let help = format!("declare the failure mode that returns {which}, or return what is declared");
    Breach::new(codes::UNDECLARED_ERROR, None, message, help)
}

fn silent_failure(function: &Function, trace: &Trace) -> Option<Breach> {
    let call = unmended(trace)?;
    let (mode, should) = match (declared(function, call), &call.mode) {
        (Some(mode), _) => match &mode.outcome {
            Some(model::Outcome::Returns(variant)) => (
                Some(mode.id()),
                format!("the contract says that it returns `{}`", variant.value),
            ),
            // Waived is said of the call itself.
            _ => return None,
        },
        // Said of the call itself.
        (None, Some(_)) => return None,
        (None, None) => {
            let mut modes = function
                .modes
                .iter()
                .filter(|mode| *mode.interface == call.interface);
            if modes.any(|mode| matches!(mode.outcome, Some(model::Outcome::Recovers(_)))) {
                return None;
            }
            (None, "the contract declares no recovery from it".into())
        }
    };
    let message = format!("{}, and it returned `Ok`: {should}", failure(call));
    let help = "return the error, or declare the recovery with its reason: `{ recovers = \"…\" }`";
    Some(Breach::new(codes::SILENT_FAILURE, mode, message, help))
}

/// A failure that should have returned one variant, and another one was returned.
fn disagreement(function: &Function, trace: &Trace, variant: &str) -> Option<Breach> {
    let call = standing(&trace.calls).last()?;
    let mode = declared(function, call)?;
    let expected = mode.returns()?;
    // An earlier failure may be what was returned, and this one came while cleaning up after it.
    let explained = trace.calls.iter().filter(|call| call.failed).any(|call| {
        let returns = declared(function, call).and_then(Mode::returns);
        returns.is_none_or(|returns| returns.value == variant)
    });
    let message = format!(
        "{}, and it returned `{variant}`: the contract says `{}`",
        failure(call),
        expected.value
    );
    let help = "mend the mapping in the code, or the line in the contract";
    let breach = Breach::new(codes::DISAGREEMENT, Some(mode.id()), message, help);
    (!explained).then_some(breach)
}

/// Failures that the contract does not know, or says cannot happen.
pub(super) fn calls(view: &View<'_>, found: &mut Vec<Breach>) {
    for call in view.trace.calls.iter().filter(|call| call.failed) {
        let Some(name) = &call.mode else {
            continue;
        };
        let Some(mode) = declared(view.function, call) else {
            let message = format!("{}, which the contract does not declare", failure(call));
            let help = format!(
                "add `{name} = {{ returns = \"…\" }}` to `[function.{}.on.{}]`, or `other` for the rest",
                view.function.name.value, call.interface
            );
            let mode = Some(format!("{}.{name}", call.interface));
            found.push(Breach::new(codes::UNDECLARED_MODE, mode, message, help));
            continue;
        };
        if let Some(model::Outcome::Waived(reason)) = &mode.outcome {
            let message = format!("{}, which is waived: \"{}\"", failure(call), reason.value);
            let help = "it can happen: say what the function returns then";
            let breach = Breach::new(codes::WAIVED_HAPPENED, Some(mode.id()), message, help);
            found.push(breach);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::support::{codes_of, err, ok, trace};
    use super::*;

    #[test]
    fn what_the_contract_says_is_no_breach() {
        assert!(ok(&[("gateway", ""), ("orders", "")]).is_empty());
        assert!(err("Auth", &[("gateway", "unauthorized")]).is_empty());
        assert!(err("Amount", &[]).is_empty());
        assert!(codes_of(&trace(Outcome::Cancelled, None, &[("gateway", "timeout")])).is_empty());
    }

    #[test]
    fn a_panic_is_a_breach() {
        assert_eq!(codes_of(&trace(Outcome::Panicked, None, &[])), ["RC402"]);
    }

    #[test]
    fn a_variant_that_no_mode_returns_is_a_breach() {
        assert_eq!(err("Other", &[]), ["RC401"]);
    }

    #[test]
    fn a_failure_that_ends_in_ok_is_silent_unless_it_recovers_or_was_made_good() {
        assert_eq!(ok(&[("orders", "timeout")]), ["RC403"]);
        assert_eq!(ok(&[("orders", "?")]), ["RC403"]);
        assert!(ok(&[("gateway", "not_found")]).is_empty());
        assert!(
            ok(&[("gateway", "?")]).is_empty(),
            "it may have been the one that recovers"
        );
        assert!(ok(&[("gateway", "timeout"), ("gateway", "")]).is_empty());
    }

    #[test]
    fn a_failure_that_returns_the_variant_of_another_is_a_disagreement() {
        assert_eq!(err("Auth", &[("orders", "timeout")]), ["RC404"]);
        assert!(
            err(
                "Auth",
                &[("gateway", "unauthorized"), ("orders", "connection")]
            )
            .is_empty()
        );
        assert!(err("Amount", &[("gateway", "not_found")]).is_empty());
        assert!(err("Auth", &[("orders", "?")]).is_empty());
    }

    #[test]
    fn a_mode_without_a_line_is_a_breach_unless_there_is_other() {
        assert_eq!(err("Auth", &[("gateway", "conflict")]), ["RC409"]);
        assert!(err("Store", &[("orders", "decode")]).is_empty());
    }

    #[test]
    fn a_waived_mode_that_happens_is_a_breach() {
        assert_eq!(err("Store", &[("orders", "not_found")]), ["RC505"]);
    }
}
