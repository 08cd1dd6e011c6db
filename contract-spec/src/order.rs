//! Sorting, compiled once.
//!
//! A sort of the standard library is some thousand lines of machine code for every type and
//! every order. Whoever uses the macros compiles them without optimisation on each clean
//! build, so here only places are ever sorted.

use std::cmp::Ordering;

/// The places of a list in the order of what stands there; equals keep theirs.
pub(crate) fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

/// Sorts a list; equals keep their order.
pub(crate) fn sort<T>(list: &mut Vec<T>, compare: &dyn Fn(&T, &T) -> Ordering) {
    let places = places(list.len(), &|a, b| compare(&list[a], &list[b]));
    let mut slots: Vec<Option<T>> = std::mem::take(list).into_iter().map(Some).collect();
    for place in places {
        list.extend(slots[place].take());
    }
}

#[cfg(test)]
mod tests {
    use super::sort;

    #[test]
    fn equals_keep_their_order() {
        let mut list = vec![(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        sort(&mut list, &|a, b| a.0.cmp(&b.0));
        assert_eq!(list, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
        let mut none: Vec<u8> = Vec::new();
        sort(&mut none, &|a, b| a.cmp(b));
        assert!(none.is_empty());
    }
}
