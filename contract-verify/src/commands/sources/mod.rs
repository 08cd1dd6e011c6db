//! What attributes in the sources say about contracts, and contracts about sources; and
//! where contracted functions are silent about a failure.
//!
//! Without a build it is not known which features are on. All of them are taken for on,
//! and where that leaves a doubt nothing is reported.

mod look;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use contract_spec::nearest;
use contract_spec::source::Cfg;
use contract_spec::source::silent::Pattern;
use proc_macro2::LineColumn;

use crate::aliases;
use crate::codes::{self, Code};
use crate::contracts::{ContractFile, Contracts, package_root};
use crate::crawl::{Root, crawl_all};
use crate::error::Result;
use crate::policy::Policy;
use crate::report::Finding;
use crate::shown::shown;
use crate::uncarried::{Carried, Uncarried, attribute, attributes_in, uncarried};
use crate::workspace::Workspace;
use look::{Notes, Recoveries, Said, look};

/// A package, as far as its sources need it.
struct Around {
    package: String,
    folder: PathBuf,
}

/// Holds attributes and contracts of the selected packages against each other, and reads
/// the contracts that lie elsewhere than in `contracts/`.
pub(super) fn findings(
    workspace: &Workspace,
    contracts: &mut Contracts,
    policy: &Policy,
) -> Result<Vec<Finding>> {
    let root = workspace.root();
    let (around, roots) = crates(workspace, policy)?;
    let recoveries = Recoveries::new(&root, contracts);
    let notes = crawl_all(&roots, |sight| {
        let at = sight.root;
        let folder = &around[at].folder;
        Ok(look(sight, &root, folder, roots[at].all, &recoveries))
    })?;
    let mut finder = Finder {
        root: &root,
        contracts,
        places: HashMap::new(),
        carried: Carried::new(),
        findings: Vec::new(),
    };
    let (mut contracted, mut uncontracted) = (Vec::new(), Vec::new());
    for mut notes in notes {
        contracted.append(&mut notes.contracted);
        uncontracted.append(&mut notes.uncontracted);
        finder.file(&around[notes.root], &notes)?;
    }
    let Finder {
        carried,
        mut findings,
        ..
    } = finder;
    let required = &policy.required;
    findings.extend(required.findings(&uncontracted, &contracted, workspace.is_whole()));
    // Another configuration, or a package that is not selected, may hold the function.
    let mut attributes = None;
    findings.extend(uncarried(contracts, &carried, |id, package| {
        let attributes = attributes.get_or_insert_with(|| attributes_in(workspace));
        match attribute(attributes, id, package).is_some() {
            true => Uncarried::Excused,
            false => Uncarried::Nowhere,
        }
    }));
    findings.sort_by(|a, b| {
        (&a.file, a.line, a.column, a.code).cmp(&(&b.file, b.line, b.column, b.code))
    });
    // A file may belong to more than one target.
    findings.dedup_by(|a, b| {
        (&a.file, a.line, a.column, a.code) == (&b.file, b.line, b.column, b.code)
    });
    Ok(findings)
}

/// Every crate of the selected packages, and what lies around it.
fn crates(workspace: &Workspace, policy: &Policy) -> Result<(Vec<Around>, Vec<Root>)> {
    let mut crates = Vec::new();
    let aliases = aliases::of(workspace)?;
    for package in workspace.packages() {
        let mut cfg = everything(package);
        cfg.aliases.clone_from(&aliases);
        let targets = package.targets.iter();
        crates.extend(
            targets
                .filter(|target| !target.is_custom_build())
                .map(|target| {
                    let around = Around {
                        package: package.name.to_string(),
                        folder: package_root(package),
                    };
                    let root = Root {
                        file: target.src_path.clone().into(),
                        name: target.name.clone(),
                        cfg: cfg.clone(),
                        all: !policy.required.is_empty() && (target.is_lib() || target.is_bin()),
                    };
                    (around, root)
                }),
        );
    }
    Ok(crates.into_iter().unzip())
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

/// Enough ids to find one that was meant.
const MANY: usize = 1000;

struct Finder<'a> {
    root: &'a Path,
    contracts: &'a mut Contracts,
    /// Where contracts lie, by the paths that attributes give.
    places: HashMap<PathBuf, Option<PathBuf>>,
    carried: Carried,
    findings: Vec<Finding>,
}

impl Finder<'_> {
    fn file(&mut self, around: &Around, notes: &Notes) -> Result<()> {
        if let Some((at, why)) = &notes.unreadable {
            let message = format!("this file could not be analysed: {why}");
            let help = "contracted functions in it and in its modules were not looked at";
            self.push(
                &codes::NOT_ANALYSED,
                (notes, *at),
                message,
                None,
                Some(help.to_owned()),
            );
        }
        for function in &notes.functions {
            let id = match &function.said {
                Ok(said) => {
                    self.attribute(around, notes, said)?;
                    Some(said.id.clone())
                }
                Err((at, why)) => {
                    let message = format!(
                        "the attribute of `{}` cannot be read: {why}",
                        function.ident
                    );
                    let place = (notes, *at);
                    self.push(&codes::UNREADABLE_ATTRIBUTE, place, message, None, None);
                    None
                }
            };
            for (pattern, at) in &function.silences {
                self.silence(pattern, (notes, *at), id.clone());
            }
        }
        Ok(())
    }

    /// Holds an attribute against the contract that it names.
    fn attribute(&mut self, around: &Around, notes: &Notes, said: &Said) -> Result<()> {
        let place = self.places.entry(said.path.clone()).or_insert_with(|| {
            let path = said.path.canonicalize().ok();
            path.filter(|path| path.is_file())
        });
        let Some(place) = place.clone() else {
            self.no_contract(around, notes, said);
            return Ok(());
        };
        let contract = self
            .contracts
            .read_at(self.root, &around.package, &place, &said.path)?;
        let function = contract.contract().function(&said.function);
        if function.is_none() && !is_torn(contract) {
            let message = format!(
                "{} has no `[function.{}]`",
                contract.source.path, said.function
            );
            let help = match near(&said.id, contract.ids()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("`cargo verify-contracts new {}` adds it", said.id),
            };
            let id = Some(said.id.clone());
            self.push(
                &codes::NOT_IN_CONTRACT,
                (notes, said.id_at),
                message,
                id,
                Some(help),
            );
        }
        self.carried.insert((place, said.function.clone()));
        Ok(())
    }

    fn no_contract(&mut self, around: &Around, notes: &Notes, said: &Said) {
        let message = format!("there is no contract file {}", shown(self.root, &said.path));
        let files = self.contracts.files.values();
        let there = files.filter(|file| file.package == around.package);
        let help = match near(&said.id, there.flat_map(ContractFile::ids)) {
            _ if said.names_file => "the path is relative to the folder of the package".to_owned(),
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`cargo verify-contracts new {}` writes one", said.id),
        };
        let id = Some(said.id.clone());
        self.push(
            &codes::NO_CONTRACT_FILE,
            (notes, said.file_at),
            message,
            id,
            Some(help),
        );
    }

    fn silence(
        &mut self,
        pattern: &'static Pattern,
        place: (&Notes, LineColumn),
        id: Option<String>,
    ) {
        let (message, help) = (pattern.message.to_owned(), pattern.help.to_owned());
        self.push(&Code::of(pattern), place, message, id, Some(help));
    }

    fn push(
        &mut self,
        code: &Code,
        (notes, at): (&Notes, LineColumn),
        message: String,
        function: Option<String>,
        help: Option<String>,
    ) {
        self.findings.push(Finding {
            code: code.code,
            level: code.level,
            message,
            function,
            mode: None,
            file: Some(notes.file.clone()),
            line: u32::try_from(at.line).ok(),
            column: u32::try_from(at.column + 1).ok(),
            help,
            timeline: Vec::new(),
        });
    }
}

/// The id that was probably meant.
fn near(id: &str, ids: impl Iterator<Item = String>) -> Option<String> {
    let ids: Vec<String> = ids.take(MANY).collect();
    nearest(id, ids.iter().map(String::as_str)).map(str::to_owned)
}

/// Whether broken syntax may have swallowed functions of the file.
fn is_torn(file: &ContractFile) -> bool {
    let mut mistakes = file.reading.diagnostics.iter();
    mistakes.any(|diagnostic| diagnostic.code == "RC100")
}
