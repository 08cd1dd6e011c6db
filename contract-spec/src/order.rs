//! Sorting, compiled once.
//!
//! A sort of the standard library is some thousand lines of machine code for every type and
//! every order. Whoever uses the macros compiles them without optimisation on each clean
//! build, so here only places are ever sorted, and that in a few lines.

use std::cmp::Ordering;

/// The places of a list in the order of what stands there; equals keep theirs.
pub(crate) fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..count).collect();
    // Parts of this length are in order: two of them make one of twice the length.
    let mut length = 1;
    while length < count {
        let mut merged = Vec::with_capacity(count);
        while merged.len() < count {
            let mut left = merged.len();
            let middle = count.min(left + length);
            let mut right = middle;
            let end = count.min(middle + length);
            while left < middle || right < end {
                let is_right_less = || compare(sorted[right], sorted[left]).is_lt();
                let next = if left == middle || (right < end && is_right_less()) {
                    &mut right
                } else {
                    &mut left
                };
                merged.push(sorted[*next]);
                *next += 1;
            }
        }
        sorted = merged;
        length *= 2;
    }
    sorted
}

/// Where a name stands in a list whose names have these places, in their order; the first,
/// should several have it.
pub(crate) fn find<'n>(
    places: &[usize],
    name_at: &dyn Fn(usize) -> &'n str,
    name: &str,
) -> Option<usize> {
    let before = places.partition_point(|at| name_at(*at) < name);
    let found = *places.get(before)?;
    (name_at(found) == name).then_some(found)
}

/// Sorts a list; equals keep their order.
pub(crate) fn sort<T>(list: &mut [T], compare: &dyn Fn(&T, &T) -> Ordering) {
    let mut places = places(list.len(), &|a, b| compare(&list[a], &list[b]));
    for first in 0..list.len() {
        // What is swapped away from here belongs where the next comes from, and so on
        // until the way leads back.
        let mut here = first;
        while places[here] != first {
            let from = std::mem::replace(&mut places[here], here);
            list.swap(here, from);
            here = from;
        }
        places[here] = here;
    }
}

#[cfg(test)]
mod tests {
    use super::{places, sort};

    #[test]
    fn equals_keep_their_order() {
        let mut list = vec![(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        sort(&mut list, &|a, b| a.0.cmp(&b.0));
        assert_eq!(list, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
        let mut none: Vec<u8> = Vec::new();
        sort(&mut none, &|a, b| a.cmp(b));
        assert!(none.is_empty());
    }

    #[test]
    fn lists_of_any_length_come_out_as_from_the_standard_library() {
        for length in 0..70 {
            // Every number below 7 comes again and again, in no order.
            let list: Vec<usize> = (0..length).map(|n| n * n * 31 % 101 % 7).collect();
            let mut expected: Vec<usize> = (0..length).collect();
            expected.sort_by_key(|at| list[*at]);
            let found = places(length, &|a, b| list[a].cmp(&list[b]));
            assert_eq!(found, expected, "{list:?}");
            let mut sorted = list.clone();
            sort(&mut sorted, &|a, b| a.cmp(b));
            assert!(sorted.is_sorted(), "{list:?}");
        }
    }
}
