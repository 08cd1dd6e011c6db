//! The end of a contracted call: what it returned, and what a mutant makes of it.

use std::marker::PhantomData;

use contract_spec::evidence::{self, Operator};

use super::call::Call;
use crate::FailureModes;

/// The variants of an error type, however they are known.
pub(super) trait Variants<E> {
    /// The enum's name.
    fn name(&self) -> &'static str;
    /// The name of every variant, in order.
    fn names(&self) -> Vec<&'static str>;
    /// The index of the one that this is.
    fn variant(&self, error: &E) -> usize;
    /// Whether one of that index can be made out of nothing.
    fn can_sample(&self, variant: usize) -> bool;
    /// One of that index, made out of nothing.
    fn sample(&self, variant: usize) -> Option<E>;
    /// The ones that can become one of that index, because they hold the same.
    fn takes(&self, _variant: usize) -> &'static [usize] {
        &[]
    }
    /// One of that index, made of another.
    fn taken(&self, error: E, _variant: usize) -> Result<E, E> {
        Err(error)
    }
    /// The name of the enum that one of that index holds, if it can be exchanged.
    fn inner(&self, _variant: usize) -> Option<&'static str> {
        None
    }
    /// The same with another one of that enum in it.
    fn exchanged(&self, error: E) -> Result<E, E> {
        Err(error)
    }
}

/// They are known by the trait.
struct Own<E>(PhantomData<E>);

impl<E: FailureModes> Variants<E> for Own<E> {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn names(&self) -> Vec<&'static str> {
        E::VARIANTS.iter().map(|variant| variant.name).collect()
    }

    fn variant(&self, error: &E) -> usize {
        error.variant()
    }

    fn can_sample(&self, variant: usize) -> bool {
        E::can_sample(variant)
    }

    fn sample(&self, variant: usize) -> Option<E> {
        E::sample(variant)
    }

    fn takes(&self, variant: usize) -> &'static [usize] {
        E::__takes(variant)
    }

    fn taken(&self, error: E, variant: usize) -> Result<E, E> {
        error.__taken(variant)
    }

    fn inner(&self, variant: usize) -> Option<&'static str> {
        E::__inner(variant)
    }

    fn exchanged(&self, error: E) -> Result<E, E> {
        error.__exchanged()
    }
}

/// They are known by the patterns that the macro wrote, for an enum of another crate.
#[doc(hidden)]
#[derive(Debug)]
pub struct Foreign<E> {
    /// The enum's name.
    pub name: &'static str,
    /// The variants that the contract names.
    pub variants: &'static [&'static str],
    /// The index of the one that this is; another number for one that is not declared.
    pub variant: fn(&E) -> usize,
    /// The samples of the attribute, by their own index.
    pub sample: fn(usize) -> Option<E>,
}

impl<E> Variants<E> for Foreign<E> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn names(&self) -> Vec<&'static str> {
        self.variants.to_vec()
    }

    fn variant(&self, error: &E) -> usize {
        (self.variant)(error)
    }

    fn can_sample(&self, variant: usize) -> bool {
        self.sample(variant).is_some()
    }

    fn sample(&self, variant: usize) -> Option<E> {
        (0..)
            .map_while(|index| (self.sample)(index))
            .find(|sample| (self.variant)(sample) == variant)
    }
}

/// A contracted function ends. What it returns is what it was given, unless the
/// chosen mutant is the branch by which it leaves. `texts` is what its error says of itself.
#[doc(hidden)]
pub fn leave<T, E: FailureModes>(
    call: Call,
    result: Result<T, E>,
    make_ok: Option<fn() -> T>,
    texts: Vec<String>,
) -> Result<T, E> {
    leave_by(call, result, make_ok, texts, &Own(PhantomData))
}

/// A contracted function ends whose error enum is another crate's.
#[doc(hidden)]
pub fn leave_foreign<T, E>(
    call: Call,
    result: Result<T, E>,
    make_ok: Option<fn() -> T>,
    texts: Vec<String>,
    foreign: Foreign<E>,
) -> Result<T, E> {
    leave_by(call, result, make_ok, texts, &foreign)
}

fn leave_by<T, E>(
    call: Call,
    result: Result<T, E>,
    make_ok: Option<fn() -> T>,
    texts: Vec<String>,
    variants: &impl Variants<E>,
) -> Result<T, E> {
    let (site, Some(state)) = call.finish() else {
        return result;
    };
    let recorder = state.recorder;
    recorder.errors(site, state.function, variants, make_ok.is_some());
    // What it was given, if nothing is changed.
    let changed = match result {
        Ok(value) => {
            let calls = state.end(evidence::Outcome::Ok, None, None, texts);
            let operator = recorder.operator(site, &calls);
            let unrecovered = operator.and_then(|operator| unrecovered(operator, variants));
            unrecovered.ok_or(Ok(value))
        }
        Err(error) => {
            let branch = state.left_by();
            let variant = variants.names().get(variants.variant(&error)).copied();
            let variant = variant.unwrap_or(evidence::UNDECLARED);
            let calls = state.end(evidence::Outcome::Err, branch, Some(variant), texts);
            match (recorder.operator(site, &calls), branch) {
                (Some(operator), Some(branch)) => {
                    let left = Left { branch, variant };
                    changed(operator, &left, error, make_ok, variants).map_err(Err)
                }
                _ => Err(Err(error)),
            }
        }
    };
    match changed {
        Ok(changed) => {
            recorder.mutated(state.number);
            changed
        }
        Err(result) => result,
    }
}

/// How a call left.
struct Left<'a> {
    branch: u32,
    variant: &'a str,
}

/// What a mutant makes of an error; the error, if the mutant is for another one.
fn changed<T, E>(
    operator: &Operator,
    left: &Left<'_>,
    error: E,
    make_ok: Option<fn() -> T>,
    variants: &impl Variants<E>,
) -> Result<Result<T, E>, E> {
    let is_meant = |branch: &u32, from: &str| *branch == left.branch && from == left.variant;
    match operator {
        Operator::Misreport { branch, from, to } if is_meant(branch, from) => {
            if evidence::is_another_inside(from, to) {
                return variants.exchanged(error).map(Err);
            }
            let names = variants.names();
            let Some(index) = names.iter().position(|variant| variant == to) else {
                return Err(error);
            };
            // With what it holds, if it can: a test that looks at the payload alone must not
            // notice another one that came with the sample.
            match variants.taken(error, index) {
                Ok(taken) => Ok(Err(taken)),
                Err(error) => variants.sample(index).map(Err).ok_or(error),
            }
        }
        Operator::Swallow { branch, from } if is_meant(branch, from) => match make_ok {
            Some(make) => Ok(Ok(make())),
            None => Err(error),
        },
        _ => Err(error),
    }
}

/// The error that a mutant makes of a recovery.
fn unrecovered<T, E>(operator: &Operator, variants: &impl Variants<E>) -> Option<Result<T, E>> {
    if *operator != Operator::Unrecover {
        return None;
    }
    (0..variants.names().len())
        .find_map(|index| variants.sample(index))
        .map(Err)
}
