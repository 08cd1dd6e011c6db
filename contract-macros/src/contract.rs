//! The function of a contract that an attribute names.

use std::sync::Arc;

use contract_spec::model::Function;
use contract_spec::nearest;
use contract_spec::source::Attribute;

use crate::file::{self, File, Shared};
use crate::mistake::mistake;

/// A contract file and the function in it that the attribute means.
pub(crate) struct Declared<'f> {
    pub(crate) file: &'f File,
    pub(crate) function: &'f Function,
}

/// A variant that the contract names, and where.
pub(crate) struct Named<'a> {
    pub(crate) name: &'a str,
    /// The mode that first names it; empty in the list of a shared enum.
    pub(crate) mode: String,
    pub(crate) line: u32,
}

impl Declared<'_> {
    /// The enum's declaration, where several functions share it.
    pub(crate) fn shared_error(&self) -> Option<Shared<'_>> {
        self.file.shared_error(self.function.error.as_ref()?)
    }

    /// The variants that the enum must have.
    pub(crate) fn variants(&self) -> Vec<Named<'_>> {
        let mut named: Vec<Named<'_>> = Vec::new();
        if let Some(shared) = self.shared_error() {
            for variant in &shared.error.variants {
                named.push(Named {
                    name: &variant.value,
                    mode: String::new(),
                    line: shared.line(variant.span.start),
                });
            }
            return named;
        }
        'modes: for mode in &self.function.modes {
            let Some(variant) = mode.returns() else {
                continue;
            };
            for before in &named {
                if before.name == variant.value {
                    continue 'modes;
                }
            }
            named.push(Named {
                name: &variant.value,
                mode: mode.id(),
                line: self.file.line(variant.span.start),
            });
        }
        named
    }

    /// Whether it says what must be logged, or what must not.
    #[cfg(feature = "probe")]
    pub(crate) fn speaks_of_logs(&self) -> bool {
        let mut modes = self.function.modes.iter();
        !self.function.sensitive.is_empty() || modes.any(|mode| mode.log.is_some())
    }

    /// What must not be logged.
    #[cfg(feature = "probe")]
    pub(crate) fn sensitive(&self) -> Vec<&str> {
        let names = self.function.sensitive.iter();
        names.map(|name| name.value.as_str()).collect()
    }

    /// How long a call to each interface may take, in microseconds, where the contract says so.
    #[cfg(feature = "probe")]
    pub(crate) fn limits(&self) -> Vec<(&str, u64)> {
        let interfaces = self.function.interfaces.iter();
        let limits = interfaces.filter_map(|name| {
            let interface = self.file.contract.interface(name)?;
            let limit = interface.timeout.as_ref()?;
            Some((
                name.value.as_str(),
                u64::try_from(limit.value.as_micros()).ok()?,
            ))
        });
        limits.collect()
    }

    /// The name of the error enum, without its path, and the line that gives it.
    pub(crate) fn error(&self) -> (&str, u32) {
        match &self.function.error {
            Some(name) => (last(&name.value), self.file.line(name.span.start)),
            None => ("", 0),
        }
    }
}

/// Reads the contract; every mistake is an error on the attribute's literal.
pub(crate) fn open(attribute: &Attribute) -> syn::Result<Arc<File>> {
    let place: &dyn quote::ToTokens = match &attribute.file {
        Some(file) => file,
        None => &attribute.id,
    };
    let missing = format!(
        "write it: `cargo verify-contracts new {}`, or name another file: `file = \"…\"`",
        attribute.id.value()
    );
    file::open(&attribute.path(), place, &missing)
}

/// Finds the function in it.
pub(crate) fn find<'f>(file: &'f File, attribute: &Attribute) -> syn::Result<Declared<'f>> {
    let name = attribute.function();
    if let Some(function) = file.contract.function(&name) {
        return Ok(Declared { file, function });
    }
    let mut names = Vec::new();
    for function in file.contract.functions.iter() {
        names.push(function.name.as_str());
    }
    let message = unknown("function", "function", &name, &names, &file.shown);
    Err(mistake(&attribute.id, &message))
}

/// That there is no table of that name; `what` is declared by one, and `names` are the others.
pub(crate) fn unknown(table: &str, what: &str, name: &str, names: &[&str], file: &str) -> String {
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => {
            format!("the file declares no {what} yet: add `[{table}.{name}]`")
        }
        None => format!(
            "the file declares `{}`; add `[{table}.{name}]`",
            names.join("`, `")
        ),
    };
    format!("there is no `[{table}.{name}]` in {file}\n  help: {help}")
}

/// The last part of a path.
fn last(path: &str) -> &str {
    match path.rfind(':') {
        Some(colon) => &path[colon + 1..],
        None => path,
    }
}
