//! The function of a contract that an attribute names.

use std::sync::Arc;

use contract_spec::model::{Contract, Function};
use contract_spec::nearest;
use contract_spec::source::Attribute;
use syn::Error;

use crate::file::{self, File, Shared};

/// A contract file and the function in it that the attribute means.
pub(crate) struct Declared {
    pub(crate) file: Arc<File>,
    pub(crate) function: Function,
}

/// A variant that the contract names, and where.
pub(crate) struct Named<'a> {
    pub(crate) name: &'a str,
    /// The mode that first names it; empty in the list of a shared enum.
    pub(crate) mode: String,
    pub(crate) line: u32,
}

impl Declared {
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
        for mode in &self.function.modes {
            if let Some(variant) = mode.returns()
                && !named.iter().any(|named| named.name == variant.value)
            {
                named.push(Named {
                    name: &variant.value,
                    mode: mode.id(),
                    line: self.file.line(variant.span.start),
                });
            }
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
            Some(name) => (
                name.value.rsplit("::").next().unwrap_or_default(),
                self.file.line(name.span.start),
            ),
            None => ("", 0),
        }
    }
}

/// Reads the contract and finds its function; every mistake is an error on the attribute's literal.
pub(crate) fn read(attribute: &Attribute) -> syn::Result<Declared> {
    let place: &dyn quote::ToTokens = match &attribute.file {
        Some(file) => file,
        None => &attribute.id,
    };
    let missing = format!(
        "write it: `cargo verify-contracts new {}`, or name another file: `file = \"…\"`",
        attribute.id.value()
    );
    let file = file::open(&attribute.path(), place, &missing)?;
    let name = attribute.function();
    let Some(function) = file.contract.function(&name).cloned() else {
        return Err(Error::new_spanned(
            &attribute.id,
            unknown_function(&name, &file.shown, &file.contract),
        ));
    };
    Ok(Declared { file, function })
}

fn unknown_function(name: &str, file: &str, contract: &Contract) -> String {
    let functions = &contract.functions;
    let names = || functions.iter().map(|function| function.name.as_str());
    let known: Vec<String> = names().map(|name| format!("`{name}`")).collect();
    let help = match nearest(name, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => {
            format!("the file declares no function yet: add `[function.{name}]`")
        }
        None => format!(
            "the file declares {}; add `[function.{name}]`",
            known.join(", ")
        ),
    };
    format!("there is no `[function.{name}]` in {file}\n  help: {help}")
}
