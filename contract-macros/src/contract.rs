//! Reading the contract that an attribute names.

use std::path::{Path, PathBuf};

use contract_spec::lines::LineIndex;
use contract_spec::model::{Contract, Function, SharedError};
use contract_spec::source::Attribute;
use contract_spec::{Reading, Severity, Source, check, nearest};
use syn::Error;

/// A contract file and the function in it that the attribute means.
pub(crate) struct Declared {
    /// As people see it: relative to the folder in which rustc runs.
    pub(crate) file: String,
    /// Relative to the package, as it stands in `include_bytes!`.
    pub(crate) relative: String,
    contract: Contract,
    pub(crate) function: Function,
    source: Source,
}

impl Declared {
    /// The line of a place in the contract, from 1.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        u32::try_from(LineIndex::new(&self.source.text).line_column(offset).0).unwrap_or(u32::MAX)
    }

    /// The enum's declaration, where several functions share it.
    pub(crate) fn shared_error(&self) -> Option<&SharedError> {
        self.contract.shared_error(self.function.error.as_ref()?)
    }

    /// The variants that the function may return.
    pub(crate) fn variants(&self) -> Vec<&str> {
        match self.shared_error() {
            Some(shared) => shared
                .variants
                .iter()
                .map(|variant| variant.value.as_str())
                .collect(),
            None => self
                .function
                .variants()
                .iter()
                .map(|variant| variant.value.as_str())
                .collect(),
        }
    }

    /// The name of the error enum, without its path, and the line that gives it.
    pub(crate) fn error(&self) -> (&str, u32) {
        match &self.function.error {
            Some(name) => (
                name.value.rsplit("::").next().unwrap_or_default(),
                self.line(name.span.start),
            ),
            None => ("", 0),
        }
    }
}

/// Reads the contract and finds its function; every mistake is an error on the attribute's literal.
pub(crate) fn read(attribute: &Attribute) -> syn::Result<Declared> {
    let relative = attribute.path();
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let path = package.unwrap_or_default().join(&relative);
    let file = shown(&path);
    let place: &dyn quote::ToTokens = match &attribute.file {
        Some(file) => file,
        None => &attribute.id,
    };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => format!(
                "there is no contract at {file}\n  help: write it: `cargo verify-contracts new {}`, \
                 or name another file: `file = \"…\"`",
                attribute.id.value()
            ),
            _ => format!("failed to read the contract {file}: {error}"),
        };
        Error::new_spanned(place, message)
    })?;
    let source = Source {
        path: file.clone(),
        text,
    };
    let reading = check(&source);
    if reading.has_errors() {
        return Err(Error::new_spanned(place, mistakes(&reading, &source)));
    }
    let name = attribute.function();
    let Some(function) = reading.contract.function(&name).cloned() else {
        return Err(Error::new_spanned(
            &attribute.id,
            unknown_function(&name, &file, &reading.contract),
        ));
    };
    Ok(Declared {
        file,
        relative,
        function,
        contract: reading.contract,
        source,
    })
}

/// A path as rustc prints its own: relative to the folder it runs in, which is the workspace.
fn shown(path: &Path) -> String {
    let folder = std::env::current_dir().unwrap_or_default();
    let shown = path.strip_prefix(&folder).unwrap_or(path);
    shown.to_string_lossy().replace('\\', "/")
}

fn mistakes(reading: &Reading, source: &Source) -> String {
    let errors: Vec<String> = reading
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.render_plain(source))
        .collect();
    format!("the contract has mistakes\n{}", errors.join("\n"))
}

fn unknown_function(name: &str, file: &str, contract: &Contract) -> String {
    let names = || {
        contract
            .functions
            .iter()
            .map(|function| function.name.as_str())
    };
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
