//! Reads the files that a contract includes, through a loader of the caller's.
//!
//! Every file is read once, however many ways lead to it; its mistakes are reported
//! in the file where they stand.

use super::duration::excerpt;
use super::table::Reader;
use super::{Reading, Source, finish, parse};
use crate::diagnostic::Diagnostic;
use crate::model::{Contract, Included, Span};
use crate::named::Named;
use crate::rules::shape;

/// Fetches the text of a file, by its path as it is shown to people; an error is a
/// lowercase fragment that says why it cannot.
pub type Load<'l> = &'l mut dyn FnMut(&str) -> Result<String, String>;

/// More files than any contract needs: whoever includes more has lost the overview.
const MOST: usize = 32;

/// A file that was included, and what is wrong with it.
#[derive(Debug, Clone)]
pub struct IncludedFile {
    /// The file.
    pub source: Source,
    /// What is declared in it, and its mistakes.
    pub reading: Reading,
}

/// All files of one reading.
pub(super) struct Files<'l> {
    load: Option<Load<'l>>,
    /// The paths from the first file to the one that is being read.
    way: Vec<String>,
    pub(super) done: Vec<IncludedFile>,
}

impl<'l> Files<'l> {
    pub(super) fn new(source: &Source, load: Option<Load<'l>>) -> Self {
        Self {
            load,
            way: vec![source.path.clone()],
            done: Vec::new(),
        }
    }

    /// Reads what a contract includes, before its names are held against anything.
    pub(super) fn include(&mut self, reader: &mut Reader, contract: &mut Contract) {
        for include in contract.includes.clone() {
            let from = self.way.last().map_or("", String::as_str);
            let path = beside(from, &include);
            match self.file(&path) {
                Ok(files) => {
                    for file in files {
                        add(reader, contract, file, &include.span);
                    }
                }
                Err(why) => {
                    contract.incomplete = true;
                    let message = format!("`{}` cannot be included: {}", excerpt(&include), why.0);
                    reader.report(
                        Diagnostic::new(&shape::INCLUDE, include.span.clone(), message).help(why.1),
                    );
                }
            }
        }
    }

    /// A file and all those that it includes.
    fn file(&mut self, path: &str) -> Result<Vec<Included>, (String, &'static str)> {
        if self.way.iter().any(|p| p == path) {
            let cycle = format!(
                "it leads back to itself ({} → {path})",
                self.way.join(" → ")
            );
            return Err((cycle, "put what both need into a third file"));
        }
        if let Some(done) = self.done.iter().find(|f| f.source.path == path) {
            return Ok(with_its_own(path, &done.reading.contract));
        }
        if self.done.len() + self.way.len() > MOST {
            return Err((
                format!("there are more than {MOST} files"),
                "put them together",
            ));
        }
        let Some(load) = &mut self.load else {
            return Err((
                "nothing can be read here".to_owned(),
                "declare here what it declares",
            ));
        };
        let text = load(path).map_err(|why| (why, "the path is relative to this file"))?;
        let source = Source::new(path, text);
        self.way.push(path.to_owned());
        let (mut contract, mut reader) = parse(&source);
        self.include(&mut reader, &mut contract);
        let reading = finish(reader, contract, &source);
        self.way.pop();
        let files = with_its_own(path, &reading.contract);
        self.done.push(IncludedFile { source, reading });
        Ok(files)
    }
}

/// A contract and what it includes, side by side.
fn with_its_own(path: &str, contract: &Contract) -> Vec<Included> {
    // Functions stay those of their own file.
    let own = Contract {
        includes: contract.includes.clone(),
        included: Vec::new(),
        kinds: contract.kinds.clone(),
        interfaces: contract.interfaces.clone(),
        retries: contract.retries.clone(),
        errors: contract.errors.clone(),
        functions: Named::default(),
        unread: contract.unread.clone(),
        broken: contract.broken,
        incomplete: contract.incomplete,
    };
    let mut files = vec![Included {
        path: path.to_owned(),
        contract: own,
    }];
    for included in &contract.included {
        files.push(included.clone());
    }
    files
}

/// Adds an included file, unless another way led to it before.
fn add(reader: &mut Reader, contract: &mut Contract, file: Included, span: &Span) {
    contract.incomplete |= file.contract.incomplete || file.contract.broken;
    if contract.included.iter().any(|i| i.path == file.path) {
        return;
    }
    let shared = &file.contract;
    let mut twice = |name: &str, span: &Span, what: &str| {
        let message = format!(
            "{what} `{}` is declared in {} already",
            excerpt(name),
            file.path
        );
        let diagnostic = Diagnostic::new(&shape::DUPLICATE, span.clone(), message);
        reader.report(diagnostic.help("give one of the two another name"));
    };
    for own in contract
        .interfaces
        .iter()
        .filter(|i| shared.interface(&i.name).is_some())
    {
        twice(&own.name, &own.name.span, "the interface");
    }
    for own in contract
        .retries
        .iter()
        .filter(|r| shared.retry(&r.name).is_some())
    {
        twice(&own.name, &own.name.span, "the retry policy");
    }
    for own in contract
        .errors
        .iter()
        .filter(|e| shared.shared_error(&e.name).is_some())
    {
        twice(&own.name, &own.name.span, "the enum");
    }
    for own in contract
        .kinds
        .iter()
        .filter(|k| shared.custom_kind(&k.name).is_some())
    {
        twice(&own.name, &own.name.span, "the kind");
    }
    for other in &contract.included {
        let other = &other.contract;
        for theirs in other
            .interfaces
            .iter()
            .filter(|i| shared.interface(&i.name).is_some())
        {
            twice(&theirs.name, span, "the interface");
        }
        for theirs in other
            .retries
            .iter()
            .filter(|r| shared.retry(&r.name).is_some())
        {
            twice(&theirs.name, span, "the retry policy");
        }
    }
    contract.included.push(file);
}

/// The path of a file beside another, as short as it can be written.
pub(crate) fn beside(from: &str, include: &str) -> String {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let absolute = from.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(include.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_are_relative_to_the_file_that_includes() {
        assert_eq!(
            beside("contracts/payments.toml", "common.toml"),
            "contracts/common.toml"
        );
        assert_eq!(
            beside("contracts/a/b.toml", "../common.toml"),
            "contracts/common.toml"
        );
        assert_eq!(beside("payments.toml", "../common.toml"), "../common.toml");
        assert_eq!(beside("../x.toml", "../common.toml"), "../../common.toml");
        assert_eq!(beside("/a/b.toml", "./c/../d.toml"), "/a/d.toml");
    }
}
