//! Lists of things that have names, each found without looking through all of them.

use std::ops::Deref;
use std::sync::Arc;

use crate::order;

/// Something with a name that no other of its list has.
pub trait HasName {
    /// The name.
    fn name(&self) -> &str;
}

/// Things in the order of their file, each found by its name.
///
/// Reads like a slice. What is in it is decided when it is made (by `collect`, or from a vector), so that
/// the way to a name can never lead to another, and a clone is the same list once more.
#[derive(Debug)]
pub struct Named<T> {
    items: Arc<Vec<T>>,
    /// Indices of the items, in the order of their names.
    by_name: Arc<Vec<usize>>,
}

impl<T> Clone for Named<T> {
    fn clone(&self) -> Self {
        Self {
            items: Arc::clone(&self.items),
            by_name: Arc::clone(&self.by_name),
        }
    }
}

impl<T: HasName> Named<T> {
    /// The thing of that name; the first one, should two have it.
    pub fn get(&self, name: &str) -> Option<&T> {
        let at = order::find(&self.by_name, &|at| self.items[at].name(), name)?;
        Some(&self.items[at])
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self {
            items: Arc::default(),
            by_name: Arc::default(),
        }
    }
}

impl<T: HasName> FromIterator<T> for Named<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::from(items.into_iter().collect::<Vec<T>>())
    }
}

impl<T: HasName> From<Vec<T>> for Named<T> {
    fn from(items: Vec<T>) -> Self {
        let by_name = order::places(items.len(), &|a, b| items[a].name().cmp(items[b].name()));
        Self {
            items: Arc::new(items),
            by_name: Arc::new(by_name),
        }
    }
}

impl<T> Deref for Named<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<'l, T> IntoIterator for &'l Named<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// Where the names of a list stand in it; of a name that is there twice, the first place.
pub(crate) struct Names<'n> {
    names: Vec<&'n str>,
    /// Places of the names, in the order of the names.
    by_name: Vec<usize>,
}

impl<'n> Names<'n> {
    /// The names of so many things.
    pub(crate) fn of(count: usize, name_at: &dyn Fn(usize) -> &'n str) -> Self {
        let mut names = Vec::new();
        for at in 0..count {
            names.push(name_at(at));
        }
        Self::new(names)
    }

    pub(crate) fn new(names: Vec<&'n str>) -> Self {
        let by_name = order::places(names.len(), &|a, b| names[a].cmp(names[b]));
        Self { names, by_name }
    }

    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        order::find(&self.by_name, &|at| self.names[at], name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.place(name).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl HasName for (&str, u8) {
        fn name(&self) -> &str {
            self.0
        }
    }

    #[test]
    fn things_keep_their_order_and_are_found_by_their_names() {
        let list: Named<(&str, u8)> = [("b", 1), ("a", 2), ("c", 3), ("b", 4)]
            .into_iter()
            .collect();
        assert_eq!(
            list.iter().map(|item| item.1).collect::<Vec<_>>(),
            [1, 2, 3, 4]
        );
        assert_eq!(list.get("a"), Some(&("a", 2)));
        assert_eq!(list.get("b"), Some(&("b", 1)));
        for lost in ["", "aa", "d"] {
            assert_eq!(list.get(lost), None, "{lost}");
        }
        assert_eq!(Named::<(&str, u8)>::default().get("a"), None);
    }

    #[test]
    fn a_name_stands_where_it_stands_first() {
        let list = ["b", "a", "b", ""];
        let names = Names::of(list.len(), &|at| list[at]);
        assert_eq!(names.place("b"), Some(0));
        assert_eq!(names.place("a"), Some(1));
        assert_eq!(names.place(""), Some(3));
        assert!(names.has("a") && !names.has("c"));
        assert!(!Names::new(Vec::new()).has(""));
    }
}
