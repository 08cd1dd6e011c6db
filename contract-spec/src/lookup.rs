//! Finds things in a contract by their names, in the file itself and then in those that
//! it includes.

use std::fmt;

use crate::model::{Contract, CustomKind, Function, Interface, RetryPolicy, SharedError};

impl Contract {
    /// The function of that name.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.get(name)
    }

    /// The interface of that name, if the file or one that it includes declares it.
    pub fn interface(&self, name: &str) -> Option<&Interface> {
        let own = self.interfaces.get(name);
        own.or_else(|| self.shared(|c| c.interfaces.get(name)))
    }

    /// The retry policy of that name.
    pub fn retry(&self, name: &str) -> Option<&RetryPolicy> {
        let own = self.retries.get(name);
        own.or_else(|| self.shared(|c| c.retries.get(name)))
    }

    /// The shared enum of that name.
    pub fn shared_error(&self, name: &str) -> Option<&SharedError> {
        let own = self.errors.get(name);
        own.or_else(|| self.shared(|c| c.errors.get(name)))
    }

    /// The kind of that name, if the file or one that it includes declares it.
    pub fn custom_kind(&self, name: &str) -> Option<&CustomKind> {
        let own = self.kinds.get(name);
        own.or_else(|| self.shared(|c| c.kinds.get(name)))
    }

    /// The first included file that has it.
    fn shared<'c, T>(&'c self, find: impl Fn(&'c Self) -> Option<T>) -> Option<T> {
        self.included.iter().find_map(|i| find(&i.contract))
    }

    /// Whether the file has a key although it could not be read:
    /// `function.charge.deadline`.
    pub(crate) fn is_unread(&self, path: fmt::Arguments<'_>) -> bool {
        !self.unread.is_empty() && self.unread.binary_search(&path.to_string()).is_ok()
    }

    /// Whether anything below a key is there although it could not be read.
    pub(crate) fn is_unread_below(&self, path: &str) -> bool {
        let first = self.unread.partition_point(|unread| unread.as_str() < path);
        self.unread
            .get(first)
            .is_some_and(|unread| unread.starts_with(path))
    }
}
