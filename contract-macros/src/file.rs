//! A contract file and those that it includes: found, read, tracked.

use std::path::{Component, Path, PathBuf};

use contract_spec::lines::LineIndex;
use contract_spec::model::{Contract, SharedError};
use contract_spec::{Reading, Severity, Source, check_with};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Error;

/// What was read.
pub(crate) struct File {
    /// As people see it: relative to the folder in which rustc runs.
    pub(crate) shown: String,
    pub(crate) contract: Contract,
    source: Source,
    included: Vec<Source>,
    /// Every file, relative to the package.
    tracked: Vec<String>,
}

/// A shared enum, and where it stands.
pub(crate) struct Shared<'a> {
    pub(crate) error: &'a SharedError,
    source: &'a Source,
}

/// Reads a contract file. Every mistake in it is part of one error at `place`; `missing`
/// says what to write where there is no file.
pub(crate) fn open(relative: &str, place: &dyn ToTokens, missing: &str) -> syn::Result<File> {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    let path = package.join(relative);
    let shown = shown(&path);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => {
                format!("there is no contract at {shown}\n  help: {missing}")
            }
            _ => format!("failed to read the contract {shown}: {error}"),
        };
        Error::new_spanned(place, message)
    })?;
    let source = Source {
        path: shown.clone(),
        text,
    };
    let checked = check_with(&source, &mut |path| {
        std::fs::read_to_string(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => error.to_string(),
        })
    });
    if checked.has_errors() {
        let included = checked
            .included
            .iter()
            .map(|file| (&file.reading, &file.source));
        let mistakes: Vec<String> = [(&checked.reading, &source)]
            .into_iter()
            .chain(included)
            .flat_map(|(reading, source)| mistakes(reading, source))
            .collect();
        let message = format!("the contract has mistakes\n{}", mistakes.join("\n"));
        return Err(Error::new_spanned(place, message));
    }
    let included: Vec<Source> = checked
        .included
        .into_iter()
        .map(|file| file.source)
        .collect();
    let folder = std::env::current_dir().unwrap_or_default();
    let mut tracked = vec![relative.to_owned()];
    // What a called function promises decides what is asked of its callers.
    let others = included.iter().chain(&checked.called);
    tracked.extend(others.map(|file| from_to(&package, &folder.join(&file.path))));
    Ok(File {
        shown,
        contract: checked.reading.contract,
        source,
        included,
        tracked,
    })
}

impl File {
    /// The line of a place in the file, from 1.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        line(&self.source, offset)
    }

    /// An enum that several functions share, if this file or an included one declares it.
    pub(crate) fn shared_error(&self, name: &str) -> Option<Shared<'_>> {
        let find =
            |contract: &'_ Contract| contract.errors.iter().position(|error| *error.name == name);
        if let Some(at) = find(&self.contract) {
            return Some(Shared {
                error: &self.contract.errors[at],
                source: &self.source,
            });
        }
        self.contract.included.iter().find_map(|included| {
            let error = &included.contract.errors[find(&included.contract)?];
            let source = self
                .included
                .iter()
                .find(|source| source.path == included.path)?;
            Some(Shared { error, source })
        })
    }

    /// Has the crate compiled again when one of the files changes. The paths are put
    /// together by the compiler and not by us: an absolute one in the output would
    /// make two checkouts build two different libraries.
    pub(crate) fn track(&self) -> TokenStream {
        let includes = self.tracked.iter().map(|relative| {
            let path = format!("/{relative}");
            quote! {
                const _: &[::core::primitive::u8] =
                    ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #path));
            }
        });
        quote!(#(#includes)*)
    }
}

impl Shared<'_> {
    /// The file, as people see it.
    pub(crate) fn file(&self) -> &str {
        &self.source.path
    }

    /// The line of a place in it, from 1.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        line(self.source, offset)
    }
}

fn line(source: &Source, offset: usize) -> u32 {
    u32::try_from(LineIndex::new(&source.text).line_column(offset).0).unwrap_or(u32::MAX)
}

/// A path as rustc prints its own: relative to the folder it runs in, which is the workspace.
fn shown(path: &Path) -> String {
    let folder = std::env::current_dir().unwrap_or_default();
    let shown = path.strip_prefix(&folder).unwrap_or(path);
    shown.to_string_lossy().replace('\\', "/")
}

/// The way from a folder to a file, both absolute.
fn from_to(folder: &Path, file: &Path) -> String {
    let plain = |path: &Path| -> Vec<String> {
        let mut parts = Vec::new();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => drop(parts.pop()),
                part => parts.push(part.as_os_str().to_string_lossy().into_owned()),
            }
        }
        parts
    };
    let (folder, file) = (plain(folder), plain(file));
    let common = folder.iter().zip(&file).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", folder.len() - common);
    let down = file[common..].iter().map(String::as_str);
    up.chain(down).collect::<Vec<_>>().join("/")
}

fn mistakes(reading: &Reading, source: &Source) -> Vec<String> {
    let errors = reading
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error);
    errors
        .map(|diagnostic| diagnostic.render_plain(source))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_included_file_is_named_from_the_package() {
        let way = |folder: &str, file: &str| from_to(Path::new(folder), Path::new(file));
        assert_eq!(
            way("/w/shop", "/w/shop/contracts/common.toml"),
            "contracts/common.toml"
        );
        assert_eq!(
            way("/w/shop", "/w/shop/contracts/../../common.toml"),
            "../common.toml"
        );
        assert_eq!(
            way("/w/shop", "/elsewhere/a.toml"),
            "../../elsewhere/a.toml"
        );
    }
}
