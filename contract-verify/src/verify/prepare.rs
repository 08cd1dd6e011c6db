//! Building, and listing what there is to run.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use contract_spec::evidence::file::{self, Header, Hidden, Inputs, Partition, SCHEMA, VERSION};

use super::scratch::Scratch;
use super::setting::Setting;
use crate::answers::Live;
use crate::build::{self, Binary, Build};
use crate::cli::Options;
use crate::compiled;
use crate::contracts::is_attribute_used;
use crate::error::{Error, Result};
use crate::exit;
use crate::inventory::{self, Inventory};
use crate::kept::Kept;
use crate::kept::key::Surroundings;
use crate::observe::TestIndex;
use crate::parallel;
use crate::process::Watchdog;
use crate::record::{Plan, Record};
use crate::status::{self, Status};
use crate::tests::{Entry, Runner, Test};
use crate::workspace::Workspace;

/// Everything that is known before a test runs.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) inventory: Inventory,
    pub(super) tests: Vec<Test>,
    runner: Runner,
    build: Build,
    kept: Option<Kept>,
    _scratch: Scratch,
}

impl Prepared {
    /// Builds. `None` if contracts turn out to be mistaken that only the sources name.
    /// `own` are files that this program writes itself.
    pub(super) fn new(
        setting: &mut Setting,
        options: &Options,
        own: &[PathBuf],
        status: Status,
    ) -> Result<Option<Self>> {
        // A build may take minutes, and would come to the same.
        if setting.contracts.files.is_empty() && !is_attribute_used(&setting.workspace)? {
            return Err(Error::NoContracts);
        }
        let watchdog = Watchdog::default();
        leave_nothing_behind(&watchdog);
        let workspace = &setting.workspace;
        let folder = workspace.target_directory(options).join("verify-contracts");
        let scratch = Scratch::new(&folder, status)?;
        let mut build = build::build(workspace, options, &scratch.path().join("plan.jsonl"))?;
        let all = !setting.policy.required.is_empty();
        let inventory = inventory::find(workspace, &build, &mut setting.contracts, all)?;
        setting.contracts.judge(Some(workspace))?;
        if setting.mistakes().is_some() {
            return Ok(None);
        }
        if setting.contracts.files.is_empty() {
            return Err(Error::NoContracts);
        }
        let jobs = jobs(options);
        let binaries = std::mem::take(&mut build.binaries);
        let surroundings = Surroundings {
            binaries: &binaries,
            libraries: &build.libraries,
            compiled: &compiled::files(&build.artifacts),
            own,
            jobs,
        };
        let kept = match surroundings.keys() {
            Ok(keys) => Kept::open(&folder.join("kept"), keys, options.fresh, status),
            Err(error) => {
                status.warn(&format!("nothing is kept for the next run: {error}"));
                Kept::nothing(binaries.len())
            }
        };
        let runner = Runner::new(binaries, scratch.path(), watchdog);
        let limit = Duration::from_secs(options.test_timeout);
        let tests = list(&setting.workspace, &runner, &kept, limit, jobs)?;
        Ok(Some(Self {
            inventory,
            tests,
            runner,
            build,
            kept: Some(kept),
            _scratch: scratch,
        }))
    }

    /// The tests that are run.
    pub(super) fn runnable(&self) -> Result<Vec<TestIndex>> {
        let chosen: Vec<TestIndex> = runnable(&self.tests).collect();
        if chosen.is_empty() {
            return Err(Error::NoTests);
        }
        Ok(chosen)
    }

    /// Whoever runs the tests now.
    pub(super) fn live(
        &mut self,
        options: &Options,
        record: Option<Record>,
        status: Status,
    ) -> Live<'_> {
        let kept = self.kept.take();
        let kept = kept.unwrap_or_else(|| Kept::nothing(self.runner.binaries.len()));
        let limit = Duration::from_secs(options.test_timeout);
        let jobs = jobs(options);
        Live::new(&self.runner, &self.tests, limit, jobs, status, kept, record)
    }

    /// What a record begins with.
    pub(super) fn plan(
        &self,
        setting: &Setting,
        options: &Options,
        partition: Option<Partition>,
    ) -> Result<Plan> {
        let hidden = self.inventory.hidden.iter();
        let tests = self.tests.iter().enumerate();
        Ok(Plan {
            header: Header {
                schema: SCHEMA.to_owned(),
                format: VERSION,
                tool: env!("CARGO_PKG_VERSION").to_owned(),
                partition,
                inputs: self.inputs(setting, options)?,
                places: !setting.policy.required.is_empty(),
            },
            listed: self.inventory.listed(&setting.root),
            hidden: hidden
                .map(|(file, line, column)| Hidden {
                    file: file.clone(),
                    line: *line,
                    column: *column,
                })
                .collect(),
            places: self.inventory.places(),
            tests: tests
                .map(|(test, of)| file::Test {
                    test,
                    id: of.id.clone(),
                    whole: of.entry == Entry::Whole,
                    ignored: of.ignored,
                })
                .collect(),
        })
    }

    fn inputs(&self, setting: &Setting, options: &Options) -> Result<Inputs> {
        let workspace = &setting.workspace;
        let mut files = compiled::files(&self.build.artifacts);
        files.extend(setting.contracts.files.keys().cloned());
        files.extend(
            workspace
                .packages()
                .map(|package| package.manifest_path.clone().into()),
        );
        let lock = setting.root.join("Cargo.lock");
        if lock.exists() {
            files.insert(lock);
        }
        let (target, build) = (
            workspace.target_directory(options),
            workspace.build_directory(options),
        );
        let written = options.features.features.iter();
        let mut features: BTreeSet<String> = written
            .flat_map(|features| features.split([',', ' ']))
            .filter(|feature| !feature.is_empty())
            .map(str::to_owned)
            .collect();
        let flags = [
            ("--all-features", options.features.all_features),
            (
                "--no-default-features",
                options.features.no_default_features,
            ),
        ];
        let flags = flags.iter().filter(|(_, given)| *given);
        features.extend(flags.map(|(flag, _)| (*flag).to_owned()));
        let profile = match (&options.profile, options.release) {
            (Some(profile), _) => profile.as_str(),
            (None, true) => "release",
            (None, false) => "test",
        };
        Ok(Inputs {
            packages: workspace
                .packages()
                .map(|package| package.name.to_string())
                .collect(),
            features,
            profile: profile.to_owned(),
            target: self.build.triple.clone(),
            rustc: self.build.compiler()?,
            files: compiled::digests(&setting.root, &[&target, &build], files.iter())?,
        })
    }
}

impl Build {
    /// The compiler's name and version.
    fn compiler(&self) -> Result<String> {
        let printed = Command::new(&self.rustc)
            .arg("--version")
            .output()
            .map_err(Error::Cargo)?;
        Ok(String::from_utf8_lossy(&printed.stdout).trim().to_owned())
    }
}

/// The tests that are run: `#[ignore]` is heeded, as by `cargo test`.
fn runnable(tests: &[Test]) -> impl Iterator<Item = TestIndex> {
    let tests = tests.iter().enumerate();
    tests
        .filter(|(_, test)| !test.ignored)
        .map(|(index, _)| index)
}

/// On an interrupt, takes every running test along.
fn leave_nothing_behind(watchdog: &Watchdog) {
    let watchdog = watchdog.clone();
    let handled = ctrlc::set_handler(move || {
        watchdog.close();
        status::error("interrupted: there is no verdict");
        std::process::exit(exit::INTERRUPTED.into());
    });
    // Only a second handler in one process is refused, and there is none.
    debug_assert!(handled.is_ok());
}

/// How many things to run at once.
fn jobs(options: &Options) -> usize {
    match options.jobs {
        Some(jobs) => jobs.get(),
        None => parallel::jobs(),
    }
}

fn list(
    workspace: &Workspace,
    runner: &Runner,
    kept: &Kept,
    limit: Duration,
    jobs: usize,
) -> Result<Vec<Test>> {
    let several = runner
        .binaries
        .windows(2)
        .any(|pair| pair[0].package != pair[1].package);
    let binaries: Vec<usize> = (0..runner.binaries.len()).collect();
    let lists = parallel::map(jobs, &binaries, |binary| {
        let prefix = prefix(workspace, &runner.binaries[*binary], several);
        if let Some(list) = kept.list(*binary) {
            let known = list.into_iter().map(|test| Test {
                id: if test.whole {
                    prefix.trim_end_matches("::").to_owned()
                } else {
                    format!("{prefix}{}", test.id)
                },
                binary: *binary,
                ignored: test.ignored,
                entry: if test.whole {
                    Entry::Whole
                } else {
                    Entry::Named(test.id)
                },
            });
            return Ok(known.collect());
        }
        let list = runner.list(*binary, &prefix, limit)?;
        kept.keep_list(*binary, &list);
        Ok(list)
    })?;
    Ok(lists.into_iter().flatten().collect())
}

/// What stands before the names of a binary's tests: nothing where they are unambiguous.
fn prefix(workspace: &Workspace, binary: &Binary, several_packages: bool) -> String {
    let mut prefix = String::new();
    if several_packages {
        prefix.push_str(&workspace.metadata[&binary.package].name);
        prefix.push_str("::");
    }
    if !binary.target.is_lib() && !binary.target.is_proc_macro() {
        prefix.push_str(&binary.target.name);
        prefix.push_str("::");
    }
    prefix
}
