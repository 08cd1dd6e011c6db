//! Finds things in a contract by their names, in the file itself and then in those that
//! it includes.

use std::fmt;

use crate::model::{Contract, CustomKind, Function, Interface, RetryPolicy, SharedError};
use crate::named::{HasName, Named};

impl Contract {
    /// The function of that name.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.get(name)
    }

    /// The interface of that name, if the file or one that it includes declares it.
    pub fn interface(&self, name: &str) -> Option<&Interface> {
        self.find(|contract| &contract.interfaces, name)
    }

    /// The retry policy of that name.
    pub fn retry(&self, name: &str) -> Option<&RetryPolicy> {
        self.find(|contract| &contract.retries, name)
    }

    /// The shared enum of that name.
    pub fn shared_error(&self, name: &str) -> Option<&SharedError> {
        self.find(|contract| &contract.errors, name)
    }

    /// The kind of that name, if the file or one that it includes declares it.
    pub fn custom_kind(&self, name: &str) -> Option<&CustomKind> {
        self.find(|contract| &contract.kinds, name)
    }

    /// In the file itself, or else in the first included one that has it.
    fn find<T: HasName>(&self, list: fn(&Self) -> &Named<T>, name: &str) -> Option<&T> {
        if let Some(own) = list(self).get(name) {
            return Some(own);
        }
        for included in &self.included {
            if let Some(shared) = list(&included.contract).get(name) {
                return Some(shared);
            }
        }
        None
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
