//! What can be put in the place of a variant, and what to say where nothing can.

use contract_spec::evidence::{Errors, Variant, another_inside};

/// The variants that can take another's place, the nearest in the enum first.
pub(super) fn alternatives(errors: Option<&Errors>, variant: &str) -> Vec<String> {
    let Some(errors) = errors else {
        return Vec::new();
    };
    let place = errors
        .variants
        .iter()
        .position(|v| v.name == variant)
        .unwrap_or_default();
    let mut others: Vec<(usize, &str)> = errors
        .variants
        .iter()
        .enumerate()
        .filter(|(_, other)| other.name != variant && can_become(other, variant))
        .map(|(index, other)| (index.abs_diff(place), other.name.as_str()))
        .collect();
    others.sort_by_key(|(distance, _)| *distance);
    let others: Vec<String> = others
        .into_iter()
        .map(|(_, name)| name.to_owned())
        .collect();
    if !others.is_empty() {
        return others;
    }
    // Contracts name variants, so what one holds is looked at only where there is no other:
    // `Timeout(Create)` against `Timeout(Wait)`. It would not tell one variant from another.
    let own = match &errors.variants[..] {
        [own] if own.name == variant => Some(own),
        _ => None,
    };
    let inner = own.and_then(|own| own.inner.as_ref());
    inner
        .map(|inner| another_inside(variant, inner))
        .into_iter()
        .collect()
}

/// Whether a variant can take another's place.
fn can_become(to: &Variant, from: &str) -> bool {
    to.sample || to.takes.iter().any(|giver| giver == from)
}

/// The variants that cannot take another's place, because none of them can be made.
pub(super) fn unmade(errors: Option<&Errors>, variant: &str) -> Vec<String> {
    let variants = errors.map_or(&[][..], |errors| &errors.variants);
    let unmade = variants
        .iter()
        .filter(|other| other.name != variant && !can_become(other, variant));
    unmade.map(|other| other.name.clone()).collect()
}

pub(super) fn not_mutatable(errors: &Errors, variant: &str) -> String {
    let name = &errors.name;
    let others: Vec<&str> = errors
        .variants
        .iter()
        .filter(|v| v.name != variant)
        .map(|v| v.name.as_str())
        .collect();
    match others.first() {
        None => format!(
            "not mutatable: `{name}` has one variant, so that there is no other to take its place and nothing for a test to tell apart"
        ),
        Some(other) => format!(
            "not mutatable: no other variant of `{name}` can be made; say how on one of them: \
             `#[failure(sample = {name}::{other}(…))]`"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(variants: &[(&str, bool)]) -> Errors {
        let variant = |(name, sample): &(&str, bool)| Variant {
            name: (*name).to_owned(),
            sample: *sample,
            takes: Vec::new(),
            inner: None,
        };
        Errors {
            function: 1,
            name: "E".into(),
            variants: variants.iter().map(variant).collect(),
            swallow: false,
        }
    }

    #[test]
    fn alternatives_are_the_others_that_can_be_made_nearest_first() {
        let errors = errors(&[("A", true), ("B", true), ("C", false), ("D", true)]);
        assert_eq!(alternatives(Some(&errors), "D"), ["B", "A"]);
        assert_eq!(alternatives(Some(&errors), "A"), ["B", "D"]);
        assert_eq!(unmade(Some(&errors), "A"), ["C"]);
        assert!(unmade(Some(&errors), "C").is_empty());
    }

    #[test]
    fn what_takes_over_what_another_holds_is_an_alternative_and_what_is_inside_the_last_one() {
        let mut errors = errors(&[("Broken", false), ("Full", false), ("Gone", false)]);
        errors.variants[1].takes = vec!["Broken".into()];
        errors.variants[2].inner = Some("Phase".into());
        assert_eq!(alternatives(Some(&errors), "Broken"), ["Full"]);
        assert_eq!(unmade(Some(&errors), "Broken"), ["Gone"]);
        assert!(alternatives(Some(&errors), "Full").is_empty());
        // Another phase in it would not show that anybody tells it from the others.
        assert!(alternatives(Some(&errors), "Gone").is_empty());
        errors.variants.drain(..2);
        assert_eq!(alternatives(Some(&errors), "Gone"), ["Gone(another Phase)"]);
    }

    #[test]
    fn an_enum_without_an_alternative_says_what_is_missing() {
        let one = errors(&[("A", true)]);
        assert!(alternatives(Some(&one), "A").is_empty());
        assert!(not_mutatable(&one, "A").contains("has one variant"));
        let none = errors(&[("A", true), ("B", false)]);
        assert!(alternatives(Some(&none), "A").is_empty());
        assert!(not_mutatable(&none, "A").contains("sample = E::B"));
    }
}
