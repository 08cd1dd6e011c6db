//! What attributes in the sources say about contracts, and contracts about sources.
//!
//! Without a build it is not known which features are on. All of them are taken for on,
//! and where that leaves a doubt nothing is reported.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use contract_spec::source::{Attribute, Cfg, SourceFunction, Uncontracted};
use contract_spec::{LineIndex, nearest};
use proc_macro2::LineColumn;

use crate::codes::{self, Code};
use crate::contracts::{ContractFile, Contracts, package_root, shown};
use crate::crawl::{Visitor, crawl};
use crate::error::Result;
use crate::policy::{Place, Policy};
use crate::report::Finding;
use crate::workspace::Workspace;

/// Holds attributes and contracts of the selected packages against each other, and reads
/// the contracts that lie elsewhere than in `contracts/`.
pub(super) fn findings(
    workspace: &Workspace,
    contracts: &mut Contracts,
    policy: &Policy,
) -> Result<Vec<Finding>> {
    let root = workspace.root();
    let mut finder = Finder {
        root: &root,
        package: String::new(),
        folder: PathBuf::new(),
        contracts,
        carried: HashSet::new(),
        findings: Vec::new(),
        all: false,
        uncontracted: Vec::new(),
        contracted: Vec::new(),
    };
    for package in workspace.packages() {
        finder.package = package.name.to_string();
        finder.folder = package_root(package);
        let cfg = everything(package);
        for target in package
            .targets
            .iter()
            .filter(|target| !target.is_custom_build())
        {
            finder.all = !policy.required.is_empty() && (target.is_lib() || target.is_bin());
            crawl(
                target.src_path.as_std_path(),
                &target.name,
                &cfg,
                &mut finder,
            )?;
        }
    }
    let Finder {
        carried,
        mut findings,
        uncontracted,
        contracted,
        ..
    } = finder;
    findings.extend(
        policy
            .required
            .findings(&uncontracted, &contracted, workspace.is_whole()),
    );
    findings.extend(without_function(workspace, contracts, &carried));
    findings.sort_by(|a, b| {
        (&a.file, a.line, a.column, a.code).cmp(&(&b.file, b.line, b.column, b.code))
    });
    // A file may belong to more than one target.
    findings.dedup_by(|a, b| {
        (&a.file, a.line, a.column, a.code) == (&b.file, b.line, b.column, b.code)
    });
    Ok(findings)
}

/// This machine, with every feature of the package.
pub(super) fn everything(package: &Package) -> Cfg {
    use std::env::consts;
    let mut cfg = Cfg::default();
    cfg.names
        .extend([consts::FAMILY.to_owned(), "debug_assertions".to_owned()]);
    let target = [
        ("target_os", consts::OS),
        ("target_family", consts::FAMILY),
        ("target_arch", consts::ARCH),
    ];
    let target = target
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let features = package
        .features
        .keys()
        .map(|name| ("feature".to_owned(), name.clone()));
    cfg.values.extend(target.chain(features));
    cfg
}

struct Finder<'a> {
    root: &'a Path,
    package: String,
    /// The package's folder.
    folder: PathBuf,
    contracts: &'a mut Contracts,
    /// Contract files and the functions in them that a function of the code carries.
    carried: HashSet<(PathBuf, String)>,
    findings: Vec<Finding>,
    /// Whether functions without a contract are wanted too.
    all: bool,
    uncontracted: Vec<Place>,
    contracted: Vec<Place>,
}

impl Visitor for Finder<'_> {
    fn function(
        &mut self,
        file: &Path,
        modules: &[String],
        function: &SourceFunction,
    ) -> Result<()> {
        if self.all {
            self.contracted.push(Place::new(
                shown(self.root, file),
                modules,
                &function.modules,
                function.of.as_deref(),
                (&function.ident, function.name.start()),
            ));
        }
        let attribute = match &function.attribute {
            Ok(attribute) => attribute,
            Err(error) => {
                let message = format!(
                    "the attribute of `{}` cannot be read: {error}",
                    function.ident
                );
                let finding = self.finding(
                    &codes::UNREADABLE_ATTRIBUTE,
                    file,
                    error.span().start(),
                    message,
                );
                self.findings.push(finding);
                return Ok(());
            }
        };
        let path = self.folder.join(attribute.path());
        if !path.is_file() {
            let finding = self.no_contract(file, attribute, &path);
            self.findings.push(finding);
            return Ok(());
        }
        let contract = self.contracts.read(self.root, &self.package, &path)?;
        let missing = !is_torn(contract)
            && contract
                .contract()
                .function(&attribute.function())
                .is_none();
        if missing {
            let help = no_such_function(contract, attribute);
            let message = format!(
                "{} has no `[function.{}]`",
                contract.source.path,
                attribute.function()
            );
            let start = attribute.id.span().start();
            let mut finding = self.finding(&codes::NOT_IN_CONTRACT, file, start, message);
            finding.function = Some(attribute.id.value());
            finding.help = Some(help);
            self.findings.push(finding);
        }
        if let Ok(path) = path.canonicalize() {
            self.carried.insert((path, attribute.function()));
        }
        Ok(())
    }

    fn wants_all(&self) -> bool {
        self.all
    }

    fn uncontracted(&mut self, file: &Path, modules: &[String], function: &Uncontracted) {
        if self.all {
            self.uncontracted.push(Place::new(
                shown(self.root, file),
                modules,
                &function.modules,
                function.of.as_deref(),
                (&function.ident, function.name.start()),
            ));
        }
    }

    fn unreadable(&mut self, file: &Path, error: &syn::Error) {
        let message = format!("this file could not be analysed: {error}");
        let mut finding = self.finding(&codes::NOT_ANALYSED, file, error.span().start(), message);
        finding.help =
            Some("contracted functions in it and in its modules were not looked at".to_owned());
        self.findings.push(finding);
    }
}

impl Finder<'_> {
    fn finding(
        &self,
        code: &'static Code,
        file: &Path,
        start: LineColumn,
        message: String,
    ) -> Finding {
        Finding {
            code: code.code,
            level: code.level,
            message,
            function: None,
            mode: None,
            file: Some(shown(self.root, file)),
            line: u32::try_from(start.line).ok(),
            column: u32::try_from(start.column + 1).ok(),
            help: None,
            timeline: Vec::new(),
        }
    }

    fn no_contract(&self, file: &Path, attribute: &Attribute, path: &Path) -> Finding {
        let id = attribute.id.value();
        let message = format!("there is no contract file {}", shown(self.root, path));
        let place = attribute.file.as_ref().unwrap_or(&attribute.id);
        let mut finding = self.finding(
            &codes::NO_CONTRACT_FILE,
            file,
            place.span().start(),
            message,
        );
        let there = self
            .contracts
            .files
            .values()
            .filter(|file| file.package == self.package);
        let ids: Vec<String> = there.flat_map(ids).collect();
        finding.help = Some(match nearest(&id, ids.iter().map(String::as_str)) {
            _ if attribute.file.is_some() => {
                "the path is relative to the folder of the package".to_owned()
            }
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`cargo verify-contracts new {id}` writes one"),
        });
        finding.function = Some(id);
        finding
    }
}

/// Whether broken syntax may have swallowed functions of the file.
fn is_torn(file: &ContractFile) -> bool {
    file.reading
        .diagnostics
        .iter()
        .any(|diagnostic| diagnostic.code == "RC100")
}

/// The ids of a file's functions.
fn ids(file: &ContractFile) -> Vec<String> {
    let stem = file.source.stem();
    let functions = file.contract().functions.iter();
    functions
        .map(|function| format!("{stem}.{}", *function.name))
        .collect()
}

fn no_such_function(file: &ContractFile, attribute: &Attribute) -> String {
    let ids = ids(file);
    match nearest(&attribute.id.value(), ids.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "`cargo verify-contracts new {}` adds it",
            attribute.id.value()
        ),
    }
}

/// Contracts that no function carries.
fn without_function(
    workspace: &Workspace,
    contracts: &Contracts,
    carried: &HashSet<(PathBuf, String)>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut texts = None;
    for (path, file) in &contracts.files {
        for function in &file.contract().functions {
            if carried.contains(&(path.clone(), function.name.value.clone())) {
                continue;
            }
            let id = format!("{}.{}", file.source.stem(), *function.name);
            // Another configuration, or a package that is not selected, may hold it.
            let texts = texts.get_or_insert_with(|| texts_of(workspace));
            let quoted = format!("\"{id}\"");
            if texts.iter().any(|text| text.contains(&quoted)) {
                continue;
            }
            let (line, column) =
                LineIndex::new(&file.source.text).line_column(function.name.span.start);
            findings.push(Finding {
                code: codes::NO_FUNCTION.code,
                level: codes::NO_FUNCTION.level,
                message: format!("no function of package `{}` carries the contract `{id}`", file.package),
                function: Some(id.clone()),
                mode: None,
                file: Some(file.source.path.clone()),
                line: u32::try_from(line).ok(),
                column: u32::try_from(column).ok(),
                help: Some(format!(
                    "put `#[resilience_contract(\"{id}\")]` on the function, or take the contract away"
                )),
                timeline: Vec::new(),
            });
        }
    }
    findings
}

/// Every source file of the workspace that says something about contracts.
fn texts_of(workspace: &Workspace) -> Vec<String> {
    let mut texts = Vec::new();
    for package in workspace.metadata.workspace_packages() {
        collect(&package_root(package), &mut texts);
    }
    texts
}

/// What cannot be read here was reported before, or belongs to nobody.
fn collect(folder: &Path, texts: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !name.starts_with('.') && name != "target" => {
                collect(&path, texts)
            }
            Ok(kind) if kind.is_file() && name.ends_with(".rs") => {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                if text.contains("resilience_contract") {
                    texts.push(text);
                }
            }
            _ => {}
        }
    }
}
