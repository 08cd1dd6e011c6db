//! Lists of things that have names, each found without looking through all of them.

use std::ops::Deref;

use crate::order;

/// Something with a name that no other of its list has.
pub trait HasName {
    /// The name.
    fn name(&self) -> &str;
}

/// Things in the order of their file, each found by its name.
///
/// Reads like a slice. What is in it is decided when it is made (by `collect`), so that
/// the way to a name can never lead to another.
#[derive(Debug, Clone)]
pub struct Named<T> {
    items: Vec<T>,
    /// Indices of the items, in the order of their names.
    by_name: Vec<usize>,
}

impl<T: HasName> Named<T> {
    /// The thing of that name; the first one, should two have it.
    pub fn get(&self, name: &str) -> Option<&T> {
        let at = self
            .by_name
            .partition_point(|at| self.items[*at].name() < name);
        let found = &self.items[*self.by_name.get(at)?];
        (found.name() == name).then_some(found)
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            by_name: Vec::new(),
        }
    }
}

impl<T: HasName> FromIterator<T> for Named<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let items: Vec<T> = items.into_iter().collect();
        let by_name = order::places(items.len(), &|a, b| items[a].name().cmp(items[b].name()));
        Self { items, by_name }
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

impl<T> IntoIterator for Named<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
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
}
