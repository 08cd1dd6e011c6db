//! What is taken out of one source file, on the thread that parsed it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use contract_spec::model::{Contract, Outcome};
use contract_spec::source::silent::{self, Pattern};
use contract_spec::source::{Attribute, SourceFunction};
use proc_macro2::{LineColumn, Span};

use crate::contracts::{ContractFile, Contracts};
use crate::crawl::Sight;
use crate::policy::Place;
use crate::shown::shown;

/// What a file shows.
pub(super) struct Notes {
    /// The index of its crate's root.
    pub(super) root: usize,
    pub(super) file: String,
    pub(super) functions: Vec<Noted>,
    /// Contracted functions and those that could be, as patterns see them; nothing unless
    /// the policy asks for them.
    pub(super) contracted: Vec<Place>,
    pub(super) uncontracted: Vec<Place>,
    /// Why it could not be analysed, and where.
    pub(super) unreadable: Option<(LineColumn, String)>,
}

/// A contracted function.
pub(super) struct Noted {
    pub(super) ident: String,
    /// What its attribute says, or why and where it cannot be read.
    pub(super) said: Result<Said, (LineColumn, String)>,
    /// Where it is silent about a failure.
    pub(super) silences: Vec<(&'static Pattern, LineColumn)>,
}

/// What an attribute says.
pub(super) struct Said {
    pub(super) id: String,
    /// The function's key in the contract.
    pub(super) function: String,
    /// The contract, where it should be.
    pub(super) path: PathBuf,
    /// Whether the attribute names the file itself.
    pub(super) names_file: bool,
    pub(super) id_at: LineColumn,
    /// Where the attribute decides on the file.
    pub(super) file_at: LineColumn,
}

/// Takes notes of a file of a crate. `all` are those whose policy asks for every function.
pub(super) fn look(
    sight: Sight<'_>,
    root: &Path,
    folder: &Path,
    all: bool,
    recoveries: &Recoveries<'_>,
) -> Notes {
    let mut notes = Notes {
        root: sight.root,
        file: shown(root, sight.file),
        functions: Vec::new(),
        contracted: Vec::new(),
        uncontracted: Vec::new(),
        unreadable: None,
    };
    let found = match sight.found {
        Ok(found) => found,
        Err(error) => {
            notes.unreadable = Some((error.span().start(), error.to_string()));
            return notes;
        }
    };
    let place = |modules: &[String], of: Option<&str>, ident: &str, name: Span| {
        let file = notes.file.clone();
        Place::new(file, sight.modules, modules, of, (ident, name.start()))
    };
    if all {
        let contracted = found.functions.iter();
        notes.contracted = contracted
            .map(|f| place(&f.modules, f.of.as_deref(), &f.ident, f.name))
            .collect();
        let uncontracted = found.uncontracted.iter();
        notes.uncontracted = uncontracted
            .map(|f| place(&f.modules, f.of.as_deref(), &f.ident, f.name))
            .collect();
    }
    let functions = found.functions.into_iter();
    notes.functions = functions
        .map(|function| noted(function, folder, recoveries))
        .collect();
    notes
}

fn noted(mut function: SourceFunction, folder: &Path, recoveries: &Recoveries<'_>) -> Noted {
    let said = match &function.attribute {
        Ok(attribute) => Ok(said(attribute, folder)),
        Err(error) => Err((error.span().start(), error.to_string())),
    };
    let recovered = said.as_ref().map_or_else(
        |_| Vec::new(),
        |said| recoveries.of(&said.path, &said.function),
    );
    let recovered: Vec<&str> = recovered.iter().map(String::as_str).collect();
    let found = silent::find(&mut function.body, &recovered, &mut |_| None);
    let silences = found.silences.iter();
    Noted {
        ident: function.ident,
        said,
        silences: silences
            .map(|silence| (silence.pattern, silence.span.start()))
            .collect(),
    }
}

fn said(attribute: &Attribute, folder: &Path) -> Said {
    let place = attribute.file.as_ref().unwrap_or(&attribute.id);
    Said {
        id: attribute.id.value(),
        function: attribute.function(),
        path: folder.join(attribute.path()),
        names_file: attribute.file.is_some(),
        id_at: attribute.id.span().start(),
        file_at: place.span().start(),
    }
}

/// The interfaces from whose failures functions recover, by the function's key.
type OfFile = Arc<HashMap<String, Vec<String>>>;

/// What contracts say about recoveries, for every thread.
pub(super) struct Recoveries<'c> {
    root: &'c Path,
    contracts: &'c Contracts,
    known: Mutex<HashMap<PathBuf, OfFile>>,
}

impl<'c> Recoveries<'c> {
    pub(super) fn new(root: &'c Path, contracts: &'c Contracts) -> Self {
        Self {
            root,
            contracts,
            known: Mutex::default(),
        }
    }

    /// The interfaces from whose failures a function recovers.
    fn of(&self, path: &Path, function: &str) -> Vec<String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let of_file = match known.get(path) {
            Some(of_file) => Arc::clone(of_file),
            None => {
                let of_file = Arc::new(self.read(path));
                known.insert(path.to_owned(), Arc::clone(&of_file));
                of_file
            }
        };
        drop(known);
        of_file.get(function).cloned().unwrap_or_default()
    }

    /// Those of a file; that it is not there, or cannot be read, is said elsewhere.
    fn read(&self, path: &Path) -> HashMap<String, Vec<String>> {
        if let Some(file) = self.contracts.get(path) {
            return recovered(file.contract());
        }
        let read = ContractFile::read(self.root, "", path).unwrap_or_default();
        read.first()
            .map(|(_, file)| recovered(file.contract()))
            .unwrap_or_default()
    }
}

fn recovered(contract: &Contract) -> HashMap<String, Vec<String>> {
    let mut recovered: HashMap<String, Vec<String>> = HashMap::new();
    for function in &contract.functions {
        for mode in &function.modes {
            if let Some(Outcome::Recovers(_)) = &mode.outcome {
                let of_function = recovered.entry(function.name.value.clone()).or_default();
                of_function.push(mode.interface.value.clone());
            }
        }
    }
    recovered
}
