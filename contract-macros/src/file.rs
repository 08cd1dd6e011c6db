//! A contract file and those that it includes: found, read, tracked.
//!
//! What was read is kept for the next function of the same contract, which would be
//! quadratic otherwise. It is never stale, however long the process lives: the files are
//! read each time, and what is kept counts only as long as every text is the same.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use contract_spec::model::{Contract, SharedError};
use contract_spec::{Reading, Severity, Source, check_with};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::mistake::mistake;

/// What was read.
pub(crate) struct File {
    /// As people see it: relative to the folder in which rustc runs.
    pub(crate) shown: String,
    pub(crate) contract: Contract,
    source: Text,
    included: Vec<Text>,
    /// Every file, relative to the package.
    tracked: Vec<String>,
    /// Every other file that was asked for, found or not.
    loaded: Vec<(String, Loaded)>,
}

/// A file's text, and where its lines begin.
struct Text {
    path: String,
    text: String,
    starts: Vec<usize>,
}

/// A shared enum, and where it stands.
pub(crate) struct Shared<'a> {
    pub(crate) error: &'a SharedError,
    source: &'a Text,
}

/// A contract file, seen from a folder.
type Key = (PathBuf, PathBuf);

/// The contracts without mistakes that this process has read.
static KNOWN: Mutex<Vec<(Key, Arc<File>)>> = Mutex::new(Vec::new());

/// Reads a contract file. Every mistake in it is part of one error at `place`; `missing`
/// says what to write where there is no file.
pub(crate) fn open(relative: &str, place: &dyn ToTokens, missing: &str) -> syn::Result<Arc<File>> {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    let folder = std::env::current_dir().unwrap_or_default();
    let key = (package.join(relative), folder);
    let shown = shown(&key);
    let text = match std::fs::read_to_string(&key.0) {
        Ok(text) => text,
        Err(error) => {
            let message = match error.kind() {
                std::io::ErrorKind::NotFound => {
                    format!("there is no contract at {shown}\n  help: {missing}")
                }
                _ => format!("failed to read the contract {shown}: {error}"),
            };
            return Err(mistake(place, &message));
        }
    };
    if let Some(file) = known(&key, &text) {
        return Ok(file);
    }
    let source = Source::new(shown, text);
    let file = match read(source, &package, relative, &key.1) {
        Ok(file) => Arc::new(file),
        Err(message) => return Err(mistake(place, &message)),
    };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    for (of, before) in known.iter_mut() {
        if is_same(of, &key) {
            *before = Arc::clone(&file);
            return Ok(file);
        }
    }
    known.push((key, Arc::clone(&file)));
    Ok(file)
}

/// What this process knows of a contract file, if every text is still the same.
fn known(key: &Key, text: &str) -> Option<Arc<File>> {
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    for (of, file) in known.iter() {
        if is_same(of, key) {
            return file.is_fresh(text).then(|| Arc::clone(file));
        }
    }
    None
}

fn is_same((path, folder): &Key, other: &Key) -> bool {
    path.as_os_str() == other.0.as_os_str() && folder.as_os_str() == other.1.as_os_str()
}

/// The text of another file, or why there is none.
type Loaded = Result<String, String>;

fn load(path: &str) -> Loaded {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err("there is no such file".to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a contract's text; what is wrong with it is the error.
fn read(source: Source, package: &Path, relative: &str, folder: &Path) -> Result<File, String> {
    let mut loaded = Vec::new();
    let checked = check_with(&source, &mut |path| {
        let outcome = load(path);
        loaded.push((path.to_owned(), outcome.clone()));
        outcome
    });
    if checked.has_errors() {
        let mut message = "the contract has mistakes".to_owned();
        mistakes(&checked.reading, &source, &mut message);
        for file in &checked.included {
            mistakes(&file.reading, &file.source, &mut message);
        }
        return Err(message);
    }
    let mut tracked = vec![relative.to_owned()];
    let mut included = Vec::new();
    for file in checked.included {
        tracked.push(from_to(package, &folder.join(&file.source.path)));
        included.push(Text::new(file.source));
    }
    // What a called function promises decides what is asked of its callers.
    for file in &checked.called {
        tracked.push(from_to(package, &folder.join(&file.path)));
    }
    Ok(File {
        shown: source.path.clone(),
        contract: checked.reading.contract,
        source: Text::new(source),
        included,
        tracked,
        loaded,
    })
}

impl Text {
    fn new(source: Source) -> Self {
        let mut starts = vec![0];
        for (at, byte) in source.text.bytes().enumerate() {
            if byte == b'\n' {
                starts.push(at + 1);
            }
        }
        Self {
            starts,
            path: source.path,
            text: source.text,
        }
    }

    /// The line of a place in it, from 1.
    fn line(&self, offset: usize) -> u32 {
        let line = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }
}

impl File {
    /// Whether every text is still the same.
    fn is_fresh(&self, text: &str) -> bool {
        if self.source.text != text {
            return false;
        }
        for (path, outcome) in &self.loaded {
            if load(path) != *outcome {
                return false;
            }
        }
        true
    }

    /// The line of a place in the file, from 1.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        self.source.line(offset)
    }

    /// An enum that several functions share, if this file or an included one declares it.
    pub(crate) fn shared_error(&self, name: &str) -> Option<Shared<'_>> {
        if let Some(error) = self.contract.errors.get(name) {
            return Some(Shared {
                error,
                source: &self.source,
            });
        }
        for included in &self.contract.included {
            if let Some(error) = included.contract.errors.get(name) {
                for source in &self.included {
                    if source.path == included.path {
                        return Some(Shared { error, source });
                    }
                }
            }
        }
        None
    }

    /// Has the crate compiled again when one of the files changes; statements of a block
    /// that is evaluated at compile time. The paths are put together by the compiler and
    /// not by us: an absolute one in the output would make two checkouts build two
    /// different libraries.
    pub(crate) fn track(&self) -> TokenStream {
        let mut includes = TokenStream::new();
        for relative in &self.tracked {
            let path = format!("/{relative}");
            quote! {
                ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #path));
            }
            .to_tokens(&mut includes);
        }
        includes
    }
}

impl Shared<'_> {
    /// The file, as people see it.
    pub(crate) fn file(&self) -> &str {
        &self.source.path
    }

    /// The line of a place in it, from 1.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        self.source.line(offset)
    }
}

/// A path as rustc prints its own: relative to the folder it runs in, which is the workspace.
fn shown((path, folder): &Key) -> String {
    let shown = path.strip_prefix(folder).unwrap_or(path);
    shown.to_string_lossy().replace('\\', "/")
}

/// The way from a folder to a file, both absolute.
fn from_to(folder: &Path, file: &Path) -> String {
    let (folder, file) = (parts(folder), parts(file));
    let mut common = 0;
    while common < folder.len() && common < file.len() && folder[common] == file[common] {
        common += 1;
    }
    let mut way = String::new();
    for _ in common..folder.len() {
        way.push_str("../");
    }
    way.push_str(&file[common..].join("/"));
    way
}

/// The parts of a path, with `..` resolved.
fn parts(path: &Path) -> Vec<String> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()),
            part => parts.push(part.as_os_str().to_string_lossy().into_owned()),
        }
    }
    parts
}

/// Adds the mistakes in a file to a message, each on a line of its own.
fn mistakes(reading: &Reading, source: &Source, message: &mut String) {
    for diagnostic in &reading.diagnostics {
        if diagnostic.severity == Severity::Error {
            message.push('\n');
            message.push_str(&diagnostic.render_plain(source));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const MAIN: &str = "format = 1\ninclude = [\"common.toml\"]\n\n[function.find]\nerror = \"FindError\"\n\n\
        [function.find.on.input]\nmalformed = { returns = \"Bad1\" }\n";
    const COMMON: &str = "format = 1\n\n[error.FindError]\nvariants = [\"Bad1\", \"Bad2\"]\n";

    #[test]
    fn a_process_that_lives_long_never_sees_a_stale_contract() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let place = quote!(here);
        let open = || open(&path("main.toml").to_string_lossy(), &place, "write it");
        let variants = || -> Vec<String> {
            let file = open().unwrap();
            let shared = file.shared_error("FindError").unwrap();
            let variants = shared.error.variants.iter();
            variants.map(|variant| variant.value.clone()).collect()
        };
        assert!(open().is_err(), "there is none yet");
        fs::write(path("main.toml"), MAIN).unwrap();
        fs::write(path("common.toml"), COMMON).unwrap();
        assert_eq!(variants(), ["Bad1", "Bad2"]);
        assert!(Arc::ptr_eq(&open().unwrap(), &open().unwrap()), "read once");

        // An edit that neither the length nor the time shows, of the included file.
        let time = fs::metadata(path("common.toml"))
            .unwrap()
            .modified()
            .unwrap();
        fs::write(path("common.toml"), COMMON.replace("Bad2", "Bad3")).unwrap();
        let edited = fs::File::options()
            .write(true)
            .open(path("common.toml"))
            .unwrap();
        edited.set_modified(time).unwrap();
        assert_eq!(variants(), ["Bad1", "Bad3"]);

        // One of the file itself, into a mistake and back.
        fs::write(path("main.toml"), MAIN.replace("Bad1", "Bad9")).unwrap();
        assert!(open().is_err(), "the enum has no such variant");
        fs::remove_file(path("main.toml")).unwrap();
        assert!(open().is_err(), "it is gone");
        fs::write(path("main.toml"), MAIN).unwrap();
        assert_eq!(variants(), ["Bad1", "Bad3"]);
        fs::remove_file(path("common.toml")).unwrap();
        assert!(open().is_err(), "the included file is gone");
    }

    #[test]
    fn a_contract_is_refused_for_its_mistakes_and_for_no_advice() {
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../contract-spec/src/rules/examples"
        );
        let mut refusals = 0;
        for example in fs::read_dir(folder).unwrap() {
            let name = example.as_ref().unwrap().file_name();
            let (code, which) = name.to_str().unwrap().split_at("RC100".len());
            let text = fs::read_to_string(example.unwrap().path()).unwrap();
            let source = Source::new("contracts/example.toml", text);
            let message = read(source, Path::new(""), "example.toml", Path::new("")).err();
            let is_mistake = contract_spec::rules::rule(code)
                .is_some_and(|rule| rule.severity == Severity::Error);
            if is_mistake && which == "-bad.toml" {
                let said = message.unwrap_or_default();
                assert!(said.contains(&format!("error[{code}]")), "{code}: {said}");
                refusals += 1;
            } else {
                assert_eq!(message, None, "{code}{which}");
            }
        }
        assert!(refusals > 20, "{refusals}");
    }

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
